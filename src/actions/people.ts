import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { emailAddress, line } from "#http/fields.ts";
import { requireAdmin } from "#http/guards.ts";
import { actOnPerson as act } from "#lib/accounts/admin/act-on-person.ts";
import { eraseAsAdmin } from "#lib/accounts/deletion.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";

const personId = z.uuid("This account is not known.");
const reason = line("Please say why: it stays in the audit log.", 300);

export const actOnPerson = defineAction({
  accept: "form",
  input: z.object({
    personId,
    act: z.enum(
      ["person.end-sessions", "person.lock", "person.unlock", "person.remove-second-factor"],
      "Please choose what to do.",
    ),
    reason,
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { userId: actorId } = requireAdmin(context);
      const { services, cfContext } = context.locals;
      await act(services, { ...input, actorId, now: new Date() });
      cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});

export const erasePerson = defineAction({
  accept: "form",
  input: z.object({ personId, address: emailAddress(), reason }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { userId: actorId } = requireAdmin(context);
      const { services, cfContext } = context.locals;
      await eraseAsAdmin(services, { ...input, actorId, now: new Date() });
      cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});
