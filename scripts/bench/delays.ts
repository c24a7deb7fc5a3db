import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const TIMEOUT_MS = 10_000;

/** The services of the stack, each call counted and answered later than it was. */
export interface DelayedStack {
  url: string;
  calls: { database: number; redis: number };
  /** Milliseconds that are added to each call. */
  delays: { database: number; redis: number };
  close(): void;
}

/** Stands between a served shop and the stack's database and Redis, which both speak HTTP. */
export async function delayStack(stackUrl: string): Promise<DelayedStack> {
  const calls = { database: 0, redis: 0 };
  const delays = { database: 0, redis: 0 };
  const server = createServer((incoming, response) => {
    const path = incoming.url ?? "/";
    const service = path.startsWith("/redis")
      ? "redis"
      : path.startsWith("/sql")
        ? "database"
        : null;
    if (service) calls[service] += 1;
    const options = {
      method: incoming.method ?? "POST",
      headers: incoming.headers,
      timeout: TIMEOUT_MS,
    };
    const asking = request(new URL(path, stackUrl), options, (answer) => {
      void pause(service ? delays[service] : 0).then(() => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
    });
    asking.once("timeout", () => asking.destroy());
    asking.once("error", () => response.destroy());
    incoming.pipe(asking);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    delays,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
