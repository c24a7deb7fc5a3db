import { expect, test, vi } from "vitest";
import { DependencyError } from "#lib/errors.ts";
import { createBreaker } from "#lib/services/breaker.ts";

const down = () => Promise.reject(new Error("down"));
const up = () => Promise.resolve("up");

function breakerAt(clock: { now: number }) {
  return createBreaker("test", {
    isOutage: (error) => (error as Error).message === "down",
    now: () => clock.now,
  });
}

async function fail(breaker: ReturnType<typeof breakerAt>, times: number): Promise<void> {
  for (let index = 0; index < times; index++) await expect(breaker.run(down)).rejects.toThrow();
}

test("five failures within ten seconds open it, and then nothing is called", async () => {
  const breaker = breakerAt({ now: 1_000 });
  await fail(breaker, 5);
  const call = vi.fn(up);
  await expect(breaker.run(call)).rejects.toBeInstanceOf(DependencyError);
  expect(call).not.toHaveBeenCalled();
});

test("four failures, or five over a longer time, do not", async () => {
  const clock = { now: 1_000 };
  const breaker = breakerAt(clock);
  await fail(breaker, 4);
  clock.now += 11_000;
  await fail(breaker, 4);
  expect(await breaker.run(up)).toBe("up");
});

test("after five seconds one probe decides, and others wait for it", async () => {
  const clock = { now: 1_000 };
  const breaker = breakerAt(clock);
  await fail(breaker, 5);
  clock.now += 5_001;
  const probe = Promise.withResolvers<string>();
  const probing = breaker.run(() => probe.promise);
  await expect(breaker.run(up)).rejects.toBeInstanceOf(DependencyError);
  probe.resolve("up");
  expect(await probing).toBe("up");
  expect(await breaker.run(up)).toBe("up");
});

test("a probe that fails opens it again", async () => {
  const clock = { now: 1_000 };
  const breaker = breakerAt(clock);
  await fail(breaker, 5);
  clock.now += 5_001;
  await fail(breaker, 1);
  await expect(breaker.run(up)).rejects.toBeInstanceOf(DependencyError);
});

test("a probe that hangs holds nobody up for longer than five seconds", async () => {
  const clock = { now: 1_000 };
  const breaker = breakerAt(clock);
  await fail(breaker, 5);
  clock.now += 5_001;
  const probe = Promise.withResolvers<string>();
  const hanging = breaker.run(() => probe.promise);
  clock.now += 5_001;
  expect(await breaker.run(up)).toBe("up");
  probe.reject(new Error("down"));
  await expect(hanging).rejects.toThrow("down");
  expect(await breaker.run(up), "a late failure is one of five").toBe("up");
});

test("a probe that is refused for what it asked closes it", async () => {
  const clock = { now: 1_000 };
  const breaker = breakerAt(clock);
  await fail(breaker, 5);
  clock.now += 5_001;
  await expect(breaker.run(() => Promise.reject(new Error("wrong")))).rejects.toThrow("wrong");
  expect(await breaker.run(up)).toBe("up");
});

test("a refusal of what we asked for says nothing about the dependency", async () => {
  const breaker = breakerAt({ now: 1_000 });
  for (let index = 0; index < 9; index++)
    await expect(breaker.run(() => Promise.reject(new Error("wrong")))).rejects.toThrow("wrong");
  expect(await breaker.run(up)).toBe("up");
});

test("it knows when there was no answer last, until there is one, be it a refusal", async () => {
  const clock = { now: 1_000 };
  const breaker = breakerAt(clock);
  expect(breaker.lastOutageAt()).toBeNull();
  for (const answer of [up, () => Promise.reject(new Error("wrong"))]) {
    await fail(breaker, 1);
    clock.now += 5_000;
    await fail(breaker, 1);
    expect(breaker.lastOutageAt()).toBe(clock.now);
    await breaker.run<unknown>(answer).catch(() => null);
    expect(breaker.lastOutageAt()).toBeNull();
  }
});
