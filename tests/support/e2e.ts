import {
  test as base,
  expect,
  type APIRequestContext,
  type BrowserContext,
  type Page,
} from "@playwright/test";
import { makePerson, newClientAddress, type Person } from "./e2e-shop.ts";
import { readVariable } from "./e2e-variables.ts";

export { expect };

interface Fixtures {
  /** Counts this test's requests under an address of its own: no limit is met by accident. */
  clientAddress: string;
  /** Fails the test when a page logs an error or breaks its own policy, unless it expects one. */
  pageProblems: string[];
  /** Asks the shop without a browser, as a page of its own would; follows no redirect. */
  visitor: APIRequestContext;
  /** Signs someone in and gives who it is; no page is opened for it. */
  login: (person?: Person) => Promise<Person>;
}

/** Playwright's test with what every journey through the shop needs. */
export const test = base.extend<Fixtures>({
  clientAddress: async ({}, use) => use(newClientAddress()),
  pageProblems: async ({}, use) => use([]),
  context: async ({ context, clientAddress, pageProblems }, use) => {
    await context.setExtraHTTPHeaders({ "CF-Connecting-IP": clientAddress });
    context.on("page", (page) => watchPage(page, pageProblems));
    await use(context);
    expect(pageProblems).toEqual([]);
  },
  visitor: async ({ playwright }, use) => {
    const baseURL = readVariable("SITE_URL");
    const headers = { Origin: baseURL, "CF-Connecting-IP": newClientAddress() };
    const visitor = await playwright.request.newContext({
      baseURL,
      extraHTTPHeaders: headers,
      maxRedirects: 0,
    });
    await use(visitor);
    await visitor.dispose();
  },
  login: async ({ context }, use) => {
    await use(async (person) => {
      const someone = person ?? (await makePerson());
      await addSession(context, someone);
      return someone;
    });
  },
});

/** Gives the browser the person's session cookie. */
export async function addSession(context: BrowserContext, { session }: Person): Promise<void> {
  await context.addCookies([
    {
      name: "__Host-session",
      value: session,
      domain: new URL(readVariable("SITE_URL")).hostname,
      path: "/",
      httpOnly: true,
      secure: true,
      sameSite: "Lax",
    },
  ]);
}

// Chromium logs a break of the policy as an error; a 4xx page is logged too, and means nothing.
function watchPage(page: Page, problems: string[]): void {
  page.on("pageerror", (error) => problems.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !text.startsWith("Failed to load resource"))
      problems.push(`${page.url()}: ${text}`);
  });
}
