import { expect, test } from "vitest";
import { createFaults, faultsService, type Faults } from "#local/faults.ts";
import type { LocalService } from "#local/service.ts";
import { serve } from "./service-fixture.ts";

function guarded(faults: Faults): LocalService {
  return {
    async handle(request, response) {
      if ((await faults.guard("database", request, response)) === "pass") response.end("fine");
    },
    close: async () => {},
  };
}

test("a healthy service passes, and a fault of one leaves the others alone", async () => {
  const faults = createFaults();
  const url = await serve(guarded(faults));
  faults.set("redis", "refuse");
  expect(await (await fetch(url)).text()).toBe("fine");
});

test("refuse ends the connection without an answer", async () => {
  const faults = createFaults();
  const url = await serve(guarded(faults));
  faults.set("database", "refuse");
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});

test("hang answers nothing until the fault is gone, and lets go then", async () => {
  const faults = createFaults();
  const url = await serve(guarded(faults));
  faults.set("database", "hang");
  await expect(fetch(url, { signal: AbortSignal.timeout(150) })).rejects.toThrow("timeout");
  const waiting = fetch(url, { signal: AbortSignal.timeout(5000) });
  const ended = expect(waiting).rejects.toThrow("fetch failed");
  await expect(fetch(url, { signal: AbortSignal.timeout(150) })).rejects.toThrow("timeout");
  faults.clear();
  await ended;
  expect((await fetch(url)).status).toBe(200);
});

test("slow passes late, or as soon as it is healthy again", async () => {
  const faults = createFaults();
  const url = await serve(guarded(faults));
  faults.set("database", "slow");
  await expect(fetch(url, { signal: AbortSignal.timeout(300) })).rejects.toThrow("timeout");
  const startedAt = Date.now();
  expect(await (await fetch(url)).text()).toBe("fine");
  expect(Date.now() - startedAt).toBeGreaterThan(4_900);
});

test("errors fails every second call", async () => {
  const faults = createFaults();
  const url = await serve(guarded(faults));
  faults.set("database", "errors");
  const statuses: number[] = [];
  for (let call = 0; call < 4; call++) {
    const response = await fetch(url);
    await response.text();
    statuses.push(response.status);
  }
  expect(statuses.toSorted()).toEqual([200, 200, 500, 500]);
  expect(statuses[0]).not.toBe(statuses[1]);
});

test("cut begins an answer and breaks it off", async () => {
  const faults = createFaults();
  const url = await serve(guarded(faults));
  faults.set("database", "cut");
  const response = await fetch(url);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
});

test("PUT sets, GET tells, DELETE heals", async () => {
  const faults = createFaults();
  const url = `${await serve(faultsService(faults))}/faults`;
  const body = JSON.stringify({ database: "hang", email: "full" });
  expect((await fetch(url, { method: "PUT", body })).status).toBe(200);
  expect(faults.get("email")).toBe("full");
  const told = await fetch(url, { headers: { accept: "application/json" } });
  expect(await told.json()).toMatchObject({ database: "hang", email: "full", redis: null });
  await fetch(url, { method: "PUT", body: '{"database":null}' });
  expect(faults.get("database")).toBeNull();
  await fetch(url, { method: "DELETE" });
  expect(faults.get("email")).toBeNull();
});

test.each(['{"datbase":"hang"}', '{"database":"hanging"}'])("%s is not taken", async (body) => {
  const faults = createFaults();
  const url = `${await serve(faultsService(faults))}/faults`;
  const response = await fetch(url, { method: "PUT", body });
  expect(response.ok).toBe(false);
  expect(await response.text()).toMatch(/There is no (service|fault)/);
  expect(faults.get("database")).toBeNull();
});

test("the page's forms switch faults without JavaScript", async () => {
  const faults = createFaults();
  const url = `${await serve(faultsService(faults))}/faults`;
  const page = await (await fetch(url)).text();
  expect(page).toContain('<form method="post">');
  expect(page).not.toContain("<script");
  const body = new URLSearchParams({ stripe: "slow" });
  const posted = await fetch(url, { method: "POST", body, redirect: "manual" });
  expect([posted.status, posted.headers.get("location")]).toEqual([303, "/faults"]);
  const after = await fetch(url);
  expect(await after.text()).toMatch(/stripe: <span[^>]*>slow/);
  expect(after.headers.get("content-security-policy")).toContain("default-src 'none'");
  await fetch(url, { method: "POST", body: new URLSearchParams({ stripe: "" }) });
  expect(faults.get("stripe")).toBeNull();
});
