import type { Page } from "@playwright/test";
import { makePersonWithPassword, PASSWORD } from "../support/e2e-account.ts";
import { waitForMail } from "../support/e2e-mailbox.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { addSession, expect, test } from "../support/e2e.ts";

const HEADING = { level: 1 } as const;

test("S11 S12: a passkey is added, signs in by itself, and is removed", async ({ page }) => {
  const person = await makePersonWithPassword();
  await addSession(page.context(), person);
  await plugIn(page);
  await test.step("add it, with the password", async () => {
    await page.goto("/account/security");
    await page.getByRole("link", { name: "Passkeys" }).click();
    await begin(page, "Phone in the drawer", "not the password");
    await expect(page.getByRole("alert")).toContainText("not your current password");
    await expect(page.getByLabel("Name"), "what was typed stays").toHaveValue(
      "Phone in the drawer",
    );
    await begin(page, "Phone in the drawer", PASSWORD);
    await page.getByRole("button", { name: "Make the passkey" }).click();
    await expect(page.getByText("The passkey is added")).toBeVisible();
    await expect(page.getByText("Not used yet")).toBeVisible();
    await waitForMail(person.email, /A passkey was added/);
  });
  await test.step("sign in with it", async () => {
    await signOut(page);
    await page.goto("/sign-in?next=%2Faccount%2Fsecurity");
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await expect(page).toHaveURL("/account/security");
    await expect(page.getByText("Signed in with a passkey")).toBeVisible();
    await expect(page.getByText("Passkey added")).toBeVisible();
  });
  await test.step("remove it", async () => {
    await page.goto("/account/passkeys");
    await expect(page.getByText(/Last used now/)).toBeVisible();
    await page.getByRole("button", { name: "Remove Phone in the drawer" }).click();
    await expect(page.getByText("The passkey is removed")).toBeVisible();
    await waitForMail(person.email, /A passkey was removed/);
  });
  await test.step("it opens nothing any more", async () => {
    await signOut(page);
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await expect(page.getByRole("alert")).toContainText("This passkey is not known here");
    await page.goto("/account");
    await expect(page).toHaveURL(/\/sign-in\?next=/);
  });
});

test("S11: a passkey is a second factor, so the admin pages open with it", async ({ page }) => {
  const admin = await makePersonWithPassword("admin");
  await addSession(page.context(), admin);
  await plugIn(page);
  await addPasskey(page);
  await signOut(page);
  await page.goto("/sign-in?next=%2Fadmin");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page).toHaveURL("/admin");
  await expect(page.getByRole("heading", HEADING)).toBeVisible();
});

test("the browser offers a passkey in the field for the address", async ({ page }) => {
  const person = await makePersonWithPassword();
  await addSession(page.context(), person);
  await plugIn(page);
  await addPasskey(page);
  await signOut(page);
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").focus();
  // The virtual authenticator chooses at once, as a person would from the list.
  await expect(page).toHaveURL("/learn");
});

test("who says no stays where they were, and reads what to do", async ({ page }) => {
  const person = await makePersonWithPassword();
  await addSession(page.context(), person);
  await plugIn(page, false);
  await page.goto("/account/passkeys");
  await begin(page, "Phone", PASSWORD);
  await page.getByRole("button", { name: "Make the passkey" }).click();
  await expect(page.getByRole("status")).toContainText(/Nothing was chosen|did not work/);
  await page.goto("/account/passkeys");
  await expect(page.getByRole("list", { name: "Your passkeys" })).toHaveCount(0);
});

test.describe(() => {
  test.use({ javaScriptEnabled: false });

  test("without JavaScript there is the password, and a sentence that says so", async ({
    page,
  }) => {
    const person = await makePersonWithPassword();
    await page.goto("/sign-in");
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Use a passkey" })).toBeHidden();
    await addSession(page.context(), person);
    await page.goto("/account/passkeys");
    await begin(page, "Phone", PASSWORD);
    await expect(page.getByText("Passkeys need JavaScript")).toBeVisible();
    await expect(page.getByRole("button", { name: "Make the passkey" })).toBeHidden();
  });
});

for (const state of ["none", "begun", "one"])
  test(`passkeys, ${state}: nothing in the way of anybody`, async ({ page }) => {
    await addSession(page.context(), await makePersonWithPassword());
    await page.emulateMedia({ reducedMotion: "reduce" });
    await plugIn(page);
    await page.goto("/account/passkeys");
    if (state === "begun") await begin(page, "Phone", PASSWORD);
    if (state === "begun")
      await expect(page.getByRole("button", { name: "Make the passkey" })).toBeVisible();
    if (state === "one") await addPasskey(page);
    await expectNothingInTheWay(page);
  });

test("password managers learn where passkeys are kept", async ({ visitor }) => {
  const answer = await visitor.get("/.well-known/passkey-endpoints");
  expect(answer.status()).toBe(200);
  expect(answer.headers()["content-type"]).toContain("application/json");
  const { enroll, manage } = (await answer.json()) as Record<string, string>;
  expect([enroll, manage].map((address) => new URL(address ?? "").pathname)).toEqual([
    "/account/passkeys",
    "/account/passkeys",
  ]);
});

/** Gives the page's browser an authenticator, whose owner says yes to everything or to nothing. */
async function plugIn(page: Page, isWilling = true): Promise<void> {
  const client = await page.context().newCDPSession(page);
  await client.send("WebAuthn.enable");
  await client.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: isWilling,
      automaticPresenceSimulation: true,
    },
  });
}

async function begin(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Go on" }).click();
}

async function addPasskey(page: Page): Promise<void> {
  await page.goto("/account/passkeys");
  await begin(page, "Phone", PASSWORD);
  await page.getByRole("button", { name: "Make the passkey" }).click();
  await expect(page.getByText("The passkey is added")).toBeVisible();
}

async function signOut(page: Page): Promise<void> {
  await page.goto("/sign-out");
  await page.getByRole("main").getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/sign-in?signed-out");
}
