import { DEMO_TOTP_SECRET } from "#local/demo-accounts.ts";
import { hashPassword } from "#lib/accounts/passwords.ts";
import type { Database } from "#lib/services/database.ts";
import { seal } from "#lib/tokens.ts";

/** Who may sign in to the local shop, all with the same password. */
const DEMO_PEOPLE = [
  { email: "learner@example.com", name: "Robin Learner", role: "learner" },
  { email: "admin@example.com", name: "Ada Admin", role: "admin" },
] as const;

/**
 * Makes the demo accounts that don't exist yet, and gives how many that were. The admin gets a
 * second factor that the local stack knows, sealed with `secret`; without one, none.
 */
export async function seedPeople(
  database: Database,
  password: string,
  secret: string | undefined,
): Promise<number> {
  const emails = JSON.stringify(DEMO_PEOPLE.map(({ email }) => email));
  const known = await database.read<{ email: string }[]>`
    SELECT email
    FROM users
    WHERE email IN (SELECT jsonb_array_elements_text(${emails}::jsonb))`;
  const missing = DEMO_PEOPLE.filter(
    (person) => !known.some(({ email }) => email === person.email),
  );
  for (const { email, name, role } of missing) {
    const passwordHash = await hashPassword(password);
    await database.write`
      INSERT INTO users (email, name, password_hash, role)
      VALUES (${email}, ${name}, ${passwordHash}, ${role})
      ON CONFLICT (email) DO NOTHING`;
  }
  if (secret) await seedSecondFactor(database, seal(secret, "totp-secret", DEMO_TOTP_SECRET));
  return missing.length;
}

// Always anew: another key of the shop can't open what the former one sealed.
async function seedSecondFactor(database: Database, sealedSecret: string): Promise<void> {
  await database.write`
    INSERT INTO totp_factors (user_id, sealed_secret, confirmed_at)
    SELECT id, ${sealedSecret}, now()
    FROM users
    WHERE email = 'admin@example.com' AND role = 'admin'
    ON CONFLICT (user_id) DO UPDATE
    SET sealed_secret = EXCLUDED.sealed_secret`;
}
