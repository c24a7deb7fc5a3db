import { createHash } from "node:crypto";

/** Somebody who has an account at the local providers. */
export interface OpenidPerson {
  subject: string;
  name: string;
  email: string;
  /** Whether the provider has proved the address. */
  isVerified: boolean;
}

/** Whom the local providers' pages offer. */
export const OPENID_PEOPLE: readonly OpenidPerson[] = [
  openidPerson("Ines Adler", "ines.adler@example.net", true),
  openidPerson("Lena Learner", "learner@example.com", true),
  openidPerson("Noor Haddad", "noor.haddad@example.net", false),
];

/** A person whose id follows from the address: the same each time. */
export function openidPerson(name: string, email: string, isVerified: boolean): OpenidPerson {
  const digest = createHash("sha256").update(email).digest();
  // GitHub's ids are numbers; Google's are digits, too.
  return { subject: String(digest.readUIntBE(0, 6) + 1), name, email, isVerified };
}

/** Whom a form of the page names, or null. */
export function chosenPerson(form: URLSearchParams): OpenidPerson | null {
  const email = form.get("email")?.trim().toLowerCase();
  if (email) return openidPerson(form.get("name") ?? "", email, form.get("verified") === "on");
  return OPENID_PEOPLE.find(({ subject }) => subject === form.get("person")) ?? null;
}
