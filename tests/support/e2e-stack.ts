import { expect } from "@playwright/test";
import { readVariable } from "./e2e-variables.ts";

/** An error as the local error receiver shows it. */
export interface ReportedError {
  type: string;
  message: string;
  environment: string;
  release: string;
  route: string;
  tags: Record<string, string>;
  stack: string;
  raw: Record<string, unknown>;
}

/** Breaks services of the stack ("refuse", "hang") or mends them (null), for every test at once. */
export async function setFaults(faults: Record<string, string | null>): Promise<void> {
  const response = await fetch(new URL("/faults", readVariable("STACK_URL")), {
    method: "PUT",
    body: JSON.stringify(faults),
  });
  expect(response.ok).toBe(true);
}

/** Mends every service. */
export async function clearFaults(): Promise<void> {
  await fetch(new URL("/faults", readVariable("STACK_URL")), { method: "DELETE" });
}

/** Every error that was reported and fits. */
export async function listErrors(
  fits: (error: ReportedError) => boolean,
): Promise<ReportedError[]> {
  const response = await fetch(new URL("/errors/api", readVariable("STACK_URL")));
  return ((await response.json()) as ReportedError[]).filter(fits);
}

/** Waits until an error that fits was reported, up to ten seconds, and gives the first. */
export async function waitForError(
  fits: (error: ReportedError) => boolean,
): Promise<ReportedError> {
  await expect.poll(async () => (await listErrors(fits)).length, { timeout: 10_000 }).not.toBe(0);
  const [error] = await listErrors(fits);
  if (!error) throw new Error("The error is gone again.");
  return error;
}
