import type { Mutant } from "../../scripts/mutants.ts";

const REDIRECTS = "tests/integration/lib/services/redirects.test.ts";
const RETRIES = "tests/integration/lib/services/retries.test.ts";
const REQUESTER = "tests/integration/lib/services/redis-requester.test.ts";

/** Bugs in how others are called. Each names the check that it breaks. */
export const mutants: Mutant[] = [
  {
    id: "V01",
    case: "S40 a redirect in answer to Stripe is followed, with the key",
    file: "src/lib/services/stripe.ts",
    from: 'redirect: "manual" });',
    to: "});",
    tests: [REDIRECTS],
  },
  {
    id: "V02",
    case: "S40 a redirect in answer to the database is followed",
    file: "src/lib/services/database.ts",
    from: 'const redirect = "manual";',
    to: 'const redirect = "follow";',
    tests: [REDIRECTS],
  },
  {
    id: "V03",
    case: "S40 a redirect in answer to the mail provider is followed",
    file: "src/lib/services/email.ts",
    from: '    redirect: "manual",\n',
    to: "",
    tests: [REDIRECTS],
  },
  {
    id: "V04",
    case: "S40 a redirect in answer to the error tracker is followed",
    file: "src/lib/services/error-reports.ts",
    from: '        redirect: "manual",\n',
    to: "",
    tests: [REDIRECTS],
  },
  {
    id: "V05",
    case: "S40 a redirect in answer to Redis is followed, with what it is told",
    file: "src/lib/services/redis-requester.ts",
    from: '        redirect: "manual",\n',
    to: "",
    tests: [REDIRECTS],
  },
  {
    id: "V06",
    case: "S40 a host that is on no list is told of each statement",
    file: "src/lib/services/database.ts",
    from: "const startedAt = Date.now();",
    to: 'const startedAt = Date.now();\n    void fetch("https://collector.invalid").catch(() => undefined);',
    tests: [REDIRECTS],
  },
  {
    id: "V07",
    case: "a second command does not see on another replica what the first one wrote",
    file: "src/lib/services/redis-requester.ts",
    from: 'syncToken = response.headers.get("upstash-sync-token") ?? "";',
    to: "",
    tests: [REQUESTER],
  },
  {
    id: "V08",
    case: "S76 a refused connection is an outage at the first try",
    file: "src/lib/services/redis-requester.ts",
    from: "    return fetch(address, request);",
    to: "    throw error;",
    tests: [REQUESTER],
  },
  {
    id: "V09",
    case: "S66 an error of Redis repeats the command, with what a session holds",
    file: "src/lib/services/redis-requester.ts",
    from: "answer.error ?? `HTTP ${response.status}`",
    to: "`${answer.error} of ${JSON.stringify(body)}`",
    tests: [REQUESTER],
  },
  {
    id: "V10",
    case: "a Redis that is ill is asked twice as often",
    file: "src/lib/services/redis-requester.ts",
    from: " || !retries.spend()",
    to: "",
    tests: [RETRIES],
  },
  {
    id: "V11",
    case: "a database that is ill is asked twice as often",
    file: "src/lib/services/database.ts",
    from: " && retries.spend()",
    to: "",
    tests: [RETRIES],
  },
];
