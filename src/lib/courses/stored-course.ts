import { z } from "zod";
import {
  FLAG_COLOURS,
  FLAG_PATTERNS,
  LEVELS,
  TOPICS,
  type Course,
  type CourseCard,
} from "./course.ts";

const card = z.object({
  id: z.string(),
  slug: z.string(),
  title: z.string(),
  summary: z.string(),
  topic: z.enum(TOPICS),
  level: z.enum(LEVELS),
  priceAmount: z.int(),
  currency: z.string(),
  flags: z.array(
    z.object({ pattern: z.enum(FLAG_PATTERNS), colours: z.array(z.enum(FLAG_COLOURS)) }),
  ),
  minutesTotal: z.int(),
  lessonCount: z.int(),
}) satisfies z.ZodType<CourseCard>;

const course = card.extend({
  aboutHtml: z.string(),
  outcomes: z.array(z.string()),
  audience: z.array(z.string()),
  notFor: z.array(z.string()),
  questions: z.array(z.object({ question: z.string(), answer: z.string() })),
  revisedOn: z.string(),
  revisionNote: z.string(),
  lessons: z.array(
    z.object({
      slug: z.string(),
      position: z.int(),
      title: z.string(),
      summary: z.string(),
      minutes: z.int(),
      isPreview: z.boolean(),
    }),
  ),
}) satisfies z.ZodType<Course>;

const page = z.object({ courses: z.array(card), next: z.string().nullable() });

/** One page of the catalogue. */
export interface CoursePage {
  courses: CourseCard[];
  /** What asks for the page behind this one, or null when it is the last. */
  next: string | null;
}

/** A course as it is kept in Redis. Throws when it has another shape. */
export function parseStoredCourse(stored: unknown): Course {
  return course.parse(stored);
}

/** A page of the catalogue as it is kept in Redis. Throws when it has another shape. */
export function parseStoredPage(stored: unknown): CoursePage {
  return page.parse(stored);
}
