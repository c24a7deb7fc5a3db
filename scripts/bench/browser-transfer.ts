import type { Browser, CDPSession, Page } from "@playwright/test";
import { setTimeout as pause } from "node:timers/promises";
import { openPage } from "./browser-page.ts";
import type { Line } from "./lines.ts";

const QUIET_MS = 1_000;
const KB = 1_000;

interface Budget {
  name: string;
  path: string;
  cold: number;
  markup: number;
  warm: number;
}

const PAGES: Budget[] = [
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
const HIGHEST = { script: 5 * KB, font: 25 * KB, coldRequests: 6, warmRequests: 1 };

interface Loaded {
  type: string;
  bytes: number;
}

/** Bytes by type and requests, with an empty profile and then again: exact, so that any excess is a break. */
export async function measureTransfer(browser: Browser, url: string): Promise<Line[]> {
  const lines: Line[] = [];
  for (const budget of PAGES) {
    const { page, session, close } = await openPage(browser, { network: false, cpu: false });
    const cold = await load(page, session, `${url}${budget.path}`);
    const warm = await load(page, session, `${url}${budget.path}`);
    await close();
    lines.push(...linesOf(budget, cold, warm));
  }
  return lines;
}

/** Everything that comes until the network has been quiet for a second. */
async function load(page: Page, session: CDPSession, address: string): Promise<Loaded[]> {
  const types = new Map<string, string>();
  const loaded: Loaded[] = [];
  let lastAt = performance.now();
  const begin = ({ requestId, type }: { requestId: string; type?: string }): void => {
    types.set(requestId, type ?? "Other");
    lastAt = performance.now();
  };
  const cached = new Set<string>();
  const fromCache = ({ requestId }: { requestId: string }): void => void cached.add(requestId);
  const end = ({
    requestId,
    encodedDataLength,
  }: {
    requestId: string;
    encodedDataLength: number;
  }): void => {
    const type = types.get(requestId) ?? "Other";
    lastAt = performance.now();
    // The beacon of the page that is left.
    if (type !== "Ping" && !cached.has(requestId) && encodedDataLength > 0)
      loaded.push({ type, bytes: encodedDataLength });
  };
  session.on("Network.requestWillBeSent", begin);
  session.on("Network.requestServedFromCache", fromCache);
  session.on("Network.loadingFinished", end);
  await page.goto(address, { waitUntil: "load" });
  while (performance.now() - lastAt < QUIET_MS) await pause(50);
  session.off("Network.requestWillBeSent", begin);
  session.off("Network.requestServedFromCache", fromCache);
  session.off("Network.loadingFinished", end);
  return loaded;
}

function linesOf(budget: Budget, cold: Loaded[], warm: Loaded[]): Line[] {
  const bytes = (loaded: Loaded[], ...types: string[]): number =>
    loaded
      .filter(({ type }) => types.length === 0 || types.includes(type))
      .reduce((sum, one) => sum + one.bytes, 0);
  const line = (what: string, unit: string, value: number, highest: number): Line => ({
    part: "browser",
    name: `${budget.name}: ${what}`,
    unit,
    values: [value],
    budget: highest,
  });
  return [
    line("all bytes, cold", "B", bytes(cold), budget.cold),
    line("HTML and CSS", "B", bytes(cold, "Document", "Stylesheet"), budget.markup),
    line("JavaScript", "B", bytes(cold, "Script"), HIGHEST.script),
    line("fonts", "B", bytes(cold, "Font"), HIGHEST.font),
    line("requests, cold", "", cold.length, HIGHEST.coldRequests),
    line("requests, warm", "", warm.length, HIGHEST.warmRequests),
    line("all bytes, warm", "B", bytes(warm), budget.warm),
  ];
}
