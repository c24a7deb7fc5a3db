import { randomBytes, randomUUID } from "node:crypto";
import type { Role } from "#lib/accounts/queries.ts";
import { createSession } from "#lib/accounts/sessions.ts";
import { parseEnvironment } from "#lib/environment.ts";
import { DependencyError } from "#lib/errors.ts";
import { startCheckout } from "#lib/orders/start-checkout.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import { openServices, type Services } from "#lib/services/index.ts";
import { payByRequest } from "./e2e-stripe.ts";

/** Someone with an account and a session, made without any page. */
export interface Person {
  id: string;
  name: string;
  email: string;
  /** The value of the session cookie. */
  session: string;
}

/** The course that tests buy. */
export const COURSE = "redis-beyond-caching";

let services: Services | undefined;

/** The served shop's own database, Redis and Stripe, through the shop's own code. */
export function shopServices(): Services {
  services ??= openServices(parseEnvironment(process.env));
  return services;
}

/** An address that no other test uses. */
export function newAddress(): string {
  return `${randomBytes(5).toString("hex")}@buyer.example`;
}

/** A client address that no other test is counted under. */
export function newClientAddress(): string {
  return `2001:db8:${randomBytes(2).toString("hex")}:${randomBytes(2).toString("hex")}::1`;
}

/** Makes a person who is signed in. Nobody knows their password. */
export async function makePerson(name = "Kim Buyer", role: Role = "learner"): Promise<Person> {
  const { database, redis } = shopServices();
  const email = newAddress();
  const [row] = await database.write<{ id: string }[]>`
    INSERT INTO users (email, name, password_hash, role)
    VALUES (${email}, ${name}, 'none', ${role})
    RETURNING id`;
  if (!row) throw new Error("The person was not made.");
  const person = { id: row.id, name, email };
  const user = { ...person, role, isSecondFactorUsed: role !== "learner" };
  const session = await patiently(() => createSession(redis, user, new Date()));
  return { ...person, session };
}

// On a busy machine this process misses the shop's time-outs of half a second, which are no test's
// matter.
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === 3 || !(error instanceof DependencyError)) throw error;
    }
  }
}

/** Begins an order as the checkout page does. Gives its id and the address of Stripe's page. */
export async function beginOrder(
  person: Person,
  slug = COURSE,
): Promise<{ orderId: string; url: string }> {
  const { database } = shopServices();
  const [course] = await database.read<{ id: string }[]>`
    SELECT id
    FROM courses
    WHERE slug = ${slug}`;
  const result = await startCheckout(shopServices(), {
    userId: person.id,
    email: person.email,
    courseIds: [course?.id ?? randomUUID()],
    termsAccepted: true,
    waiverAccepted: true,
    now: new Date(),
  });
  if (result.kind !== "redirect") throw new Error("The course is owned already.");
  const orderId = await findOrder(person);
  return { orderId, url: result.url };
}

/** Buys a course without a browser, and gives the order's id once it is open. */
export async function buyCourse(person: Person, slug = COURSE): Promise<string> {
  const { orderId, url } = await beginOrder(person, slug);
  await payByRequest(url);
  const status = await syncOrder(shopServices(), orderId, { now: new Date() });
  if (status !== "paid") throw new Error(`The order is ${String(status)}.`);
  return orderId;
}

/** The id of the person's newest order. */
export async function findOrder({ id }: { id: string }): Promise<string> {
  const [order] = await shopServices().database.read<{ id: string }[]>`
    SELECT id
    FROM orders
    WHERE user_id = ${id}
    ORDER BY created_at DESC
    LIMIT 1`;
  if (!order) throw new Error("There is no order.");
  return order.id;
}
