import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { form } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { unsubscribeCookie } from "#http/proof-cookie.ts";
import { updateNewsChoice } from "#lib/accounts/news-queries.ts";
import { unsubscribe as unsubscribeByLink } from "#lib/accounts/news.ts";
import { AppError } from "#lib/errors.ts";

export const chooseNotifications = defineAction({
  accept: "form",
  input: form({ news: z.literal("on").nullish() }),
  handler: ({ news }, context) =>
    translateErrors(context, async () => {
      const { userId } = requireSession(context);
      const choice = { userId, isWanted: news === "on", now: new Date() };
      await updateNewsChoice(context.locals.services.database, choice);
      return {};
    }),
});

/** For who followed a mail's link, signed in or not. */
export const unsubscribe = defineAction({
  accept: "form",
  input: form({}),
  handler: (_input, context) =>
    translateErrors(context, async () => {
      const link = unsubscribeCookie.read(context.cookies);
      if (!link) throw new AppError("invalid", "Please open the link in the mail once more.");
      const { id: userId, token } = link;
      await unsubscribeByLink(context.locals.services, { userId, token, now: new Date() });
      unsubscribeCookie.delete(context.cookies);
      return {};
    }),
});
