import Stripe from "stripe";
import { ApiError } from "./api-error.ts";
import { CONTRACT } from "./contract.ts";
import { newId } from "./ids.ts";
import { now, type State } from "./ledger.ts";
import type { ListParams } from "./listing.ts";
import {
  changeMetadata,
  find,
  list,
  operation,
  type Call,
  type Operation,
} from "./operations/operation.ts";

/** An endpoint as it is kept: Stripe shows its secrets once, and it may have two for a while. */
export interface KeptEndpoint {
  endpoint: Stripe.WebhookEndpoint;
  secrets: { secret: string; /** Unix seconds; null is for good. */ until: number | null }[];
}

const MOST_ENDPOINTS = 16;

export const WEBHOOK_ENDPOINTS: readonly Operation[] = [
  operation<Stripe.WebhookEndpointCreateParams>(
    "POST /v1/webhook_endpoints",
    CONTRACT.webhookEndpointCreate,
    createEndpoint,
  ),
  operation<ListParams>("GET /v1/webhook_endpoints", CONTRACT.webhookEndpointList, (call) =>
    list(call, endpointsOf(call.ledger.state).values(), "webhook_endpoints", []),
  ),
  operation("GET /v1/webhook_endpoints/:id", CONTRACT.nothing, findEndpoint),
  operation<Stripe.WebhookEndpointUpdateParams>(
    "POST /v1/webhook_endpoints/:id",
    CONTRACT.webhookEndpointUpdate,
    updateEndpoint,
  ),
  operation("DELETE /v1/webhook_endpoints/:id", CONTRACT.nothing, deleteEndpoint),
];

/** Whether the endpoint hears of the event: it is enabled, of its mode, and asks for its type. */
export function hears({ endpoint }: KeptEndpoint, event: Stripe.Event): boolean {
  const { enabled_events: types, livemode, status } = endpoint;
  const asked = types.includes("*") || types.includes(event.type);
  return asked && livemode === event.livemode && status === "enabled";
}

/** The secrets the endpoint signs with at a time in Unix seconds. */
export function secretsAt({ secrets }: KeptEndpoint, time: number): string[] {
  return secrets.filter(({ until }) => until === null || time < until).map(({ secret }) => secret);
}

/**
 * Gives the endpoint a new secret, as the Dashboard's "roll secret" does; the old ones sign beside
 * it for `overlapSeconds` more. Throws RangeError when there is no such endpoint.
 */
export function rollSecret(state: State, endpointId: string, overlapSeconds: number): string {
  const kept = state.webhookEndpoints.get(endpointId);
  if (!kept) throw new RangeError(`There is no webhook endpoint ${endpointId}.`);
  const end = Math.floor(Date.now() / 1000) + state.clockOffset + overlapSeconds;
  const old = kept.secrets.map(({ secret, until }) => ({
    secret,
    until: Math.min(until ?? end, end),
  }));
  const secret = newSecret();
  kept.secrets = [{ secret, until: null }, ...old];
  return secret;
}

function createEndpoint(call: Call<Stripe.WebhookEndpointCreateParams>): Stripe.WebhookEndpoint {
  const { ledger, params, livemode } = call;
  const { webhookEndpoints: kept } = ledger.state;
  const own = [...kept.values()].filter(({ endpoint }) => endpoint.livemode === livemode);
  if (own.length >= MOST_ENDPOINTS)
    throw new ApiError(400, {
      type: "invalid_request_error",
      message: `You have reached the maximum of ${MOST_ENDPOINTS} webhook endpoints.`,
    });
  const endpoint: Stripe.WebhookEndpoint = {
    id: newId("we"),
    object: "webhook_endpoint",
    api_version: Stripe.API_VERSION,
    application: null,
    created: now(ledger),
    description: params.description || null,
    enabled_events: [...params.enabled_events],
    livemode,
    metadata: {},
    status: "enabled",
    url: params.url,
  };
  changeMetadata(endpoint, params.metadata);
  const secret = newSecret();
  kept.set(endpoint.id, { endpoint, secrets: [{ secret, until: null }] });
  return { ...endpoint, secret };
}

function findEndpoint(call: Call<unknown>): Stripe.WebhookEndpoint {
  return find(endpointsOf(call.ledger.state), call, "webhook endpoint");
}

function updateEndpoint(call: Call<Stripe.WebhookEndpointUpdateParams>): Stripe.WebhookEndpoint {
  const endpoint = findEndpoint(call);
  const { url, enabled_events: types, description, disabled, metadata } = call.params;
  if (url !== undefined) endpoint.url = url;
  if (types !== undefined) endpoint.enabled_events = [...types];
  if (description !== undefined) endpoint.description = description || null;
  if (disabled !== undefined) endpoint.status = disabled ? "disabled" : "enabled";
  changeMetadata(endpoint, metadata);
  return endpoint;
}

function deleteEndpoint(call: Call<unknown>): Stripe.DeletedWebhookEndpoint {
  const { id } = findEndpoint(call);
  call.ledger.state.webhookEndpoints.delete(id);
  return { id, object: "webhook_endpoint", deleted: true };
}

function endpointsOf({ webhookEndpoints }: State): Map<string, Stripe.WebhookEndpoint> {
  return new Map([...webhookEndpoints].map(([id, { endpoint }]) => [id, endpoint]));
}

function newSecret(): string {
  return newId("whsec", 32);
}
