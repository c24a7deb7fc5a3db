import type { Page } from "@playwright/test";
import type { OrderStatus } from "#lib/orders/order.ts";
import { requestRefund } from "#lib/orders/request-refund.ts";
import { syncOrder } from "#lib/orders/sync-order.ts";
import {
  shopServices,
  beginOrder,
  buyCourse,
  COURSE,
  makePerson,
  type Person,
} from "../support/e2e-shop.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { payByRequest, pressButton, sessionOf } from "../support/e2e-stripe.ts";
import { addSession, expect, test } from "../support/e2e.ts";

/** A page, how a visitor gets it, and who they are. */
interface View {
  name: string;
  path: string | ((person: Person) => Promise<string>);
  signedIn?: boolean;
  prepare?: (page: Page) => Promise<void>;
}

test.describe.configure({ mode: "parallel" });

const VIEWS: View[] = [
  { name: "home", path: "/" },
  { name: "the catalogue", path: "/courses" },
  { name: "a catalogue without hits", path: "/courses?q=nothing+fits+that" },
  { name: "a course", path: `/courses/${COURSE}` },
  { name: "a free lesson", path: `/courses/${COURSE}/sessions` },
  { name: "a locked lesson", path: `/courses/${COURSE}/rate-limits` },
  { name: "sign-in", path: "/sign-in" },
  { name: "sign-in that was refused", path: "/sign-in", prepare: submitEmpty },
  { name: "sign-up", path: "/sign-up" },
  { name: "sign-up that was refused", path: "/sign-up", prepare: submitEmpty },
  { name: "the code from the mail", path: "/sign-up/confirm" },
  { name: "the forgotten password", path: "/forgot-password" },
  { name: "the forgotten password, sent", path: "/forgot-password?sent=1" },
  { name: "a link that has run out", path: "/reset-password?reset=1&token=1" },
  { name: "security", path: "/account/security", signedIn: true },
  {
    name: "a new password, refused",
    path: "/account/password",
    signedIn: true,
    prepare: submitEmpty,
  },
  { name: "a new address", path: "/account/email", signedIn: true },
  { name: "a new address, link run out", path: "/account/email?confirm=1", signedIn: true },
  { name: "contact", path: "/contact" },
  { name: "contact that was refused", path: "/contact", prepare: submitEmpty },
  { name: "sign-out", path: "/sign-out", signedIn: true },
  { name: "terms", path: "/terms" },
  { name: "privacy", path: "/privacy" },
  { name: "refunds", path: "/refunds" },
  { name: "an address that is nobody's", path: "/nowhere" },
  { name: "my courses, none yet", path: "/learn", signedIn: true },
  { name: "the checkout", path: `/checkout/${COURSE}`, signedIn: true },
  { name: "an empty cart", path: "/cart" },
  { name: "a visitor's cart", path: `/courses/${COURSE}`, prepare: fillCart },
  { name: "a learner's cart", path: `/courses/${COURSE}`, signedIn: true, prepare: fillCart },
  { name: "the checkout, cancelled", path: `/checkout/${COURSE}?cancelled=1`, signedIn: true },
  { name: "an order that waits", path: waitingOrder, signedIn: true },
  { name: "an order that is paid", path: paidOrder, signedIn: true },
  { name: "an order whose money is on its way", path: processingOrder, signedIn: true },
  { name: "an order whose money never came", path: failedOrder, signedIn: true },
  { name: "an order that has run out", path: expiredOrder, signedIn: true },
  { name: "an order that was paid back", path: refundedOrder, signedIn: true },
  { name: "my courses", path: (person) => afterBuying(person, "/learn"), signedIn: true },
  {
    name: "a lesson that is owned",
    path: (person) => afterBuying(person, `/courses/${COURSE}/rate-limits`),
    signedIn: true,
  },
  { name: "the account", path: (person) => afterBuying(person, "/account"), signedIn: true },
];

for (const { name, path, signedIn = false, prepare } of VIEWS)
  test(`${name}: nothing in the way of anybody, light and dark, narrow and wide`, async ({
    page,
  }) => {
    const person = await makePerson();
    if (signedIn) await addSession(page.context(), person);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(typeof path === "string" ? path : await path(person));
    await prepare?.(page);
    await expectNothingInTheWay(page);
  });

test("the keyboard skips to the content and always shows where it is", async ({ page }) => {
  await page.goto("/courses");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  const unmarked: string[] = [];
  for (let step = 0; step < 25; step++) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(describeFocus);
    if (found && !found.isMarked) unmarked.push(found.what);
  }
  expect(unmarked, "each has an outline while it has the focus").toEqual([]);
});

test("the whole purchase can be begun with the keyboard alone", async ({ page, login }) => {
  await login();
  await page.goto(`/checkout/${COURSE}`);
  await page.getByLabel("I agree to the terms").focus();
  await page.keyboard.press("Space");
  await page.getByLabel("Open the course at once").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  while (!(await page.evaluate(() => document.activeElement?.matches("button.button-lead"))))
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/c\/pay\/cs_/);
});

// Where the server must say what is wrong, the browser's own check may not come first.
async function submitEmpty(page: Page): Promise<void> {
  await page
    .locator("main form")
    .first()
    .evaluate((form: HTMLFormElement) => (form.noValidate = true));
  await page.locator("main form button.button-lead").first().click();
  await expect(page.getByRole("alert")).toBeVisible();
}

async function fillCart(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Add to cart" }).click();
  await expect(page.getByRole("list", { name: "Courses in your cart" })).toBeVisible();
}

async function waitingOrder(person: Person): Promise<string> {
  const { orderId } = await beginOrder(person);
  return `/orders/${orderId}`;
}

async function paidOrder(person: Person): Promise<string> {
  return `/orders/${await buyCourse(person)}`;
}

async function processingOrder(person: Person): Promise<string> {
  const { orderId, url } = await beginOrder(person);
  await payByRequest(url, "transfer");
  return pageOf(orderId, "processing");
}

async function failedOrder(person: Person): Promise<string> {
  const { orderId, url } = await beginOrder(person);
  await payByRequest(url, "transfer");
  await payByRequest(url, "missing");
  return pageOf(orderId, "failed");
}

async function expiredOrder(person: Person): Promise<string> {
  const { orderId, url } = await beginOrder(person);
  await pressButton("expire", sessionOf(url));
  return pageOf(orderId, "expired");
}

async function refundedOrder(person: Person): Promise<string> {
  const orderId = await buyCourse(person);
  const about = { source: "buyer", actorId: person.id, reason: null, now: new Date() } as const;
  await requestRefund(shopServices(), { orderId, items: "all", ...about });
  return pageOf(orderId, "refunded");
}

/** The order's page, once it is in this state. */
async function pageOf(orderId: string, status: OrderStatus): Promise<string> {
  expect(await syncOrder(shopServices(), orderId, { now: new Date() })).toBe(status);
  return `/orders/${orderId}`;
}

async function afterBuying(person: Person, path: string): Promise<string> {
  await buyCourse(person);
  return path;
}

function describeFocus(): { what: string; isMarked: boolean } | null {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const isMarked = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
  return { what: element.outerHTML.slice(0, 80), isMarked };
}
