import { expect, test } from "vitest";
import { parseCourse } from "#lib/courses/course-file.ts";
import { COURSE, courseFiles, LESSON, markdownFile } from "./course-text.ts";

function problemsOf(files: Map<string, string>, slug = "night"): string[] {
  try {
    parseCourse(slug, files);
  } catch (error) {
    return (error as Error).message.split("\n- ").slice(1);
  }
  return [];
}

test("a folder without mistakes becomes a course with its lessons in order", () => {
  const course = parseCourse("night", courseFiles());
  expect(course).toMatchObject({ ...COURSE, slug: "night", aboutHtml: "<p>Some text.</p>" });
  expect(course.lessons.map(({ slug, position, minutes }) => [slug, position, minutes])).toEqual([
    ["lights", 1, 12],
    ["buoys", 2, 8],
  ]);
  expect(course.lessons[0]).toMatchObject({ preview: true, file: "src/lib/errors.ts" });
});

test("lessons are ordered by their number, however the files are listed", () => {
  const files = new Map([...courseFiles()].reverse());
  expect(parseCourse("night", files).lessons.map(({ slug }) => slug)).toEqual(["lights", "buoys"]);
});

test("every mistake of every file is in one message, with file and field", () => {
  const problems = problemsOf(
    courseFiles({
      "course.md": markdownFile({ ...COURSE, topic: "cooking", level: undefined, price: 49 }),
      "02-buoys.md": markdownFile({ ...LESSON, minutes: "ten" }, "\ntext\n\n# Buoys\n"),
      "3-wrecks.md": markdownFile(LESSON),
    }),
  );
  expect(problems).toEqual([
    "course.md: topic: must be one of deployment, payments, data, operations, security",
    "course.md: level: is missing",
    'course.md: front matter: Unrecognized key: "price"',
    "02-buoys.md: minutes: must be a whole number",
    "02-buoys.md: line 11: headings begin at ##: the title is the h1",
    "3-wrecks.md: a lesson's file is named like 01-introduction.md",
  ]);
});

test("a field inside a list is named by its place", () => {
  const flags = [{ pattern: "stripes", colours: ["blue", "pink"] }];
  expect(problemsOf(courseFiles({ "course.md": markdownFile({ ...COURSE, flags }) }))).toEqual([
    expect.stringMatching(/^course\.md: flags\.0\.pattern: must be one of plain, /),
    expect.stringMatching(/^course\.md: flags\.0\.colours\.1: must be one of red, /),
  ]);
});

test("two lessons can't share a number or a name", () => {
  const problems = problemsOf(
    courseFiles({
      "02-wrecks.md": markdownFile(LESSON),
      "03-lights.md": markdownFile(LESSON),
    }),
  );
  expect(problems).toEqual([
    "02-wrecks.md: has the same number or name as 02-buoys.md",
    "03-lights.md: has the same number or name as 01-lights.md",
  ]);
});

test.each([
  ["without course.md", { "course.md": null }, "course.md is missing"],
  [
    "without lessons",
    { "01-lights.md": null, "02-buoys.md": null },
    "There is no lesson, such as 01-introduction.md",
  ],
  [
    "without front matter",
    { "01-lights.md": "Some text." },
    "01-lights.md: must begin with its front matter between two lines of ---",
  ],
  [
    "with an empty lesson",
    { "01-lights.md": markdownFile(LESSON, "\n \n") },
    "01-lights.md: there is no text below the front matter",
  ],
  [
    "with a title that is too long",
    { "01-lights.md": markdownFile({ ...LESSON, title: "a".repeat(81) }) },
    "01-lights.md: title: must have at most 80 characters",
  ],
])("a folder %s is refused", (_, changes, problem) => {
  expect(problemsOf(courseFiles(changes))).toEqual([problem]);
});

test("front matter that is not YAML is refused with its place", () => {
  const problems = problemsOf(
    courseFiles({ "01-lights.md": '---\ntitle: "Lights\n---\n\ntext\n' }),
  );
  expect(problems).toEqual([expect.stringMatching(/^01-lights\.md: .+ at line \d/)]);
});

test("front matter that is no mapping is refused", () => {
  const problems = problemsOf(courseFiles({ "01-lights.md": "---\n- title\n---\n\ntext\n" }));
  expect(problems).toEqual([expect.stringMatching(/^01-lights\.md: front matter: /)]);
});

test("files with Windows line ends are read alike", () => {
  const files = courseFiles();
  const windows = new Map([...files].map(([name, text]) => [name, text.replaceAll("\n", "\r\n")]));
  expect(parseCourse("night", windows)).toEqual(parseCourse("night", files));
});

test("a folder's name must be fit for an address", () => {
  expect(problemsOf(courseFiles(), "Night_1")).toEqual([
    "The folder's name must be lower case words joined by hyphens: Night_1",
  ]);
});
