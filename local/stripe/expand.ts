import type Stripe from "stripe";
import { ApiError } from "./api-error.ts";
import { EXPANDABLE, type Expansion } from "./contract.ts";
import type { Ledger } from "./ledger.ts";

type Thing = Record<string, unknown>;

const DEEPEST = 4;

/** The type of object each path answers, where the path alone does not say it. */
const ANSWERS: Readonly<Record<string, string>> = {
  "checkout/sessions": "checkout.session",
  "checkout/sessions/line_items": "item",
  "invoices/lines": "line_item",
};

/** Throws a 400 unless what the operation answers has every path of the parameter `expand`. */
export function checkExpand(
  { method, path }: { method: string; path: string },
  paths: readonly string[],
): void {
  const [resource = "", rest = null] = path.replace("/v1/", "").split("/:id");
  const isList = method === "GET" && rest !== "";
  const type = ANSWERS[isList ? resource + (rest ?? "") : resource] ?? resource.replace(/s$/, "");
  paths.forEach((each, index) => checkPath(type, isList, each, `expand[${index}]`));
}

/** A copy of the answer with each path (`payment_intent.latest_charge`) expanded. */
export function expand(ledger: Ledger, answer: object, paths: readonly string[]): object {
  const copy = structuredClone(answer) as Thing;
  for (const path of paths) expandPath(ledger, copy, path.split("."));
  return copy;
}

function checkPath(answer: string, isList: boolean, path: string, param: string): void {
  const refusal = (message: string) =>
    new ApiError(400, { type: "invalid_request_error", message, param });
  let steps = path.split(".");
  if (isList && steps.shift() !== "data")
    throw refusal(`This property cannot be expanded (${path}).`);
  let types: readonly string[] = [answer];
  let depth = 0;
  while (steps.length > 0) {
    const found = findExpansion(types, steps);
    const last = found && found.length === steps.length;
    if (!found || (last && found.expansion.as === "inline"))
      throw refusal(`This property cannot be expanded (${path}).`);
    steps = steps.slice(found.length);
    if (found.expansion.as === "list" && steps[0] === "data") steps = steps.slice(1);
    types = found.expansion.types;
    depth += 1;
  }
  if (depth > DEEPEST)
    throw refusal(`You cannot expand more than ${DEEPEST} levels of a property.`);
}

/** The longest beginning of the path that can be expanded in one of the types of object. */
function findExpansion(
  types: readonly string[],
  steps: readonly string[],
): { expansion: Expansion; length: number } | null {
  for (let length = steps.length; length > 0; length -= 1) {
    const path = steps.slice(0, length).join(".");
    for (const type of types) {
      const expansion = EXPANDABLE[type]?.[path];
      if (expansion) return { expansion, length };
    }
  }
  return null;
}

function expandPath(ledger: Ledger, thing: Thing, [step, ...rest]: string[]): void {
  if (step === undefined) return;
  const isList = EXPANDABLE[String(thing["object"])]?.[step]?.as === "list";
  if (isList) thing[step] ??= listInside(ledger, thing, step);
  const value = thing[step];
  if (typeof value === "string") thing[step] = structuredClone(findById(ledger, value) ?? value);
  const inner = thing[step];
  const things = Array.isArray(inner) ? inner : [inner];
  for (const each of things as unknown[])
    if (each !== null && typeof each === "object") expandPath(ledger, each as Thing, rest);
}

function listInside(ledger: Ledger, thing: Thing, name: string): Stripe.ApiList<unknown> | null {
  const id = String(thing["id"]);
  if (name === "refunds") {
    const refunds = [...ledger.state.refunds.values()].filter(({ charge }) => charge === id);
    return wholeList(`/v1/charges/${id}/refunds`, refunds.reverse());
  }
  if (name !== "line_items") return null;
  const items = ledger.state.checkouts.get(id)?.lineItems ?? [];
  return wholeList(`/v1/checkout/sessions/${id}/line_items`, items);
}

function wholeList(url: string, data: object[]): Stripe.ApiList<unknown> {
  return { object: "list", data: structuredClone(data), has_more: false, url };
}

/** Any object that has the id; a list of the state that holds something else has no `object`. */
function findById({ state }: Ledger, id: string): object | null {
  for (const kept of Object.values(state) as unknown[]) {
    const found: unknown = kept instanceof Map ? kept.get(id) : undefined;
    if (typeof found === "object" && found !== null && "object" in found) return found;
  }
  return null;
}
