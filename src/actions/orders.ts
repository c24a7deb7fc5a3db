import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { requireSession } from "#http/guards.ts";
import { startCheckout as beginCheckout } from "#lib/orders/start-checkout.ts";
import { enforceLimits } from "#lib/rate-limits.ts";

export const startCheckout = defineAction({
  accept: "form",
  input: z.object({
    courseId: z.uuid("This course is not known."),
    terms: z.literal("on", "Please agree to the terms before you pay."),
    waiver: z.literal("on", "Please tick this too: the course opens at once."),
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const { userId, email } = requireSession(context);
      await enforceLimits(services.redis, [["checkout", userId]]);
      return beginCheckout(services, {
        userId,
        email,
        courseIds: [input.courseId],
        termsAccepted: true,
        waiverAccepted: true,
        now: new Date(),
      });
    }),
});
