import { connect } from "node:net";
import { expect, test } from "vitest";
import { takeStrangers } from "../../../support/watch-hosts.ts";

// The control of tests/support/watch-hosts.ts, which watches every integration test: a name that
// leads nowhere, by RFC 6761, and an address that does, by RFC 5737.
const NOWHERE = "vendor.invalid";

test("S40: a host outside this machine that is called by fetch is seen", async () => {
  for (const protocol of ["http", "https"]) {
    await expect(fetch(`${protocol}://${NOWHERE}/`)).rejects.toThrow();
    expect(takeStrangers(), protocol).toContain(NOWHERE);
  }
});

test("S40: a host outside this machine that is called by a socket is seen", async () => {
  await new Promise((resolve) => connect({ host: NOWHERE, port: 9 }).once("error", resolve));
  expect(takeStrangers()).toEqual([NOWHERE]);
  const socket = connect({ host: "192.0.2.1", port: 9 }).on("error", () => undefined);
  await new Promise((resolve) => socket.once("connectionAttempt", resolve));
  socket.destroy();
  expect(takeStrangers()).toEqual(["192.0.2.1"]);
});
