import { agree } from "../support/e2e-page.ts";
import { mailsTo, waitForMail } from "../support/e2e-mailbox.ts";
import { beginOrder, buyCourse, COURSE, makePerson, shopServices } from "../support/e2e-shop.ts";
import { listEvents, payByRequest, pressButton, sessionOf } from "../support/e2e-stripe.ts";
import { expect, test } from "../support/e2e.ts";

test("the buyer has access although the browser never comes back", async ({ page, login }) => {
  const person = await login();
  const { orderId, url } = await beginOrder(person);
  await payByRequest(url);
  const status = async () => {
    const response = await page.request.get(`/api/orders/${orderId}`);
    return (await response.json()) as unknown;
  };
  await expect.poll(status).toEqual({ status: "paid" });
  await page.goto(`/courses/${COURSE}/rate-limits`);
  await expect(page.getByRole("button", { name: "Mark this lesson as done" })).toBeVisible();
});

test("an event that comes twice makes one receipt and one access", async ({ page, login }) => {
  const person = await login();
  const { orderId, url } = await beginOrder(person);
  await payByRequest(url);
  await waitForMail(person.email, /receipt/i);
  const events = await listEvents(page, sessionOf(url));
  expect(events.length, "Stripe told of the session").toBeGreaterThan(0);
  for (const event of [...events, ...events]) await pressButton("resend", event);
  const { database } = shopServices();
  const granted = await database.read<{ orderId: string }[]>`
    SELECT item.order_id
    FROM entitlements AS entitlement
    JOIN order_items AS item ON item.id = entitlement.order_item_id
    WHERE entitlement.user_id = ${person.id}`;
  expect(granted).toEqual([{ orderId }]);
  // The outbox has all that was ever to be sent: nothing can come later.
  const due = await database.read<{ template: string }[]>`
    SELECT template
    FROM outbox
    WHERE recipient = ${person.email}`;
  expect(due.filter(({ template }) => template === "receipt")).toHaveLength(1);
  const receipts = (await mailsTo(person.email)).filter(({ subject }) => /receipt/i.test(subject));
  expect(receipts).toHaveLength(1);
});

test("who goes back and buys again comes to the same payment page", async ({ page, login }) => {
  await login();
  await page.goto(`/checkout/${COURSE}`);
  await agree(page);
  await page.getByRole("button", { name: /^Continue to payment/ }).click();
  await expect(page).toHaveURL(/\/c\/pay\/cs_/);
  const payment = page.url();
  await page.goBack();
  await agree(page);
  await page.getByRole("button", { name: /^Continue to payment/ }).click();
  await expect(page, "the same order goes on").toHaveURL(payment);
});

test("who cancels the payment reads that nothing was charged", async ({ page, login }) => {
  const { url } = await beginOrder(await login());
  await page.goto(url);
  await page.getByRole("link", { name: "Cancel and go back" }).click();
  await expect(page).toHaveURL(/\/checkout\/redis-beyond-caching\?cancelled/);
  await expect(page.getByRole("heading", { name: "Nothing was charged" })).toBeVisible();
});

test("the terms must be ticked before the payment page opens", async ({ page, login }) => {
  await login();
  await page.goto(`/checkout/${COURSE}`);
  const form = page.locator("main form");
  await form.evaluate((element: HTMLFormElement) => (element.noValidate = true));
  await page.getByRole("button", { name: /^Continue to payment/ }).click();
  const terms = page.getByLabel("I agree to the terms");
  await expect(terms).toHaveAccessibleDescription("Please agree to the terms before you pay.");
  const waiver = page.getByLabel("Open the course at once");
  await expect(waiver).toHaveAccessibleDescription(/the course opens at once/);
  await terms.check();
  await form.evaluate((element: HTMLFormElement) => (element.noValidate = true));
  await page.getByRole("button", { name: /^Continue to payment/ }).click();
  await expect(waiver).toHaveAccessibleDescription(/the course opens at once/);
  await expect(terms, "what was ticked stays ticked").toBeChecked();
});

