import { expect, type Page } from "@playwright/test";
import { readVariable } from "./e2e-variables.ts";

/** Test cards of the local Stripe. */
export const PAYING_CARD = "4242 4242 4242 4242";
export const DECLINED_CARD = "4000 0000 0000 0002";

/** Fills in Stripe's payment page, which must be open, and presses its button to pay. */
export async function payOnPage(page: Page, card: string): Promise<void> {
  await page.locator('[name="cardNumber"]').fill(card);
  await page.locator('[name="cardExpiry"]').fill("12 / 34");
  await page.locator('[name="cardCvc"]').fill("123");
  await page.locator('[name="billingName"]').fill("Kim Buyer");
  await page.getByRole("button", { name: /^Pay €/ }).click();
}

/**
 * Pays at the address of Stripe's page as a browser would that never goes back to the shop: by card, or by a transfer, which
 * then "arrived" or is "missing".
 */
export async function payByRequest(
  url: string,
  action: "pay" | "transfer" | "arrived" | "missing" = "pay",
): Promise<void> {
  const body = new URLSearchParams({
    email: "kim@buyer.example",
    cardNumber: PAYING_CARD,
    cardExpiry: "12 / 34",
    cardCvc: "123",
    billingName: "Kim Buyer",
    action,
  });
  const response = await fetch(url, { method: "POST", body, redirect: "manual" });
  expect(response.status, "Stripe's page sends the buyer back").toBe(303);
}

/** Presses a button of the local Stripe's own page: an event again, a session's end, a refund. */
export async function pressButton(
  action: "resend" | "expire" | "refund",
  id: string,
): Promise<void> {
  const response = await fetch(new URL(`/${action}`, readVariable("STRIPE_URL")), {
    method: "POST",
    body: new URLSearchParams({ id }),
    redirect: "manual",
  });
  expect(response.status).toBe(303);
}

/** The ids of the events about a session, as Stripe's own page lists them; newest first. */
export async function listEvents(page: Page, sessionId: string): Promise<string[]> {
  await page.goto(readVariable("STRIPE_URL"));
  const short = `${sessionId.slice(0, 14)}…${sessionId.slice(-4)}`;
  const rows = page.getByRole("row").filter({ hasText: short, has: page.locator("[title^=evt_]") });
  return rows
    .locator("[title^=evt_]")
    .evaluateAll((codes) => codes.map((code) => code.getAttribute("title") ?? ""));
}

/** The id of the session whose payment page this is. */
export function sessionOf(url: string): string {
  return new URL(url).pathname.split("/").at(-1) ?? "";
}
