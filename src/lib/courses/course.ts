/** What a course is about; the catalogue filters by it. */
export const TOPICS = ["deployment", "payments", "data", "operations", "security"] as const;
export type Topic = (typeof TOPICS)[number];

/** How much a learner should know beforehand. */
export const LEVELS = ["beginner", "intermediate", "advanced"] as const;
export type Level = (typeof LEVELS)[number];

/** How a signal flag is divided; `flags.ts` draws each of them. */
export const FLAG_PATTERNS = [
  "plain",
  "horizontal",
  "vertical",
  "thirds-horizontal",
  "thirds-vertical",
  "cross",
  "saltire",
  "border",
  "diagonal",
  "quarters",
  "checks",
  "disc",
] as const;
export type FlagPattern = (typeof FLAG_PATTERNS)[number];

export const FLAG_COLOURS = ["red", "blue", "yellow", "white", "black"] as const;
export type FlagColour = (typeof FLAG_COLOURS)[number];

/** One signal flag of a course's emblem. */
export interface Flag {
  pattern: FlagPattern;
  /** One to three, in the order in which the pattern uses them. */
  colours: FlagColour[];
}

/** What the catalogue shows of a course. */
export interface CourseCard {
  id: string;
  slug: string;
  title: string;
  summary: string;
  topic: Topic;
  level: Level;
  /** In the currency's minor unit. */
  priceAmount: number;
  /** ISO 4217 in lower case, as Stripe writes it. */
  currency: string;
  flags: Flag[];
  minutesTotal: number;
  lessonCount: number;
}

/** What the curriculum shows of a lesson. */
export interface LessonSummary {
  slug: string;
  position: number;
  title: string;
  summary: string;
  minutes: number;
  isPreview: boolean;
}

export interface CourseQuestion {
  question: string;
  answer: string;
}

/** Everything the page of a course shows. */
export interface Course extends CourseCard {
  /** Sanitised when the course was published. */
  aboutHtml: string;
  outcomes: string[];
  audience: string[];
  notFor: string[];
  questions: CourseQuestion[];
  /** Date as YYYY-MM-DD. */
  revisedOn: string;
  revisionNote: string;
  lessons: LessonSummary[];
}

/** Whether a visitor may read a lesson, and why. */
export type LessonAccess = "preview" | "owned" | "none";

/** One line of the outline beside a lesson. */
export interface OutlineLesson extends LessonSummary {
  isDone: boolean;
}

/** Everything the page of a lesson shows. */
export interface LessonView {
  id: string;
  slug: string;
  position: number;
  title: string;
  summary: string;
  minutes: number;
  isPreview: boolean;
  /** The file of this repository that the lesson speaks of. */
  sourceFile: string | null;
  /** Null when access is `none`: the text never leaves the database then. */
  html: string | null;
  access: LessonAccess;
  isDone: boolean;
  previous: { slug: string; title: string } | null;
  next: { slug: string; title: string } | null;
  course: Pick<
    CourseCard,
    "id" | "slug" | "title" | "summary" | "priceAmount" | "currency" | "flags" | "lessonCount"
  >;
  outline: OutlineLesson[];
}
