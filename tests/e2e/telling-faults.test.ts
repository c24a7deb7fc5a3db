import { ACTIONS, PAGES, type Access } from "../support/access-table.ts";
import { ask, fill, makeCast } from "../support/e2e-access.ts";
import { INTERNAL } from "../support/e2e-internals.ts";
import { newAddress } from "../support/e2e-shop.ts";
import { clearFaults, setFaults } from "../support/e2e-stack.ts";
import { expect, test } from "../support/e2e.ts";

// The faults are the whole stack's: playwright.config.ts runs this file alone, after the others.

// What local/neon-error.ts and local/upstash.ts tell.
const TOLD = /inside_the_shop|internal\.example|42P01|parserOpenTable|\bERR\b/;
// Right but for the fault: a form that is wrong would be refused before the service is asked.
const RIGHT: Record<string, () => Record<string, string>> = {
  signIn: () => ({ email: newAddress(), password: "not the password" }),
  signUp: () => ({
    name: "Kim",
    email: newAddress(),
    password: "four words of it",
    terms: "on",
  }),
  requestPasswordReset: () => ({ email: newAddress() }),
  contact: () => ({ name: "Kim", email: newAddress(), message: "Hello" }),
  startSocialSignIn: () => ({ provider: "google" }),
};

test.afterEach(clearFaults);

for (const [service, least] of [
  ["database", 50],
  ["redis", 90],
] as const)
  test(`S75: ${service}: broken. No route tells anything of the inside`, async ({ visitor }) => {
    test.setTimeout(120_000);
    const { people, ids } = await makeCast();
    await setFaults({ [service]: "broken" });
    const failed = new Set<string>();
    for (const [name, access] of Object.entries({ ...PAGES, ...ACTIONS }))
      for (const role of ["owner", "admin"] as const) {
        const request: Access = RIGHT[name] ? { ...access, form: RIGHT[name]() } : access;
        const response = await ask(visitor, fill(request, ids), people[role]);
        const text = await response.text();
        const what = `${name} as ${role}: ${response.status()}`;
        // A page that works may show code of the lessons.
        const told = TOLD.exec(text) ?? (response.ok() ? null : INTERNAL.exec(text));
        expect.soft(told?.[0], what).toBeUndefined();
        expect.soft(JSON.stringify(response.headers()), what).not.toMatch(TOLD);
        if (response.status() < 500) continue;
        failed.add(name);
        const requestId = response.headers()["x-request-id"] ?? "";
        expect.soft(requestId, what).toMatch(/^[0-9a-f-]{36}$/);
        const isExplained = /on our side|in a moment|answering|"status":"fail"/.test(text);
        expect.soft(isExplained, what).toBe(true);
      }
    // A fault that nobody meets would prove nothing.
    expect(failed.size, [...failed].join(", ")).toBeGreaterThan(least);
  });
