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
