import { defineAction } from "astro:actions";
import { translateErrors } from "#http/action-errors.ts";
import { form } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { allowMailAgain as allowAgain } from "#lib/operations/suppressions.ts";

export const allowMailAgain = defineAction({
  accept: "form",
  input: form({}),
  handler: (_input, context) =>
    translateErrors(context, async () => {
      const { services, cfContext } = context.locals;
      const { email } = requireSession(context);
      await allowAgain(services, { email, now: new Date() });
      cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});
