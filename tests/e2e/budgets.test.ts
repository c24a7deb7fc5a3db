import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Page, Response } from "@playwright/test";
import { HIGHEST, PAGE_BUDGETS } from "../../scripts/bench/browser-transfer.ts";
import { expect, test } from "../support/e2e.ts";

const ROOT = join(import.meta.dirname, "../..");
const KIB = 1024;
const BROTLI_4 = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
// With scripts of their own: for code samples, passwords and passkeys.
const INTERACTIVE_PAGES = [
  "/courses/production-deployment/what-production-means",
  "/sign-up",
  "/account/password",
  "/account/passkeys",
];
const INTERACTIVE = { script: 8_000, markup: 12_000 };
const INLINE_SCRIPTS = 'script:not([src], [type$="json"], [type="speculationrules"])';

interface Loaded {
  url: string;
  type: string;
  /** As a CDN compresses on the way. */
  bytes: number;
}

/** Opens the page and waits until it is quiet, after what comes when it is idle. */
async function open(page: Page, address: string): Promise<void> {
  const vitals = page.waitForResponse((response) => response.url().includes("web-vitals"));
  await page.goto(address);
  await vitals;
  await page.waitForLoadState("networkidle");
}

/** Opens a page that the browser has never seen, and gives everything that it loads. */
async function load(page: Page, address: string): Promise<Loaded[]> {
  const responses: Response[] = [];
  page.on("response", (response) => responses.push(response));
  await open(page, address);
  return Promise.all(
    responses.map(async (response) => ({
      url: response.url(),
      type: response.request().resourceType(),
      bytes: compressedBytes(await response.body()),
    })),
  );
}

function compressedBytes(body: Buffer | string): number {
  return brotliCompressSync(body, BROTLI_4).length;
}

/** Bytes of these types, of all without one. */
function sum(loaded: Loaded[], ...types: string[]): number {
  return loaded
    .filter(({ type }) => types.length === 0 || types.includes(type))
    .reduce((total, { bytes }) => total + bytes, 0);
}

/** What the open page got over the network and not from the browser's own cache, in bytes with headers. */
function readTransfers(page: Page): Promise<number[]> {
  return page.evaluate(() =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
      .map((entry) => entry.transferSize)
      .filter((bytes) => bytes > 0),
  );
}

for (const { path, cold, markup, warm } of PAGE_BUDGETS)
  test(`${path} keeps within what a phone should have to load`, async ({ page, baseURL }) => {
    const loaded = await load(page, path);
    const urls = loaded.map(({ url }) => url);
    expect.soft(sum(loaded), "all, cold").toBeLessThanOrEqual(cold);
    expect.soft(sum(loaded, "document", "stylesheet"), "HTML and CSS").toBeLessThanOrEqual(markup);
    expect.soft(sum(loaded, "script"), "JavaScript").toBeLessThanOrEqual(HIGHEST.script);
    expect.soft(sum(loaded, "font"), "fonts").toBe(HIGHEST.font);
    expect.soft(urls.length, urls.join(" ")).toBeLessThanOrEqual(HIGHEST.coldRequests);
    expect.soft(urls.filter((url) => new URL(url).origin !== baseURL)).toEqual([]);
    await open(page, path);
    const transfers = await readTransfers(page);
    expect.soft(transfers.length, "requests, warm").toBeLessThanOrEqual(HIGHEST.warmRequests);
    const warmBytes = transfers.reduce((total, bytes) => total + bytes, 0);
    expect.soft(warmBytes, "all, warm").toBeLessThanOrEqual(warm);
  });

for (const path of INTERACTIVE_PAGES)
  test(`${path} keeps its scripts within 8 kB`, async ({ page, login }) => {
    if (path.startsWith("/account")) await login();
    const loaded = await load(page, path);
    const inline = await page.locator(INLINE_SCRIPTS).allTextContents();
    const scriptBytes = sum(loaded, "script") + compressedBytes(inline.join(""));
    expect.soft(scriptBytes, "JavaScript").toBeLessThanOrEqual(INTERACTIVE.script);
    expect.soft(sum(loaded, "document"), "HTML").toBeLessThanOrEqual(INTERACTIVE.markup);
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
