import type { Mutant } from "../../scripts/mutants.ts";

const REDIRECTS = "tests/integration/lib/services/redirects.test.ts";

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
];
