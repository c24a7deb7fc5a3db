import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/e2e.ts";

const ROOT = join(import.meta.dirname, "../..");
const KIB = 1024;
const BROTLI_4 = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const PAGES = [
  "/",
  "/courses",
  "/courses/production-deployment",
  "/courses/production-deployment/what-production-means",
  "/sign-in",
];

interface Loaded {
  path: string;
  type: string;
  gzipBytes: number;
  /** As a CDN compresses on the way. */
  brotliBytes: number;
}

/** Everything the page loads until it is quiet, what comes when it is idle included. */
async function load(page: Page, address: string): Promise<Loaded[]> {
  const bodies: Promise<Loaded>[] = [];
  page.on("response", (response) => {
    const path = new URL(response.url()).pathname;
    const type = response.request().resourceType();
    const measured = response.body().then((body) => ({
      path,
      type,
      gzipBytes: gzipSync(body).length,
      brotliBytes: brotliCompressSync(body, BROTLI_4).length,
    }));
    bodies.push(measured);
  });
  const vitals = page.waitForResponse((response) => response.url().includes("web-vitals"));
  await page.goto(address);
  await vitals;
  await page.waitForLoadState("networkidle");
  return Promise.all(bodies);
}

function sum(loaded: Loaded[], type: string): number {
  return loaded
    .filter((each) => each.type === type)
    .reduce((bytes, each) => bytes + each.gzipBytes, 0);
}

for (const address of PAGES)
  test(`${address} keeps within what a phone should have to load`, async ({ page, baseURL }) => {
    const loaded = await load(page, address);
    expect(sum(loaded, "script"), "JavaScript").toBeLessThanOrEqual(5 * KIB);
    expect(sum(loaded, "document") + sum(loaded, "stylesheet"), "HTML and CSS").toBeLessThanOrEqual(
      20 * KIB,
    );
    expect(sum(loaded, "font"), "fonts").toBe(0);
    expect(loaded.length, loaded.map(({ path }) => path).join(" ")).toBeLessThanOrEqual(6);
    expect(page.url()).toContain(baseURL);
  });

test("the sign-in page is what the first packets hold", async ({ page }) => {
  const loaded = await load(page, "/sign-in");
  const documents = loaded.filter(({ type }) => type === "document");
  expect(documents.map(({ brotliBytes }) => brotliBytes <= 6_000)).toEqual([true]);
});

test("a script is asked for once: its name is its content's", async ({ page }) => {
  const script = page.waitForResponse((response) => response.request().resourceType() === "script");
  await page.goto("/");
  expect((await script).headers()["cache-control"]).toBe("public, max-age=31536000, immutable");
});

test("all styles together are at most 15 KiB", async ({ page }) => {
  await page.goto("/");
  const css = await page.locator("style").allTextContents();
  expect(css.join("").length).toBeGreaterThan(1_000);
  expect(gzipSync(css.join("")).length).toBeLessThanOrEqual(15 * KIB);
});

test("the Worker is at most 512 KiB", () => {
  const folder = join(ROOT, "dist/pages/_worker.js");
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  expect(gzipSync(Buffer.concat(files), { level: 9 }).length).toBeLessThanOrEqual(512 * KIB);
});
