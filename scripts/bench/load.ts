import { Agent, request } from "node:http";

const CONNECTIONS = 8;
// A visitor's share of requests: no limit by address is met (30 searches a minute), and the local Redis keeps few counts.
const REQUESTS_PER_ADDRESS = 25;
const TIMEOUT_MS = 10_000;
// On a machine too busy for the shop's own time-outs, a page says "in a moment" now and then.
const MOST_REFUSED = 0.02;

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

/** More answers than a few were not a 200. */
export class RefusedError extends Error {}

/**
 * Asks for the page on eight connections, each as fast as it is answered, for so long. Throws RefusedError when
 * more than one answer in fifty is not a 200: an error page would be fast for nothing.
 */
export async function loadPage(target: Target, durationMs: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const latencies: number[] = [];
  const refusals: number[] = [];
  const startedAt = performance.now();
  const connection = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) {
      const askedAt = performance.now();
      const status = await ask(target, agent);
      if (status !== 200) refusals.push(status);
      latencies.push(performance.now() - askedAt);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  } finally {
    agent.destroy();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  if (refusals.length > latencies.length * MOST_REFUSED)
    throw new RefusedError(
      `${target.path} answered ${String(refusals[0])} ${refusals.length} times of ${latencies.length}.`,
    );
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
  const status = await ask(target, new Agent());
  if (status !== 200) throw new Error(`${target.path} answered ${status}.`);
  return performance.now() - startedAt;
}

let asked = 0;

/** An address that counts as a visitor of its own: 2001:db8::/32 belongs to nobody. */
export function visitorAddress(): string {
  const visitor = Math.floor(asked++ / REQUESTS_PER_ADDRESS);
  return `2001:db8:${(visitor >> 16).toString(16)}:${(visitor & 0xffff).toString(16)}::1`;
}

function ask({ url, path, headers }: Target, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      timeout: TIMEOUT_MS,
      headers: { "CF-Connecting-IP": visitorAddress(), ...headers },
    };
    const asking = request(new URL(path, url), options, (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    asking.once("timeout", () => asking.destroy(new Error(`${path} did not answer.`)));
    asking.once("error", reject);
    asking.end();
  });
}
