import type { Mutant } from "../../scripts/mutants.ts";

const FACTOR = "tests/integration/lib/accounts/second-factor.test.ts";
const TOTP = "tests/unit/lib/accounts/totp.test.ts";
const QUERIES = "src/lib/accounts/factor-queries.ts";
const USE_CASE = "src/lib/accounts/second-factor.ts";

/** Bugs in the second factor. Each names the check of docs/security.md that it breaks. */
export const mutants: Mutant[] = [
  {
    id: "F01",
    case: "S11 a code counts twice",
    file: QUERIES,
    from: "AND last_counter < ${use.counter}",
    to: "AND last_counter <= ${use.counter}",
    tests: [FACTOR],
  },
  {
    id: "F02",
    case: "S11 a factor that was never confirmed is taken",
    file: USE_CASE,
    from: "if (!factor?.confirmedAt) throw wrongCode();",
    to: "if (!factor) throw wrongCode();\n  if (!factor.confirmedAt) return;",
    tests: [FACTOR],
  },
  {
    id: "F03",
    case: "S11 codes of the last hour count",
    file: "src/lib/accounts/totp.ts",
    from: "const WINDOW = 1;",
    to: "const WINDOW = 120;",
    tests: [TOTP],
  },
  {
    id: "F04",
    case: "S13 a recovery code works again and again",
    file: QUERIES,
    from: "AND code_hash = ${use.codeHash} AND used_at IS NULL",
    to: "AND code_hash = ${use.codeHash}",
    tests: [FACTOR],
  },
  {
    id: "F05",
    case: "S13 somebody else's recovery code works",
    file: QUERIES,
    from: "WHERE user_id = ${use.userId}::uuid AND code_hash = ${use.codeHash} AND used_at IS NULL",
    to: "WHERE code_hash = ${use.codeHash} AND used_at IS NULL",
    tests: [FACTOR],
  },
  {
    id: "F07",
    case: "S08 guesses at a code are not counted",
    file: USE_CASE,
    from: '  await enforceLimits(redis, [["second-factor-account", userId]]);\n  const factor = await findTotpFactor(database, userId);\n  if (!factor?.confirmedAt)',
    to: "  const factor = await findTotpFactor(database, userId);\n  if (!factor?.confirmedAt)",
    tests: [FACTOR],
  },
];
