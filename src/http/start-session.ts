import type { APIContext } from "astro";
import { findAccount } from "#lib/accounts/account-queries.ts";
import { noteSignIn } from "#lib/accounts/note-sign-in.ts";
import type { SignInKind } from "#lib/accounts/security-queries.ts";
import { createSession, endSession } from "#lib/accounts/sessions.ts";
import { AppError } from "#lib/errors.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { describeDevice } from "./device.ts";
import { readDeviceCookie } from "./device-cookie.ts";
import { personReference } from "./log-references.ts";
import { readSessionCookie, writeSessionCookie } from "./session-cookie.ts";

type Context = Pick<APIContext, "cookies" | "locals" | "request">;

/**
 * Signs a person in on this browser, as the account is at this moment: every way in ends here.
 * Always with a new id: one that was planted before, or was worth less, opens nothing afterwards
 * (ASVS V7.2.4). `kind` says how somebody signed in, to be written down and told to the owner; it is
 * left out for who is signed in already, or has just made the account. Throws AppError for an account
 * that is locked or erased, or whose password is no longer the one of `passwordChangedAt`, and
 * DependencyError without Redis.
 */
export async function startSession(
  context: Context,
  user: { id: string; isSecondFactorUsed?: boolean; passwordChangedAt?: Date | undefined },
  kind: SignInKind | null = null,
): Promise<void> {
  const { cookies, locals, request } = context;
  const { services, session } = locals;
  const account = await findAccount(services.database, user.id);
  if (!account || account.erasedAt) throw new AppError("unauthorized", "There is no such account.");
  if (account.lockedAt)
    throw new AppError("forbidden", "This account is locked. Write to us to have it opened.");
  const proved = user.passwordChangedAt ?? account.passwordChangedAt;
  if (proved.getTime() !== account.passwordChangedAt.getTime())
    throw new AppError(
      "unauthorized",
      "This password was changed a moment ago. Please use the new one.",
      { event: "sign-in-failed" },
    );
  const former = readSessionCookie(cookies);
  // Who has typed a code here keeps what it is worth when the session is only renewed.
  const isKept = session?.userId === user.id && session.isSecondFactorUsed;
  const person = { ...account, isSecondFactorUsed: user.isSecondFactorUsed ?? isKept };
  // At once, so that nobody waits for it; without the note the browser gets no session all the same.
  const [id] = await Promise.all([
    createSession(services.redis, person, new Date(), describeDevice(request)),
    kind && note(context, account, kind),
  ]);
  if (former && session) await endSession(services.redis, former, session.userId);
  writeSessionCookie(cookies, id);
  const event = session?.userId === user.id ? "session-renewed" : "signed-in";
  locals.log(event, { person: personReference(services.environment, user.id) }, "info");
}

async function note(
  { cookies, locals, request }: Context,
  user: { id: string; email: string },
  kind: SignInKind,
): Promise<void> {
  const { services, cfContext } = locals;
  const device = describeDevice(request);
  const deviceCookie = readDeviceCookie(cookies);
  const now = new Date();
  if (await noteSignIn(services, { user, kind, device, deviceCookie, now }))
    cfContext.waitUntil(sendDueMail(services, { now }));
}
