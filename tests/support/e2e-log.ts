import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { z } from "zod";
import { readVariable } from "./e2e-variables.ts";

const reference = z.string().regex(/^[0-9a-f]{16}$/);

/** What stands in every line of the shop's log (ASVS V16.2.1, V16.2.2). */
export const logLine = z.looseObject({
  time: z.iso.datetime({ precision: 3 }),
  level: z.enum(["info", "warn", "error"]),
  event: z.string().regex(/^[a-z]+(-[a-z]+)*$/),
  requestId: z.uuid(),
  method: z.string().regex(/^[A-Z]{1,20}$/),
  route: z.string().startsWith("/"),
  client: reference,
  person: reference.nullable(),
});

export type LogLine = z.infer<typeof logLine>;

/** The served shop's log as text, without the colours of the terminal. */
export function readLog(): string {
  return readFileSync(readVariable("SHOP_LOG"), "utf8").replace(/\u001b\[[\d;]*m/g, "");
}

/** The lines that the shop itself wrote, as text; the rest is the local server's. */
export function ownLines(): string[] {
  return readLog()
    .split("\n")
    .flatMap((line) => /(\{"time":.*)$/.exec(line)?.[1]?.trim() ?? []);
}

/** What the log says of one request but for the request itself, once that has been written. */
export async function eventsOf(requestId: string | undefined): Promise<LogLine[]> {
  return (await linesOf(requestId)).filter(({ event }) => event !== "request");
}

/** How often one request asked the database and Redis before it was answered. */
export async function callsOf(
  requestId: string | undefined,
): Promise<{ database: number; redis: number }> {
  const line = (await linesOf(requestId)).find(({ event }) => event === "request");
  return z.object({ database: z.number(), redis: z.number() }).parse(line?.calls);
}

async function linesOf(requestId: string | undefined): Promise<LogLine[]> {
  if (!requestId) throw new Error("The answer has no request id.");
  const find = () =>
    ownLines()
      .filter((line) => line.includes(requestId))
      .map((line) => logLine.parse(JSON.parse(line)));
  await expect
    .poll(() => find().filter(({ event }) => event === "request").length, { timeout: 10_000 })
    .toBe(1);
  return find();
}
