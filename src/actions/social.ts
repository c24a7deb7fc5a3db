import { defineAction, type ActionAPIContext } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { clientAddress } from "#http/client-address.ts";
import { describeDevice } from "#http/device.ts";
import { currentPassword, form, line } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { nextAddress } from "#http/next-address.ts";
import { socialFlowCookie, socialPersonCookie } from "#http/token-cookie.ts";
import { deleteSocialNext, writeSocialNext } from "#http/social-next-cookie.ts";
import { startSession } from "#http/start-session.ts";
import { pendingPeople, type PendingPerson } from "#lib/accounts/social-flow.ts";
import * as social from "#lib/accounts/social-sign-in.ts";
import { AppError } from "#lib/errors.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { enforceLimits, EVERYBODY } from "#lib/rate-limits.ts";
import { SOCIAL_PROVIDERS } from "#lib/services/social-providers.ts";

const provider = z.enum(SOCIAL_PROVIDERS, "Please say which one.");

/** Begins a sign-in by another provider; gives the address of its page. */
export const startSocialSignIn = defineAction({
  accept: "form",
  input: form({ provider, next: z.string().max(2_000).nullish() }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      social.requireProviders(services);
      await enforceLimits(services.redis, [
        ["social-address", clientAddress(context.request)],
        ["social-all", EVERYBODY],
      ]);
      const next = nextAddress(input.next, "/learn");
      const wish = { provider: input.provider, next, userId: null };
      const { location, browser } = await social.beginSocialSignIn(services, wish);
      socialFlowCookie.write(context.cookies, browser);
      writeSocialNext(context.cookies, next);
      return { location };
    }),
});

/** Begins to add a provider to the account that is signed in; gives the address of its page. */
export const linkIdentity = defineAction({
  accept: "form",
  input: form({ provider, currentPassword: currentPassword() }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { userId } = requireSession(context);
      const { location, browser } = await social.beginSocialLink(context.locals.services, {
        provider: input.provider,
        userId,
        password: input.currentPassword ?? "",
      });
      socialFlowCookie.write(context.cookies, browser);
      writeSocialNext(context.cookies, social.LINK_PAGE);
      return { location };
    }),
});

export const unlinkIdentity = defineAction({
  accept: "form",
  input: form({ provider, currentPassword: currentPassword() }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const { userId } = requireSession(context);
      await social.unlinkIdentity(services, {
        provider: input.provider,
        userId,
        password: input.currentPassword ?? "",
        device: describeDevice(context.request),
      });
      context.locals.cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});

/** Makes the account of somebody whom a provider vouched for, and signs them in. */
export const makeSocialAccount = defineAction({
  accept: "form",
  input: form({
    name: line("Please enter your name.", 100),
    terms: z.literal("on", "Please accept the terms to make an account."),
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const { person, token } = await requirePerson(context);
      const device = describeDevice(context.request);
      const user = await social.makeSocialAccount(services, { person, name: input.name, device });
      return finish(context, token, async () => {
        await startSession(context, user);
        return { next: person.next };
      });
    }),
});

/** Links whom a provider vouched for to the account with their address, whose owner has signed in. */
export const confirmSocialLink = defineAction({
  accept: "form",
  input: form({}),
  handler: (_input, context) =>
    translateErrors(context, async () => {
      const session = requireSession(context);
      const { person, token } = await requirePerson(context);
      const device = describeDevice(context.request);
      await social.confirmSocialLink(context.locals.services, { person, session, device });
      return finish(context, token, async () => {
        // The account is open in one more way: the session begins anew (ASVS V7.2.4).
        await startSession(context, { id: session.userId });
        return { next: person.next };
      });
    }),
});

async function requirePerson({
  cookies,
  locals,
}: ActionAPIContext): Promise<{ person: PendingPerson; token: string }> {
  const token = socialPersonCookie.read(cookies);
  const person = token && (await pendingPeople.find(locals.services.redis, token));
  if (!token || !person)
    throw new AppError("invalid", "Too much time has passed. Please begin again.");
  return { person, token };
}

async function finish<T>(
  { cookies, locals }: ActionAPIContext,
  token: string,
  then: () => Promise<T>,
): Promise<T> {
  const { services, cfContext } = locals;
  await pendingPeople.delete(services.redis, token);
  socialPersonCookie.delete(cookies);
  deleteSocialNext(cookies);
  cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
  return then();
}
