import type { Database } from "#lib/services/database.ts";

/** Stands in every column of a person that no answer may hold. */
export const SECRET_CANARY = "canary-of-a-secret";
/** Stands in every column with Stripe's name of something of theirs: for staff alone. */
export const STRIPE_CANARY = "canary-of-stripe";

/**
 * Writes the canaries into all that is kept of a person. What can't be read back as it was still
 * opens nothing: nobody knows their password anyway.
 */
export async function plantCanaries({ write }: Database, userId: string): Promise<void> {
  await write`UPDATE users SET password_hash = ${SECRET_CANARY} WHERE id = ${userId}`;
  await write`
    INSERT INTO password_resets (id, user_id, nonce)
    VALUES (gen_random_uuid(), ${userId}, ${SECRET_CANARY})`;
  await write`
    INSERT INTO email_changes (id, user_id, new_email, nonce)
    VALUES (gen_random_uuid(), ${userId}, 'canary@new.example', ${SECRET_CANARY})`;
  await write`
    INSERT INTO recovery_codes (user_id, code_hash)
    VALUES (${userId}, ${SECRET_CANARY})`;
  await write`
    INSERT INTO passkeys (user_id, credential_id, user_handle, public_key, name)
    VALUES (${userId}, gen_random_uuid()::text, ${SECRET_CANARY}, ${SECRET_CANARY}, 'Phone')`;
  await write`
    UPDATE orders
    SET stripe_payment_intent_id = ${STRIPE_CANARY} || id
    WHERE user_id = ${userId}`;
  await write`
    UPDATE payment_customers
    SET stripe_customer_id = ${STRIPE_CANARY} || user_id
    WHERE user_id = ${userId}`;
}
