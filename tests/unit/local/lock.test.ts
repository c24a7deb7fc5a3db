import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { lockFile } from "#local/lock.mjs";
import { identify } from "#local/processes.mjs";

const MESSAGE = "It runs already.";

function lockPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-lock-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "a.lock");
}

function startProcess(): number {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  onTestFinished(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  return child.pid ?? 0;
}

/** The number of a process that has ended. */
function endedProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

test("a living holder is not disturbed; a released file is free", () => {
  const path = lockPath();
  const lock = lockFile(path, MESSAGE);
  expect(() => lockFile(path, MESSAGE)).toThrow(MESSAGE);
  lock.release();
  expect(lockFile(path, MESSAGE).children).toEqual([]);
});

test("what a killed holder left behind is told until it is gone, to the next but one too", () => {
  const path = lockPath();
  const child = identify(startProcess());
  const holder = { pid: endedProcess(), command: "node killed" };
  const stranger = { pid: process.pid, command: "node that had this number before" };
  writeFileSync(path, JSON.stringify({ ...holder, children: [child, stranger] }));
  expect(lockFile(path, MESSAGE).children).toEqual([child]);
  // As if that one had been killed before it stopped anything.
  const kept = JSON.parse(readFileSync(path, "utf8")) as object;
  writeFileSync(path, JSON.stringify({ ...kept, ...holder }));
  expect(lockFile(path, MESSAGE).children).toEqual([child]);
});

test("a process that ended before it was remembered is not: its number may be another's", () => {
  const path = lockPath();
  const lock = lockFile(path, MESSAGE);
  const child = identify(startProcess());
  lock.remember(child.pid);
  lock.remember(endedProcess());
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ children: [child] });
});
