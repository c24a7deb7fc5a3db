import { stringify } from "yaml";

/** The front matter of a course that has no mistakes. */
export const COURSE = {
  title: "Sailing by night",
  summary: "Find the harbour when you can't see it.",
  topic: "deployment",
  level: "beginner",
  price_amount: 4900,
  currency: "eur",
  position: 1,
  revised: "2026-11-20",
  revision_note: "First edition.",
  flags: [{ pattern: "cross", colours: ["blue", "white"] }],
  outcomes: ["Read a chart", "Read a light", "Keep a log", "Drop an anchor"],
  audience: ["Sailors", "Their crew"],
  not_for: ["Divers"],
  questions: [
    { question: "Do I need a boat?", answer: "No." },
    { question: "Do I need a lamp?", answer: "Yes." },
    { question: "Is it cold?", answer: "At times." },
  ],
};

/** The front matter of a lesson that has no mistakes. */
export const LESSON = {
  title: "Lights",
  summary: "What a light says.",
  minutes: 12,
  preview: true,
  file: "src/lib/errors.ts",
};

/** A Markdown file with this front matter. */
export function markdownFile(frontMatter: object, body = "\nSome text.\n"): string {
  return `---\n${stringify(frontMatter)}---\n${body}`;
}

/** The files of a course with two lessons, some of them replaced; null leaves one out. */
export function courseFiles(changes: Record<string, string | null> = {}): Map<string, string> {
  const files: Record<string, string | null> = {
    "course.md": markdownFile(COURSE),
    "01-lights.md": markdownFile(LESSON),
    "02-buoys.md": markdownFile({ ...LESSON, title: "Buoys", minutes: 8, preview: false }),
    ...changes,
  };
  return new Map(
    Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
