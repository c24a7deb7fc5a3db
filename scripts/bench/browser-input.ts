import type { Browser, Page } from "@playwright/test";
import { setTimeout as pause } from "node:timers/promises";
import { forgetInputs, openPage, readSeen } from "./browser-page.ts";
import type { Line } from "./lines.ts";

const IDLE_MS = 1_500;
const KEY_MS = 80;
// Event Timing leaves out what took less, and counts in steps of 8.
const LEAST_MS = 16;

/** INP at 4x CPU: typing 15 characters, submitting with Enter, opening the account's menu. */
export async function measureInput(
  browser: Browser,
  url: string,
  cookie: string,
  runs: number,
): Promise<Line[]> {
  const typing: number[] = [];
  const submitting: number[] = [];
  const menu: number[] = [];
  for (let run = 0; run < runs; run++) {
    const { page, close } = await openPage(browser, { network: false, cpu: true });
    await open(page, `${url}/sign-in`);
    typing.push(await worst(page, () => type(page, "reader@example", "email")));
    await page.locator("input[name=password]").fill("not the password");
    submitting.push(await worst(page, () => submit(page)));
    const [name = "", value = ""] = cookie.split("=");
    const domain = new URL(url).hostname;
    const own = { domain, path: "/", httpOnly: true, secure: true, sameSite: "Lax" } as const;
    await page.context().addCookies([{ ...own, name, value }]);
    await open(page, `${url}/learn`);
    menu.push(await worst(page, () => page.locator(".account-menu summary").click()));
    await close();
  }
  const line = { part: "browser", unit: "ms" } as const;
  return [
    { ...line, name: "INP: typing", values: typing, budget: 24 },
    { ...line, name: "INP: submitting", values: submitting, budget: 24 },
    { ...line, name: "INP: opening the menu", values: menu, budget: 32 },
  ];
}

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address, { waitUntil: "load" });
  await pause(IDLE_MS);
}

async function worst(page: Page, act: () => Promise<void>): Promise<number> {
  await forgetInputs(page);
  await act();
  await pause(IDLE_MS);
  return Math.max(LEAST_MS, (await readSeen(page)).inputMs);
}

async function type(page: Page, text: string, field: string): Promise<void> {
  await page.locator(`input[name=${field}]`).click();
  await forgetInputs(page);
  await page.keyboard.type(`${text}s`, { delay: KEY_MS });
}

async function submit(page: Page): Promise<void> {
  const answered = page.waitForEvent("load");
  await page.locator("input[name=password]").press("Enter");
  await answered;
}
