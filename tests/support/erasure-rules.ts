/**
 * "erased": nothing of an erased person is left in the column. "kept": the row stays for the books
 * or as the record of what staff did, and leads to an account without a name.
 */
export type ErasureRule = "erased" | "kept";

/**
 * Every column that refers to users, and every one that by its name or type may hold what a person
 * gave. One without a line here fails the tests; so does an "erased" one that is not.
 */
export const ERASURE_RULES: Record<string, ErasureRule> = {
  "audit_log.actor_id": "kept",
  "audit_log.detail": "kept",
  "email_changes.new_email": "erased",
  "email_changes.user_id": "erased",
  "entitlements.user_id": "kept",
  "identities.email": "erased",
  "identities.user_id": "erased",
  "lesson_progress.user_id": "erased",
  "mail_suppressions.email": "erased",
  "order_history.actor_id": "kept",
  "order_history.detail": "kept",
  "order_items.user_id": "kept",
  "orders.granted_by": "kept",
  "orders.user_id": "kept",
  "outbox.parameters": "erased",
  "outbox.recipient": "erased",
  "passkeys.name": "erased",
  "passkeys.user_handle": "erased",
  "passkeys.user_id": "erased",
  "password_resets.user_id": "erased",
  "payment_customers.user_id": "erased",
  "recovery_codes.user_id": "erased",
  "refunds.requested_by": "kept",
  "registrations.email": "erased",
  "registrations.name": "erased",
  "registrations.password_hash": "erased",
  "security_events.user_id": "erased",
  "totp_factors.user_id": "erased",
  "users.email": "erased",
  "users.name": "erased",
  "users.password_hash": "erased",
};
