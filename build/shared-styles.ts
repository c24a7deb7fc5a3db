import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroIntegration } from "astro";

const INLINE_STYLE = /"type":"inline","content":("(?:[^"\\]|\\.)*")/g;

/**
 * Astro integration that writes each inlined stylesheet into the server's manifest once. Astro
 * repeats it for every route, which made two thirds of what is read at a cold start. Stands before whatever packages the
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

/**
 * The same module with every stylesheet that is inlined more than once written once, at its top. What a route
 * inlines is its stylesheets one after the other, each of one minified line.
 */
export function shareStyles(code: string): string {
  const inlined = [...code.matchAll(INLINE_STYLE)].map(([, literal = ""]) => sheetsOf(literal));
  const all = inlined.flat();
  const repeated = [...new Set(all)].filter(
    (sheet) => all.indexOf(sheet) !== all.lastIndexOf(sheet),
  );
  if (repeated.length === 0) return code;
  const names = new Map(repeated.map((sheet, index) => [sheet, `SHARED_STYLE_${index}`]));
  const body = code.replace(INLINE_STYLE, (_match, literal: string) => {
    const parts = sheetsOf(literal).map((sheet) => names.get(sheet) ?? JSON.stringify(sheet));
    return `"type":"inline","content":${parts.join("+")}`;
  });
  const constants = [...names].map(([sheet, name]) => `const ${name}=${JSON.stringify(sheet)};`);
  return `${constants.join("")}${body}`;
}

function sheetsOf(literal: string): string[] {
  return (JSON.parse(literal) as string).split(/(?<=\n)/);
}
