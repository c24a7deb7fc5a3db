import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { server } from "../../../src/actions/index.ts";
import { readSource } from "../../support/source.ts";

type Form = z.ZodObject<z.ZodRawShape>;
const FORMS = Object.entries(server as unknown as Record<string, { accept: string; input: Form }>);

// What no field of any form takes. A password takes any characters, so it is only too long here.
const NEVER_RIGHT: Record<string, unknown> = {
  "a file": new File(["text"], "a.txt"),
  "too much": "a".repeat(40_000),
};
const IDS = /^(id|items|courseIds)$|Id$/;
// Never stored or sent as they are: hashed, parsed, or looked up.
const ANY_CHARACTERS = ["password", "currentPassword", "credential", "code", "next", "amount"];
const MOST_CHARACTERS = 30_000;

/** Every column of every table, as the database and as the code write it. */
const COLUMNS = readSource("database/migrations")
  .flatMap(({ text }) => [
    ...text.matchAll(
      /^(?:  |ALTER TABLE \w+ )?(?:ADD COLUMN )?([a-z_]+) (?:text|uuid|\w*int\w*|boolean|jsonb|date|timestamptz)\b/gm,
    ),
  ])
  .flatMap(([, name = ""]) => [
    name,
    name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase()),
  ])
  .filter((name, index, all) => all.indexOf(name) === index)
  .sort();

const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom("", " ", "on", "yes", "a@b.example", "google", "person.lock", "123456"),
  fc.constantFrom("\0", "\uD800", "a\r\nBcc: b@c.example", "1e309", "-1", "NaN", "__proto__"),
  fc.constantFrom("a".repeat(40_000), "a".repeat(300), "{{7*7}}", "'; DROP TABLE users; --"),
  fc.uuid(),
  fc.constant(NEVER_RIGHT["a file"]),
  fc.constant(null),
);

test.each(FORMS)("S43: %s takes a form of exactly its fields", (_name, { accept, input }) => {
  expect(accept).toBe("form");
  const refusal = input.safeParse({ ...emptyForm(input), role: "admin" }).error;
  const unknown = refusal?.issues.find(({ code }) => code === "unrecognized_keys");
  expect(unknown?.message).toBe("This form has no field role. Please load the page again.");
});

test.each(FORMS)(
  "S34: %s takes no column of the database besides its own fields",
  (_name, { input }) => {
    expect(COLUMNS.length).toBeGreaterThan(200);
    const empty = emptyForm(input);
    for (const column of COLUMNS.filter((name) => !(name in input.shape))) {
      const issues = input.safeParse({ ...empty, [column]: "1" }).error?.issues ?? [];
      const unknown = issues.find(({ code }) => code === "unrecognized_keys");
      expect(unknown?.message, column).toContain(`no field ${column}.`);
    }
  },
);

test("S34: no form has a field for a role, a price, an owner or a state", () => {
  const fields = FORMS.flatMap(([, { input }]) => Object.keys(input.shape));
  // All that are named as a column is: what people type about themselves, and ids that are looked up for who asks.
  expect(COLUMNS.filter((column) => fields.includes(column))).toEqual([
    ...["amount", "email", "id", "lessonId", "name", "orderId", "provider", "reason", "refundId"],
  ]);
});

test.each(FORMS)("S41 S43: %s names each field that can't be right", (_name, { input }) => {
  for (const field of Object.keys(input.shape))
    for (const [what, value] of Object.entries(NEVER_RIGHT))
      for (const wrong of [value, [value]]) {
        const refusal = input.safeParse({ ...emptyForm(input), [field]: wrong }).error;
        const named = refusal?.issues.filter(({ path }) => path[0] === field) ?? [];
        expect(named.length, `${field}: ${what}`).toBeGreaterThan(0);
        for (const { message } of named)
          expect(message.length, `${field}: ${what}`).toBeLessThan(100);
      }
});

test.each(FORMS)("S43: of a thousand forms %s takes none that is wrong", (_name, { input }) => {
  const fields = Object.entries(input.shape).map(([name, schema]) => {
    const isList = schema instanceof z.ZodArray;
    return [name, isList ? fc.array(anything, { maxLength: 12 }) : anything] as const;
  });
  const form = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
  fc.assert(
    fc.property(form, (given) => {
      const { data } = input.safeParse(given);
      for (const [name, value] of Object.entries(data ?? {}))
        for (const each of [value].flat()) expectRight(name, each);
    }),
    { numRuns: 1_000 },
  );
});

test("S39: no name and no address is taken with a line break in it", () => {
  const { name, email } = (server.contact as unknown as { input: Form }).input.shape;
  for (const lineEnd of ["\r\n", "\n", "\r", "\u0085", "\v", "\f", "\0"]) {
    const wrong = `Kim${lineEnd}Bcc: everybody@example.com`;
    expect(z.safeParse(name as z.ZodType, wrong).success, JSON.stringify(lineEnd)).toBe(false);
  }
  for (const lineEnd of ["\r\n", "\n", "%0d%0a", "\u0085", "\u2028", "\u2029", ", ", ";"]) {
    const wrong = `kim@example.com${lineEnd}everybody@example.com`;
    expect(z.safeParse(email as z.ZodType, wrong).success, JSON.stringify(lineEnd)).toBe(false);
  }
});

test.each(["signUp", "resetPassword", "changePassword"] as const)(
  "S01 S02: %s takes a password of 10 to 128 characters of any kind, as it is",
  (name) => {
    const { password } = (server[name] as unknown as { input: Form }).input.shape;
    for (const right of [
      "a".repeat(10),
      "é".repeat(128),
      "  four of them \t",
      "🔑".repeat(10),
      "\0".repeat(10),
    ])
      expect(z.safeParse(password as z.ZodType, right).data).toBe(right);
    for (const wrong of ["", "a".repeat(9), "a".repeat(129)])
      expect(z.safeParse(password as z.ZodType, wrong).success).toBe(false);
  },
);

test("S02: a password is checked as it was typed", () => {
  const { password } = (server.signIn as unknown as { input: Form }).input.shape;
  expect(z.safeParse(password as z.ZodType, "  four of them ").data).toBe("  four of them ");
});

/** What is true of every field that was taken, whatever its schema says. */
function expectRight(name: string, value: unknown): void {
  if (value === null || value === undefined) return;
  if (typeof value !== "string") throw new Error(`${name} is a ${typeof value}`);
  if (value.length > MOST_CHARACTERS) throw new Error(`${name} has ${value.length} characters`);
  if (IDS.test(name) && !/^[0-9a-f-]{36}$/i.test(value)) throw new Error(`${name} is no UUID`);
  if (ANY_CHARACTERS.includes(name)) return;
  const forbidden = name === "message" ? /[^\P{Cc}\t\r\n]/u : /[^\P{Cc}\t]/u;
  if (!value.isWellFormed() || forbidden.test(value))
    throw new Error(`${name} was taken as ${JSON.stringify(value)}`);
}

/** As a form without anything arrives: Astro makes lists of what may come more than once. */
function emptyForm({ shape }: Form): Record<string, unknown> {
  const entries = Object.entries(shape);
  return Object.fromEntries(
    entries.map(([name, schema]) => [name, schema instanceof z.ZodArray ? [] : null]),
  );
}
