import type { APIResponse } from "@playwright/test";
import { ACTIONS, NOT_REFUSED, PAGES, ROLES } from "../support/access-table.ts";
import { SECRET_CANARY, STRIPE_CANARY } from "../support/canaries.ts";
import { ask, fill, makeCast, type Cast } from "../support/e2e-access.ts";
import { shopServices } from "../support/e2e-shop.ts";
import { expect, test } from "../support/e2e.ts";

let cast: Cast | undefined;

for (const [kind, table] of Object.entries({ page: PAGES, action: ACTIONS }))
  for (const [name, access] of Object.entries(table))
    test(`S31 S33: ${kind} ${name} is for whom the table says, and tells no secret`, async ({
      visitor,
    }) => {
      // Wrong passwords are limited by account: each of these actions has people of its own.
      const { people, ids } = access.form?.currentPassword ? await makeCast() : await getCast();
      const answers: Record<string, number | string> = {};
      for (const role of ROLES) {
        const answer = await ask(visitor, fill(access, ids), people[role]);
        answers[role] = outcomeOf(answer);
        const isStaff = role === "admin" || role === "support";
        const text = await answer.text();
        for (const canary of isStaff ? [SECRET_CANARY] : [SECRET_CANARY, STRIPE_CANARY])
          expect.soft(text, `what ${role} is told`).not.toContain(canary);
      }
      const expected = Object.fromEntries(
        ROLES.map((role, index) => {
          const outcome =
            role === "support"
              ? (access.support ?? access.outcomes[1])
              : (access.outcomes[index] ?? NOT_REFUSED);
          return [role, outcome === NOT_REFUSED ? notRefused(answers[role]) : outcome];
        }),
      );
      expect(answers).toEqual(expected);
    });

test("S32 S33: what is another's looks like what is not there, and holds nothing of the owner", async ({
  visitor,
}) => {
  const { people, ids } = await getCast();
  const { owner, learner } = people;
  if (!owner || !learner) throw new Error("Nobody was made.");
  const nobodys = {
    ...ids,
    order: NOBODY,
    owner: NOBODY,
    session: "cs_test_nobodys",
    lesson: NOBODY,
  };
  for (const [name, access] of Object.entries({ ...PAGES, ...ACTIONS })) {
    if (!/\{\w+\}/.test(JSON.stringify(access))) continue;
    const theirs = await ask(visitor, fill(access, ids), learner);
    const text = await theirs.text();
    for (const own of [owner.email, owner.name, owner.id])
      expect.soft(text, `${name} names its owner`).not.toContain(own);
    const none = await ask(visitor, fill(access, nobodys), learner);
    expect.soft(theirs.status(), name).toBe(none.status());
    expect.soft(anonymous(text), name).toBe(anonymous(await none.text()));
  }
});

test("S29 S52: reading as nobody makes no session and changes nothing", async ({ visitor }) => {
  const { people, ids } = await getCast();
  const owner = people.owner?.id ?? "";
  // The owner's alone: other tests write meanwhile.
  const count = async () => {
    const [row] = await shopServices().database.read<Record<string, unknown>[]>`
      SELECT (SELECT count(*) FROM orders WHERE user_id = ${owner}::uuid) AS orders,
             (SELECT count(*) FROM lesson_progress WHERE user_id = ${owner}::uuid) AS lessons,
             (SELECT updated_at FROM users WHERE id = ${owner}::uuid) AS changed`;
    return row;
  };
  const before = await count();
  for (const [name, access] of Object.entries(PAGES)) {
    if (access.method) continue;
    const answer = await ask(visitor, fill(access, ids), null);
    const cookies = answer
      .headersArray()
      .filter(({ name: header }) => /^set-cookie$/i.test(header));
    expect.soft(cookies, name).toEqual([]);
  }
  expect(await count()).toEqual(before);
});

test("S52: reading what is one's own changes nothing but where one stopped", async ({
  visitor,
}) => {
  const { people, ids } = await makeCast();
  const { owner } = people;
  if (!owner) throw new Error("Nobody was made.");
  const read = async () => {
    const [row] = await shopServices().database.read<Record<string, unknown>[]>`
      SELECT (SELECT to_jsonb(users) FROM users WHERE id = ${owner.id}::uuid) AS person,
             (SELECT jsonb_agg(jsonb_build_array(status, total_amount, refunded_amount))
              FROM orders WHERE user_id = ${owner.id}::uuid) AS orders,
             (SELECT count(*) FROM entitlements WHERE user_id = ${owner.id}::uuid) AS courses,
             (SELECT count(completed_at) FROM lesson_progress
              WHERE user_id = ${owner.id}::uuid) AS done,
             (SELECT count(*) FROM security_events WHERE user_id = ${owner.id}::uuid) AS events,
             (SELECT count(*) FROM outbox WHERE recipient = ${owner.email}) AS mails`;
    return row;
  };
  const before = await read();
  for (const access of Object.values(PAGES))
    if (!access.method) await ask(visitor, fill(access, ids), owner);
  // The lesson that was opened is noted after the answer.
  const opened = async () =>
    shopServices().database.read<object[]>`
      SELECT lesson_id FROM lesson_progress WHERE user_id = ${owner.id}::uuid`;
  await expect.poll(async () => (await opened()).length).toBe(1);
  expect(await read()).toEqual(before);
});

const NOBODY = "00000000-0000-4000-8000-000000000000";

async function getCast(): Promise<Cast> {
  cast ??= await makeCast();
  return cast;
}

function outcomeOf(answer: APIResponse): number | string {
  const isToSignIn = answer.headers().location?.startsWith("/sign-in") ?? false;
  return answer.status() === 303 && isToSignIn ? "sign-in" : answer.status();
}

function notRefused(outcome: number | string | undefined): number | string | undefined {
  const isRefusal = typeof outcome !== "number" || [401, 403].includes(outcome) || outcome >= 500;
  return isRefusal ? "not refused" : outcome;
}

// What differs between any two answers: the request's own id, and the address that was asked for.
function anonymous(text: string): string {
  return text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|cs_test_\w+/g, "…");
}
