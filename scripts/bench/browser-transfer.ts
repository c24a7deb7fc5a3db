import type { Browser, CDPSession, Page } from "@playwright/test";
import { setTimeout as pause } from "node:timers/promises";
import { openPage } from "./browser-page.ts";
import type { Line } from "./lines.ts";

const QUIET_MS = 1_000;
const KB = 1_000;

interface Budget {
  name: string;
  path: string;
  /** All that comes with an empty profile. */
  cold: number;
  /** HTML and CSS, compressed. */
  markup: number;
  /** All that comes again. */
  warm: number;
}

/** What a page may send, in bytes. */
export const PAGE_BUDGETS: Budget[] = [
  { name: "home", path: "/", cold: 60 * KB, markup: 12 * KB, warm: 10 * KB },
  { name: "catalogue", path: "/courses", cold: 60 * KB, markup: 12 * KB, warm: 10 * KB },
  {
    name: "course",
    path: "/courses/production-deployment",
    cold: 40 * KB,
    markup: 12 * KB,
    warm: 5 * KB,
  },
  { name: "sign in", path: "/sign-in", cold: 15 * KB, markup: 6 * KB, warm: 4 * KB },
];
/** What all of these pages keep to: bytes, and numbers of requests. */
export const HIGHEST = { script: 5 * KB, font: 0, coldRequests: 6, warmRequests: 1 };

interface Loaded {
  type: string;
  path: string;
  /** Headers included. */
  bytes: number;
  bodyBytes: number;
}

interface Answer {
  requestId: string;
  type: string;
  response: { url: string; headers: Record<string, string> };
}

interface Finished {
  requestId: string;
  encodedDataLength: number;
}

/** Bytes by type and requests, with an empty profile and then again: exact, so that any excess is a break. */
export async function measureTransfer(browser: Browser, url: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (const budget of PAGE_BUDGETS) {
    const { page, session, close } = await openPage(browser, { network: false, cpu: false });
    const cold = await load(page, session, `${url}${budget.path}`);
    const warm = await load(page, session, `${url}${budget.path}`);
    await close();
    lines.push(...linesOf(budget, cold, warm));
  }
  return lines;
}

/** Everything that comes until the network has been quiet for a second, but for what the browser had. */
async function load(page: Page, session: CDPSession, address: string): Promise<Loaded[]> {
  const begun = new Map<string, Omit<Loaded, "bytes">>();
  const loaded: Loaded[] = [];
  let lastAt = performance.now();
  const hear = ({ method, params = {} }: { method: string; params?: object }): void => {
    if (method === "Network.requestWillBeSent") lastAt = performance.now();
    if (method === "Network.responseReceived") {
      const { requestId, type, response } = params as Answer;
      const bodyBytes = Number(response.headers["content-length"] ?? 0);
      begun.set(requestId, { type, path: new URL(response.url).pathname, bodyBytes });
    }
    if (method !== "Network.loadingFinished") return;
    lastAt = performance.now();
    const { requestId, encodedDataLength } = params as Finished;
    const one = begun.get(requestId);
    // Nothing came of what the browser had; a ping is the beacon of the page that is left.
    if (one && one.type !== "Ping" && encodedDataLength > 0)
      loaded.push({ ...one, bytes: encodedDataLength });
  };
  session.on("event", hear);
  await page.goto(address, { waitUntil: "load" });
  // The library of web vitals comes when the browser has nothing else to do.
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  while (performance.now() - lastAt < QUIET_MS) await pause(50);
  session.off("event", hear);
  return loaded;
}

function linesOf(budget: Budget, cold: Loaded[], warm: Loaded[]): Line[] {
  const bytes = (loaded: Loaded[]): number => loaded.reduce((sum, one) => sum + one.bytes, 0);
  const bodies = (...types: string[]): number =>
    cold
      .filter(({ type }) => types.includes(type))
      .reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
  const line = (what: string, unit: string, value: number, highest: number): Line => ({
    part: "browser",
    name: `${budget.name}: ${what}`,
    unit,
    values: [value],
    budget: highest,
  });
  const paths = cold.map(({ path }) => path.split("/").at(-1)).filter(Boolean);
  return [
    line("all bytes, cold", "B", bytes(cold), budget.cold),
    line("HTML and CSS", "B", bodies("Document", "Stylesheet"), budget.markup),
    line("JavaScript", "B", bodies("Script"), HIGHEST.script),
    line("fonts", "B", bodies("Font"), HIGHEST.font),
    { ...line("requests, cold", "", cold.length, HIGHEST.coldRequests), note: paths.join(" ") },
    line("requests, warm", "", warm.length, HIGHEST.warmRequests),
    line("all bytes, warm", "B", bytes(warm), budget.warm),
  ];
}
