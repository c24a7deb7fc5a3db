import type { Mutant } from "../../scripts/mutants.ts";

const SIGN_IN = "tests/integration/lib/accounts/social-sign-in.test.ts";
const TOKENS = "tests/integration/lib/services/social.test.ts";
const USE_CASE = "src/lib/accounts/social-sign-in.ts";
const FLOW = "src/lib/accounts/social-flow.ts";
const QUERIES = "src/lib/accounts/social-queries.ts";
const SERVICE = "src/lib/services/social.ts";
const NEXT = "src/http/social-next-cookie.ts";
const NEXT_TESTS = "tests/unit/http/social-next-cookie.test.ts";

/** Bugs in the sign-in by other providers. Each names the check of docs/security.md that it breaks. */
export const mutants: Mutant[] = [
  {
    id: "O01",
    case: "S12 a flow counts again and again",
    file: FLOW,
    from: "client.getdel(flowKey(keys))",
    to: "client.get(flowKey(keys))",
    tests: [SIGN_IN],
  },
  {
    id: "O02",
    case: "S12 another browser finishes what one began",
    file: FLOW,
    from: "sha256(`${state}.${browser}`)",
    to: "sha256(browser.slice(0, 0) + state)",
    tests: [SIGN_IN],
  },
  {
    id: "O03",
    case: "S12 what was begun at one provider ends at another",
    file: USE_CASE,
    from: "return flow?.provider === back.provider ? { ...flow, state } : null;",
    to: "return flow ? { ...flow, state } : null;",
    tests: [SIGN_IN],
  },
  {
    id: "O04",
    case: "S12 the signature of an ID token is not checked",
    file: SERVICE,
    from: "    await oauth.validateApplicationLevelSignature(server, response, options);\n",
    to: "",
    tests: [TOKENS],
  },
  {
    id: "O05",
    case: "S12 the nonce of an ID token is not checked",
    file: SERVICE,
    from: "      expectedNonce: proof.nonce,\n      requireIdToken: true,\n    });",
    to: '      expectedNonce: nonceOf(await response.clone().text()) ?? oauth.expectNoNonce,\n      requireIdToken: true,\n    });\n    function nonceOf(text: string): string | undefined {\n      const { id_token: token } = JSON.parse(text) as { id_token: string };\n      return (JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))) as { nonce?: string }).nonce;\n    }',
    tests: [TOKENS],
  },
  {
    id: "O06",
    case: "S12 Google's address counts without being confirmed",
    file: SERVICE,
    from: "email: isVerified === true ? (email ?? null) : null,",
    to: "email: isVerified === undefined ? null : (email ?? null),",
    tests: [SIGN_IN],
  },
  {
    id: "O07",
    case: "S12 GitHub's address counts without being confirmed",
    file: SERVICE,
    from: "each.primary && each.verified",
    to: "each.primary",
    tests: [SIGN_IN],
  },
  {
    id: "O08",
    case: "S12 any of GitHub's addresses counts",
    file: SERVICE,
    from: "each.primary && each.verified",
    to: "each.verified",
    tests: [SIGN_IN],
  },
  {
    id: "O09",
    case: "S12 an account with the address is linked by whoever is signed in",
    file: USE_CASE,
    from: "isFresh && session.userId === owner.id",
    to: "isFresh",
    tests: [SIGN_IN],
  },
  {
    id: "O10",
    case: "S12 an account is linked in a browser that was left open",
    file: USE_CASE,
    from: "session !== null && session.createdAt >= person.createdAt",
    to: "session !== null",
    tests: [SIGN_IN],
  },
  {
    id: "O11",
    case: "S12 what was begun for one account is added by another's session",
    file: USE_CASE,
    from: "if (session?.userId !== flow.userId)",
    to: "if (session?.userId === null)",
    tests: [SIGN_IN],
  },
  {
    id: "O12",
    case: "S12 a locked account opens",
    file: USE_CASE,
    from: "  if (isLocked)\n",
    to: "  if (isLocked && hasSecondFactor && !user.id)\n",
    tests: [SIGN_IN],
  },
  {
    id: "O13",
    case: "S05 adding a provider needs no password",
    file: USE_CASE,
    from: "  await checkOwnPassword(services, userId, password);\n  return beginSocialSignIn",
    to: "  if (!password) throw new Error();\n  return beginSocialSignIn",
    tests: [SIGN_IN],
  },
  {
    id: "O14",
    case: "S12 the second factor is not asked for",
    file: QUERIES,
    from: "AND confirmed_at IS NOT NULL",
    to: "AND confirmed_at IS NULL",
    tests: [SIGN_IN],
  },
  {
    id: "O15",
    case: "S40 redirects are followed",
    file: "src/lib/services/social-call.ts",
    from: 'redirect: "manual",',
    to: 'redirect: "follow",',
    tests: [TOKENS],
  },
  {
    id: "O16",
    case: "S76 a silent provider is waited for",
    file: SERVICE,
    from: "const TIMEOUT_MS = 5_000;",
    to: "const TIMEOUT_MS = 50_000;",
    tests: [TOKENS],
  },
  {
    id: "O17",
    case: "S38 a cookie leads elsewhere after a sign-in that ran out",
    file: NEXT,
    from: 'nextAddress(cookies.get(COOKIE)?.value, "/learn")',
    to: '(cookies.get(COOKIE)?.value ?? "/learn")',
    tests: [NEXT_TESTS],
  },
  {
    id: "O18",
    case: "a cookie is written that the browser drops, and the sign-in with it",
    file: NEXT,
    from: "next.length > MAX_CHARACTERS",
    to: "next.length > 10 * MAX_CHARACTERS",
    tests: [NEXT_TESTS],
  },
];
