import { defineAction } from "astro:actions";
import { translateErrors } from "#http/action-errors.ts";
import { clientAddress } from "#http/client-address.ts";
import { emailAddress, form, line, paragraph } from "#http/fields.ts";
import { enqueueMail, sendDueMail } from "#lib/operations/outbox.ts";
import { enforceLimits, EVERYBODY } from "#lib/rate-limits.ts";

export const contact = defineAction({
  accept: "form",
  input: form({
    name: line("Please enter your name.", 100),
    email: emailAddress(),
    message: paragraph("Please write what it is about.", 4_000),
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services, requestId } = context.locals;
      await enforceLimits(services.redis, [
        ["contact", clientAddress(context.request)],
        ["contact-all", EVERYBODY],
      ]);
      await enqueueMail(services.database, {
        dedupeKey: `contact:${requestId}`,
        template: "contact",
        recipient: services.environment.CONTACT_EMAIL,
        parameters: input,
      });
      context.locals.cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
      return {};
    }),
});
