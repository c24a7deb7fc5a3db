import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { hashPassword } from "#lib/accounts/passwords.ts";
import { parseEnvironment } from "#lib/environment.ts";
import { openServices, type Services } from "#lib/services/index.ts";
import { compareTimes, type Comparison } from "./compare-times.ts";
import { withServedShop } from "./served-shop.mjs";

const HELP = `npm run bench:enumeration -- [--samples N]

Asks whether a stranger learns which addresses have accounts: serves the production build, signs in,
signs up and asks for a reset with known and unknown addresses in turn, and compares answers and times. Fails when an
answer differs, when the area under the curve (AUC) of the times leaves 0.45 to 0.55, or when the
control, which the shop refuses before it hashes, is not told apart (AUC above 0.9). For a quiet
machine, and no part of CI.

  --samples N    of each kind (200)
  --help         this text`;

const SCALE = { lowest: 0.45, highest: 0.55, control: 0.9 };
const WRONG = "not the password";

interface Sample {
  durationMs: number;
  answer: string;
}

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "200" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(HELP);
else await withServedShop((variables) => bench(variables, Number(values.samples)));

async function bench(variables: Record<string, string>, samples: number): Promise<void> {
  const services = openServices(parseEnvironment(variables));
  const site = variables.SITE_URL ?? "";
  const known = await makeAccounts(services, samples);
  const signIn = (email: string, password = WRONG) =>
    post(site, "/sign-in?_action=signIn", { email, password });
  const signUp = (email: string) =>
    post(site, "/sign-up?_action=signUp", {
      name: "Kim Buyer",
      email,
      password: "seven blue boats at noon",
      terms: "on",
    });
  let isGood = true;
  for (const [name, ask] of [
    ["sign-in", (email: string) => signIn(email)],
    ["sign-up", signUp],
    [
      "reset",
      (email: string) => post(site, "/forgot-password?_action=requestPasswordReset", { email }),
    ],
  ] as const) {
    const pairs = await interleave(services, known, ask);
    const comparison = compareTimes(pairs.known, pairs.unknown);
    const isSame =
      new Set([...pairs.known, ...pairs.unknown].map(({ answer }) => answer)).size === 1;
    isGood = report(name, comparison, isSame) && isGood;
  }
  // Longer than any password: refused before anything is hashed, as a forgetful early return would.
  const control = await interleave(services, known, (email) =>
    known.includes(email) ? signIn(email) : signIn(email, "x".repeat(200)),
  );
  const { auc } = compareTimes(control.known, control.unknown);
  const isCaught = Math.max(auc, 1 - auc) > SCALE.control;
  console.log(`control   AUC ${auc.toFixed(3)}  ${isCaught ? "told apart" : "NOT TOLD APART"}`);
  process.exitCode = isGood && isCaught ? 0 : 1;
}

function report(name: string, { auc, medianDifferenceMs }: Comparison, isSame: boolean): boolean {
  const isWithin = auc >= SCALE.lowest && auc <= SCALE.highest;
  const difference = `median ${medianDifferenceMs.toFixed(1)} ms apart`;
  const answers = isSame ? "same answers" : "ANSWERS DIFFER";
  console.log(`${name.padEnd(9)} AUC ${auc.toFixed(3)}  ${difference}  ${answers}`);
  return isWithin && isSame;
}

async function interleave(
  services: Services,
  addresses: string[],
  ask: (email: string) => Promise<Sample>,
): Promise<{ known: Sample[]; unknown: Sample[] }> {
  const known: Sample[] = [];
  const unknown: Sample[] = [];
  await ask(newAddress());
  for (const [index, address] of addresses.entries()) {
    if (index % 20 === 0) await forgetLimits(services);
    // In turn, so that neither kind always comes first.
    for (const isKnown of index % 2 === 0 ? [true, false] : [false, true])
      (isKnown ? known : unknown).push(await ask(isKnown ? address : newAddress()));
  }
  return { known, unknown };
}

async function post(site: string, path: string, form: Record<string, string>): Promise<Sample> {
  const startedAt = performance.now();
  const response = await fetch(new URL(path, site), {
    method: "POST",
    redirect: "manual",
    headers: { Origin: site, "CF-Connecting-IP": `2001:db8:${hex(2)}:${hex(2)}::1` },
    body: new URLSearchParams(form),
  });
  const body = await response.text();
  const durationMs = performance.now() - startedAt;
  const headers = [...response.headers].filter(([name]) => name !== "date");
  const answer = JSON.stringify([response.status, headers, body])
    .replaceAll(form.email ?? "", "…")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "…")
    .replace(/;[rt]=\d+/g, "")
    .replace(/Expires=[^;"]+/g, "…");
  return { durationMs, answer };
}

async function makeAccounts({ database }: Services, count: number): Promise<string[]> {
  const hash = await hashPassword(randomBytes(16).toString("hex"));
  const addresses = Array.from({ length: count }, newAddress);
  for (const email of addresses)
    await database.write`
      INSERT INTO users (email, name, password_hash, role)
      VALUES (${email}, 'Kim Known', ${hash}, 'learner')`;
  return addresses;
}

async function forgetLimits({ redis }: Services): Promise<void> {
  await redis.run(async (client) => {
    const keys = await client.keys("limit:*");
    if (keys.length > 0) await client.del(...keys);
  });
}

function newAddress(): string {
  return `${hex(8)}@buyer.example`;
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
