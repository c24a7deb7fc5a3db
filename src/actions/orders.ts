import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { form } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { MAX_COURSES, startCheckout as beginCheckout } from "#lib/orders/start-checkout.ts";
import { enforceLimits, EVERYBODY } from "#lib/rate-limits.ts";

export const startCheckout = defineAction({
  accept: "form",
  input: form({
    courseIds: z
      .array(z.uuid("This course is not known."))
      .min(1, "Please choose at least one course.")
      .max(MAX_COURSES, `Please buy at most ${MAX_COURSES} courses at a time.`),
    terms: z.literal("on", "Please agree to the terms before you pay."),
    waiver: z.literal("on", "Please tick this too: the course opens at once."),
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const { userId, email } = requireSession(context);
      await enforceLimits(services.redis, [
        ["checkout", userId],
        ["checkout-all", EVERYBODY],
      ]);
      return beginCheckout(services, {
        userId,
        email,
        courseIds: [...new Set(input.courseIds)],
        termsAccepted: true,
        waiverAccepted: true,
        now: new Date(),
      });
    }),
});
