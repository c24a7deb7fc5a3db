import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { judge, type TestReport } from "../../../scripts/mutant-run.ts";
import { findFaults, withMutant, type Mutant } from "../../../scripts/mutants.ts";

const mutant: Mutant = {
  id: "X01",
  case: "a sum",
  file: "src/sum.ts",
  from: "a + b",
  to: "a - b",
  tests: ["src/sum.ts"],
};

function makeTree(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-tests-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, mutant.file), text);
  return folder;
}

function report(failureMessages: string[], message = ""): TestReport {
  const assertionResults = failureMessages.map((text, index) => ({
    title: `test ${index + 1}`,
    status: "failed",
    failureMessages: [text],
  }));
  return { testResults: [{ name: "a", status: "failed", message, assertionResults }] };
}

test("a list that no longer fits the source is refused by the mutant's id", () => {
  expect(findFaults(makeTree("a + b"), [mutant])).toEqual([]);
  expect(findFaults(makeTree("a * b"), [mutant])).toEqual([expect.stringContaining("X01")]);
  expect(findFaults(makeTree("a + b; a + b"), [mutant])).toEqual([expect.stringContaining("X01")]);
  const faulty = [mutant, mutant, { ...mutant, id: "X02", to: mutant.from, tests: ["gone.ts"] }];
  expect(findFaults(makeTree("a + b"), faulty)).toHaveLength(3);
});

test("a bug is there while the work runs and gone after it, also when that fails", async () => {
  const folder = makeTree("a + b");
  const read = () => readFileSync(join(folder, mutant.file), "utf8");
  const fail = () => Promise.reject(new Error(read()));
  await expect(withMutant(folder, mutant, fail)).rejects.toThrow("a - b");
  expect(read()).toBe("a + b");
});

test("a failed test is red; code that can't run is broken", () => {
  expect(judge(report(["AssertionError: expected 1 to be 2"]), "").outcome).toBe("red");
  expect(judge(report(["ReferenceError: x is not defined"]), "").outcome).toBe("broken");
  expect(judge(report(["PostgresError: syntax error at or near"]), "").outcome).toBe("broken");
  const operator = "PostgresError: operator does not exist: text == unknown";
  expect(judge(report([operator]), "").outcome).toBe("broken");
  expect(judge(report([], "Error: Cannot find module"), "").outcome).toBe("broken");
  expect(judge(null, "killed").outcome).toBe("broken");
  const mixed = report(["ReferenceError: x is not defined", "AssertionError: expected"]);
  expect(judge(mixed, "")).toEqual({ outcome: "red", reason: "test 2" });
});
