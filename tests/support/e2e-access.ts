import type { APIRequestContext, APIResponse } from "@playwright/test";
import type { Access, Role } from "./access-table.ts";
import { plantCanaries } from "./canaries.ts";
import {
  buyCourse,
  COURSE,
  makePerson,
  newClientAddress,
  shopServices,
  type Person,
} from "./e2e-shop.ts";

/** Who asks, and what is the owner's. */
export interface Cast {
  people: Record<Role, Person | null>;
  ids: Record<string, string>;
}

/** New people of every role, and an order of the owner. In all that is secret stand canaries. */
export async function makeCast(): Promise<Cast> {
  const owner = await makePerson("Olga Owner");
  const order = await buyCourse(owner);
  const [row] = await shopServices().database.read<Record<string, string>[]>`
    SELECT items.id AS item, orders.stripe_session_id AS session, lessons.id AS lesson
    FROM order_items items
    JOIN orders ON orders.id = items.order_id
    JOIN lessons ON lessons.course_id = items.course_id
    JOIN courses ON courses.id = items.course_id
    WHERE orders.id = ${order} AND courses.slug = ${COURSE}
    LIMIT 1`;
  const people = {
    visitor: null,
    learner: await makePerson("Lena Learner"),
    owner,
    admin: await makePerson("Ada Admin", "admin"),
    support: await makePerson("Sue Support", "support"),
  };
  for (const person of Object.values(people))
    if (person) await plantCanaries(shopServices().database, person.id);
  return { people, ids: { ...row, order, owner: owner.id } };
}

/** The request of the table with the owner's ids in their places. */
export function fill({ path, form, ...access }: Access, ids: Record<string, string>): Access {
  const put = (text: string) => text.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? "");
  const filled = Object.entries(form ?? {}).map(([name, value]) => [name, put(value)]);
  return {
    ...access,
    path: put(path),
    ...(form && { form: Object.fromEntries(filled) as Record<string, string> }),
  };
}

/** Sends it as this person, or as a visitor, from an address of its own. */
export function ask(
  visitor: APIRequestContext,
  { path, method = "GET" as never, form }: Access,
  person: Person | null,
): Promise<APIResponse> {
  const headers = {
    "CF-Connecting-IP": newClientAddress(),
    ...(person && { Cookie: `__Host-session=${person.session}` }),
  };
  return visitor.fetch(path, { method, headers, ...(form && { form }) });
}
