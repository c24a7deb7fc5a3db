import type Stripe from "stripe";
import { ApiError } from "./api-error.ts";
import type { Ledger } from "./ledger.ts";

type Thing = Record<string, unknown>;

const DEEPEST = 4;
const LIST = "list of ";

/** What can be expanded in each type of object, and the type that then stands there. */
const EXPANDABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "checkout.session": {
    customer: "customer",
    line_items: `${LIST}item`,
    payment_intent: "payment_intent",
  },
  payment_intent: { customer: "customer", latest_charge: "charge" },
  charge: { customer: "customer", payment_intent: "payment_intent", refunds: `${LIST}refund` },
  refund: { charge: "charge", payment_intent: "payment_intent" },
  dispute: { charge: "charge", payment_intent: "payment_intent" },
};

/** The type of object each path answers. */
const ANSWERS: Readonly<Record<string, string>> = {
  "checkout/sessions": "checkout.session",
  customers: "customer",
  payment_intents: "payment_intent",
  charges: "charge",
  refunds: "refund",
  disputes: "dispute",
  events: "event",
};

/** Throws a 400 unless what the operation answers has every path of the parameter `expand`. */
export function checkExpand(
  { method, path }: { method: string; path: string },
  paths: readonly string[],
): void {
  const [resource = "", rest] = path.replace("/v1/", "").split("/:id");
  const own = rest === "/line_items" ? "item" : (ANSWERS[resource] ?? "");
  const isList = method === "GET" && rest !== "";
  paths.forEach((each, index) => checkPath(isList ? LIST + own : own, each, `expand[${index}]`));
}

/** A copy of the answer with each path (`payment_intent.latest_charge`) expanded. */
export function expand(ledger: Ledger, answer: object, paths: readonly string[]): object {
  const copy = structuredClone(answer) as Thing;
  for (const path of paths) expandPath(ledger, copy, path.split("."));
  return copy;
}

function checkPath(answer: string, path: string, param: string): void {
  const refusal = (message: string) =>
    new ApiError(400, { type: "invalid_request_error", message, param });
  let type = answer;
  let depth = 0;
  for (const step of path.split(".")) {
    const isList = type.startsWith(LIST);
    const next = isList && step === "data" ? type.slice(LIST.length) : EXPANDABLE[type]?.[step];
    if (next === undefined) throw refusal(`This property cannot be expanded (${path}).`);
    if (!isList) depth += 1;
    type = next;
  }
  if (depth > DEEPEST)
    throw refusal(`You cannot expand more than ${DEEPEST} levels of a property.`);
}

function expandPath(ledger: Ledger, thing: Thing, [step, ...rest]: string[]): void {
  if (step === undefined) return;
  const target = EXPANDABLE[String(thing["object"])]?.[step];
  if (target?.startsWith(LIST)) thing[step] ??= listInside(ledger, thing);
  const value = thing[step];
  if (typeof value === "string") thing[step] = structuredClone(findById(ledger, value) ?? value);
  const inner = thing[step];
  const things = Array.isArray(inner) ? inner : [inner];
  for (const each of things as unknown[])
    if (each !== null && typeof each === "object") expandPath(ledger, each as Thing, rest);
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
