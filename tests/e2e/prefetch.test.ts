import { expect, test } from "../support/e2e.ts";

test("a page is there before the click when the pointer rests on its link", async ({ page }) => {
  await page.goto("/");
  const link = page
    .getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: "Courses" });
  const prefetch = page.waitForRequest(
    (request) => request.headers()["sec-purpose"] === "prefetch",
  );
  await link.hover();
  const request = await prefetch;
  expect(new URL(request.url()).pathname).toBe("/courses");
  await request.response();
  await link.click();
  await expect(page).toHaveURL("/courses");
  const delivery = await page.evaluate(
    () => performance.getEntriesByType("navigation")[0]?.toJSON() as { deliveryType: string },
  );
  expect(delivery.deliveryType).toBe("navigational-prefetch");
});
