import { mkdtempSync, writeFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COURSE, LESSON, markdownFile } from "../../../unit/lib/courses/course-text.ts";

/** A lesson's text that must not reach anybody without access. */
export function lessonText(title: string): string {
  return `The text of ${title}.`;
}

/** Writes a course's folder into `parent`; the first lesson is the free one. Gives its path. */
export async function writeCourseFolder(
  parent: string,
  slug: string,
  titles: string[],
  changes: object = {},
): Promise<string> {
  const folder = join(parent, slug);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  writeFileSync(join(folder, "course.md"), markdownFile({ ...COURSE, ...changes }));
  for (const [index, title] of titles.entries())
    writeFileSync(
      join(folder, `0${index + 1}-${title.toLowerCase()}.md`),
      markdownFile(
        { ...LESSON, title, minutes: 10, preview: index === 0 },
        `\n${lessonText(title)}\n`,
      ),
    );
  return folder;
}

/** A folder of this test run for courses; give it back with `rm`. */
export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "slipway-courses-"));
}
