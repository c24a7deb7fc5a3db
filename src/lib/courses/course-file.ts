import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseDocument } from "yaml";
import type { z } from "zod";
import {
  courseFrontMatter,
  lessonFrontMatter,
  type CourseFrontMatter,
  type LessonFrontMatter,
} from "./course-front-matter.ts";
import { MarkdownError, renderMarkdown } from "./markdown.ts";
import { isSlug } from "./slug.ts";

export interface LessonFile extends LessonFrontMatter {
  slug: string;
  position: number;
  html: string;
}

/** A course as its folder says, ready to be published. */
export interface CourseFile extends CourseFrontMatter {
  slug: string;
  aboutHtml: string;
  lessons: LessonFile[];
}

/** The folder can't be published; `message` lists every problem with its file and field or line. */
export class CourseFileError extends Error {
  override name = "CourseFileError";
}

const LESSON_NAME = /^(\d{2})-([a-z0-9]+(?:-[a-z0-9]+)*)\.md$/;
const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/;

/** Reads and parses a course's folder, whose name is the course's slug. Throws CourseFileError. */
export async function readCourse(folder: string): Promise<CourseFile> {
  const names = await readdir(folder).catch(() => {
    throw new CourseFileError(`There is no folder ${folder}.`);
  });
  const files = new Map<string, string>();
  for (const name of names.sort())
    if (name.endsWith(".md")) files.set(name, await readFile(join(folder, name), "utf8"));
  return parseCourse(basename(resolve(folder)), files);
}

/**
 * Parses the texts of `course.md` and of its lessons, by file name. Throws CourseFileError with
 * all problems at once.
 */
export function parseCourse(slug: string, files: ReadonlyMap<string, string>): CourseFile {
  const problems: string[] = [];
  if (!isSlug(slug))
    problems.push(`The folder's name must be lower case words joined by hyphens: ${slug}`);
  if (!files.has("course.md")) problems.push("course.md is missing");
  const course = parseFile("course.md", files.get("course.md"), courseFrontMatter, problems);
  const lessons = parseLessons(files, problems);
  if (problems.length > 0 || !course)
    throw new CourseFileError(`The course ${slug} can't be used:\n- ${problems.join("\n- ")}`);
  const { html: aboutHtml, ...front } = course;
  return { slug, ...front, aboutHtml, lessons };
}

function parseLessons(files: ReadonlyMap<string, string>, problems: string[]): LessonFile[] {
  const lessons: LessonFile[] = [];
  const taken = new Map<string | number, string>();
  const names = [...files.keys()].filter((name) => name !== "course.md");
  if (names.length === 0) problems.push("There is no lesson, such as 01-introduction.md");
  for (const name of names) {
    const [, number, slug] = LESSON_NAME.exec(name) ?? [];
    if (number === undefined || slug === undefined) {
      problems.push(`${name}: a lesson's file is named like 01-introduction.md`);
      continue;
    }
    const position = Number(number);
    for (const key of [position, slug]) {
      const other = taken.get(key);
      if (other) problems.push(`${name}: has the same number or name as ${other}`);
      taken.set(key, name);
    }
    const lesson = parseFile(name, files.get(name), lessonFrontMatter, problems);
    if (lesson) lessons.push({ slug, position, ...lesson });
  }
  return lessons.sort((a, b) => a.position - b.position);
}

function parseFile<Front extends object>(
  name: string,
  text: string | undefined,
  schema: z.ZodType<Front>,
  problems: string[],
): (Front & { html: string }) | null {
  if (text === undefined) return null;
  const match = FRONT_MATTER.exec(text);
  if (!match) {
    problems.push(`${name}: must begin with its front matter between two lines of ---`);
    return null;
  }
  const [head, yaml = ""] = match;
  const front = parseFrontMatter(name, yaml, schema, problems);
  const html = renderBody(name, text.slice(head.length), head.split("\n").length - 1, problems);
  return front && { ...front, html };
}

function parseFrontMatter<Front>(
  name: string,
  yaml: string,
  schema: z.ZodType<Front>,
  problems: string[],
): Front | null {
  const document = parseDocument(yaml);
  for (const { message } of document.errors) problems.push(`${name}: ${message.split("\n")[0]}`);
  if (document.errors.length > 0) return null;
  const parsed = schema.safeParse(document.toJS(), { reportInput: true });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const field = issue.path.join(".") || "front matter";
    const message = issue.input === undefined ? "is missing" : issue.message;
    problems.push(`${name}: ${field}: ${message}`);
  }
  return null;
}

function renderBody(name: string, body: string, linesBefore: number, problems: string[]): string {
  if (body.trim() === "") problems.push(`${name}: there is no text below the front matter`);
  try {
    return renderMarkdown(body);
  } catch (error) {
    if (!(error instanceof MarkdownError)) throw error;
    for (const { line, message } of error.problems)
      problems.push(`${name}: line ${line + linesBefore}: ${message}`);
    return "";
  }
}
