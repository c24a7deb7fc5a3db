import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** What axe finds wrong with the page as it is now: the rule and the place of each. `tags` choose rules, all by default. */
export async function findViolations(page: Page, tags: string[] = []): Promise<string[]> {
  // axe has types of its own for the same page. Its legacy mode opens no second one for frames.
  const axe = new AxeBuilder({ page: page as never }).setLegacyMode(true);
  if (tags.length > 0) axe.withTags(tags);
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.join(" ")}`),
  );
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

/** That the open page is in nobody's way: axe finds nothing and nothing sticks out, in both themes, narrow and wide. */
export async function expectNothingInTheWay(page: Page): Promise<void> {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    expect.soft(await findOverflow(page), `${width} pixels are enough`).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
    expect.soft(await findViolations(page), `light, ${width} pixels`).toEqual([]);
    // A theme is colours: no other rule can find anything new in it.
    await page.emulateMedia({ colorScheme: "dark" });
    expect.soft(await findViolations(page, ["cat.color"]), `dark, ${width} pixels`).toEqual([]);
  }
}
