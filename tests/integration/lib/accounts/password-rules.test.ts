import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { BREACHED_PASSWORDS } from "#local/breached-passwords.ts";
import { assertGoodPassword } from "#lib/accounts/password-rules.ts";
import { openBreachedPasswords } from "#lib/services/breached-passwords.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";

const OWNER = { email: "kim.buyer@harbour-works.example", name: "Kim Øystein Buyer" };
const COMMON = JSON.parse(
  readFileSync(
    new URL("../../../../src/lib/accounts/common-passwords.json", import.meta.url),
    "utf8",
  ),
) as string[];

let shop: TestShop;
let list: Server;
let seen: Pick<IncomingMessage, "url" | "headers" | "method">[] = [];
let answer: "miss" | "hang" | "error" | "redirect" = "miss";

beforeAll(async () => {
  shop = await openShop();
  list = createServer((request, response) => {
    seen.push({ url: request.url ?? "", headers: request.headers, method: request.method ?? "" });
    if (answer === "hang") return;
    if (answer === "redirect") response.writeHead(302, { location: "/elsewhere" }).end();
    else if (answer === "error") response.writeHead(500).end();
    else response.end(`${"0".repeat(35)}:3\r\n`);
  });
  await new Promise<void>((resolve) => list.listen(0, "127.0.0.1", resolve));
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  list.closeAllConnections();
  await new Promise((resolve) => list.close(resolve));
  await shop.stop();
});

function check(password: string, breaches = shop.services.breaches): Promise<string> {
  return assertGoodPassword({ breaches }, password, OWNER).then(
    () => "taken",
    (error: unknown) => (error as Error).message,
  );
}

function ownList() {
  return openBreachedPasswords(`http://127.0.0.1:${(list.address() as AddressInfo).port}`);
}

test("S03: each of the 3,000 most common that are long enough is refused, in any case of letters", async () => {
  expect(COMMON).toHaveLength(3_000);
  expect(COMMON.every((password) => password.length >= 10)).toBe(true);
  expect(COMMON[0]).toBe("qwertyuiop");
  const taken: string[] = [];
  for (const password of COMMON)
    for (const form of [password, password.toUpperCase()])
      if ((await check(form, ownList())) === "taken") taken.push(form);
  expect(taken).toEqual([]);
  expect(seen, "nobody was asked about them").toEqual([]);
});

test("S03: a password from a data breach is refused, and another is taken", async () => {
  for (const password of BREACHED_PASSWORDS) expect(await check(password)).toMatch(/data breach/);
  expect(await check("a slow heron eats seven plums")).toBe("taken");
});

test("S03: only five digits of the hash leave, and the answer is asked to be padded", async () => {
  answer = "miss";
  expect(await check("a slow heron eats seven plums", ownList())).toBe("taken");
  expect(seen).toHaveLength(1);
  expect(seen[0]?.url).toMatch(/^\/range\/[0-9A-F]{5}$/);
  expect(seen[0]?.headers["add-padding"]).toBe("true");
  expect(JSON.stringify(seen)).not.toMatch(/[0-9A-F]{6}/);
});

test("S03 S40: a list that is silent, broken or leads elsewhere keeps nobody waiting or out", async () => {
  for (const state of ["hang", "error", "redirect"] as const) {
    answer = state;
    const startedAt = Date.now();
    expect(await check("a slow heron eats seven plums", ownList()), state).toBe("taken");
    expect(Date.now() - startedAt, state).toBeLessThan(1_000);
    expect(await check("qwertyuiop", ownList()), state).toMatch(/guessed first/);
  }
  expect(seen.some(({ url }) => url === "/elsewhere")).toBe(false);
});

test.each([
  "slipway2026",
  "SlipWay-Slipway!",
  "kim.buyer1999",
  "KimBuyerKimBuyer",
  "harbour-works",
  "øystein 1234",
  "password-slipway",
  "buyer@harbour-works",
])("S04: %s is made of names that others know", async (password) => {
  expect(await check(password)).toMatch(/name that others know/);
});

test.each(["kim likes seven blue boats", "the slipway is wet in winter", "0921 6650 1188"])(
  "S04: %s is more than that",
  async (password) => {
    expect(await check(password)).toBe("taken");
  },
);
