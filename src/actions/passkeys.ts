import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { clientAddress } from "#http/client-address.ts";
import { describeDevice } from "#http/device.ts";
import { currentPassword, form, line } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { nextAddress } from "#http/next-address.ts";
import { passkeyCookie } from "#http/token-cookie.ts";
import { startSession } from "#http/start-session.ts";
import * as passkeys from "#lib/accounts/passkeys.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { enforceLimits, EVERYBODY } from "#lib/rate-limits.ts";

/** What the browser's `toJSON` gave, as text: a script fills it in. */
const credential = z.string("This needs JavaScript.").min(2).max(30_000);

/** Gives the options with which the page asks the browser for a passkey. */
export const beginPasskey = defineAction({
  accept: "form",
  input: form({
    name: line("Please give the passkey a name.", 60),
    currentPassword: currentPassword(),
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const { userId: id, email, name } = requireSession(context);
      const password = input.currentPassword ?? "";
      const wish = { user: { id, email, name }, name: input.name, password };
      const { token, options } = await passkeys.beginPasskey(services, wish);
      passkeyCookie.write(context.cookies, token);
      return { name: input.name, options };
    }),
});

export const addPasskey = defineAction({
  accept: "form",
  input: form({ credential }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services, cfContext } = context.locals;
      const { userId } = requireSession(context);
      const token = passkeyCookie.read(context.cookies);
      const device = describeDevice(context.request);
      await passkeys.addPasskey(services, { ...input, userId, token, device });
      passkeyCookie.delete(context.cookies);
      cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});

export const removePasskey = defineAction({
  accept: "form",
  input: form({ id: z.uuid() }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services, cfContext } = context.locals;
      const { userId } = requireSession(context);
      const device = describeDevice(context.request);
      await passkeys.removePasskey(services, { userId, passkeyId: input.id, device });
      cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});

export const signInWithPasskey = defineAction({
  accept: "form",
  input: form({ credential, next: z.string().max(2_000).nullish() }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      await enforceLimits(services.redis, [
        ["passkey-address", clientAddress(context.request)],
        ["passkey-all", EVERYBODY],
      ]);
      const user = await passkeys.checkPasskey(services, {
        credential: input.credential,
        token: passkeyCookie.read(context.cookies),
        now: new Date(),
      });
      passkeyCookie.delete(context.cookies);
      const { id } = user;
      await startSession(context, { id, isSecondFactorUsed: true }, "passkey-sign-in");
      return { next: nextAddress(input.next, "/learn") };
    }),
});
