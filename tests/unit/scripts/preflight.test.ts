import { expect, test } from "vitest";
import { findProblem } from "../../../scripts/preflight.mjs";

const GOOD = {
  platform: "linux",
  arch: "x64",
  isMusl: false,
  nodeVersion: "20.20.2",
  freeBytes: 4_000_000_000,
  isInstalled: false,
};

test("a machine that can run the shop has no problem", () => {
  expect(findProblem(GOOD)).toBeNull();
  expect(findProblem({ ...GOOD, platform: "darwin", arch: "arm64" })).toBeNull();
});

test.each([
  ["another platform", { platform: "freebsd" }, /freebsd-x64/],
  ["Linux with musl", { isMusl: true }, /musl/],
  ["an old Node", { nodeVersion: "18.20.0" }, /Node 20 .*18\.20\.0/],
  ["a full disk", { freeBytes: 100_000_000, isInstalled: true }, /95 MB left, .*500 MB/],
  ["too little room to install", { freeBytes: 1_000_000_000 }, /needs 2000 MB/],
])("%s is refused in one sentence that says why", (_what, difference, sentence) => {
  const problem = findProblem({ ...GOOD, ...difference });
  expect(problem).toMatch(sentence);
  expect(problem?.split("\n")).toHaveLength(1);
});
