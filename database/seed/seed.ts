import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "#lib/services/database.ts";
import { seedPeople } from "./people.ts";

interface SeedOptions {
  /** Holds one folder per course; those of this repository by default. */
  folder?: string;
  /** Null makes no demo accounts, as everywhere but on a developer's machine. */
  demoPassword: string | null;
  /** The database has the courses of the folder already. */
  hasCourses?: boolean;
  now?: Date;
  log?: (line: string) => void;
}

const COURSES = fileURLToPath(new URL("courses", import.meta.url));

/**
 * Fills a shop with the courses of the folder and, with a password, the demo accounts. May run
 * again at any time: it changes only what is different. Throws at the first course with mistakes.
 */
export async function seed(database: Database, options: SeedOptions): Promise<void> {
  const { folder = COURSES, demoPassword, now = new Date(), log = print } = options;
  if (!options.hasCourses) await seedCourses(database, folder, now, log);
  if (demoPassword === null || isDeployed()) return;
  const made = await seedPeople(database, demoPassword, process.env.JWT_SECRET);
  log(made === 0 ? "Demo accounts: unchanged" : `Demo accounts: ${made} made`);
}

async function seedCourses(
  database: Database,
  folder: string,
  now: Date,
  log: (line: string) => void,
): Promise<void> {
  // Only here: the Markdown libraries take longer to load than all the rest.
  const { publishCourse } = await import("#lib/courses/publish.ts");
  for (const name of (await readdir(folder)).sort()) {
    if (!existsSync(join(folder, name, "course.md"))) continue;
    const { outcome, lessonCount } = await publishCourse(database, join(folder, name), {
      draft: false,
      now,
    });
    log(`${name}: ${lessonCount} lessons, ${outcome}`);
  }
}

// A known password must never open a shop that others can reach.
function isDeployed(): boolean {
  return !["development", undefined].includes(process.env.APP_ENV);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
