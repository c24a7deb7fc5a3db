import type { Browser, Locator, Request } from "@playwright/test";
import { setTimeout as pause } from "node:timers/promises";
import { openPage, readSeen, type Seen } from "./browser-page.ts";
import { isUnsteady, median, type Line } from "./lines.ts";

// After this, the largest paint of a page that loads in under a second is long past.
const SETTLED_MS = 1_500;
const HIGHEST_CLS = 0.001;
// docs/decisions/015-what-a-next-page-may-take.md
const NEXT_PAGE = [
  { name: "after the click", follow: click, budget: 1.5 },
  { name: "prefetched", follow: restAndClick, budget: 1.75 },
];
// They vary more than the others: instead of being repeated when they do, each has more pairs.
const PAIRS_PER_RUN = 3;
const FLOOR = "/list";
// A visitor comes from another site, for which a browser starts a process. From an empty tab only a page
// with Cross-Origin-Opener-Policy would need one, and the bare page has none.
const ELSEWHERE = "data:text/html,<p>Another site</p>";

// docs/decisions/014-times-are-judged-beside-a-bare-page.md
const COLD_LCP = { ms: 400, ratio: 1.25 };
const COLD_LCP_WITH_DRAWING = { ms: 550, ratio: 1.7 };
const PAGES = [
  { name: "home", path: "/", budget: COLD_LCP_WITH_DRAWING },
  { name: "catalogue", path: "/courses", budget: COLD_LCP },
  { name: "course", path: "/courses/production-deployment", budget: COLD_LCP },
  { name: "sign in", path: "/sign-in", budget: COLD_LCP },
];

interface Addresses {
  shop: string;
  baseline: string;
}

/** LCP, layout shift and blocked time of cold pages, and the next page after a click: slow 4G, 4x CPU. */
export async function measureTimes(
  browser: Browser,
  { shop, baseline }: Addresses,
  runs: number,
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const { name, path, budget } of PAGES) {
    const measure = async (): Promise<Line[]> => {
      const pairs: [Seen, Seen][] = [];
      for (let run = 0; run < runs; run++)
        pairs.push([
          await loadCold(browser, shop + path),
          await loadCold(browser, baseline + FLOOR),
        ]);
      return coldLines(name, budget, pairs);
    };
    lines.push(...(await twiceIfUnsteady(measure)));
  }
  lines.push(...(await measureNextPage(browser, { shop, baseline }, runs)));
  return lines;
}

async function twiceIfUnsteady(measure: () => Promise<Line[]>): Promise<Line[]> {
  const first = await measure();
  return first.some(isUnsteady) ? measure() : first;
}

async function loadCold(browser: Browser, address: string): Promise<Seen> {
  const { page, close } = await openPage(browser, { network: true, cpu: true });
  await page.goto(ELSEWHERE);
  await page.goto(address, { waitUntil: "load" });
  await pause(SETTLED_MS);
  const seen = await readSeen(page);
  await close();
  return seen;
}

function coldLines(name: string, lcp: typeof COLD_LCP, pairs: [Seen, Seen][]): Line[] {
  const shop = pairs.map(([ours]) => ours);
  const floor = median(pairs.map(([, theirs]) => theirs.lcpMs));
  const bareBlocked = Math.round(median(pairs.map(([, theirs]) => theirs.blockedMs)));
  const own = Math.round(median(shop.map(({ lcpMs }) => lcpMs)));
  const part = "browser" as const;
  return [
    {
      part,
      name: `${name}: cold LCP`,
      unit: "×",
      values: pairs.map(([ours, theirs]) => ours.lcpMs / theirs.lcpMs),
      budget: Math.max(lcp.ratio, lcp.ms / floor),
      isTimed: true,
      note: `${own} ms, baseline ${Math.round(floor)}`,
    },
    {
      part,
      name: `${name}: CLS`,
      unit: "",
      values: shop.map(({ cls }) => cls),
      budget: HIGHEST_CLS,
    },
    {
      part,
      name: `${name}: blocked, cold`,
      unit: "ms",
      values: shop.map(({ blockedMs }) => blockedMs),
      // Lighthouse judges it: here it says mostly whether the end of the parser and the first layout met in one task.
      budget: null,
      note: `baseline ${bareBlocked}`,
    },
  ];
}

async function measureNextPage(
  browser: Browser,
  { shop, baseline }: Addresses,
  runs: number,
): Promise<Line[]> {
  const lines: Line[] = [];
  for (const { name, follow, budget } of NEXT_PAGE) {
    const pairs: [number, number][] = [];
    for (let run = 0; run < runs * PAIRS_PER_RUN; run++)
      pairs.push([
        await followLink(browser, `${shop}/`, "/courses", follow),
        await followLink(browser, `${baseline}/`, FLOOR, follow),
      ]);
    const own = Math.round(median(pairs.map(([time]) => time)));
    const floor = Math.round(median(pairs.map(([, bare]) => bare)));
    lines.push({
      part: "browser",
      name: `home to catalogue, ${name}`,
      unit: "×",
      values: pairs.map(([time, bare]) => time / bare),
      budget,
      isTimed: true,
      note: `${own} ms, baseline ${floor}`,
    });
  }
  return lines;
}

/** From the click to the largest paint of the next document, with a warm profile. */
async function followLink(
  browser: Browser,
  address: string,
  href: string,
  follow: (link: Locator) => Promise<number>,
): Promise<number> {
  const { page, close } = await openPage(browser, { network: true, cpu: true });
  await page.goto(new URL(href, address).href, { waitUntil: "load" });
  await pause(SETTLED_MS);
  await page.goto(address, { waitUntil: "load" });
  await pause(SETTLED_MS);
  const clickedAt = await follow(page.locator(`a[href="${href}"]`).first());
  await page.waitForURL(`**${href}`);
  await pause(SETTLED_MS);
  const { lcpMs, startedAt } = await readSeen(page);
  await close();
  return startedAt + lcpMs - clickedAt;
}

// By the page itself: a pointer that comes first would have the page prefetched. Gives the time in milliseconds since 1970.
function click(link: Locator): Promise<number> {
  return link.evaluate((element: HTMLAnchorElement) => {
    const now = performance.timeOrigin + performance.now();
    element.click();
    return now;
  });
}

async function restAndClick(link: Locator): Promise<number> {
  const isPrefetch = (request: Request): boolean => request.headers()["sec-purpose"] === "prefetch";
  const prefetched = link.page().waitForRequest(isPrefetch);
  await link.hover();
  await (await prefetched).response();
  await pause(SETTLED_MS);
  return click(link);
}
