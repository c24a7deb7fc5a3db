import { defineAction } from "astro:actions";
import { translateErrors } from "#http/action-errors.ts";
import { clientAddress } from "#http/client-address.ts";
import { describeDevice } from "#http/device.ts";
import { currentPassword, emailAddress, form, newPassword } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { resetCookie } from "#http/proof-cookie.ts";
import { deleteSessionCookie } from "#http/session-cookie.ts";
import { startSession } from "#http/start-session.ts";
import { changePassword as change } from "#lib/accounts/change-password.ts";
import {
  requestPasswordReset as request,
  resetPassword as reset,
} from "#lib/accounts/password-reset.ts";
import { AppError } from "#lib/errors.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { enforceLimits, EVERYBODY } from "#lib/rate-limits.ts";

export const requestPasswordReset = defineAction({
  accept: "form",
  input: form({ email: emailAddress() }),
  handler: ({ email }, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      await enforceLimits(services.redis, [
        ["reset-address", clientAddress(context.request)],
        ["reset-email", email],
        ["reset-all", EVERYBODY],
      ]);
      await request(services, email);
      context.locals.cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});

export const resetPassword = defineAction({
  accept: "form",
  input: form({ password: newPassword() }),
  handler: ({ password }, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const link = resetCookie.read(context.cookies);
      if (!link) throw new AppError("invalid", "Please open the link in the mail once more.");
      await enforceLimits(services.redis, [
        ["confirm-address", clientAddress(context.request)],
        ["confirm-all", EVERYBODY],
      ]);
      const device = describeDevice(context.request);
      await reset(services, { ...link, password, device, now: new Date() });
      resetCookie.delete(context.cookies);
      deleteSessionCookie(context.cookies);
      context.locals.session = null;
      context.locals.cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});

export const changePassword = defineAction({
  accept: "form",
  input: form({ currentPassword: currentPassword(), password: newPassword() }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const { userId: id, email, name, role } = requireSession(context);
      const user = { id, email, name, role };
      await change(services, {
        user,
        current: input.currentPassword ?? "",
        password: input.password,
        device: describeDevice(context.request),
      });
      await startSession(context, user);
      context.locals.cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});
