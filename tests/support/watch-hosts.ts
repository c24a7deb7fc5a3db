import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { isIP, type Socket } from "node:net";
import { afterAll, afterEach, expect } from "vitest";

// Before each integration test file: every host that this process calls is written down, and a test
// that called one outside this machine fails. By `fetch`, with which the shop calls all others, and
// by every other client of node:net.

let strangers: string[] = [];

const listeners = {
  "undici:client:beforeConnect"(message: unknown) {
    note((message as { connectParams: { hostname: string } }).connectParams.hostname);
  },
  "net.client.socket"(message: unknown) {
    const { socket } = message as { socket: Socket };
    socket.on("lookup", (_error, _address, _family, host: string) => note(host));
    socket.on("connectionAttempt", (address: string) => note(address));
  },
};

for (const [channel, listener] of Object.entries(listeners)) subscribe(channel, listener);
afterEach(expectNoStrangers);
afterAll(() => {
  // The next file of this process has a watch of its own.
  for (const [channel, listener] of Object.entries(listeners)) unsubscribe(channel, listener);
  expectNoStrangers();
});

/** The hosts outside this machine that were called since this was last asked. */
export function takeStrangers(): string[] {
  const taken = strangers;
  strangers = [];
  return taken;
}

function expectNoStrangers(): void {
  expect(takeStrangers(), "hosts that were called (S40)").toEqual([]);
}

function note(host: string): void {
  if (!isOnThisMachine(host)) strangers.push(host);
}

function isOnThisMachine(host: string): boolean {
  const address = host.replace(/^\[|\]$/g, "");
  if (isIP(address) === 0) return address === "localhost" || address.endsWith(".localhost");
  return /^(127\.|::1$|::ffff:127\.)/.test(address);
}
