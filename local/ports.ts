import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** The ports of the stack and of the shop it serves. */
export interface Ports {
  shop: number;
  http: number;
  stripe: number;
  postgres: number;
  smtp: number;
}

// Below what systems give to connections that go out: none of these takes a chosen port before a service listens on it.
const FREE_PORTS = [20_000, 32_000] as const;
const DEFAULTS: Ports = { shop: 4321, http: 4390, stripe: 4391, postgres: 54390, smtp: 4325 };

/**
 * The wished or default ports, each moved to a free one when it is busy (0 wishes for any free
 * one). With `strict`, a busy port throws instead. `log` hears of every move.
 */
export async function choosePorts(
  wished: Partial<Ports> = {},
  { strict = false, log }: { strict?: boolean; log?: (line: string) => void } = {},
): Promise<Ports> {
  const chosen: Partial<Ports> = {};
  const taken = new Set<number>();
  for (const name of Object.keys(DEFAULTS) as (keyof Ports)[]) {
    const wish = wished[name] ?? DEFAULTS[name];
    let port = wish === 0 || taken.has(wish) ? null : await freePort(wish);
    if (port === null) {
      if (strict && wish !== 0)
        throw new Error(`Port ${wish} (${name}) is in use: free it, or let the port move.`);
      do port = await freePort(randomInt(...FREE_PORTS));
      while (port === null || taken.has(port));
      if (wish !== 0) log?.(`Port ${wish} is busy: ${name} moves to ${port}.`);
    }
    taken.add(port);
    chosen[name] = port;
  }
  return chosen as Ports;
}

// Both loopbacks: `localhost` may mean either, and the one not taken would hide the other.
async function freePort(wish: number): Promise<number | null> {
  const port = await tryListen(wish, "127.0.0.1");
  if (port === null) return null;
  return (await tryListen(port, "::1")) === null ? null : port;
}

function tryListen(wish: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "EADDRINUSE" || error.code === "EACCES" ? null : wish);
    });
    server.listen(wish, host, () => {
      server.close(() => resolve(wish));
    });
  });
}
