import type { Database } from "#lib/services/database.ts";
import type { User } from "./queries.ts";

/** An account as it is at this moment. */
export interface Account extends User {
  passwordChangedAt: Date;
  lockedAt: Date | null;
  deletionDueAt: Date | null;
  erasedAt: Date | null;
}

/** The account with this id, or null. */
export async function findAccount(database: Database, id: string): Promise<Account | null> {
  const [account] = await database.read<Account[]>`
    SELECT id, email, name, role, password_changed_at, locked_at, deletion_due_at, erased_at
    FROM users
    WHERE id = ${id}::uuid`;
  return account ?? null;
}
