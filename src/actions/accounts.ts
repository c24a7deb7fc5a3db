import { defineAction, type ActionAPIContext } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { clientAddress } from "#http/client-address.ts";
import { describeDevice } from "#http/device.ts";
import { readDeviceCookie, writeDeviceCookie } from "#http/device-cookie.ts";
import { emailAddress, form, givenPassword, line, newPassword } from "#http/fields.ts";
import { nextAddress } from "#http/next-address.ts";
import {
  deleteLinkCookie,
  deleteRegistrationCookie,
  deleteSessionCookie,
  readLinkCookie,
  readRegistrationCookie,
  readSessionCookie,
  writeRegistrationCookie,
} from "#http/session-cookie.ts";
import { waitForSecondStep } from "#http/second-step.ts";
import { startSession } from "#http/start-session.ts";
import { signIn as checkSignIn } from "#lib/accounts/limited-sign-in.ts";
import type { User } from "#lib/accounts/queries.ts";
import { LINK_TTL_SECONDS } from "#lib/accounts/registration.ts";
import { insertSecurityEvent } from "#lib/accounts/security-queries.ts";
import { endAllSessions, endSession } from "#lib/accounts/sessions.ts";
import { confirmByCode, confirmByLink, signUp as beginSignUp } from "#lib/accounts/sign-up.ts";
import { AppError } from "#lib/errors.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { enforceLimits, EVERYBODY } from "#lib/rate-limits.ts";

const next = z.string().max(2_000).nullish();

export const signUp = defineAction({
  accept: "form",
  input: form({
    name: line("Please enter your name.", 100),
    email: emailAddress(),
    password: newPassword(),
    terms: z.literal("on", "Please accept the terms to sign up."),
    news: z.literal("on").nullish(),
    next,
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      await enforceLimits(services.redis, [
        ["sign-up-address", clientAddress(context.request)],
        ["sign-up-email", input.email],
        ["sign-up-all", EVERYBODY],
      ]);
      const registrationId = await beginSignUp(services, {
        ...input,
        wantsNews: input.news === "on",
      });
      writeRegistrationCookie(context.cookies, registrationId, LINK_TTL_SECONDS);
      context.locals.cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return { next: nextAddress(input.next, "/learn") };
    }),
});

export const confirmSignUp = defineAction({
  accept: "form",
  input: form({
    /** Six digits from the mail; without them the link that this browser opened counts. */
    code: z
      .string()
      .transform((code) => code.replace(/\s/g, ""))
      .pipe(z.string().regex(/^\d{6}$/, "Please enter the six digits from the mail."))
      .nullish(),
    password: givenPassword().nullish(),
    next,
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      await enforceLimits(services.redis, [
        ["confirm-address", clientAddress(context.request)],
        ["confirm-all", EVERYBODY],
      ]);
      const user = await confirm(input, context);
      deleteRegistrationCookie(context.cookies);
      deleteLinkCookie(context.cookies);
      await startSession(context, user);
      context.locals.cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return { next: nextAddress(input.next, "/learn") };
    }),
});

export const signIn = defineAction({
  accept: "form",
  input: form({
    email: emailAddress(),
    password: givenPassword(),
    remember: z.literal("on").nullish(),
    next,
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const user = await checkSignIn(services, {
        email: input.email,
        password: input.password,
        address: clientAddress(context.request),
        device: readDeviceCookie(context.cookies),
        now: new Date(),
      });
      const next = nextAddress(input.next, "/learn");
      const remember = input.remember === "on";
      if (user.hasSecondFactor)
        return { next: await waitForSecondStep(context, user, { remember, next }) };
      await startSession(context, user, "sign-in");
      if (remember) writeDeviceCookie(context.cookies, services.environment.JWT_SECRET, user.email);
      return { next };
    }),
});

export const signOut = defineAction({
  accept: "form",
  input: form({ everywhere: z.literal("yes").nullish() }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services, session } = context.locals;
      const id = readSessionCookie(context.cookies);
      if (session && id)
        await (input.everywhere
          ? signOutEverywhere(context, session.userId)
          : endSession(services.redis, id, session.userId));
      deleteSessionCookie(context.cookies);
      context.locals.session = null;
      return {};
    }),
});

async function signOutEverywhere(context: ActionAPIContext, userId: string): Promise<void> {
  const { redis, database } = context.locals.services;
  const device = describeDevice(context.request);
  await endAllSessions(redis, userId);
  await insertSecurityEvent(database, { userId, kind: "all-sessions-ended", device });
}

async function confirm(
  input: { code?: string | null | undefined; password?: string | null | undefined },
  { cookies, locals, request }: ActionAPIContext,
): Promise<User> {
  const begunHere = readRegistrationCookie(cookies);
  const link = readLinkCookie(cookies);
  const device = describeDevice(request);
  const now = new Date();
  if (link && !input.code) {
    const isSameBrowser = link.registration === begunHere;
    if (!isSameBrowser && !input.password)
      throw new AppError("invalid", "Please enter the password you chose when you signed up.");
    const password = isSameBrowser ? null : (input.password ?? "");
    const { registration: registrationId, token } = link;
    return confirmByLink(locals.services, { registrationId, token, password, device, now });
  }
  if (!begunHere)
    throw new AppError("invalid", "This browser began no sign-up. Open the link in the mail.");
  if (!input.code) throw new AppError("invalid", "Please enter the six digits from the mail.");
  const { code } = input;
  return confirmByCode(locals.services, { registrationId: begunHere, code, device, now });
}
