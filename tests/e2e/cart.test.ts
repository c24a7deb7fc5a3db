import type { Page } from "@playwright/test";
import { agree } from "../support/e2e-page.ts";
import { waitForMail } from "../support/e2e-mailbox.ts";
import { buyCourse, COURSE, findOrder, makePerson, shopServices } from "../support/e2e-shop.ts";
import { PAYING_CARD, payOnPage } from "../support/e2e-stripe.ts";
import { addSession, expect, test } from "../support/e2e.ts";

const SECOND = "postgresql-in-production";

test("two courses are bought in one payment", ({ page }) => buyTwo(page));

test.describe(() => {
  test.use({ javaScriptEnabled: false });

  test("the cart works without JavaScript", ({ page }) => buyTwo(page));
});

async function buyTwo(page: Page): Promise<void> {
  await test.step("a visitor fills the cart", async () => {
    await addToCart(page, COURSE);
    await addToCart(page, SECOND);
    await expect(cartOf(page).getByRole("listitem")).toHaveCount(2);
    await expect(page.getByText("€88", { exact: true })).toBeVisible();
  });
  const person = await makePerson();
  await test.step("it survives the sign-in", async () => {
    await page.getByRole("link", { name: "Sign in to pay" }).click();
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await addSession(page.context(), person);
    await page.goto("/cart");
    await expect(cartOf(page).getByRole("listitem")).toHaveCount(2);
  });
  await test.step("cancel, and find it again", async () => {
    await pay(page);
    await page.getByRole("link", { name: "Cancel and go back" }).click();
    await expect(page).toHaveURL(/\/cart\?cancelled/);
    await expect(page.getByRole("heading", { name: "Nothing was charged" })).toBeVisible();
  });
  await test.step("pay once for both", async () => {
    await pay(page);
    await payOnPage(page, PAYING_CARD);
    await expect(page.getByRole("heading", { name: "Paid" })).toBeVisible();
    await expect(page.getByRole("link", { name: /^Open “/ })).toHaveCount(2);
  });
  await test.step("what is bought is out of the cart", async () => {
    await expect(page.getByRole("link", { name: /^Cart/ })).toHaveCount(0);
    await page.goto("/cart");
    await expect(page.getByRole("heading", { name: "Nothing in it yet" })).toBeVisible();
  });
  const receipt = await waitForMail(person.email, /receipt/i);
  expect(receipt.text).toContain("Redis beyond caching");
  expect(receipt.text).toContain("PostgreSQL in production");
}

test("a course is taken out again", async ({ page }) => {
  await addToCart(page, COURSE);
  await addToCart(page, SECOND);
  await page.getByRole("button", { name: "Remove Redis beyond caching" }).click();
  await expect(cartOf(page).getByRole("listitem")).toHaveCount(1);
  await expect(page.getByRole("link", { name: "Cart 1 course" })).toBeVisible();
  await page.goto(`/courses/${SECOND}`);
  await expect(page.getByRole("link", { name: "In your cart" })).toBeVisible();
});

test("what the visitor has already leaves the cart, and is said", async ({ page, login }) => {
  await addToCart(page, COURSE);
  await addToCart(page, SECOND);
  await buyCourse(await login());
  await page.goto("/cart");
  await expect(page.getByRole("heading", { name: "You have this already" })).toBeVisible();
  await expect(cartOf(page).getByRole("listitem")).toHaveCount(1);
});

test("a course bought in another tab is not paid for again", async ({ page, login }) => {
  const person = await login();
  await addToCart(page, COURSE);
  await addToCart(page, SECOND);
  const first = await buyCourse(person);
  await agree(page);
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await expect(page).toHaveURL("/cart");
  await expect(page.getByRole("heading", { name: "You have this already" })).toBeVisible();
  expect(await findOrder(person)).toBe(first);
});

test("a cart that asks for courses that are no more says so", async ({ page, context }) => {
  await addToCart(page, COURSE);
  const [cookie] = (await context.cookies()).filter(({ name }) => name === "__Host-cart");
  if (!cookie) throw new Error("There is no cart.");
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/" });
  await context.addCookies([{ ...cookie, value: `${COURSE}.retired-course` }]);
  await page.goto("/cart");
  await expect(page.getByRole("heading", { name: "Not for sale any more" })).toBeVisible();
  await expect(cartOf(page).getByRole("listitem")).toHaveCount(1);
});

test("a full cart says so and loses nothing", async ({ page, context }) => {
  await addToCart(page, COURSE);
  const [cookie] = (await context.cookies()).filter(({ name }) => name === "__Host-cart");
  if (!cookie) throw new Error("There is no cart.");
  const others = Array.from({ length: 9 }, (_, index) => `course-${index}`);
  await context.addCookies([{ ...cookie, value: [COURSE, ...others].join(".") }]);
  await page.goto(`/courses/${SECOND}`);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await expect(page.getByRole("alert")).toContainText("A cart holds 10 courses");
  await expect(cartOf(page)).toContainText("Redis beyond caching");
});

test("prices come from the database, whatever the form says", async ({ visitor }) => {
  const person = await makePerson();
  const { database } = shopServices();
  const courses = await database.read<{ id: string }[]>`
    SELECT id
    FROM courses
    WHERE slug = ANY (${[COURSE, SECOND]}::text[])`;
  const form = new URLSearchParams({ terms: "on", waiver: "on" });
  for (const { id } of courses) form.append("courseIds", id);
  const send = (data: string) =>
    visitor.post("/cart?_action=startCheckout", {
      headers: {
        Cookie: `__Host-session=${person.session}`,
        "Content-Type": "application/x-www-form-urlencoded",
      },
      data,
    });
  expect((await send(`${form.toString()}&priceAmount=1&total=1`)).status()).toBe(400);
  expect((await send(form.toString())).status()).toBe(303);
  const [order] = await database.read<{ totalAmount: number }[]>`
    SELECT total_amount
    FROM orders
    WHERE id = ${await findOrder(person)}`;
  expect(order?.totalAmount).toBe(8_800);
});

function cartOf(page: Page) {
  return page.getByRole("list", { name: "Courses in your cart" });
}

async function addToCart(page: Page, slug: string): Promise<void> {
  await page.goto(`/courses/${slug}`);
  await page.getByRole("button", { name: "Add to cart" }).click();
  await expect(page).toHaveURL("/cart");
}

async function pay(page: Page): Promise<void> {
  await agree(page);
  await page.getByRole("button", { name: "Continue to payment" }).click();
  await expect(page).toHaveURL(/\/c\/pay\/cs_/);
}
