import type { Page } from "@playwright/test";
import { makePersonWithPassword, PASSWORD, signIn } from "../support/e2e-account.ts";
import { waitForMail } from "../support/e2e-mailbox.ts";
import { expectNothingInTheWay } from "../support/e2e-page.ts";
import { buyCourse, makePerson, shopServices, type Person } from "../support/e2e-shop.ts";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

/** Presses "Delete my account" with all that it asks for. */
async function closeAccount(page: Page): Promise<void> {
  await page.goto("/account");
  await page.getByRole("link", { name: "delete your account" }).click();
  await page.getByRole("checkbox").check();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Delete my account" }).click();
  await expect(page.getByRole("heading", { name: "Your account is closed" })).toBeVisible();
}

async function closeAndKeep(page: Page, person: Person): Promise<void> {
  await closeAccount(page);
  await page.goto("/account");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  const mail = await waitForMail(person.email, /closed and will be erased/);
  const address = /https?:\/\/\S+sign-in\S+/.exec(mail.text)?.[0] ?? "";
  await page.goto(address);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: /It will be erased on/ })).toBeVisible();
  await page.goto("/learn");
  const notice = page.getByRole("region", { name: "Your account is closed" });
  await notice.getByRole("button", { name: "Keep my account" }).click();
  await expect(page.getByRole("heading", { name: "Your account stays" })).toBeVisible();
  await expect(notice).toHaveCount(0);
  await waitForMail(person.email, /Your account stays/);
  await page.goto("/account/security");
  await expect(page.getByText("Account kept after all")).toBeVisible();
}

test("S26: a closed account is signed out everywhere, and signing in offers to keep it", async ({
  page,
  login,
  visitor,
}) => {
  const person = await login(await makePersonWithPassword());
  await closeAndKeep(page, person);
  const headers = { Cookie: `__Host-session=${person.session}` };
  expect((await visitor.get("/account", { headers })).status()).toBe(303);
});

test.describe(() => {
  test.use({ javaScriptEnabled: false, viewport: { width: 360, height: 740 } });

  test("on a phone without JavaScript too", async ({ page, login }) =>
    closeAndKeep(page, await login(await makePersonWithPassword())));
});

test("what is missing is said beside it, and nothing is closed", async ({ page, login }) => {
  const person = await login(await makePersonWithPassword());
  await page.goto("/account/delete");
  await page.getByRole("button", { name: "Delete my account" }).click();
  await expect(page.getByRole("checkbox")).toHaveAccessibleDescription(/what is lost/);
  await page.getByRole("checkbox").check();
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Delete my account" }).click();
  await expect(page.getByText("That is not your current password.")).toBeVisible();
  const [row] = await shopServices().database.read<{ due: Date | null }[]>`
    SELECT deletion_due_at AS due FROM users WHERE id = ${person.id}::uuid`;
  expect(row?.due).toBeNull();
});

test("when the time is over the job erases, and the password opens nothing", async ({
  page,
  login,
  visitor,
}) => {
  const person = await login(await makePersonWithPassword());
  const orderId = await buyCourse(person);
  await closeAccount(page);
  await shopServices().database.write`
    WITH old AS (
      UPDATE orders SET paid_at = now() - interval '30 days' WHERE user_id = ${person.id}::uuid
    )
    UPDATE users
    SET deletion_asked_at = now() - interval '20 days', deletion_due_at = now()
    WHERE id = ${person.id}::uuid`;
  const headers = { Authorization: `Bearer ${readVariable("JOBS_SECRET")}` };
  await expect
    .poll(async () => {
      await visitor.post("/api/jobs/cleanup", { headers });
      const [row] = await shopServices().database.read<{ name: string }[]>`
        SELECT name FROM users WHERE id = ${person.id}::uuid`;
      return row?.name;
    })
    .toBe("Erased account");
  await visitor.post("/api/jobs/outbox", { headers });
  await waitForMail(person.email, /Your account is erased/);
  await signIn(page, person.email, PASSWORD);
  await expect(page.getByText("don't belong together")).toBeVisible();
  await login(await makePerson("Ada Admin", "admin"));
  await page.goto(`/admin/orders/${orderId}`);
  await expect(page.getByText(`Erased account, ${person.id}@erased.invalid`)).toBeVisible();
  await page.goto(`/admin/people/${person.id}`);
  await expect(page.getByText("erased", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Erase it for good" })).toHaveCount(0);
});

test("S26: an admin erases an account with its address and a reason", async ({ page, login }) => {
  const person = await makePerson("Ray Removed");
  await login(await makePerson("Ada Admin", "admin"));
  await page.goto(`/admin/people/${person.id}`);
  await page.getByLabel("Address of the account").fill("other@buyer.example");
  await page.getByLabel("Why it is erased").fill("Asked by letter");
  await page.getByRole("button", { name: "Erase it for good" }).click();
  await expect(page.getByLabel("Address of the account")).toHaveAccessibleDescription(
    /not the address/,
  );
  await page.getByLabel("Address of the account").fill(person.email);
  await page.getByLabel("Why it is erased").fill("Asked by letter");
  await page.getByRole("button", { name: "Erase it for good" }).click();
  await expect(page.getByRole("heading", { name: "Done" })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Erased account");
  await page.goto("/admin/audit");
  await expect(page.getByText("Account erased").first()).toBeVisible();
});

for (const path of ["/account/delete", "/account/deleted", "a closed account"])
  test(`${path}: nothing in the way of anybody, light and dark, narrow and wide`, async ({
    page,
    login,
  }) => {
    const person = await login(await makePersonWithPassword());
    await page.emulateMedia({ reducedMotion: "reduce" });
    if (path === "a closed account") {
      await closeAccount(page);
      await signIn(page, person.email, PASSWORD);
      await expect(page.getByRole("button", { name: "Keep my account" })).toBeVisible();
    }
    await page.goto(path.startsWith("/") ? path : "/account/delete");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectNothingInTheWay(page);
  });
