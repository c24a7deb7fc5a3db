import { defineAction, type ActionAPIContext } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { emailAddress, form, line } from "#http/fields.ts";
import { requireAdmin } from "#http/guards.ts";
import { isSlug } from "#lib/courses/slug.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import * as orders from "#lib/orders/admin/act-on-order.ts";
import { assignRefund as assign } from "#lib/orders/admin/assign-refund.ts";
import { grantCourses as grant } from "#lib/orders/admin/grant-courses.ts";
import { refundAsAdmin } from "#lib/orders/admin/refund.ts";
import type { Services } from "#lib/services/index.ts";

const orderId = z.uuid("This order is not known.");
const itemId = z.uuid("This course is not known.");
const reason = line("Please say why: it stays with the order.", 300);
const course = z.string().refine(isSlug, "This course is not known.");

export const refundOrder = defineAction({
  accept: "form",
  input: form({
    orderId,
    items: z.array(itemId).max(10),
    whole: z.literal("on").optional(),
    amount: z.string().trim().max(20, "This is no amount.").optional(),
    reason,
  }),
  handler: ({ items, whole, amount = "", ...input }, context) =>
    act(context, (services, by) =>
      refundAsAdmin(services, { ...input, ...by, amount, itemIds: whole ? null : items }),
    ),
});

export const resyncOrder = defineAction({
  accept: "form",
  input: form({ orderId }),
  handler: (input, context) =>
    act(context, (services, by) => orders.resyncOrder(services, { ...input, ...by })),
});

export const acceptReview = defineAction({
  accept: "form",
  input: form({ orderId, reason }),
  handler: (input, context) =>
    act(context, (services, by) => orders.acceptReview(services, { ...input, ...by })),
});

export const withdrawGrant = defineAction({
  accept: "form",
  input: form({ orderId, reason }),
  handler: (input, context) =>
    act(context, (services, by) => orders.withdrawGrant(services, { ...input, ...by })),
});

export const assignRefund = defineAction({
  accept: "form",
  input: form({
    orderId,
    refundId: z.uuid("This refund is not known."),
    items: z.array(itemId).min(1, "Please tick at least one course.").max(10),
  }),
  handler: ({ items: itemIds, ...input }, context) =>
    act(context, (services, by) => assign(services, { ...input, ...by, itemIds })),
});

export const grantCourses = defineAction({
  accept: "form",
  input: form({
    email: emailAddress(),
    courses: z.array(course).min(1, "Please tick at least one course.").max(10),
    reason,
  }),
  handler: (input, context) => act(context, (services, by) => grant(services, { ...input, ...by })),
});

// What it wrote to people goes out at once, as with every other form.
function act<Result>(
  context: ActionAPIContext,
  run: (services: Services, by: { actorId: string; now: Date }) => Promise<Result>,
): Promise<Result> {
  return translateErrors(context, async () => {
    const { userId: actorId } = await requireAdmin(context);
    const { services, cfContext } = context.locals;
    const result = await run(services, { actorId, now: new Date() });
    cfContext.waitUntil(sendDueMail(services, { now: new Date() }));
    return result;
  });
}
