import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Redis } from "@upstash/redis";
import { onTestFinished } from "vitest";
import { createFaults } from "#local/faults.ts";
import { findRedisServer, startRedis, type LocalRedis } from "#local/redis.ts";
import type { LocalService } from "#local/service.ts";
import { createUpstashBridge } from "#local/upstash.ts";

/** Serves one part of the stack on a free port until the test ends; gives its address. */
export async function serve(service: LocalService): Promise<string> {
  const server = createServer((request, response) => {
    service.handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(async () => {
    await service.close();
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const TOKEN = "token-of-the-test";

/** What can be tested here: a real redis-server only where one is on the PATH. */
export const REDIS_ENGINES: LocalRedis["engine"][] = findRedisServer()
  ? ["in-process", "redis-server"]
  : ["in-process"];

/** An empty Redis behind the Upstash bridge, with the real client; all ends with the test. */
export async function openRedis(engine: LocalRedis["engine"]) {
  const faults = createFaults();
  const server = await startRedis({ folder: null, engine });
  onTestFinished(() => server.close());
  const dial = () => server.dial();
  const bridge = createUpstashBridge({ dial, token: TOKEN, prefix: "/redis", faults });
  const url = `${await serve(bridge)}/redis`;
  const connect = (options: { token?: string; responseEncoding?: false } = {}): Redis =>
    new Redis({ url, token: TOKEN, retry: false, enableTelemetry: false, ...options });
  const send = (body: string, path = ""): Promise<Response> =>
    fetch(url + path, { method: "POST", headers: { authorization: `Bearer ${TOKEN}` }, body });
  return { redis: connect(), connect, send, faults, url };
}
