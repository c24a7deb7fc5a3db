import type Stripe from "stripe";
import { missingResource } from "../api-error.ts";
import type { Checkout } from "../checkout-record.ts";
import type { Cause, Ledger } from "../ledger.ts";
import { listPage, type ListParams } from "../listing.ts";
import type { Fields } from "../parameters.ts";
import { refine, unplayed } from "../refine.ts";

/** A request of the API whose parameters have been read. */
export interface Call<P> {
  ledger: Ledger;
  params: P;
  /** What stands for `:id` in the path. */
  id: string;
  livemode: boolean;
  baseUrl: string;
  cause: Cause;
}

/** One method and path of the API. */
export interface Operation {
  method: "GET" | "POST" | "DELETE";
  path: string;
  fields: Fields;
  /** Gives the object to answer; throws ApiError. */
  run(call: Call<never>): object;
}

/** An operation from its route (`GET /v1/charges/:id`); `fields` mirror P. */
export function operation<P>(
  route: string,
  fields: Fields,
  run: (call: Call<P>) => object,
): Operation {
  const [method, path = ""] = route.split(" ");
  // The reader has checked the parameters against `fields`, which mirror P.
  return { method: method as Operation["method"], path, fields, run: run };
}

/** The thing with the call's id in the call's mode. Throws a 404 without one. */
export function find<T extends object>(
  things: Map<string, T>,
  call: Call<unknown>,
  noun: string,
): T {
  const thing = things.get(call.id);
  if (!thing || modeOf(thing, call) !== call.livemode) throw missingResource(noun, call.id);
  return thing;
}

/** The checkout of the session with the call's id in the call's mode. Throws a 404 without one. */
export function findCheckout({ ledger, id, livemode }: Call<unknown>): Checkout {
  const checkout = ledger.state.checkouts.get(id);
  if (checkout?.session.livemode !== livemode) throw missingResource("checkout.session", id);
  return checkout;
}

/** A page of the things of the call's mode that have the values its parameters name. */
export function list<T extends { id: string; created?: number }, P extends ListParams>(
  call: Call<P>,
  things: Iterable<T>,
  path: string,
  filters: readonly (keyof T & keyof P)[],
): object {
  const own = [...things].filter(
    (thing) => modeOf(thing, call) === call.livemode && matches(thing, call.params, filters),
  );
  return listPage(`/v1/${path}`, own, call.params);
}

/** The fields with only those named (`name email`) played: any other is refused, not ignored. */
export function playing(fields: Fields, names: string): Fields {
  const played = new Set(names.split(" "));
  const others = Object.keys(fields).filter((name) => !played.has(name));
  return others.length > 0 ? refine(fields, unplayed(others.join(" "))) : fields;
}

/** Merges metadata into a thing's own: an empty value removes a key, an empty group all. */
export function changeMetadata(
  thing: { metadata: Stripe.Metadata | null },
  changes: Stripe.Emptyable<Stripe.MetadataParam> | undefined,
): void {
  if (changes === undefined) return;
  const merged = changes === "" ? {} : { ...thing.metadata, ...changes };
  thing.metadata = Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => Boolean(entry[1])),
  );
}

// A refund does not carry its mode: it has the mode of its charge.
function modeOf(thing: object, { ledger }: Call<unknown>): boolean {
  if ("livemode" in thing) return thing.livemode === true;
  const charge = "charge" in thing ? ledger.state.charges.get(String(thing.charge)) : undefined;
  return charge?.livemode ?? false;
}

function matches<T extends object, P extends object>(
  thing: T,
  params: P,
  names: readonly (keyof T & keyof P)[],
): boolean {
  return names.every((name) => {
    const wanted: unknown = params[name];
    return wanted === undefined || wanted === thing[name];
  });
}
