import { execFile } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEnvironment } from "#lib/environment.ts";
import { copyTree } from "../../../scripts/mutants.ts";
import { childEnvironment, root } from "../../../scripts/steps.mjs";

// Builds for real, in a copy: the folder itself may be serving a build.

const LOCAL_SECRET = "a-secret-of-this-machine";
const RELEASE_ID = "0123456789abcdef0123456789abcdef01234567";
const BUILDS_TIMEOUT_MS = 240_000;
const ENVIRONMENTS = ["staging", "production"] as const;
const SECRETS = {
  DATABASE_URL: "postgresql://slipway_app:secret@db.example.org/slipway?sslmode=require",
  UPSTASH_REDIS_REST_URL: "https://redis.example.org",
  UPSTASH_REDIS_REST_TOKEN: "token-token",
  JWT_SECRET: "x".repeat(40),
  STRIPE_WEBHOOK_SECRET: "whsec_1",
  EMAIL_PASSWORD: "key",
  JOBS_SECRET: "x".repeat(40),
  OPERATOR_TOKEN: "x".repeat(40),
};

interface PagesConfig {
  name: string;
  pages_build_output_dir: string;
  compatibility_flags: string[];
  vars: Record<string, string>;
}

interface Build {
  config: PagesConfig;
  /** Every file that would be deployed, by its name. */
  files: { name: string; content: string }[];
}

const folder = copyTree(root);
const builds = {} as Record<(typeof ENVIRONMENTS)[number], Build>;

beforeAll(async () => {
  writeFileSync(join(folder, ".dev.vars"), `JWT_SECRET=${LOCAL_SECRET}\n`);
  for (const environment of ENVIRONMENTS) builds[environment] = await build(environment);
}, BUILDS_TIMEOUT_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function build(environment: string): Promise<Build> {
  const astro = join(root, "node_modules", "astro", "bin", "astro.mjs");
  const variables = { CLOUDFLARE_ENV: environment, RELEASE_ID, ASTRO_TELEMETRY_DISABLED: "1" };
  const env = childEnvironment(variables);
  await promisify(execFile)(process.execPath, [astro, "build"], { cwd: folder, env });
  // As `wrangler pages deploy` finds it.
  const deploy = join(folder, ".wrangler", "deploy");
  const { configPath } = readJson(join(deploy, "config.json")) as { configPath: string };
  const path = join(deploy, configPath);
  const config = readJson(path) as PagesConfig;
  const pages = join(dirname(path), config.pages_build_output_dir);
  const entries = readdirSync(pages, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({
      name,
      content: readFileSync(join(parentPath, name), "latin1"),
    }));
  return { config, files };
}

test.each(ENVIRONMENTS)("the build for %s has its project and its values", (environment) => {
  const { config } = builds[environment];
  expect(config.name).toMatch(new RegExp(`-${environment}$`));
  expect(config.compatibility_flags).toEqual(["nodejs_compat"]);
  expect(JSON.stringify(config)).not.toMatch(/development|localhost|127\.0\.0\.1/);
  const key = environment === "production" ? "sk_live_1" : "sk_test_1";
  const parsed = parseEnvironment({ ...SECRETS, STRIPE_SECRET_KEY: key, ...config.vars });
  expect(parsed.APP_ENV).toBe(environment);
});

test("no two environments share a project or an address", () => {
  const { staging, production } = builds;
  expect(staging.config.name).not.toBe(production.config.name);
  expect(staging.config.vars.SITE_URL).not.toBe(production.config.vars.SITE_URL);
});

test.each(ENVIRONMENTS)("the build for %s names its commit and holds no secret", (environment) => {
  const { config, files } = builds[environment];
  expect(Object.keys(config.vars).filter((name) => name in SECRETS)).toEqual([]);
  expect(files.filter(({ name }) => /^\.|^wrangler|\.map$/.test(name))).toEqual([]);
  const holding = (text: string) => files.filter(({ content }) => content.includes(text));
  expect(holding(RELEASE_ID).length).toBeGreaterThan(0);
  expect(holding(LOCAL_SECRET).map(({ name }) => name)).toEqual([]);
});

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
