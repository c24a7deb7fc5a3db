import type { OrderForMail } from "#lib/orders/queries.ts";

/** The courses of an order as one phrase, such as "A, B, and C". */
export function titlesOf({ items }: Pick<OrderForMail, "items">): string {
  return new Intl.ListFormat("en").format(items.map(({ title }) => title));
}

/** A day as people write it, such as "23 November 2026 (UTC)". */
export function formatDay(time: Date): string {
  return `${time.toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" })} (UTC)`;
}
