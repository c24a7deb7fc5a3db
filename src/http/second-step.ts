import type { APIContext } from "astro";
import type { UserWithPassword } from "#lib/accounts/queries.ts";
import { secondSteps } from "#lib/accounts/second-step.ts";
import { secondStepCookie } from "./token-cookie.ts";

/**
 * Keeps that a first factor was right, and gives the address where the second is asked for: nobody
 * is signed in yet. `next` is where the person was going to, as `nextAddress` gives it.
 */
export async function waitForSecondStep(
  { cookies, locals }: Pick<APIContext, "cookies" | "locals">,
  user: Pick<UserWithPassword, "id" | "email"> &
    Partial<Pick<UserWithPassword, "passwordChangedAt">>,
  { remember, next }: { remember: boolean; next: string },
): Promise<string> {
  const { id, email, passwordChangedAt } = user;
  const step = { id, email, remember, passwordChangedAt };
  const token = await secondSteps.create(locals.services.redis, step);
  secondStepCookie.write(cookies, token);
  return `/sign-in/second-step?next=${encodeURIComponent(next)}`;
}
