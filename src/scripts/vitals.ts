import type { MetricType } from "web-vitals";

/*
 * Measures the page view and reports it in one beacon when the page is left. The library is loaded when the browser is idle:
 * it must not slow down what it measures.
 */
const metrics: Record<string, number> = {};

function record({ name, value }: MetricType): void {
  metrics[name] = value;
}

function send(): void {
  const { route } = document.documentElement.dataset;
  if (!route || Object.keys(metrics).length === 0) return;
  navigator.sendBeacon("/api/vitals", JSON.stringify({ route, metrics }));
  for (const name of Object.keys(metrics)) Reflect.deleteProperty(metrics, name);
}

async function measure(): Promise<void> {
  const { onCLS, onFCP, onINP, onLCP, onTTFB } = await import("web-vitals");
  for (const observe of [onCLS, onFCP, onINP, onLCP, onTTFB]) observe(record);
  // Not on every hiding: a second beacon of the same view would count it twice.
  addEventListener("pagehide", send);
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
