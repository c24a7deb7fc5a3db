import type { Browser, Page } from "@playwright/test";
import { setTimeout as pause } from "node:timers/promises";
import { forgetInputs, openPage, readSeen } from "./browser-page.ts";
import { median, type Line } from "./lines.ts";

const IDLE_MS = 1_500;
const KEY_MS = 80;
// Event Timing leaves out what took less, and counts in steps of 8.
const LEAST_MS = 16;

// In the median of three runs a page of ours is one step worse or better by chance.
const LEAST_RUNS = 5;
/** What a page may take beyond the bare one: a step. */
const STEP_MS = 8;

interface Inputs {
  typing: number[];
  submitting: number[];
  menu: number[];
}

/**
 * INP at 4x CPU: typing 15 characters, submitting with Enter, opening the account's menu. In turns with the bare form and its
 * menu, which ours may be one step slower than.
 */
export async function measureInput(
  browser: Browser,
  { shop, baseline }: { shop: string; baseline: string },
  cookie: string,
  runs: number,
): Promise<Line[]> {
  const ours: Inputs = { typing: [], submitting: [], menu: [] };
  const bare: Inputs = { typing: [], submitting: [], menu: [] };
  for (let run = 0; run < Math.max(runs, LEAST_RUNS); run++) {
    await visit(browser, ours, { form: `${shop}/sign-in`, menu: `${shop}/learn`, cookie });
    await visit(browser, bare, { form: `${baseline}/form`, menu: `${baseline}/form`, cookie });
  }
  const line = (name: string, which: keyof Inputs): Line => ({
    part: "browser",
    name: `INP: ${name}`,
    unit: "ms",
    values: ours[which],
    budget: median(bare[which]) + STEP_MS,
    note: `bare ${median(bare[which])} ms`,
  });
  return [
    line("typing", "typing"),
    line("submitting", "submitting"),
    line("opening the menu", "menu"),
  ];
}

async function visit(
  browser: Browser,
  seen: Inputs,
  { form, menu, cookie }: { form: string; menu: string; cookie: string },
): Promise<void> {
  const { page, close } = await openPage(browser, { network: false, cpu: true });
  await open(page, form);
  seen.typing.push(await worst(page, () => type(page, "reader@example", "email")));
  await page.locator("input[name=password]").fill("not the password");
  seen.submitting.push(await worst(page, () => submit(page)));
  const [name = "", value = ""] = cookie.split("=");
  const domain = new URL(menu).hostname;
  const own = { domain, path: "/", httpOnly: true, secure: true, sameSite: "Lax" } as const;
  await page.context().addCookies([{ ...own, name, value }]);
  await open(page, menu);
  seen.menu.push(await worst(page, () => page.locator(".account-menu summary").click()));
  await close();
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
