import type { PersonalData } from "#lib/accounts/export-queries.ts";
import type { SecurityEventKind } from "#lib/accounts/security-queries.ts";
import { formatMoney } from "#lib/orders/money.ts";
import type { OrderStatus } from "#lib/orders/order.ts";
import { describeStatus, formatTime } from "./order-words.ts";
import { describeEvent } from "./security-words.ts";

type Row = Record<string, unknown>;

/** One kind of what is kept: a line of text for each cell, in the columns' order. */
export interface DataTable {
  title: string;
  columns: string[];
  rows: string[][];
}

/** What is kept about a person, as tables in words: the same as the file, which is for programs. */
export function describeData(data: PersonalData): DataTable[] {
  return [
    table("Your account", [data.account], {
      Name: ({ name }) => text(name),
      Address: ({ email }) => text(email),
      "Made on": ({ createdAt }) => time(createdAt),
      "Password chosen on": ({ passwordChangedAt }) => time(passwordChangedAt),
      "News wanted since": ({ newsWantedAt }) => time(newsWantedAt),
    }),
    table("Orders", data.orders, {
      Order: ({ number }) => text(number),
      Courses: ({ courses }) => ((courses ?? []) as string[]).join(", "),
      State: ({ status }) => describeStatus(status as OrderStatus),
      Total: ({ totalAmount, currency }) => money(totalAmount, currency),
      Returned: ({ refundedAmount, currency }) => money(refundedAmount, currency),
      "Ordered on": ({ createdAt }) => time(createdAt),
      "Paid on": ({ paidAt }) => time(paidAt),
      "Terms accepted on": ({ termsAcceptedAt }) => time(termsAcceptedAt),
    }),
    table("Courses that are open to you", data.courses, {
      Course: ({ title }) => text(title),
      Since: ({ since }) => time(since),
    }),
    table("Lessons you opened", data.lessons, {
      Lesson: ({ lesson, course }) => `${text(lesson)} (${text(course)})`,
      Opened: ({ openedAt }) => time(openedAt),
      Finished: ({ completedAt }) => time(completedAt),
    }),
    table("Connected accounts", data.identities, {
      Provider: ({ provider }) => text(provider),
      "Your number there": ({ subject }) => text(subject),
      "Address there": ({ email }) => text(email),
      Since: ({ since }) => time(since),
      "Last used": ({ lastUsedAt }) => time(lastUsedAt),
    }),
    table("Passkeys", data.passkeys, {
      Name: ({ name }) => text(name),
      Since: ({ createdAt }) => time(createdAt),
      "Last used": ({ lastUsedAt }) => time(lastUsedAt),
    }),
    table("What was done with the account", data.securityEvents, {
      What: ({ what }) => describeEvent(what as SecurityEventKind),
      When: ({ happenedAt }) => time(happenedAt),
      Device: ({ device }) => text(device),
      Place: ({ place }) => text(place),
    }),
  ];
}

function table(
  title: string,
  rows: Row[],
  columns: Record<string, (row: Row) => string>,
): DataTable {
  const cells = Object.values(columns);
  return {
    title,
    columns: Object.keys(columns),
    rows: rows.map((row) => cells.map((cell) => cell(row) || "–")),
  };
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function time(value: unknown): string {
  return typeof value === "string" ? formatTime(value) : "";
}

function money(amount: unknown, currency: unknown): string {
  return typeof amount === "number" ? formatMoney(amount, text(currency)) : "";
}
