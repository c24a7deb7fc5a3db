import { Agent, request } from "node:http";

const CONNECTIONS = 8;
// A visitor's share of requests, so that no limit by address is met.
const REQUESTS_PER_ADDRESS = 10;
const TIMEOUT_MS = 10_000;

/** What a page gave under load. */
export interface Load {
  requests: number;
  perSecond: number;
  p50Ms: number;
  p95Ms: number;
}

export interface Target {
  url: string;
  path: string;
  headers?: Record<string, string>;
}

/**
 * Asks for the page on eight connections, each as fast as it is answered, for so long. Throws when an answer
 * is not a 200: an error page would be fast for nothing.
 */
export async function loadPage(target: Target, durationMs: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const latencies: number[] = [];
  const startedAt = performance.now();
  const connection = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      const askedAt = performance.now();
      await ask(target, agent);
      latencies.push(performance.now() - askedAt);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  } finally {
    agent.destroy();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((one, other) => one - other);
  return {
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? 0,
    p95Ms: latencies[Math.floor(latencies.length * 0.95)] ?? 0,
  };
}

/** Asks once and gives the milliseconds until the whole answer is here. Throws unless it is a 200. */
export async function askOnce(target: Target): Promise<number> {
  const startedAt = performance.now();
  await ask(target, new Agent());
  return performance.now() - startedAt;
}

let asked = 0;

/** An address that counts as a visitor of its own: 2001:db8::/32 belongs to nobody. */
export function visitorAddress(): string {
  const visitor = Math.floor(asked++ / REQUESTS_PER_ADDRESS);
  return `2001:db8:${(visitor >> 16).toString(16)}:${(visitor & 0xffff).toString(16)}::1`;
}

function ask({ url, path, headers }: Target, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      timeout: TIMEOUT_MS,
      headers: { "CF-Connecting-IP": visitorAddress(), ...headers },
    };
    const asking = request(new URL(path, url), options, (response) => {
      response.resume().once("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`${path} answered ${String(response.statusCode)}.`));
      });
    });
    asking.once("timeout", () => asking.destroy(new Error(`${path} did not answer.`)));
    asking.once("error", reject);
    asking.end();
  });
}
