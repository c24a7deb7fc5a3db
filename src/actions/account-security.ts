import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { readDeviceCookie, writeDeviceCookie } from "#http/device-cookie.ts";
import { describeDevice } from "#http/device.ts";
import { currentPassword, emailAddress, form } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { emailChangeCookie } from "#http/proof-cookie.ts";
import { readSessionCookie } from "#http/session-cookie.ts";
import { startSession } from "#http/start-session.ts";
import { confirmEmailChange, requestEmailChange } from "#lib/accounts/email-change.ts";
import { insertSecurityEvent } from "#lib/accounts/security-queries.ts";
import { endListedSession, endOtherSessions as endOthers } from "#lib/accounts/session-list.ts";
import { AppError } from "#lib/errors.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";

export const changeEmail = defineAction({
  accept: "form",
  input: form({ email: emailAddress(), currentPassword: currentPassword() }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const { userId, email } = requireSession(context);
      await requestEmailChange(services, {
        userId,
        email,
        newEmail: input.email,
        password: input.currentPassword ?? "",
        device: describeDevice(context.request),
      });
      context.locals.cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});

export const confirmEmail = defineAction({
  accept: "form",
  input: form({}),
  handler: (_input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const { userId } = requireSession(context);
      const link = emailChangeCookie.read(context.cookies);
      if (!link) throw new AppError("invalid", "Please open the link in the mail once more.");
      const device = describeDevice(context.request);
      const user = await confirmEmailChange(services, { ...link, userId, device, now: new Date() });
      emailChangeCookie.delete(context.cookies);
      await startSession(context, user);
      // A device is known to an address: this one stays known.
      if (readDeviceCookie(context.cookies))
        writeDeviceCookie(context.cookies, services.environment.JWT_SECRET, user.email);
      context.locals.cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});

export const endSession = defineAction({
  accept: "form",
  input: form({
    reference: z.string("Please say which device.").regex(/^[0-9a-f]{16}$/, "This is no device."),
  }),
  handler: ({ reference }, context) =>
    translateErrors(context, async () => {
      const { redis, database } = context.locals.services;
      const { userId } = requireSession(context);
      if (!(await endListedSession(redis, userId, reference)))
        throw new AppError("not-found", "This device is signed out already.");
      const device = describeDevice(context.request);
      await insertSecurityEvent(database, { userId, kind: "session-ended", device });
      return {};
    }),
});

export const endOtherSessions = defineAction({
  accept: "form",
  input: form({}),
  handler: (_input, context) =>
    translateErrors(context, async () => {
      const { redis, database } = context.locals.services;
      const { userId } = requireSession(context);
      await endOthers(redis, userId, readSessionCookie(context.cookies) ?? "");
      const device = describeDevice(context.request);
      await insertSecurityEvent(database, { userId, kind: "other-sessions-ended", device });
      return {};
    }),
});
