import type { Mutant } from "../../scripts/mutants.ts";

const SIGN_IN = "tests/integration/lib/accounts/limited-sign-in.test.ts";
const LIMITS = "tests/integration/lib/rate-limits.test.ts";
const REQUESTS = "tests/unit/lib/request-limit.test.ts";
const HEADERS = "tests/unit/http/rate-limit-headers.test.ts";
const ADDRESS = "tests/unit/http/client-address.test.ts";
const ORIGIN = "tests/unit/http/origin.test.ts";

/** Bugs in the rate limits and in who may post. Each names the check that it breaks. */
export const mutants: Mutant[] = [
  {
    id: "L01",
    case: "S09 the password is hashed before the limit is checked",
    file: "src/lib/accounts/limited-sign-in.ts",
    from: "await enforceLimits(services.redis, limitsOf(attempt, known));\n  return checkCredentials(services, attempt);",
    to: "const user = await checkCredentials(services, attempt);\n  await enforceLimits(services.redis, limitsOf(attempt, known));\n  return user;",
    tests: [SIGN_IN],
  },
  {
    id: "L02",
    case: "S08 guesses are not counted by account",
    file: "src/lib/accounts/limited-sign-in.ts",
    from: '    ["sign-in-account", email],\n',
    to: "",
    tests: [SIGN_IN],
  },
  {
    id: "L03",
    case: "S08 guesses are not counted by address",
    file: "src/lib/accounts/limited-sign-in.ts",
    from: '    ["sign-in-address", address],\n',
    to: "",
    tests: [SIGN_IN],
  },
  {
    id: "L04",
    case: "S08 the owner's device is locked out with everybody else",
    file: "src/lib/accounts/limited-sign-in.ts",
    from: "if (known !== null) return",
    to: "if (known === undefined) return",
    tests: [SIGN_IN],
  },
  {
    id: "L05",
    case: "S08 a device is known for every account",
    file: "src/lib/accounts/known-device.ts",
    from: 'proof(secret, "known-device", email, device, issuedAt)',
    to: 'proof(secret, "known-device", device, issuedAt)',
    tests: [SIGN_IN],
  },
  {
    id: "L06",
    case: "S08 a device is known whatever its signature",
    file: "src/lib/accounts/known-device.ts",
    from: "if (!isOurs) return null;",
    to: "if (!isOurs && signature === '') return null;",
    tests: [SIGN_IN],
  },
  {
    id: "L07",
    case: "S08 what one limit refuses uses up the others",
    file: "src/lib/rate-limits.ts",
    from: "await Promise.all(passed.map(({ name, key }) => refund(redis, name, key)));",
    to: "void passed;",
    tests: [SIGN_IN],
  },
  {
    id: "L08",
    case: "S76 a limiter that can't count lets everybody in",
    file: "src/lib/services/rate-limiter.ts",
    from: 'if (answer.reason === "timeout")\n    throw new DependencyError("redis", new Error("limiter time-out"));\n  return toAnswer',
    to: "return toAnswer",
    tests: [LIMITS, REQUESTS, "tests/unit/lib/services/rate-limiter.test.ts"],
  },
  {
    id: "L09",
    case: "S76 signing in is counted here while Redis is silent",
    file: "src/lib/rate-limits.ts",
    from: '"sign-in-account": { requests: 5, windowSeconds: 900, withoutRedis: "refuse" }',
    to: '"sign-in-account": { requests: 5, windowSeconds: 900, withoutRedis: "count-here" }',
    tests: [LIMITS],
  },
  {
    id: "L10",
    case: "S50 the default limit is never met",
    file: "src/lib/request-limit.ts",
    from: "const isAllowed = here.isAllowed && elsewhere?.isAllowed !== false;",
    to: "const isAllowed = elsewhere?.isAllowed !== false;",
    tests: [REQUESTS],
  },
  {
    id: "L11",
    case: "S50 isolates don't learn of each other",
    file: "src/lib/request-limit.ts",
    from: "const isAllowed = here.isAllowed && elsewhere?.isAllowed !== false;",
    to: "const isAllowed = here.isAllowed;",
    tests: [REQUESTS],
  },
  {
    id: "L12",
    case: "S08 machines are not told which limit",
    file: "src/http/problem.ts",
    from: "error instanceof RateLimitError &&",
    to: "error.message === '' && error instanceof RateLimitError &&",
    tests: [HEADERS],
  },
  {
    id: "L13",
    case: "S58 a client names its own address",
    file: "src/http/client-address.ts",
    from: 'request.headers.get("cf-connecting-ip")',
    to: 'request.headers.get("x-forwarded-for")',
    tests: [ADDRESS],
  },
  {
    id: "L14",
    case: "S50 an IPv6 subscriber has 2^64 addresses",
    file: "src/http/client-address.ts",
    from: "groups.slice(0, 4)",
    to: "groups",
    tests: [ADDRESS],
  },
  {
    id: "L15",
    case: "S51 a form of another site may post",
    file: "src/http/origin.ts",
    from: 'if (site) return site === "same-origin";',
    to: 'if (site) return site !== "none";',
    tests: [ORIGIN],
  },
  {
    id: "L16",
    case: "S51 a request without an origin may post",
    file: "src/http/origin.ts",
    from: 'request.headers.get("origin") === url.origin',
    to: '[null, url.origin].includes(request.headers.get("origin"))',
    tests: [ORIGIN],
  },
];
