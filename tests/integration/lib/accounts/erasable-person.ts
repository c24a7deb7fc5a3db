import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { syncOrder } from "#lib/orders/sync-order.ts";
import type { TestShop } from "../../../support/shop.ts";
import { insertCourse, open } from "../orders/purchase.ts";
import { makeAccount } from "./account.ts";

/** A person of whom there is something in every column that can hold something of people. */
export interface ErasablePerson {
  id: string;
  email: string;
  /** Their name, which nobody else has. */
  name: string;
  passwordHash: string;
  /** An order that is paid. */
  orderId: string;
}

/** Makes such a person. Add to it what a new table keeps of people. */
export async function makeErasablePerson(shop: TestShop): Promise<ErasablePerson> {
  const { id, email } = await makeAccount(shop);
  const [name, passwordHash] = [`Kim ${randomUUID()}`, `hash ${randomUUID()}`];
  const update = "UPDATE users SET name = $2, password_hash = $3 WHERE id = $1";
  await shop.sql(update, [id, name, passwordHash]);
  const courseId = await insertCourse(shop);
  const { orderId, sessionId } = await open(shop, { userId: id, email }, courseId);
  shop.stripe.pay(sessionId);
  expect(await syncOrder(shop.services, orderId, { now: new Date() })).toBe("paid");
  await shop.sql(
    `INSERT INTO lessons (course_id, slug, position, title, summary, minutes, is_preview, html)
     VALUES ($1, 'one', 1, 'One', 'One', 5, true, '')`,
    [courseId],
  );
  await shop.sql(
    `WITH person AS (SELECT * FROM users WHERE id = $1),
     sign_up AS (INSERT INTO registrations (email, name, password_hash, nonce)
       SELECT email, name, password_hash, 'n' FROM person),
     move AS (INSERT INTO email_changes (id, user_id, new_email, nonce)
       SELECT gen_random_uuid(), id, 'new.' || email, 'n' FROM person),
     reset AS (INSERT INTO password_resets (id, user_id, nonce)
       SELECT gen_random_uuid(), id, 'n' FROM person),
     factor AS (INSERT INTO totp_factors (user_id, sealed_secret) SELECT id, 's' FROM person),
     other AS (INSERT INTO identities (provider, subject, user_id, email)
       SELECT 'google', id::text, id, email FROM person),
     code AS (INSERT INTO recovery_codes (user_id, code_hash) SELECT id, 'c' FROM person),
     passkey AS (INSERT INTO passkeys
         (user_id, credential_id, user_handle, public_key, name)
       SELECT id, id::text, id::text, 'k', 'Phone of ' || name FROM person),
     event AS (INSERT INTO security_events (user_id, kind, device)
       SELECT id, 'sign-in', 'Firefox' FROM person),
     lesson AS (INSERT INTO lesson_progress (user_id, lesson_id)
       SELECT person.id, lessons.id FROM person JOIN lessons ON lessons.course_id = $2),
     suppressed AS (INSERT INTO mail_suppressions
         (email, reason, provider_event_id, happened_at, lifted_at)
       SELECT email, 'bounce', id::text, now(), now() FROM person),
     mail AS (INSERT INTO outbox (dedupe_key, template, recipient, parameters, sent_at)
       SELECT 'test:' || id, 'welcome', name || ' <' || email || '>',
              jsonb_build_object('name', name), now()
       FROM person
       UNION ALL
       SELECT 'contact:' || id, 'contact', 'shop@example.com',
              jsonb_build_object('name', name, 'email', email, 'message', 'Hello'), now()
       FROM person),
     refund AS (INSERT INTO refunds (order_id, source, status, amount, requested_by)
       SELECT $3::uuid, 'buyer', 'failed', 1, id FROM person),
     history AS (INSERT INTO order_history (order_id, change, actor_id)
       SELECT $3::uuid, 'refund requested', id FROM person),
     audit AS (INSERT INTO audit_log (actor_id, action, subject_type, subject_id)
       SELECT id, 'order.resync', 'order', $3::text FROM person)
     INSERT INTO orders (user_id, source, status, currency, subtotal_amount, total_amount,
                         livemode, expires_at, granted_by, grant_reason)
     SELECT id, 'manual', 'paid', 'eur', 0, 0, false, now(), id, 'A prize' FROM person`,
    [id, courseId, orderId],
  );
  return { id, email, name, passwordHash, orderId };
}

/** Has the account's time to be taken back be over, with all that was paid long before. */
export async function makeDue(shop: TestShop, { id }: { id: string }): Promise<void> {
  await shop.sql(
    `WITH old AS (
       UPDATE orders SET paid_at = now() - interval '30 days'
       WHERE user_id = $1 AND paid_at IS NOT NULL
     )
     UPDATE users
     SET deletion_asked_at = now() - interval '15 days', deletion_due_at = now() - interval '1 day'
     WHERE id = $1`,
    [id],
  );
}

/** Every column that refers to users, or by its name or type may hold what a person gave. */
export async function listPersonalColumns(shop: TestShop): Promise<string[]> {
  const rows = await shop.sql<{ name: string }>(
    `SELECT table_.relname || '.' || attname AS name
     FROM pg_attribute
     JOIN pg_class table_ ON table_.oid = attrelid
     WHERE table_.relnamespace = 'public'::regnamespace AND table_.relkind = 'r' AND attnum > 0
       AND NOT attisdropped AND table_.relname NOT IN ('schema_migrations', 'courses', 'lessons')
       AND (
         attname ~ '(^|_)(e?mail|name|recipient|address|phone|password|user|person)(_|$)'
         OR atttypid = 'jsonb'::regtype
         OR EXISTS (
           SELECT FROM pg_constraint
           WHERE conrelid = attrelid AND contype = 'f' AND confrelid = 'users'::regclass
             AND attnum = ANY (conkey)))
       AND attname <> 'password_changed_at'
     ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** How many rows of a column hold the person's id, address, name or password hash. */
export async function countTraces(
  shop: TestShop,
  column: string,
  { id, email, name, passwordHash }: ErasablePerson,
): Promise<number> {
  const [table = "", field = ""] = column.split(".");
  const allowed = column === "users.email" || column === "outbox.recipient" ? "erased.invalid" : "";
  const [row] = await shop.sql<{ count: number }>(
    `SELECT count(*)::int AS count FROM ${table}
     WHERE ${field}::text ~ $1 AND ($2 = '' OR ${field}::text NOT LIKE '%' || $2)`,
    [[id, email, name, passwordHash].join("|"), allowed],
  );
  return row?.count ?? 0;
}
