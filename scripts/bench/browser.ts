import { chromium, type Browser } from "@playwright/test";
import { findChromium } from "../chromium.mjs";
import { measureInput } from "./browser-input.ts";
import { measureTimes } from "./browser-times.ts";
import { measureTransfer } from "./browser-transfer.ts";
import type { Line } from "./lines.ts";
import { serveBaseline, serveShop } from "./server.ts";
import type { Bench } from "./stack.ts";
import { standBefore } from "./stand-in.ts";
import { signIn } from "./visitor.ts";

// Besides what root needs, nothing that calls home.
const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Every line of Chromium, on the shop and the baseline behind stand-ins. */
export async function measureBrowser(bench: Bench, runs: number): Promise<Line[]> {
  return withStandIn(bench, async (url) => {
    const baseline = await serveBaseline(bench);
    const standIn = await standBefore(baseline.url, bench.baseline.client);
    const browser = await launch();
    try {
      const cookie = await signIn(url, bench.demoPassword);
      return [
        ...(await measureTransfer(browser, url)),
        ...(await measureTimes(browser, { shop: url, baseline: standIn.url }, runs)),
        ...(await measureInput(browser, url, cookie, runs)),
      ];
    } finally {
      await browser.close();
      standIn.close();
      await baseline.stop();
    }
  });
}

/** Serves the shop behind its stand-in, at the address that the shop has by its variables. */
export async function withStandIn<T>(bench: Bench, use: (url: string) => Promise<T>): Promise<T> {
  const shop = await serveShop(bench);
  const port = Number(new URL(bench.siteUrl).port);
  const standIn = await standBefore(shop.url, bench.shop.client, port);
  try {
    return await use(standIn.url);
  } finally {
    standIn.close();
    await shop.stop();
  }
}

async function launch(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ["--no-sandbox", ...FLAGS] : FLAGS;
  return chromium.launch({ executablePath: await findChromium(), args });
}
