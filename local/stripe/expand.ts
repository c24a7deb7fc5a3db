import type Stripe from "stripe";
import { ApiError } from "./api-error.ts";
import type { Ledger } from "./ledger.ts";

type Thing = Record<string, unknown>;

const DEEPEST = 4;

/** Ids that an answer holds and `expand` replaces by the object, by type of object. */
const REFERENCES: Readonly<Record<string, readonly string[]>> = {
  "checkout.session": ["payment_intent", "customer"],
  payment_intent: ["latest_charge", "customer"],
  charge: ["payment_intent", "customer"],
  refund: ["charge", "payment_intent"],
  dispute: ["charge", "payment_intent"],
};

/** Lists that are left out of an answer until they are asked for. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  "checkout.session": ["line_items"],
  charge: ["refunds"],
};

/** A copy of the answer with each path (`payment_intent.latest_charge`) expanded, or a 400. */
export function expand(ledger: Ledger, answer: object, paths: readonly string[]): object {
  const copy = structuredClone(answer) as Thing;
  paths.forEach((path, index) => {
    const steps = path.split(".");
    const depth = steps[0] === "data" ? steps.length - 1 : steps.length;
    if (depth > DEEPEST)
      throw refusal(index, `You cannot expand more than ${DEEPEST} levels of a property.`);
    expandPath(ledger, copy, steps, () =>
      refusal(index, `This property cannot be expanded (${path}).`),
    );
  });
  return copy;
}

function expandPath(
  ledger: Ledger,
  thing: Thing,
  [step, ...rest]: string[],
  refuse: () => ApiError,
): void {
  if (step === undefined) return;
  if (thing["object"] === "list") {
    if (step !== "data") throw refuse();
    for (const item of thing["data"] as Thing[]) expandPath(ledger, item, rest, refuse);
    return;
  }
  const type = String(thing["object"]);
  if (LISTS[type]?.includes(step)) thing[step] ??= listInside(ledger, thing);
  else if (!REFERENCES[type]?.includes(step)) throw refuse();
  const value = thing[step];
  if (typeof value === "string") thing[step] = structuredClone(findById(ledger, value) ?? value);
  const inner = thing[step];
  if (inner !== null && typeof inner === "object") expandPath(ledger, inner as Thing, rest, refuse);
}

function listInside(ledger: Ledger, thing: Thing): Stripe.ApiList<unknown> {
  const id = String(thing["id"]);
  if (thing["object"] === "charge") {
    const refunds = [...ledger.state.refunds.values()].filter(({ charge }) => charge === id);
    return wholeList(`/v1/charges/${id}/refunds`, refunds.reverse());
  }
  const items = ledger.state.checkouts.get(id)?.lineItems ?? [];
  return wholeList(`/v1/checkout/sessions/${id}/line_items`, items);
}

function wholeList(url: string, data: object[]): Stripe.ApiList<unknown> {
  return { object: "list", data: structuredClone(data), has_more: false, url };
}

function findById(ledger: Ledger, id: string): object | undefined {
  const { paymentIntents, charges, customers, refunds } = ledger.state;
  return paymentIntents.get(id) ?? charges.get(id) ?? customers.get(id) ?? refunds.get(id);
}

function refusal(index: number, message: string): ApiError {
  return new ApiError(400, {
    type: "invalid_request_error",
    message,
    param: `expand[${index}]`,
  });
}
