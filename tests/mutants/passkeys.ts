import type { Mutant } from "../../scripts/mutants.ts";

const tests = ["tests/integration/lib/accounts/passkeys.test.ts"];
const STORE = "src/lib/accounts/token-store.ts";
const CHALLENGES = "src/lib/accounts/passkey-challenges.ts";
const PASSKEYS = "src/lib/accounts/passkeys.ts";

/** Bugs in what signs people in without a password. */
export const mutants: Mutant[] = [
  {
    id: "K01",
    case: "S13 a challenge counts once",
    file: STORE,
    from: "client.getdel(keyOf(token))",
    to: "client.get(keyOf(token))",
    tests,
  },
  {
    id: "K02",
    case: "S13 a challenge counts for what it was made",
    file: CHALLENGES,
    from: "return taken && taken.kind === kind ?",
    to: "return taken ?",
    tests,
  },
  {
    id: "K03",
    case: "S21 Redis holds no token of a challenge",
    file: STORE,
    from: "`${prefix}:${sha256(token)}`",
    to: "`${prefix}:${token}`",
    tests,
  },
  {
    id: "K04",
    case: "S05 a passkey is added with the password",
    file: PASSKEYS,
    from: "  await checkOwnPassword(services, user.id, wish.password);\n",
    to: "",
    tests,
  },
  {
    id: "K05",
    case: "S32 a passkey is added by who began it",
    file: PASSKEYS,
    from: "if (begun?.userId !== userId) throw tooLate();",
    to: "if (!begun) throw tooLate();",
    tests,
  },
  {
    id: "K06",
    case: "S11 a passkey is made with its owner verified",
    file: PASSKEYS,
    from: "requireUserVerification: true,\n      supportedAlgorithmIDs",
    to: "requireUserVerification: false,\n      supportedAlgorithmIDs",
    tests,
  },
  {
    id: "K07",
    case: "S11 a passkey signs in with its owner verified",
    file: PASSKEYS,
    from: "requireUserVerification: true,\n      credential:",
    to: "requireUserVerification: false,\n      credential:",
    tests,
  },
  {
    id: "K08",
    case: "S11 a passkey signs in who it was made for",
    file: PASSKEYS,
    from: " || response.response.userHandle !== passkey.userHandle",
    to: "",
    tests,
  },
  {
    id: "K09",
    case: "S11 a challenge is the one that was made",
    file: PASSKEYS,
    from: "expectedChallenge: begun.challenge,\n      expectedOrigin,\n      expectedRPID,\n      requireUserVerification: true,\n      credential:",
    to: "expectedChallenge: () => true,\n      expectedOrigin,\n      expectedRPID,\n      requireUserVerification: true,\n      credential:",
    tests,
  },
  {
    id: "K10",
    case: "S26 the passkey of a locked account opens nothing",
    file: PASSKEYS,
    from: "if (passkey.isLocked)",
    to: "if (!passkey)",
    tests,
  },
  {
    id: "K11",
    case: "S11 the counter of an authenticator moves on",
    file: PASSKEYS,
    from: "counter: authenticationInfo.newCounter",
    to: "counter: Number(passkey.counter)",
    tests,
  },
  {
    id: "K12",
    case: "S32 a person removes their own passkeys alone",
    file: "src/lib/accounts/passkey-queries.ts",
    from: "WHERE id = ${passkeyId}::uuid AND user_id = ${userId}::uuid",
    to: "WHERE id = ${passkeyId}::uuid AND user_id <> gen_random_uuid()",
    tests,
  },
];
