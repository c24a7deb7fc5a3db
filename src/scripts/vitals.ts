import type { MetricType } from "web-vitals";

/*
 * Measures the page view and reports it in one beacon when the page is hidden for the first time, as it is when it is left. What
 * happens after it was seen again is not counted: a view counts once. The library is loaded when the browser is idle: it must not
 * slow down what it measures.
 */
const metrics: Record<string, number> = {};
let isSent = false;

function record({ name, value }: MetricType): void {
  metrics[name] = value;
}

function send(): void {
  const { route } = document.documentElement.dataset;
  if (isSent || !route || Object.keys(metrics).length === 0) return;
  isSent = true;
  navigator.sendBeacon("/api/vitals", JSON.stringify({ route, metrics }));
}

async function measure(): Promise<void> {
  const { onCLS, onFCP, onINP, onLCP, onTTFB } = await import("web-vitals");
  for (const observe of [onCLS, onFCP, onINP, onLCP, onTTFB]) observe(record);
  // After the library's own listeners, which end LCP, CLS and INP; `pagehide` comes before them.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") send();
  });
}

function whenIdle(): void {
  const start = () => void measure();
  if ("requestIdleCallback" in globalThis) requestIdleCallback(start, { timeout: 5_000 });
  else setTimeout(start, 1_000);
}

if (document.readyState === "complete") whenIdle();
else addEventListener("load", whenIdle, { once: true });
