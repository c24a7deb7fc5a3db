import { defineAction } from "astro:actions";
import { translateErrors } from "#http/action-errors.ts";
import { form, line } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { updateName } from "#lib/accounts/queries.ts";
import { renameSessions } from "#lib/accounts/session-list.ts";

export const changeName = defineAction({
  accept: "form",
  input: form({ name: line("Please enter your name.", 100) }),
  handler: ({ name }, context) =>
    translateErrors(context, async () => {
      const { database, redis } = context.locals.services;
      const { userId } = requireSession(context);
      await updateName(database, { userId, name });
      await renameSessions(redis, userId, name);
      return {};
    }),
});
