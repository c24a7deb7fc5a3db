import { AppError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import type { Stripe } from "#lib/services/stripe.ts";
import { ApiError } from "#local/stripe/api-error.ts";
import type { TestShop } from "../../../support/shop.ts";

/** A course, and how an admin's form names it. */
export interface HistoryCourse {
  id: string;
  slug: string;
}

/** One buyer, and what happens to the Workers that serve them. */
export interface History {
  shop: TestShop;
  buyer: { userId: string; email: string };
  adminId: string;
  courses: [one: HistoryCourse, two: HistoryCourse];
  kill: Kill | null;
  /** Requests that wait in the middle, oldest first. */
  slow: SlowRequest[];
  /** Orders that were ever seen to open a course. */
  opened: Set<string>;
}

/** The Worker ends at the `left`-th read or write from here. */
export interface Kill {
  at: "read" | "write";
  /** `after`: the database did it, and nobody hears of it. */
  when: "before" | "after";
  left: number;
}

interface SlowRequest {
  goOn(): void;
  /** Gives the error that it ended with, or null. */
  done: Promise<unknown>;
}

/** Where a slow request waits: before its first write, or before it asks Stripe for a refund. */
export type SlowPlace = "write" | "refund";

interface Gate {
  place: SlowPlace;
  pass(): Promise<null>;
}

/** The Worker ended: a death of the test's making, not the code's. */
export class Killed extends Error {
  override name = "Killed";
}

/** Whether an error is an answer to somebody, or of the test's making. */
export function isExpected(error: unknown): boolean {
  return error instanceof AppError || error instanceof ApiError || error instanceof Killed;
}

/** Throws one of the errors, if there are any: rather one that nobody expected. */
export function throwWorst(errors: unknown[]): void {
  const worst = errors.find((error) => !isExpected(error)) ?? errors[0];
  if (worst) throw worst as Error;
}

/** The time by Stripe's virtual clock, which is the shop's too. */
export function clockOf({ shop }: Pick<History, "shop">): Date {
  return new Date(Date.now() + shop.stripe.state.clockOffset * 1000);
}

/**
 * The services of one request. Once it was killed it does nothing more, whatever its code would
 * like to do about that.
 */
export function workerOf(history: Pick<History, "shop" | "kill">, gate?: Gate): Services {
  const { services } = history.shop;
  const { database, stripe } = services;
  let isDead = false;
  const live = <T>(work: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Killed();
    return work();
  };
  const mortal = async <T>(at: Kill["at"], work: () => Promise<T>): Promise<T> => {
    if (gate?.place === at) await gate.pass();
    const strike = takeKill(history, at);
    isDead ||= strike?.when === "before";
    const rows = await live(work);
    isDead ||= strike?.when === "after";
    return live(() => Promise.resolve(rows));
  };
  const read: typeof database.read = (strings, ...values) =>
    mortal("read", () => database.read(strings, ...values));
  const write: typeof database.write = (strings, ...values) =>
    mortal("write", () => database.write(strings, ...values));
  // A single try each: the library's own retries would wait, and hide most faults.
  const ask: typeof stripe.run = (call) =>
    live(() => stripe.runOnce((api) => call(gate?.place === "refund" ? gated(api, gate) : api)));
  return {
    ...services,
    stripe: { ...stripe, run: ask, runOnce: ask },
    database: { ...database, read, write },
  };
}

/** Begins a request and leaves it waiting, or lets it end when it does not come to the place. */
export async function beginSlowly(
  history: History,
  place: SlowPlace,
  request: (services: Services) => Promise<unknown>,
): Promise<void> {
  const gate = Promise.withResolvers<null>();
  const reached = Promise.withResolvers<null>();
  const pass = (): Promise<null> => {
    reached.resolve(null);
    return gate.promise;
  };
  const done = request(workerOf(history, { place, pass })).then(
    () => null,
    (error: unknown) => error,
  );
  await Promise.race([reached.promise, done]);
  history.slow.push({ goOn: () => gate.resolve(null), done });
}

/** Lets the oldest request that waits go on to its end. Gives false when none waits. */
export async function endSlowly(history: History): Promise<boolean> {
  const request = history.slow.shift();
  if (!request) return false;
  request.goOn();
  const error = await request.done;
  if (error) throw error as Error;
  return true;
}

function takeKill(history: Pick<History, "kill">, at: Kill["at"]): Kill | null {
  const { kill } = history;
  if (kill?.at !== at) return null;
  kill.left -= 1;
  if (kill.left > 0) return null;
  history.kill = null;
  return kill;
}

function gated(api: Stripe, gate: Gate): Stripe {
  const create = async (...args: Parameters<Stripe["refunds"]["create"]>) => {
    await gate.pass();
    return api.refunds.create(...args);
  };
  const refunds = Object.create(api.refunds, { create: { value: create } }) as Stripe["refunds"];
  return Object.create(api, { refunds: { value: refunds } }) as Stripe;
}
