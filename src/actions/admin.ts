import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { emailAddress, line } from "#http/fields.ts";
import { requireAdmin } from "#http/guards.ts";
import { isSlug } from "#lib/courses/slug.ts";
import * as acts from "#lib/orders/admin/act-on-order.ts";
import { assignRefund as assign } from "#lib/orders/admin/assign-refund.ts";
import { grantCourses as grant } from "#lib/orders/admin/grant-courses.ts";
import { refundAsAdmin } from "#lib/orders/admin/refund.ts";

const orderId = z.uuid("This order is not known.");
const itemId = z.uuid("This course is not known.");
const reason = line("Please say why: it stays with the order.", 300);
const course = z.string().refine(isSlug, "This course is not known.");

export const refundOrder = defineAction({
  accept: "form",
  input: z.object({
    orderId,
    items: z.array(itemId).min(1, "Please tick what to refund.").max(10).optional(),
    amount: z.string().trim().max(20, "This is no amount.").optional(),
    reason,
  }),
  handler: (input, context) =>
    translateErrors(context, () => {
      const { userId } = requireAdmin(context);
      return refundAsAdmin(context.locals.services, {
        orderId: input.orderId,
        itemIds: input.items ?? null,
        amount: input.amount ?? "",
        reason: input.reason,
        actorId: userId,
        now: new Date(),
      });
    }),
});

export const resyncOrder = defineAction({
  accept: "form",
  input: z.object({ orderId }),
  handler: (input, context) =>
    translateErrors(context, () => {
      const { userId: actorId } = requireAdmin(context);
      const request = { orderId: input.orderId, actorId, now: new Date() };
      return acts.resyncOrder(context.locals.services, request);
    }),
});

export const acceptReview = defineAction({
  accept: "form",
  input: z.object({ orderId, reason }),
  handler: (input, context) =>
    translateErrors(context, () => {
      const { userId: actorId } = requireAdmin(context);
      return acts.acceptReview(context.locals.services, { ...input, actorId, now: new Date() });
    }),
});

export const withdrawGrant = defineAction({
  accept: "form",
  input: z.object({ orderId, reason }),
  handler: (input, context) =>
    translateErrors(context, () => {
      const { userId: actorId } = requireAdmin(context);
      return acts.withdrawGrant(context.locals.services, { ...input, actorId, now: new Date() });
    }),
});

export const assignRefund = defineAction({
  accept: "form",
  input: z.object({
    orderId,
    refundId: z.uuid("This refund is not known."),
    items: z.array(itemId).min(1, "Please tick at least one course.").max(10),
  }),
  handler: ({ items, ...input }, context) =>
    translateErrors(context, () => {
      const { userId: actorId } = requireAdmin(context);
      const assignment = { ...input, itemIds: items, actorId, now: new Date() };
      return assign(context.locals.services, assignment);
    }),
});

export const grantCourses = defineAction({
  accept: "form",
  input: z.object({
    email: emailAddress(),
    courses: z.array(course).min(1, "Please tick at least one course.").max(10),
    reason,
  }),
  handler: (input, context) =>
    translateErrors(context, () => {
      const { userId: actorId } = requireAdmin(context);
      return grant(context.locals.services, { ...input, actorId, now: new Date() });
    }),
});
