import type { TestShop } from "../../../support/shop.ts";

/** Makes a user and gives the id. */
export async function insertUser(shop: Pick<TestShop, "sql">, email: string): Promise<string> {
  const [user] = await shop.sql<{ id: string }>(
    "INSERT INTO users (email, name, password_hash) VALUES ($1, 'Robin', 'x') RETURNING id",
    [email],
  );
  return user?.id ?? "";
}

/** Gives a course to a user as a paid order would. */
export async function grantCourse(
  shop: Pick<TestShop, "sql">,
  userId: string,
  slug: string,
  livemode = false,
): Promise<void> {
  await shop.sql(
    `WITH placed AS (
      INSERT INTO orders (user_id, status, currency, subtotal_amount, total_amount, livemode,
        terms_accepted_at, expires_at)
      VALUES ($1, 'paid', 'eur', 4900, 4900, $3, now(), now())
      RETURNING id
    ), item AS (
      INSERT INTO order_items (order_id, user_id, course_id, title, price_amount, state, livemode)
      SELECT placed.id, $1, courses.id, title, 4900, 'owned', $3
      FROM placed, courses
      WHERE slug = $2
      RETURNING id, course_id
    )
    INSERT INTO entitlements (user_id, course_id, livemode, order_item_id)
    SELECT $1, course_id, $3, id FROM item`,
    [userId, slug, livemode],
  );
}
