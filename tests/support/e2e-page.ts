import { expect, type Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type axe from "axe-core";

// Takes a third less to send and to run than `axe.source`, which is the long form.
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong with the page as it is now: the rule and the place of each. `tags` choose rules, all by default. */
export async function findViolations(page: Page, tags: string[] = []): Promise<string[]> {
  // Its wrapper for Playwright puts half a megabyte into the page each time, and fetches what passed, too.
  if (!(await page.evaluate(() => "axe" in globalThis))) await runInPage(page, AXE);
  return page.evaluate(async (values) => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
    const runOnly = values.length > 0 ? { runOnly: { type: "tag" as const, values } } : {};
    const { violations } = await inPage.run({ resultTypes: ["violations"], ...runOnly });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target.join(" ")}`),
    );
  }, tags);
}

// Playwright's own `evaluate` takes a third longer with a script of this length.
async function runInPage(page: Page, expression: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Runtime.evaluate", { expression });
  await devtools.detach();
}

/** Ticks all that a buyer must agree to. */
export async function agree(page: Page): Promise<void> {
  for (const box of await page.locator("main form").getByRole("checkbox").all()) await box.check();
}

/** What sticks out to the right; nothing when the page itself can't be scrolled sideways. */
export function findOverflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return Array.from(document.querySelectorAll("body *"))
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `${element.tagName}.${element.className}`)
      .slice(0, 5);
  });
}

/** That the open page is in nobody's way: axe finds nothing and nothing sticks out, narrow and wide, light and dark. */
export async function expectNothingInTheWay(page: Page): Promise<void> {
  // axe passes over what is closed, also where the styles show it all the same.
  await page
    .locator("main details")
    .evaluateAll((all) => all.forEach((details) => details.setAttribute("open", "")));
  for (const width of [1280, 320]) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: "light" });
    expect.soft(await findOverflow(page), `${width} pixels are enough`).toEqual([]);
    expect.soft(await findViolations(page), `light, ${width} pixels`).toEqual([]);
    // A theme is colours: no other rule can find anything new in it.
    await page.emulateMedia({ colorScheme: "dark" });
    const violations = await findViolations(page, ["cat.color"]);
    expect.soft(violations, `dark, ${width} pixels`).toEqual([]);
  }
}
