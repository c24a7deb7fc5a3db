import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

/** A file by its path from the root, and what stands in it. */
export interface SourceFile {
  file: string;
  text: string;
}

/** All code of a folder, in the order of its names. */
export function readSource(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|astro|sql)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({
      file: relative(ROOT, path).split(sep).join("/"),
      text: readFileSync(path, "utf8"),
    }));
}

/** The files of a folder with a line that fits, once for each such line. */
export function filesWith(folder: string, pattern: RegExp): string[] {
  return linesWith(folder, pattern).map(({ file }) => file);
}

/** The lines of a folder that fit, each with its file. */
export function linesWith(folder: string, pattern: RegExp): { file: string; line: string }[] {
  return readSource(folder).flatMap(({ file, text }) =>
    text
      .split("\n")
      .filter((line) => pattern.test(line))
      .map((line) => ({ file, line: line.trim() })),
  );
}
