import { parseArgs } from "node:util";
import { findPolicyProblems } from "./csp-problems.ts";
import { loadObservatory, type ObservatoryResult } from "./observatory.ts";
import { startTlsFront } from "./tls-front.ts";

const HELP = `npm run audit:headers -- --url URL [--verbose]

Grades the public pages of a running shop with MDN's HTTP Observatory and Google's csp_evaluator.
Fails when a page has less than 130 points, or its policy a finding of high or medium severity. A
shop without TLS is put behind a front that has it, as a host would.

  --url URL      the shop, such as http://localhost:4321 or https://shop.example
  --verbose      every test with its points
  --help         this text`;

const PAGES = [
  "/",
  "/courses",
  "/courses/production-deployment",
  "/sign-in",
  "/sign-up",
  "/cart",
  "/contact",
  "/terms",
];
const LOWEST_SCORE = 130;

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    verbose: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help || !values.url || !URL.canParse(values.url)) {
  console.log(HELP);
  process.exitCode = values.help ? 0 : 2;
} else process.exitCode = await audit(new URL(values.url));

async function audit(url: URL): Promise<number> {
  const front = url.protocol === "http:" ? await startTlsFront(url.href) : null;
  const hostname = front ? "localhost" : url.hostname;
  let failed = 0;
  try {
    const scan = await loadObservatory();
    for (const path of PAGES) {
      const { httpPort, httpsPort } = front ?? {};
      const result = await scan({ hostname, path, httpPort, httpsPort });
      failed += report(path, result) ? 0 : 1;
    }
  } finally {
    front?.close();
  }
  console.log(failed === 0 ? "Every page passes." : `${failed} pages fail.`);
  return failed === 0 ? 0 : 1;
}

function report(path: string, { score, grade, tests, contentSecurityPolicy }: ObservatoryResult) {
  const problems = findPolicyProblems(contentSecurityPolicy);
  console.log(`${path.padEnd(34)} ${grade} ${score}  policy: ${problems.length} problems`);
  for (const { name, result, points } of tests)
    if (values.verbose || points < 0)
      console.log(`  ${String(points).padStart(4)}  ${name}: ${result}`);
  for (const problem of problems) console.log(`  ${problem}`);
  return score >= LOWEST_SCORE && problems.length === 0;
}
