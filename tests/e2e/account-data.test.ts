import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { buyCourse, shopServices } from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

test.describe(() => {
  test.use({ javaScriptEnabled: false });

  test("all that is kept about a person can be read, and taken along", async ({ page, login }) => {
    const person = await login();
    const orderId = await buyCourse(person);
    const [order] = await shopServices().database.read<{ number: string }[]>`
    SELECT number
    FROM orders
    WHERE id = ${orderId}::uuid`;
    await page.goto("/account");
    await page.getByRole("link", { name: "all that we keep about you" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("What we keep about you");
    await expect(page.getByRole("region", { name: "Your account" })).toContainText(person.email);
    const orders = page.getByRole("region", { name: "Orders" });
    await expect(orders.getByRole("row").last()).toContainText(
      new RegExp(`${order?.number}.*Redis beyond caching.*Paid.*€39`, "s"),
    );
    await expect(page.getByRole("region", { name: "Courses that are open" })).toContainText(
      "Redis",
    );
    const file = page.waitForEvent("download");
    await page.getByRole("link", { name: /as a file/ }).click();
    expect((await file).suggestedFilename()).toBe("slipway-account.json");
  });
});

test("/account/data: nothing in the way of anybody", async ({ page, login }) => {
  await buyCourse(await login());
  await page.goto("/account/data");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectNothingInTheWay(page);
});
