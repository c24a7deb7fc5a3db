import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";

const INLINE_STYLE = /"type":"inline","content":("(?:[^"\\]|\\.)*")/g;

/**
 * Astro integration that writes each inlined stylesheet into the server's manifest once. Astro
 * repeats it for every route, which made half of the Worker. Stands before whatever packages the
 * server's files. Throws when Astro writes its manifest in another way than this one knows.
 */
export function sharedStyles(): AstroIntegration {
  return {
    name: "slipway:shared-styles",
    hooks: {
      "astro:build:done": ({ dir }) => {
        const folder = join(fileURLToPath(dir), "../server/chunks");
        const files = readdirSync(folder)
          .filter((name) => name.endsWith(".mjs"))
          .map((name) => join(folder, name));
        const shared = files.filter((file) => shareIn(file));
        if (shared.length === 0) throw new Error("No chunk of the server holds inlined styles.");
      },
    },
  };
}

function shareIn(file: string): boolean {
  const code = readFileSync(file, "utf8");
  const after = shareStyles(code);
  if (after !== code) writeFileSync(file, after);
  return after !== code;
}

/** The same module with every inlined style that is in it more than once written once, at its top. */
export function shareStyles(code: string): string {
  const styles = [...code.matchAll(INLINE_STYLE)].map(([, literal = ""]) => literal);
  const repeated = [...new Set(styles)].filter(
    (literal) => styles.indexOf(literal) !== styles.lastIndexOf(literal),
  );
  if (repeated.length === 0) return code;
  const names = new Map(repeated.map((literal, index) => [literal, `SHARED_STYLE_${index}`]));
  const body = code.replace(INLINE_STYLE, (match, literal: string) => {
    const name = names.get(literal);
    return name ? `"type":"inline","content":${name}` : match;
  });
  const constants = [...names].map(([literal, name]) => `const ${name}=${literal};`);
  return `${constants.join("")}${body}`;
}
