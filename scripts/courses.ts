import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { forgetCatalogue } from "#lib/courses/catalogue.ts";
import { readCourse } from "#lib/courses/course-file.ts";
import { renderPreview } from "#lib/courses/preview.ts";
import { publishCourse, unpublishCourse } from "#lib/courses/publish.ts";
import { listAllCourses } from "#lib/courses/queries.ts";
import { openDatabase, type Database } from "#lib/services/database.ts";
import { openRedis } from "#lib/services/redis.ts";
import { findRunningStack } from "#local/running.ts";

const HELP = `npm run courses -- COMMAND

  publish FOLDER [--draft]   writes the folder's course to the shop; --draft keeps a new one hidden
  preview FOLDER             checks the folder and writes one HTML page of it to .data/preview
  list                       lists every course, published or not
  unpublish SLUG --yes       takes a course out of the shop; who bought it keeps it

The shop is the one of DATABASE_URL (or DATABASE_DIRECT_URL); without them, the running
\`npm start\`. With UPSTASH_REDIS_REST_URL and _TOKEN a change is visible at once, else within a
minute.`;

const PREVIEW_FOLDER = ".data/preview";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    draft: { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const isOwnShop = process.env.DATABASE_URL ?? process.env.DATABASE_DIRECT_URL;
const variables: Record<string, string | undefined> = isOwnShop
  ? process.env
  : { ...findRunningStack()?.variables };
const COMMANDS: Record<string, (argument: string) => Promise<void>> = {
  publish,
  preview,
  unpublish,
  list,
};

const [name = "", argument = ""] = positionals;
const command = COMMANDS[name];
if (values.help || !command || (argument === "" && command !== list)) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  await command(argument).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}

async function publish(folder: string): Promise<void> {
  const publication = await publishCourse(openShop(), folder, {
    draft: values.draft,
    now: new Date(),
  });
  const { slug, outcome, isPublished, lessonCount, removedLessons } = publication;
  const removed = removedLessons > 0 ? `, ${removedLessons} removed` : "";
  console.log(`${slug}: ${outcome}, ${lessonCount} lessons${removed}`);
  console.log(isPublished ? `In the shop at /courses/${slug}` : "A draft: not in the shop yet");
  if (isPublished && outcome !== "unchanged") await showAtOnce(slug);
}

async function preview(folder: string): Promise<void> {
  const course = await readCourse(folder);
  await mkdir(PREVIEW_FOLDER, { recursive: true });
  const path = join(PREVIEW_FOLDER, `${course.slug}.html`);
  await writeFile(path, renderPreview(course));
  console.log(`${course.lessons.length} lessons, no mistakes: ${pathToFileURL(path).href}`);
}

async function list(): Promise<void> {
  for (const course of await listAllCourses(openShop())) {
    const state = course.isPublished ? "published" : "draft    ";
    const revised = `revised ${course.revisedOn}`;
    console.log(`${state}  ${course.slug}  ${course.lessonCount} lessons, ${revised}`);
  }
}

async function unpublish(slug: string): Promise<void> {
  const { host, pathname } = new URL(databaseUrl());
  if (!values.yes)
    throw new Error(
      `This takes ${slug} out of the shop on ${host}${pathname}: repeat it with --yes.`,
    );
  if (!(await unpublishCourse(openShop(), slug, new Date())))
    throw new Error(`No published course is called ${slug}.`);
  console.log(`${slug} is out of the shop; who bought it keeps it.`);
  await showAtOnce(slug);
}

async function showAtOnce(slug: string): Promise<void> {
  const { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token } = variables;
  try {
    if (!url || !token) throw new Error("Redis is not configured");
    await forgetCatalogue({ redis: openRedis({ url, token }) }, slug);
  } catch {
    console.log("Visitors see the change within a minute (the cache was not reached).");
  }
}

function openShop(): Database {
  return openDatabase({ url: databaseUrl(), bridgeUrl: variables.NEON_BRIDGE_URL });
}

function databaseUrl(): string {
  const url = variables.DATABASE_URL ?? variables.DATABASE_DIRECT_URL;
  if (!url) throw new Error("DATABASE_URL is not set, and no `npm start` runs in this folder.");
  return url;
}
