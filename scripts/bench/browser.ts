import { chromium, type Browser } from "@playwright/test";
import { findChromium } from "../chromium.mjs";
import { measureInput } from "./browser-input.ts";
import { measureTimes } from "./browser-times.ts";
import { measureTransfer } from "./browser-transfer.ts";
import type { Line } from "./lines.ts";
import { serveBaseline, serveShop } from "./server.ts";
import { freePort, type Bench } from "./stack.ts";
import { standBefore, standInFlag } from "./stand-in.ts";
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
  return withStandIns(bench, async (addresses) => {
    const browser = await launch();
    try {
      const cookie = await signIn(addresses.shop, bench.demoPassword);
      return [
        ...(await measureTransfer(browser, addresses.shop)),
        ...(await measureTimes(browser, addresses, runs)),
        ...(await measureInput(browser, addresses, cookie, runs)),
      ];
    } finally {
      await browser.close();
    }
  });
}

/** Serves the shop and the baseline behind their stand-ins. */
export async function withStandIns<T>(
  bench: Bench,
  use: (addresses: { shop: string; baseline: string }) => Promise<T>,
): Promise<T> {
  const port = await freePort();
  const shop = await serveShop(bench, { SITE_URL: `https://localhost:${port}` });
  const baseline = await serveBaseline(bench);
  const fronts = [
    await standBefore(shop.url, bench.shop.client, port),
    await standBefore(baseline.url, bench.baseline.client),
  ] as const;
  try {
    return await use({ shop: fronts[0].url, baseline: fronts[1].url });
  } finally {
    for (const front of fronts) front.close();
    await Promise.all([shop.stop(), baseline.stop()]);
  }
}

async function launch(): Promise<Browser> {
  const args = [...FLAGS, standInFlag()];
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  return chromium.launch({ executablePath: await findChromium(), args });
}
