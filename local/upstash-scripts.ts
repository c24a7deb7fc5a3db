import { createHash } from "node:crypto";
import type { Argument } from "./resp.ts";

/**
 * Makes Lua scripts that only Upstash understands run on plain Redis: @upstash/ratelimit begins them with `#!lua flags=allow-key-locking`,
 * which real Redis refuses. The line goes, and the hash that the client knows the script by is mapped to the hash of what runs.
 */
export function createScriptTranslator(): (command: string[]) => Argument[] {
  const hashes = new Map<string, string>();

  function translate(script: string): string {
    const [first = "", ...rest] = script.split("\n");
    if (!first.startsWith("#!lua")) return script;
    // An empty comment instead, so that line numbers in errors stay right.
    const plain = ["--", ...rest].join("\n");
    hashes.set(sha1(script), sha1(plain));
    return plain;
  }

  return (command) => {
    const [name = "", first = "", ...rest] = command;
    if (/^eval(_ro)?$/i.test(name)) return [name, translate(first), ...rest];
    if (/^evalsha(_ro)?$/i.test(name))
      return [name, hashes.get(first.toLowerCase()) ?? first, ...rest];
    if (/^script$/i.test(name) && /^load$/i.test(first))
      return [name, first, ...rest.map(translate)];
    if (/^script$/i.test(name) && /^exists$/i.test(first))
      return [name, first, ...rest.map((hash) => hashes.get(hash.toLowerCase()) ?? hash)];
    return command;
  };
}

/** What Upstash answers to SCRIPT LOAD: the hash of the script as the client sent it. */
export function loadedHash(command: string[]): string | null {
  const [name = "", first = "", script = ""] = command;
  return /^script$/i.test(name) && /^load$/i.test(first) ? sha1(script) : null;
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
