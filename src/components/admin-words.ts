import type { StoryLine } from "#lib/orders/admin/story-queries.ts";
import { formatMoney } from "#lib/orders/money.ts";
import { ORDER_STATUSES, type OrderStatus } from "#lib/orders/order.ts";

const ACTS: Record<string, string> = {
  "order.begin": "Order begun",
  "order.refund": "Refund",
  "order.grant": "Opened by hand",
  "order.withdraw": "Grant taken back",
  "order.accept-review": "Payment found good",
  "order.resync": "Stripe asked again",
  "order.assign-refund": "Courses of a refund named",
  "person.end-sessions": "Signed out on all devices",
  "person.lock": "Account locked",
  "person.unlock": "Account unlocked",
  "person.remove-second-factor": "Second factor turned off",
  "person.look": "Looked at as its owner sees it",
  "person.erase": "Account erased",
  "refund requested": "Refund written down",
  "refund refused": "Stripe refused the refund",
};

const MAILS: Record<StoryLine["kind"], string> = {
  mail: "Mail",
  event: "Event from Stripe",
  change: "",
};

/** An order's state in the words of the state diagram in docs/payments.md. */
export function statusWords(status: OrderStatus): string {
  return status.replaceAll("_", " ");
}

/** What an admin did, such as "Opened by hand"; an act without words of its own stays as it is. */
export function actWords(act: string): string {
  return ACTS[act] ?? act;
}

/** What a line of an order's story says first. */
export function storyTitle({ kind, what, detail }: StoryLine): string {
  if (kind !== "change") return `${MAILS[kind]}: ${what}`;
  if (what !== "status") return actWords(what);
  const [from, to] = [detail.from, detail.to].map(String);
  return from === to ? `Still ${words(to)}` : `${words(from)} → ${words(to)}`;
}

/** What else is known of it, each a short phrase. `currency` is the order's. */
export function storyFacts({ what, detail }: StoryLine, currency: string): string[] {
  const text = (key: string) => {
    const value = detail[key];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const money = (key: string) => {
    const value = detail[key];
    return typeof value === "number" && value > 0 ? formatMoney(value, currency) : null;
  };
  const named = (name: string, value: string | null) => value && `${name} ${value}`;
  return [
    text("reason"),
    text("state") && `${text("state") ?? ""}, to ${text("to") ?? ""}`,
    named("session", text("session")),
    named("payment", text("payment")),
    text("dispute") === "none" ? null : named("dispute", text("dispute")),
    named("after", text("event")),
    named("total", money("total")),
    named("refunded", money("refunded")),
    money("amount"),
    what === "refund requested" ? named("asked for by", text("source")) : null,
    text("id"),
  ].filter((fact): fact is string => Boolean(fact));
}

function words(status: string | undefined): string {
  const known = ORDER_STATUSES.find((each) => each === status);
  return known ? statusWords(known) : "unknown";
}
