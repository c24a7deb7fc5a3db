import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** What axe finds wrong with the page as it is now: the rule and the place of each. */
export async function findViolations(page: Page): Promise<string[]> {
  // axe has types of its own for the same page. Its legacy mode opens no second one for frames.
  const axe = new AxeBuilder({ page: page as never }).setLegacyMode(true);
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
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect.soft(await findViolations(page), `${colorScheme}, ${width} pixels`).toEqual([]);
    }
  }
}
