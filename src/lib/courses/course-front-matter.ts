import { z } from "zod";
import { FLAG_COLOURS, FLAG_PATTERNS, LEVELS, TOPICS } from "./course.ts";

const line = (maximum: number) =>
  z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(maximum, `must have at most ${maximum} characters`);
const lines = (least: number, most: number) =>
  z
    .array(line(200), `must be a list of ${least} to ${most} lines`)
    .min(least, `must have at least ${least} lines`)
    .max(most, `must have at most ${most} lines`);
const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, `must be one of ${values.join(", ")}`);

/** The front matter of a `course.md`. */
export const courseFrontMatter = z.strictObject({
  title: line(60),
  summary: line(160),
  topic: oneOf(TOPICS),
  level: oneOf(LEVELS),
  price_amount: z.int("must be a whole number of the currency's minor unit").nonnegative(),
  currency: z.string().regex(/^[a-z]{3}$/, "must be a currency code in lower case, such as eur"),
  position: z.int("must be a whole number"),
  revised: z.iso.date("must be a date as 2026-11-20"),
  revision_note: line(200),
  flags: z
    .array(
      z.strictObject({
        pattern: oneOf(FLAG_PATTERNS),
        colours: z.array(oneOf(FLAG_COLOURS)).min(1).max(3),
      }),
    )
    .min(1, "must have one or two flags")
    .max(2, "must have one or two flags"),
  outcomes: lines(4, 6),
  audience: lines(2, 4),
  not_for: lines(1, 3),
  questions: z
    .array(z.strictObject({ question: line(160), answer: line(600) }))
    .min(3, "must have at least 3 questions")
    .max(5, "must have at most 5 questions"),
});

/** The front matter of a lesson. */
export const lessonFrontMatter = z.strictObject({
  title: line(80),
  summary: line(200),
  minutes: z.int("must be a whole number").min(1).max(180),
  preview: z.boolean("must be true or false").default(false),
  file: line(200).nullable().default(null),
});

export type CourseFrontMatter = z.infer<typeof courseFrontMatter>;
export type LessonFrontMatter = z.infer<typeof lessonFrontMatter>;
