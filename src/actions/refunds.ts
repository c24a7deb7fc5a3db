import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { form } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { returnItems } from "#lib/orders/return-items.ts";
import { enforceLimits } from "#lib/rate-limits.ts";

export const refundItems = defineAction({
  accept: "form",
  input: form({
    orderId: z.uuid("This order is not known."),
    items: z
      .array(z.uuid("This course is not known."))
      .min(1, "Please tick at least one course.")
      .max(10, "Please return at most ten courses at a time."),
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const { userId } = requireSession(context);
      await enforceLimits(services.redis, [["refund", userId]]);
      const itemIds = [...new Set(input.items)];
      const { orderId } = input;
      return {
        outcome: await returnItems(services, { userId, orderId, itemIds, now: new Date() }),
      };
    }),
});
