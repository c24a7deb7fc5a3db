import type { Mutant } from "../../scripts/mutants.ts";

const TOKENS = "tests/integration/lib/accounts/tokens.test.ts";
const SIGN_UP = "tests/integration/lib/accounts/sign-up.test.ts";
const SIGN_IN = "tests/integration/lib/accounts/sign-in.test.ts";
const CHANCE = "tests/unit/lib/tokens.test.ts";
const COOKIES = "tests/unit/http/cookies.test.ts";
const PASSWORDS = "tests/unit/lib/accounts/passwords.test.ts";
const REGISTRATION = "tests/unit/lib/accounts/registration.test.ts";

/** Bugs in how tokens and password hashes are made and kept. Each names the check that it breaks. */
export const mutants: Mutant[] = [
  {
    id: "T01",
    case: "S13 S20 half of each token is no chance",
    file: "src/lib/tokens.ts",
    from: 'return randomBytes(32).toString("base64url");',
    to: 'return Buffer.concat([randomBytes(16), Buffer.alloc(16)]).toString("base64url");',
    tests: [CHANCE],
  },
  {
    id: "T02",
    case: "S13 tokens are letters and digits of less chance",
    file: "src/lib/tokens.ts",
    from: 'return randomBytes(32).toString("base64url");',
    to: 'return randomBytes(16).toString("hex").padEnd(43, "x");',
    tests: [CHANCE],
  },
  {
    id: "T03",
    case: "S13 a proof counts for every purpose",
    file: "src/lib/tokens.ts",
    from: "JSON.stringify([purpose, ...parts])",
    to: "JSON.stringify([purpose.slice(0, 0), ...parts])",
    tests: [CHANCE],
  },
  {
    id: "T04",
    case: "S13 the parts of a proof run into one another",
    file: "src/lib/tokens.ts",
    from: "JSON.stringify([purpose, ...parts])",
    to: '[purpose, ...parts].join("")',
    tests: [CHANCE],
  },
  {
    id: "T05",
    case: "S13 a sign-up's link is the same for every mail",
    file: "src/lib/accounts/registration.ts",
    from: 'proof(secret, "registration-link", registration.id, registration.nonce)',
    to: 'proof(secret, "registration-link", registration.id)',
    tests: [REGISTRATION],
  },
  {
    id: "T06",
    case: "S13 a sign-up is completed again and again",
    file: "src/lib/accounts/queries.ts",
    from: "      WHERE id = ${id}::uuid AND completed_at IS NULL\n      RETURNING email, name, password_hash, wants_news\n    ), created AS (\n      INSERT INTO users (email, name, password_hash, news_wanted_at)\n      SELECT email, name, password_hash, CASE WHEN wants_news THEN now() END FROM completed\n      ON CONFLICT (email) DO NOTHING",
    to: "      WHERE id = ${id}::uuid\n      RETURNING email, name, password_hash, wants_news\n    ), created AS (\n      INSERT INTO users (email, name, password_hash, news_wanted_at)\n      SELECT email, name, password_hash, CASE WHEN wants_news THEN now() END FROM completed\n      ON CONFLICT (email) DO UPDATE SET name = EXCLUDED.name",
    tests: [SIGN_UP],
  },
  {
    id: "T07",
    case: "S13 S21 Redis holds what a browser keeps",
    file: "src/lib/accounts/token-store.ts",
    from: "`${prefix}:${sha256(token)}`",
    to: "`${prefix}:${token}`",
    tests: [TOKENS],
  },
  {
    id: "T08",
    case: "S13 a challenge opens what waits for a second step",
    file: "src/lib/accounts/token-store.ts",
    from: "const keyOf = (token: string) => `${prefix}:${sha256(token)}`;",
    to: "const keyOf = (token: string) => `${prefix.slice(0, 0)}:${sha256(token)}`;",
    tests: [TOKENS],
  },
  {
    id: "T09",
    case: "S14 a sign-up's link never runs out",
    file: "src/lib/accounts/registration.ts",
    from: "if (isOlderThan(registration, LINK_TTL_SECONDS, now)) return false;",
    to: "if (isOlderThan(registration, 2 * LINK_TTL_SECONDS, now)) return false;",
    tests: [REGISTRATION],
  },
  {
    id: "T10",
    case: "S14 a right password waits a day for its code",
    file: "src/lib/accounts/second-step.ts",
    from: "SECOND_STEP_SECONDS = 600;",
    to: "SECOND_STEP_SECONDS = 86_400;",
    tests: [TOKENS],
  },
  {
    id: "T11",
    case: "S14 a passkey's challenge waits an hour",
    file: "src/lib/accounts/passkey-challenges.ts",
    from: "CHALLENGE_SECONDS = 600;",
    to: "CHALLENGE_SECONDS = 3_600;",
    tests: [TOKENS],
  },
  {
    id: "T12",
    case: "S14 whom a provider vouched for waits eleven minutes",
    file: "src/lib/accounts/social-flow.ts",
    from: "SOCIAL_SECONDS = 600;",
    to: "SOCIAL_SECONDS = 660;",
    tests: [TOKENS],
  },
  {
    id: "T13",
    case: "S14 a browser keeps a link's token for a day",
    file: "src/http/proof-cookie.ts",
    from: "const SECONDS = 600;",
    to: "const SECONDS = 86_400;",
    tests: [COOKIES],
  },
  {
    id: "T14",
    case: "S18 a hash costs half",
    file: "src/lib/accounts/passwords.ts",
    from: "const COST = { ln: 15,",
    to: "const COST = { ln: 14,",
    tests: [PASSWORDS],
  },
  {
    id: "T15",
    case: "S18 a hash costs less than it says",
    file: "src/lib/accounts/passwords.ts",
    from: "r: cost.r, p: cost.p, maxmem",
    to: "r: cost.r, p: 1, maxmem",
    tests: [PASSWORDS],
  },
  {
    id: "T16",
    case: "S18 one salt for everybody",
    file: "src/lib/accounts/passwords.ts",
    from: "const salt = randomBytes(SALT_BYTES);",
    to: "const salt = Buffer.alloc(SALT_BYTES, 1);",
    tests: [PASSWORDS],
  },
  {
    id: "T17",
    case: "S02 zero bytes at the end of a password don't count",
    file: "src/lib/accounts/passwords.ts",
    from: 'createHash("sha512").update(password).digest()',
    to: 'createHash("sha512").update(password.replace(/\\0+$/, "")).digest()',
    tests: [PASSWORDS],
  },
  {
    id: "T18",
    case: "S19 a weak hash stays as it is",
    file: "src/lib/accounts/sign-in.ts",
    from: "if (needsRehash(user.passwordHash))",
    to: "if (!needsRehash(user.passwordHash))",
    tests: [SIGN_IN],
  },
];
