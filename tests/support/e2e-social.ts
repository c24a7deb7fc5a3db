import type { APIRequestContext, Page } from "@playwright/test";
import { expect } from "./e2e.ts";

/** Agrees on the local provider's open page, as somebody with this address. */
export async function beSomebody(
  page: Page,
  { email, isVerified = true }: { email: string; isVerified?: boolean },
): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toContainText("who are you?");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("The address is confirmed").setChecked(isVerified);
  await page.getByRole("button", { name: "Be this person" }).click();
}

/** Opens the sign-in, chooses a provider and agrees there. */
export async function signInWith(
  page: Page,
  provider: "Google" | "GitHub",
  person: { email: string; isVerified?: boolean },
): Promise<void> {
  await page.goto("/sign-in?next=%2Fcourses");
  await page.getByRole("button", { name: `Continue with ${provider}` }).click();
  await beSomebody(page, person);
}

/** Begins without a browser, agrees at Google, and gives the address to come back to. */
export async function agreeByRequest(
  visitor: APIRequestContext,
  { email }: { email: string },
): Promise<string> {
  const begun = await visitor.post("/sign-in?_action=startSocialSignIn", {
    form: { provider: "google", next: "/courses" },
  });
  const form = { name: "Kim Elsewhere", email, verified: "on" };
  const agreed = await visitor.post(begun.headers()["location"] ?? "", { form });
  return agreed.headers()["location"] ?? "";
}
