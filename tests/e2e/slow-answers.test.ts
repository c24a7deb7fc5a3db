import { addSession, expect, test } from "../support/e2e.ts";
import { COURSE, makePerson } from "../support/e2e-shop.ts";

test("a form that waits for its answer says so, is sent once, and not forever", async ({
  page,
}) => {
  await addSession(page.context(), await makePerson());
  await page.clock.install();
  await page.goto(`/checkout/${COURSE}`, { waitUntil: "networkidle" });
  let sent = 0;
  // 204 leaves the page as it is, as if the answer were still to come.
  await page.route("**/checkout/**", (route) => {
    sent++;
    return route.fulfill({ status: 204 });
  });
  for (const box of await page.getByRole("checkbox").all()) await box.check();
  const button = page.getByRole("button", { name: "Continue to payment" });
  const busy = page.getByRole("button", { name: "Opening Stripe's page…" });
  await button.click();
  await expect(busy).toBeVisible();
  await busy.click();
  await page.clock.fastForward(10_000);
  const again = page.waitForResponse((response) => response.request().method() === "POST");
  await button.click();
  await again;
  expect(sent, "the first, and the one after the wait").toBe(2);
});
