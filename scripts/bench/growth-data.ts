import type { Client } from "pg";

/** How much there is. */
export interface Size {
  courses: number;
  orders: number;
}

/** Whom and what the pages are asked for; there at every size. */
export interface Sample {
  userId: string;
  orderId: string;
}

export const LIVEMODE = false;
const ORDERS_EACH = 10;

/** Adds courses with three lessons each, and people with ten paid orders each, from one size to another. */
export async function grow(client: Client, from: Size, to: Size): Promise<void> {
  await client.query(
    `INSERT INTO courses (slug, title, summary, topic, level, price_amount, currency, position,
       flags, outcomes, audience, not_for, questions, about_html, revised_on, revision_note,
       minutes_total, lesson_count, published_at)
     SELECT 'volume-' || n, 'Volume ' || n, 'One of many',
       (ARRAY['deployment', 'payments', 'data', 'operations', 'security'])[1 + n % 5],
       (ARRAY['beginner', 'intermediate', 'advanced'])[1 + n % 3],
       4900, 'eur', n, '[]', '[]', '[]', '[]', '[]', '', '2026-11-20', '', 30, 3, now()
     FROM generate_series($1::integer + 1, $2::integer) AS n`,
    [from.courses, to.courses],
  );
  await client.query(
    `INSERT INTO lessons (course_id, slug, position, title, summary, minutes, is_preview, html)
     SELECT id, 'lesson-' || n, n, 'Lesson', 'One of three', 10, n = 1, 'text'
     FROM courses, generate_series(1, 3) AS n
     WHERE courses.slug LIKE 'volume-%' AND courses.position > $1::integer`,
    [from.courses],
  );
  await client.query(
    `INSERT INTO users (email, name, password_hash)
     SELECT 'grown' || n || '@example.com', 'Grown', 'none'
     FROM generate_series($1::integer + 1, $2::integer) AS n`,
    [from.orders / ORDERS_EACH, to.orders / ORDERS_EACH],
  );
  await client.query(GROW_ORDERS, [
    from.orders / ORDERS_EACH,
    ORDERS_EACH,
    from.courses,
    to.courses - from.courses,
    LIVEMODE,
  ]);
  await client.query("VACUUM ANALYZE");
}

/** One of the people, with an order of theirs. Throws before `grow`. */
export async function findSample(client: Client): Promise<Sample> {
  const { rows } = await client.query<Sample>(
    `SELECT users.id AS "userId", orders.id AS "orderId"
     FROM users JOIN orders ON orders.user_id = users.id
     WHERE users.email = 'grown7@example.com'
     LIMIT 1`,
  );
  if (!rows[0]) throw new Error("The sample was not made.");
  return rows[0];
}

// Each person buys the next ten of the new courses, round and round.
const GROW_ORDERS = `
  WITH pairs AS (
    SELECT users.id AS user_id, courses.id AS course_id, courses.title
    FROM users
    CROSS JOIN LATERAL (SELECT substring(users.email FROM 'grown([0-9]+)@')::integer AS n) AS person
    CROSS JOIN generate_series(1, $2::integer) AS turn
    JOIN courses ON courses.slug = 'volume-' ||
      ($3::integer + 1 + ((person.n - 1) * $2::integer + turn - 1) % $4::integer)
    WHERE users.email LIKE 'grown%' AND person.n > $1::integer
  ), numbered AS (
    SELECT gen_random_uuid() AS order_id, gen_random_uuid() AS item_id, pairs.* FROM pairs
  ), ordered AS (
    INSERT INTO orders (id, user_id, status, currency, subtotal_amount, total_amount, livemode,
      terms_accepted_at, expires_at, paid_at, synced_at)
    SELECT order_id, user_id, 'paid', 'eur', 4900, 4900, $5::boolean, now(), now(), now(), now()
    FROM numbered
  ), itemised AS (
    INSERT INTO order_items (id, order_id, user_id, course_id, title, price_amount, paid_amount,
      state, livemode)
    SELECT item_id, order_id, user_id, course_id, title, 4900, 4900, 'owned', $5::boolean
    FROM numbered
  )
  INSERT INTO entitlements (user_id, course_id, livemode, order_item_id)
  SELECT user_id, course_id, $5::boolean, item_id
  FROM numbered`;
