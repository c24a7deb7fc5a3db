import { devices, type Browser, type CDPSession, type Page } from "@playwright/test";

// Slow 4G: 150 ms of latency, 1.6 Mbit/s down and 750 kbit/s up.
const SLOW_4G = {
  offline: false,
  latency: 150,
  downloadThroughput: 200_000,
  uploadThroughput: 93_750,
};
const SLOWER_CPU = 4;

/** What the page itself saw. */
export interface Seen {
  lcpMs: number;
  cls: number;
  /** What long tasks took beyond 50 ms each. */
  blockedMs: number;
  /** When the document began, in milliseconds since 1970. */
  startedAt: number;
  /** The worst duration of an input event since `forgetInputs`. */
  inputMs: number;
}

/** A page of an empty profile on a phone, which watches itself. */
export async function openPage(
  browser: Browser,
  throttling: { network: boolean; cpu: boolean },
): Promise<{ page: Page; session: CDPSession; close: () => Promise<void> }> {
  const { userAgent, viewport, deviceScaleFactor } = devices["Pixel 7"];
  const context = await browser.newContext({ userAgent, viewport, deviceScaleFactor });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await page.addInitScript(watch);
  await session.send("Network.enable");
  if (throttling.network) await session.send("Network.emulateNetworkConditions", SLOW_4G);
  if (throttling.cpu) await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER_CPU });
  return { page, session, close: () => context.close() };
}

/** What the page saw so far. */
export async function readSeen(page: Page): Promise<Seen> {
  return page.evaluate(() => ({
    ...(globalThis as unknown as { seen: Omit<Seen, "inputMs"> }).seen,
    inputMs: Number(sessionStorage.getItem("inputMs") ?? 0),
  }));
}

/** Begins a new measurement of input. */
export async function forgetInputs(page: Page): Promise<void> {
  await page.evaluate(() => {
    sessionStorage.removeItem("inputMs");
  });
}

// Runs in the page, before anything of its own.
function watch(): void {
  const seen = { lcpMs: 0, cls: 0, blockedMs: 0, startedAt: performance.timeOrigin };
  Object.assign(globalThis, { seen });
  const observe = (type: string, take: (entry: PerformanceEntry) => void): void => {
    const options = { type, buffered: true, durationThreshold: 16 };
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe(options);
  };
  observe("largest-contentful-paint", ({ startTime }) => (seen.lcpMs = startTime));
  observe("longtask", ({ duration }) => (seen.blockedMs += Math.max(0, duration - 50)));
  observe("layout-shift", (entry) => {
    const shift = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
    if (!shift.hadRecentInput) seen.cls += shift.value;
  });
  observe("event", (entry) => {
    if (!(entry as PerformanceEventTiming).interactionId) return;
    // Kept where the next document finds it: submitting leaves this one.
    const worst = Math.max(Number(sessionStorage.getItem("inputMs") ?? 0), entry.duration);
    sessionStorage.setItem("inputMs", String(worst));
  });
}
