import type { Mutant } from "../../scripts/mutants.ts";

const RULES = "tests/integration/lib/accounts/password-rules.test.ts";
const MOVE = "tests/integration/lib/accounts/email-change.test.ts";
const EXPORT = "tests/integration/lib/accounts/export.test.ts";
const REGISTRATION = "tests/unit/lib/accounts/registration.test.ts";

/** Bugs in what an account's data and links are worth. Each names the check that it breaks. */
export const mutants: Mutant[] = [
  {
    id: "A01",
    case: "S04 the shop's own words are taken",
    file: "src/lib/accounts/password-rules.ts",
    from: 'const SHOP_WORDS = ["slipway", ',
    to: "const SHOP_WORDS = [",
    tests: [RULES],
  },
  {
    id: "A02",
    case: "S04 the owner's name is taken",
    file: "src/lib/accounts/password-rules.ts",
    from: ", ...split(name)]",
    to: ", name]",
    tests: [RULES],
  },
  {
    id: "A03",
    case: "S14 the link of another address never runs out",
    file: "src/lib/accounts/email-change.ts",
    from: "> LINK_TTL_SECONDS * 1000) return null;",
    to: "> 2 * LINK_TTL_SECONDS * 1000) return null;",
    tests: [MOVE],
  },
  {
    id: "A04",
    case: "S14 a sign-up's code lives as long as its link",
    file: "src/lib/accounts/registration.ts",
    from: "if (isOlderThan(registration, CODE_TTL_SECONDS, now)) return false;",
    to: "if (isOlderThan(registration, LINK_TTL_SECONDS, now)) return false;",
    tests: [REGISTRATION],
  },
  {
    id: "A05",
    case: "S33 the file of personal data holds the hash",
    file: "src/lib/accounts/export-queries.ts",
    from: "'newsWantedAt', users.news_wanted_at) AS account",
    to: "'newsWantedAt', users.news_wanted_at, 'key', users.password_hash) AS account",
    tests: [EXPORT],
  },
  {
    id: "A06",
    case: "S32 the file of personal data holds everybody's events",
    file: "src/lib/accounts/export-queries.ts",
    from: "FROM security_events\n        WHERE user_id = users.id)",
    to: "FROM security_events\n        WHERE users.id IS NOT NULL)",
    tests: [EXPORT],
  },
];
