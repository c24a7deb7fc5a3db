import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { AstroConfig, AstroIntegration } from "astro";
import { staticRoutes } from "./static-routes.ts";

/** The part of the adapter's generated Worker configuration that this file reads. */
interface WorkerConfig extends Record<string, unknown> {
  name: string;
  main: string;
}

// Everything else makes `wrangler pages` refuse the file (wrangler 4.151, validation-pages.ts).
const PAGES_FIELDS = [
  "compatibility_date",
  "compatibility_flags",
  "limits",
  "placement",
  "vars",
  "durable_objects",
  "kv_namespaces",
  "r2_buckets",
  "d1_databases",
  "hyperdrive",
  "services",
  "analytics_engine_datasets",
  "version_metadata",
];
const UNAVAILABLE_ON_PAGES = ["triggers", "queues", "ratelimits", "workflows", "images"];

/**
 * Astro integration that repackages the adapter's Workers build as a Cloudflare Pages directory
 * ("advanced mode": static files, `_worker.js/`, `_routes.json`) in `dist/pages`, and points
 * wrangler at it, so that plain `wrangler pages dev` and `wrangler pages deploy` work.
 * Why it exists: docs/decisions/001-cloudflare-pages.md.
 */
export function cloudflarePages(): AstroIntegration {
  let config: AstroConfig;
  return {
    name: "slipway:cloudflare-pages",
    hooks: {
      "astro:config:done": (options) => {
        config = options.config;
      },
      "astro:build:done": async ({ logger }) => {
        const dist = fileURLToPath(config.outDir);
        const client = fileURLToPath(config.build.client);
        const server = fileURLToPath(config.build.server);
        const worker = JSON.parse(
          await readFile(join(server, "wrangler.json"), "utf8"),
        ) as WorkerConfig;
        const out = join(dist, "pages");
        await rm(out, { recursive: true, force: true });
        await mkdir(out, { recursive: true });
        await cp(client, out, {
          recursive: true,
          filter: (path) => !path.endsWith(".assetsignore"),
        });
        await copyWorker(server, join(out, "_worker.js"), worker.main);
        const exclude = await staticRoutes(client, config.build.assets);
        await writeJson(join(out, "_routes.json"), { version: 1, include: ["/*"], exclude });
        await writeJson(join(dist, "wrangler.json"), pagesConfig(worker));
        await pointWranglerAt(join(dist, "wrangler.json"), fileURLToPath(config.root));
        for (const field of UNAVAILABLE_ON_PAGES.filter((name) => isConfigured(worker[name])))
          logger.warn(`"${field}" in wrangler.toml does not exist on Pages and was left out.`);
        logger.info(`dist/pages is ready, ${String(exclude.length)} static rules.`);
      },
    },
  };
}

async function copyWorker(server: string, out: string, main: string): Promise<void> {
  await cp(server, out, {
    recursive: true,
    // Dotfiles: dist/server/.dev.vars is a copy of the local secrets.
    filter: (path) => {
      const name = relative(server, path);
      return !name.startsWith(".") && name !== "wrangler.json" && !name.endsWith(".map");
    },
  });
  await writeFile(join(out, "index.js"), entry(posix.normalize(main)));
}

// Without `redirect: "manual"` the asset server's own redirect would be followed here, and the
// target's body be served with 200 at the old address.
function entry(main: string): string {
  return `import { withEnv } from "cloudflare:workers";
import worker from "./${main}";
const manual = (assets) => ({
  fetch: (input, init) => assets.fetch(new Request(input, init), { redirect: "manual" }),
});
export default {
  fetch(request, env, context) {
    const own = { ...env, ASSETS: manual(env.ASSETS) };
    return withEnv(own, () => worker.fetch(request, own, context));
  },
};
`;
}

function pagesConfig(worker: WorkerConfig): Record<string, unknown> {
  const pages: Record<string, unknown> = {
    name: worker.name,
    pages_build_output_dir: "./pages",
  };
  for (const field of PAGES_FIELDS) if (worker[field] !== undefined) pages[field] = worker[field];
  return pages;
}

async function pointWranglerAt(configPath: string, root: string): Promise<void> {
  const folder = join(root, ".wrangler", "deploy");
  await mkdir(folder, { recursive: true });
  await writeJson(join(folder, "config.json"), {
    configPath: relative(folder, configPath).split(sep).join("/"),
  });
}

function isConfigured(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === "object" ? Object.values(value).some(isConfigured) : Boolean(value);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  if (!existsSync(join(path, ".."))) await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, JSON.stringify(value, null, 2));
}
