import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { emailAddress, form, line } from "#http/fields.ts";
import { requireAdmin, requireSession, requireStaff } from "#http/guards.ts";
import { readSessionCookie } from "#http/session-cookie.ts";
import { actOnPerson as act } from "#lib/accounts/admin/act-on-person.ts";
import * as look from "#lib/accounts/admin/look.ts";
import { eraseAsAdmin } from "#lib/accounts/deletion.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";

const personId = z.uuid("This account is not known.");
const reason = line("Please say why: it stays in the audit log.", 300);

export const actOnPerson = defineAction({
  accept: "form",
  input: form({
    personId,
    act: z.enum(
      ["person.end-sessions", "person.lock", "person.unlock", "person.remove-second-factor"],
      "Please choose what to do.",
    ),
    reason,
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { userId: actorId } = await requireAdmin(context);
      const { services, cfContext } = context.locals;
      await act(services, { ...input, actorId, now: new Date() });
      cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});

export const erasePerson = defineAction({
  accept: "form",
  input: form({ personId, address: emailAddress(), reason }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { userId: actorId } = await requireAdmin(context);
      const { services, cfContext } = context.locals;
      await eraseAsAdmin(services, { ...input, actorId, now: new Date() });
      cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});

export const lookAtAccount = defineAction({
  accept: "form",
  input: form({ personId, reason }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const session = await requireStaff(context);
      const sessionId = readSessionCookie(context.cookies) ?? "";
      const { services } = context.locals;
      await look.startLook(services, { ...input, session, sessionId, now: new Date() });
      return {};
    }),
});

/** Asks for no role: who is of the staff no more may end it too. */
export const endLook = defineAction({
  accept: "form",
  input: form({}),
  handler: (_input, context) =>
    translateErrors(context, async () => {
      const session = requireSession(context);
      const sessionId = readSessionCookie(context.cookies) ?? "";
      await look.endLook(context.locals.services, { session, sessionId });
      return {};
    }),
});
