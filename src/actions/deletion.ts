import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { describeDevice } from "#http/device.ts";
import { currentPassword, form } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { deleteSessionCookie } from "#http/session-cookie.ts";
import { startSession } from "#http/start-session.ts";
import * as deletion from "#lib/accounts/deletion.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";

export const deleteAccount = defineAction({
  accept: "form",
  input: form({
    currentPassword: currentPassword(),
    understood: z.literal("on", "Please tick that you know what is lost."),
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services, cfContext } = context.locals;
      const { userId } = requireSession(context);
      const now = new Date();
      const device = describeDevice(context.request);
      const password = input.currentPassword ?? "";
      await deletion.requestDeletion(services, { userId, password, device, now });
      deleteSessionCookie(context.cookies);
      context.locals.session = null;
      cfContext.waitUntil(sendDueMail(services, { now }));
      return {};
    }),
});

export const keepAccount = defineAction({
  accept: "form",
  input: form({}),
  handler: (_input, context) =>
    translateErrors(context, async () => {
      const { services, cfContext } = context.locals;
      const { userId } = requireSession(context);
      const device = describeDevice(context.request);
      await deletion.keepAccount(services, { userId, device });
      await startSession(context, { id: userId });
      cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});
