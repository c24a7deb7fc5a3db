import type Stripe from "stripe";
import { CONTRACT } from "../contract.ts";
import type { ListParams } from "../listing.ts";
import { find, list, operation, type Call, type Operation } from "./operation.ts";

export const EVENTS: readonly Operation[] = [
  operation<Stripe.EventListParams & ListParams>("GET /v1/events", CONTRACT.eventList, listEvents),
  operation("GET /v1/events/:id", CONTRACT.nothing, (call) =>
    find(call.ledger.state.events, call, "event"),
  ),
];

function listEvents(call: Call<Stripe.EventListParams & ListParams>): object {
  const { type, types, delivery_success: delivered } = call.params;
  const wanted = types ?? (type === undefined ? null : [type]);
  const events = [...call.ledger.state.events.values()].filter(
    (event) =>
      (wanted === null || wanted.some((name) => isOfType(event.type, name))) &&
      (delivered === undefined || (event.pending_webhooks === 0) === delivered),
  );
  return list(call, events, "events", []);
}

function isOfType(type: string, wanted: string): boolean {
  return wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}
