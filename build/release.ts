import { execFileSync } from "node:child_process";
import type { Plugin } from "vite";

/** The commit this build is made from: RELEASE_ID, or git's HEAD, or "unknown" outside a checkout. */
export function releaseId(): string {
  if (process.env.RELEASE_ID) return process.env.RELEASE_ID;
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return "unknown";
  }
}

/**
 * Vite plugin that leaves out the browser's helper for preloading what a lazy module needs: a
 * kilobyte and a request on every page, and nothing here has anything to preload.
 */
export function withoutPreloads(): Plugin {
  const imported = /import\{\w+ as (\w+)\}from"\.\/preload-helper\.[\w-]+\.js";/;
  return {
    name: "slipway:without-preloads",
    apply: "build",
    enforce: "pre",
    load: (id) =>
      id === "\0vite/preload-helper.js"
        ? "export const __vitePreload = (load) => load();"
        : undefined,
    generateBundle(_options, bundle) {
      for (const [file, chunk] of Object.entries(bundle)) {
        if (chunk.type !== "chunk") continue;
        if (file.includes("preload-helper.")) Reflect.deleteProperty(bundle, file);
        else chunk.code = chunk.code.replace(imported, "const $1=load=>load();");
      }
    },
  };
}
