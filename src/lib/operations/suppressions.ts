import type { Services } from "#lib/services/index.ts";
import { findSuppression, updateSuppressionLifted } from "./suppression-queries.ts";

/**
 * Sends mail to an address again, at the wish of its owner, beginning with what was held back. The
 * provider is asked first, for it has a list of its own. Does nothing for an address that gets mail.
 * Throws DependencyError when the provider or the database gives no answer; then nothing changes.
 */
export async function allowMailAgain(
  services: Pick<Services, "database" | "email">,
  { email, now }: { email: string; now: Date },
): Promise<void> {
  if (!(await findSuppression(services.database, email))) return;
  await services.email.allowAgain(email);
  await updateSuppressionLifted(services.database, { email, now });
}
