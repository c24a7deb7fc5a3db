import type { Plugin } from "vite";

// Cloudflare limits a Worker's compressed size, and every byte is read at a cold start.

/** Vite plugin that minifies the server build. */
export function minifyWorker(): Plugin {
  return {
    name: "slipway:minify-worker",
    enforce: "post",
    configEnvironment: (name) => (name === "ssr" ? { build: { minify: "oxc" } } : undefined),
  };
}

/**
 * Vite plugin that leaves out zod's translation into JSON Schema: every schema carries it as a
 * method, and nothing here calls it. Who does reads an error that says so.
 */
export function withoutJsonSchemas(): Plugin {
  const translators = /\/zod\/v4\/core\/(to-json-schema|json-schema-processors)\.js$/;
  const refuse = 'const refuse = () => { throw new Error("JSON Schema is left out."); };';
  return {
    name: "slipway:without-json-schemas",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!translators.test(id)) return undefined;
      const names = [...code.matchAll(/^export (?:const|function) (\w+)/gm)];
      return [refuse, ...names.map(([, name = ""]) => `export const ${name} = refuse;`)].join("\n");
    },
  };
}

/**
 * Vite plugin that keeps the name and the title of each of Astro's own errors, and leaves out its
 * explanation: that is for a developer, who sees it under `npm run dev`.
 */
export function withShortErrors(): Plugin {
  return {
    name: "slipway:with-short-errors",
    apply: "build",
    enforce: "pre",
    async transform(_code, id) {
      if (!id.endsWith("/astro/dist/core/errors/errors-data.js")) return undefined;
      const errors = (await import(id)) as Record<string, AstroErrorData>;
      return Object.entries(errors)
        .map(([key, data]) => `export const ${key} = ${shortError(data)};`)
        .join("\n");
    },
  };
}

interface AstroErrorData {
  name: string;
  title: string;
  message: unknown;
}

function shortError({ name, title, message }: AstroErrorData): string {
  const text = JSON.stringify(title);
  const short = typeof message === "function" ? `() => ${text}` : text;
  return `{ name: ${JSON.stringify(name)}, title: ${text}, message: ${short} }`;
}
