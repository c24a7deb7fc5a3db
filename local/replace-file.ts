import { renameSync, writeFileSync } from "node:fs";

/**
 * Writes a file that its owner alone can read. It is the old one or the new one whenever the process
 * ends, never half of it.
 */
export function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
