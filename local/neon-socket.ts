import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Fault, Faults } from "./faults.ts";
import { asDiskFull, fatalError, withStartupSetting } from "./neon-wire.ts";

// A reader that falls behind stops the server's output between these marks.
const HIGH_WATER_BYTES = 4_000_000;
const LOW_WATER_BYTES = 1_000_000;

/**
 * The WebSocket half of the bridge: each socket is a byte pipe to a PostgreSQL connection. A fault meets
 * those that are opened while it is set.
 */
export function createNeonSocket(options: { host: string; port: number; faults: Faults }) {
  const { faults } = options;
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  let upgrades = 0;
  return {
    async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
      const fault = faults.get("database");
      upgrades += 1;
      const isEvenUpgrade = upgrades % 2 === 0;
      socket.on("error", () => undefined);
      await faults.delay("database", socket);
      if (fault === "refuse" || fault === "hang") socket.destroy();
      else if (fault === "errors" && isEvenUpgrade)
        socket.end("HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n");
      else server.handleUpgrade(request, socket, head, (client) => pipe(client, fault, options));
    },
    close(): void {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}

function pipe(
  client: WebSocket,
  fault: Fault | null,
  target: { host: string; port: number },
): void {
  if (fault === "credentials") {
    client.once("message", () => {
      client.send(fatalError("28P01", "password authentication failed"));
      client.close();
    });
    return;
  }
  const upstream = connect(target.port, target.host).setNoDelay(true);
  let first: Buffer | null = fault === "readonly" || fault === "full" ? Buffer.alloc(0) : null;
  client.on("message", (data: Buffer) => {
    if (!first) return void upstream.write(data);
    first = Buffer.concat([first, data]);
    const opening = withStartupSetting(first, "default_transaction_read_only", "on");
    if (!opening) return;
    first = null;
    upstream.write(opening);
  });
  client.on("close", () => upstream.end()).on("error", () => upstream.destroy());
  upstream.on("data", (data: Buffer) => {
    if (fault === "cut") {
      client.send(data.subarray(0, data.length >> 1), () => client.terminate());
      return;
    }
    client.send(fault === "full" ? asDiskFull(data) : data, () => {
      if (client.bufferedAmount < LOW_WATER_BYTES) upstream.resume();
    });
    if (client.bufferedAmount > HIGH_WATER_BYTES) upstream.pause();
  });
  upstream.on("close", () => client.close()).on("error", () => client.close(1011));
}