test("an order whose payment page expired can be begun again", async ({ page, login }) => {
  const person = await login();
  const { orderId, url } = await beginOrder(person);
  await page.goto(`/orders/${orderId}`);
  await expect(page.getByRole("heading", { name: "Not paid yet" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Go on to the payment page" })).toHaveAttribute(
    "href",
    url,
  );
  await pressButton("expire", sessionOf(url));
  await expect(page.getByRole("heading", { name: "This order has run out" })).toBeVisible({
    timeout: 15_000,
  });
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(page).toHaveURL(`/checkout/${COURSE}`);
});

test("a bank transfer is on its way until it arrives", async ({ page, login }) => {
  const person = await login();
  const { orderId, url } = await beginOrder(person);
  await page.goto(url);
  await page.getByRole("button", { name: /bank transfer/ }).click();
  await expect(page).toHaveURL(`/orders/${orderId}`);
  await expect(page.getByRole("heading", { name: "Your payment is on its way" })).toBeVisible();
  await payByRequest(url, "arrived");
  await expect(page.getByRole("heading", { name: "Paid" })).toBeVisible({ timeout: 15_000 });
});

test("a course that is owned is not sold again", async ({ page, login }) => {
  const person = await login();
  await buyCourse(person);
  await page.goto(`/checkout/${COURSE}`);
  await expect(page).toHaveURL(`/courses/${COURSE}`);
  await expect(page.getByText("Yours", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: /^Buy/ })).toHaveCount(0);
});

test("a price that the browser sends is refused, and counts for nothing", async ({
  page,
  login,
}) => {
  const { id } = await login();
  await page.goto(`/checkout/${COURSE}`);
  await page.locator("main form").evaluate((form) => {
    for (const name of ["price", "priceAmount", "price_amount", "amount", "currency"])
      form.insertAdjacentHTML("beforeend", `<input type="hidden" name="${name}" value="1" />`);
  });
  await agree(page);
  await page.getByRole("button", { name: /^Continue to payment/ }).click();
  await expect(page.getByRole("alert")).toContainText("This form has no field price, priceAmount");
  const readOrders = () => shopServices().database.read<
    { totalAmount: number; currency: string }[]
  >`
    SELECT total_amount, currency
    FROM orders
    WHERE user_id = ${id}`;
  expect(await readOrders()).toEqual([]);
  await agree(page);
  await page.getByRole("button", { name: /^Continue to payment/ }).click();
  await expect(page).toHaveURL(/\/c\/pay\/cs_/);
  expect(await readOrders()).toEqual([{ totalAmount: 3900, currency: "eur" }]);
  await expect(page.getByText("€39.00").first()).toBeVisible();
});

test("another person's order is not found", async ({ page, login }) => {
  const buyer = await makePerson();
  const { orderId, url } = await beginOrder(buyer);
  await login();
  const response = await page.goto(`/orders/${orderId}`);
  expect(response?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("There is nothing here");
  await expect(page.getByText(buyer.email)).toHaveCount(0);
  expect((await page.request.get(`/api/orders/${orderId}`)).status()).toBe(404);
  const back = await page.request.get(`/checkout/return?session_id=${sessionOf(url)}`);
  expect(back.status()).toBe(404);
});

test("a locked lesson shows how to buy it and never its text", async ({ page, login }) => {
  const { database } = shopServices();
  const [lesson] = await database.read<{ slug: string; html: string }[]>`
    SELECT lesson.slug, lesson.html
    FROM lessons AS lesson
    JOIN courses AS course ON course.id = lesson.course_id
    WHERE course.slug = ${COURSE} AND NOT lesson.is_preview
    ORDER BY lesson.position
    LIMIT 1`;
  const paragraph = /<p>([^<]{40,})/.exec(lesson?.html ?? "")?.[1] ?? "";
  expect(paragraph).not.toBe("");
  const address = `/courses/${COURSE}/${lesson?.slug ?? ""}`;
  for (const visit of ["as a visitor", "as someone else"]) {
    if (visit === "as someone else") await login();
    const response = await page.goto(address);
    expect(await response?.text(), visit).not.toContain(paragraph);
    await expect(page.getByRole("region", { name: "Buy this course" })).toBeVisible();
  }
  const owner = await login();
  await buyCourse(owner);
  const response = await page.goto(address);
  expect(await response?.text(), "its owner reads it").toContain(paragraph);
});
