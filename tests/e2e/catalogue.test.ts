import { expect, test } from "../support/e2e.ts";

test("a search keeps the filters, and a filter keeps the search", async ({ page }) => {
  await page.goto("/courses?topic=data");
  const rows = page.getByRole("list", { name: "Courses" }).getByRole("listitem");
  await expect(rows).toHaveCount(2);
  await page.getByRole("searchbox").fill("redis");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/topic=data.*q=redis/);
  await expect(rows).toHaveCount(1);
  const levels = page.getByRole("navigation", { name: "Level" });
  await levels.getByRole("link", { name: "intermediate" }).click();
  await expect(page).toHaveURL("/courses?topic=data&level=intermediate&q=redis");
  await expect(page.getByRole("searchbox")).toHaveValue("redis");
  await expect(page.locator(".filters [aria-current]")).toHaveText(["data", "intermediate"]);
  await expect(rows).toHaveCount(1);
  await levels.getByRole("link", { name: "All levels" }).click();
  await expect(page).toHaveURL("/courses?topic=data&q=redis");
});
