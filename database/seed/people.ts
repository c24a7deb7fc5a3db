import { hashPassword } from "#lib/accounts/passwords.ts";
import type { Database } from "#lib/services/database.ts";

/** Who may sign in to the local shop, all with the same password. */
export const DEMO_PEOPLE = [
  { email: "learner@example.com", name: "Robin Learner", role: "learner" },
  { email: "admin@example.com", name: "Ada Admin", role: "admin" },
] as const;

/** Makes the demo accounts that don't exist yet, and gives how many that were. */
export async function seedPeople(database: Database, password: string): Promise<number> {
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
  return missing.length;
}
