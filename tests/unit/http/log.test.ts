import { afterEach, expect, test, vi } from "vitest";
import { log } from "#http/log.ts";

afterEach(() => vi.restoreAllMocks());

function linesOf(write: () => void): string[] {
  const lines: string[] = [];
  const keep = (line: unknown): void => void lines.push(String(line));
  vi.spyOn(console, "log").mockImplementation(keep);
  vi.spyOn(console, "error").mockImplementation(keep);
  write();
  return lines;
}

test("S77: a line is JSON with time, level and event", () => {
  const lines = linesOf(() => {
    log("error", "request-failed", { requestId: "1", status: 500 });
  });
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    level: "error",
    event: "request-failed",
    requestId: "1",
    status: 500,
  });
});

test.each(["a\r\nb", '{"level":"error"}\n', "\u2028\u0085", "\u0000\u001b[31m", '"\\'])(
  "S79: %j starts no line of its own",
  (typed) => {
    const [line = "", ...more] = linesOf(() => {
      log("warn", "limit-met", { typed });
    });
    expect(more).toEqual([]);
    expect(line).not.toMatch(/[\r\n\0\u001b]/);
    expect((JSON.parse(line) as { typed: string }).typed).toBe(typed);
  },
);
