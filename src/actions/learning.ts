import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { form } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { AppError } from "#lib/errors.ts";
import { setLessonDone } from "#lib/learning/progress.ts";
import { isLivemode } from "#lib/orders/livemode.ts";

export const completeLesson = defineAction({
  accept: "form",
  input: form({
    lessonId: z.uuid("This lesson is not known."),
    done: z.enum(["yes", "no"], "Please say whether the lesson is done."),
  }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { database, environment } = context.locals.services;
      const isChanged = await setLessonDone(database, {
        userId: requireSession(context).userId,
        lessonId: input.lessonId,
        done: input.done === "yes",
        livemode: isLivemode(environment),
        now: new Date(),
      });
      if (!isChanged) throw new AppError("not-found", "This lesson is not among your courses.");
      return {};
    }),
});
