import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { judgeBrowser, type PlaywrightReport } from "../../../scripts/mutant-browser.ts";
import { judge, type TestReport } from "../../../scripts/mutant-run.ts";
import {
  findFaults,
  loadMutants,
  selectBrowserTests,
  withMutant,
  type Mutant,
} from "../../../scripts/mutants.ts";

const mutant: Mutant = {
  id: "X01",
  case: "a sum",
  file: "src/sum.ts",
  from: "a + b",
  to: "a - b",
  tests: ["src/sum.ts"],
};

const PAGES = "tests/e2e/pages.test.ts";
const FORMS = "tests/e2e/forms.test.ts";

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

test("tests of two kinds are refused, and titles where they choose nothing", () => {
  const folder = makeTree("a + b");
  mkdirSync(join(folder, "tests/e2e"), { recursive: true });
  writeFileSync(join(folder, PAGES), "");
  const inBrowser = { ...mutant, tests: [PAGES], grep: "S53" };
  expect(findFaults(folder, [inBrowser])).toEqual([]);
  const mixed = { ...inBrowser, tests: [PAGES, "src/sum.ts"] };
  expect(findFaults(folder, [mixed])).toEqual([expect.stringContaining("two kinds")]);
  const chosen = { ...mutant, grep: "S53" };
  expect(findFaults(folder, [chosen])).toEqual([expect.stringContaining("by title")]);
});

test("exactly the tests are chosen that the mutants name", () => {
  const named = { tests: [PAGES], grep: "S53" };
  expect(selectBrowserTests([named, { ...named, grep: "S6[14]" }, named])).toEqual([
    { file: PAGES, titles: ["S53", "S6[14]"] },
  ]);
  expect(selectBrowserTests([named, { tests: [PAGES, FORMS] }])).toEqual([
    { file: PAGES, titles: [] },
    { file: FORMS, titles: [] },
  ]);
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

test("a failed test in the browser is red; a shop that is away or can't run is broken", () => {
  const red = judgeBrowser(browserReport(["Error: expect(received).toBe(expected)"]), "", "");
  expect(red).toEqual({ outcome: "red", reason: "test 1" });
  const away = browserReport(["Error: apiRequestContext.get: connect ECONNREFUSED 127.0.0.1:4321"]);
  expect(judgeBrowser(away, "", "").outcome).toBe("broken");
  const none: PlaywrightReport = { suites: [], errors: [{ message: "Error: No tests found" }] };
  expect(judgeBrowser(none, "", "").reason).toBe("Error: No tests found");
  expect(judgeBrowser(null, "killed", "")).toEqual({ outcome: "broken", reason: "killed" });
  const log = '{"level":"error","event":"request-failed","error":"ReferenceError"}';
  const noProgram = judgeBrowser(browserReport(["Error: expect(received)"]), "", log);
  expect(noProgram.outcome).toBe("broken");
});

function browserReport(messages: string[]): PlaywrightReport {
  const specs = messages.map((message, index) => ({
    title: `test ${index + 1}`,
    ok: false,
    tests: [{ results: [{ errors: [{ message }] }] }],
  }));
  return { suites: [{ specs: [], suites: [{ specs }] }], errors: [] };
}

test("every mutant of the list can be planted in the source as it is", async () => {
  const root = join(import.meta.dirname, "../../..");
  const mutants = await loadMutants(root);
  expect(mutants.length).toBeGreaterThan(300);
  expect(findFaults(root, mutants)).toEqual([]);
});
