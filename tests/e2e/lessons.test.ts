import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { buyCourse, COURSE } from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

// What src/scripts/mark-done.ts waits for: that the end was on the screen, and until it tries again.
const READ_MS = 1_200;
const RETRY_MS = 10_000;

test("a lesson read to its end is marked as done, also when the line was away at first", async ({
  page,
  login,
}) => {
  const person = await login();
  await buyCourse(person);
  await page.clock.install();
  await page.goto(`/courses/${COURSE}/rate-limits`);
  let tries = 0;
  await page.route("**/*completeLesson*", (route) => {
    tries += 1;
    return tries === 1 ? route.abort() : route.continue();
  });
  const triesBecome = (count: number): Promise<void> =>
    expect
      .poll(async () => {
        await page.clock.fastForward(READ_MS);
        return tries;
      })
      .toBe(count);
  const button = page.getByRole("button", { name: "Mark this lesson as done" });
  await button.scrollIntoViewIfNeeded();
  await triesBecome(1);
  const undo = page.getByRole("button", { name: "Mark as not done" });
  await expect(undo).toHaveCount(0);
  await page.clock.fastForward(RETRY_MS);
  await triesBecome(2);
  await expect(undo).toBeVisible();
  await page.reload();
  await expect(page.getByRole("main")).toContainText("Done");
  await undo.click();
  await expect(button).toBeVisible();
});

test("a click copies the code as its author wrote it, and says so", async ({ page, context }) => {
  const [course, lesson] = ["payments-that-lose-no-money", "an-event-is-only-a-hint"];
  const file = join("database/seed/courses", course, `01-${lesson}.md`);
  const fences = readFileSync(file, "utf8").matchAll(/^```\w+ \S+\n([^]*?)^```/gm);
  const codes = Array.from(fences, ([, code]) => code);
  expect(codes.length, "samples that can be told apart").toBeGreaterThan(1);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`/courses/${course}/${lesson}`);
  const buttons = page.getByRole("main").locator("figure").getByRole("button");
  await expect(buttons).toHaveText(codes.map(() => "Copy"));
  for (const [index, code] of codes.entries()) {
    await buttons.nth(index).click();
    await expect(buttons.nth(index)).toHaveText("Copied");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code);
  }
});

test("a table on a phone keeps its words whole and is scrolled by the keyboard", async ({
  page,
}) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/courses/security-for-small-teams/threat-model");
  const table = page.getByRole("region", { name: "Table: The page for this shop" });
  const name = table.getByText("src/http/origin.ts");
  expect(await name.evaluate((code) => code.getClientRects().length), "lines").toBe(1);
  await table.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => table.evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
  await expectNothingInTheWay(page);
});
