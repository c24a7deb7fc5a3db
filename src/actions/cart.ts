import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { form } from "#http/fields.ts";
import { addToCart as add, removeFromCart as remove } from "#http/cart-cookie.ts";
import { isSlug } from "#lib/courses/slug.ts";

const input = form({
  course: z.string("This course is not known.").refine(isSlug, "This course is not known."),
});

export const addToCart = defineAction({
  accept: "form",
  input,
  handler: ({ course }, context) =>
    translateErrors(context, () => {
      add(context.cookies, course);
      return Promise.resolve({});
    }),
});

export const removeFromCart = defineAction({
  accept: "form",
  input,
  handler: ({ course }, context) =>
    translateErrors(context, () => {
      remove(context.cookies, [course]);
      return Promise.resolve({});
    }),
});
