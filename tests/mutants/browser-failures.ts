import type { Mutant } from "../../scripts/mutants.ts";

const TRANSLATE = "src/http/middleware/translate-failures.ts";
const VISITOR = "src/http/middleware/read-visitor.ts";
const NOTES = "src/http/note-refusal.ts";
const RECORD = "src/http/middleware/record-request.ts";
const FAULTS = ["tests/e2e/faults.test.ts"];
const TELLING = { tests: ["tests/e2e/telling-faults.test.ts"], grep: "S75: database" };
const RECORDS = ["tests/e2e/records.test.ts"];

/** Bugs in failures, their reports and the log. Each names the check that it breaks. */
export const mutants: Mutant[] = [
  {
    id: "R01",
    case: "S66 the log has the whole address, with what is searched and tokens",
    file: RECORD,
    from: '"request", { status',
    to: '"request", { address: context.request.url, status',
    tests: RECORDS,
    grep: "S66",
  },
  {
    id: "R02",
    case: "S66 an error report has the whole address",
    file: TRANSLATE,
    from: "${context.routePattern}`",
    to: "${context.url.pathname}${context.url.search}`",
    tests: FAULTS,
    grep: "arrives once",
  },
  {
    id: "R03",
    case: "S66 the log has who failed to sign in",
    file: "src/lib/accounts/sign-in.ts",
    from: "  if (!user || !isRight)\n",
    to: '  if (!user || !isRight) console.log(JSON.stringify({ event: "sign-in-failed", email: credentials.email }));\n  if (!user || !isRight)\n',
    tests: RECORDS,
    grep: "S66",
  },
  {
    id: "R04",
    case: "S75 a page shows the message of an error",
    file: TRANSLATE,
    from: "const message = error instanceof AppError ? error.message : null;",
    to: "const message = error instanceof Error ? error.message : null;",
    ...TELLING,
  },
  {
    id: "R05",
    case: "S75 a form shows the message of an error",
    file: "src/http/action-errors.ts",
    from: 'message: "Something went wrong on our side. Nothing was lost; please try again.",',
    to: "message: (error as Error).message,",
    ...TELLING,
  },
  {
    id: "R06",
    case: "S75 machines are told the message of an error",
    file: TRANSLATE,
    from: 'detail: "Something went wrong on our side."',
    to: "detail: (error as Error).message",
    ...TELLING,
  },
  {
    id: "R07",
    case: "S76 who can't be recognised while Redis is silent is sent to sign in",
    file: VISITOR,
    from: "    locals.isSessionUnknown = true;\n",
    to: "",
    tests: FAULTS,
    grep: "redis: refuse. Everybody",
  },
  {
    id: "R08",
    case: "S76 an outage of Redis signs everybody out",
    file: VISITOR,
    from: "    locals.isSessionUnknown = true;\n",
    to: "    locals.isSessionUnknown = true;\n    deleteSessionCookie(cookies);\n",
    tests: FAULTS,
    grep: "redis: refuse. Everybody",
  },
  {
    id: "R09",
    case: "S77 the log names the client by its address",
    file: RECORD,
    from: "clientReference(environment, clientAddress(request))",
    to: "clientAddress(request)",
    tests: RECORDS,
    grep: "S7[78]",
  },
  {
    id: "R10",
    case: "S77 a line of the log has no level",
    file: "src/http/log.ts",
    from: "toISOString(), level, event",
    to: "toISOString(), event",
    tests: RECORDS,
    grep: "S7[78]",
  },
  {
    id: "R11",
    case: "S78 a refusal is logged twice",
    file: NOTES,
    from: "else if ([401, 403]",
    to: "if ([401, 403]",
    tests: RECORDS,
    grep: "S78",
  },
  {
    id: "R12",
    case: "S78 who signs in is not logged",
    file: "src/http/start-session.ts",
    from: "  locals.log(event, {",
    to: '  if (event === "session-renewed") locals.log(event, {',
    tests: RECORDS,
    grep: "S78",
  },
  {
    id: "R13",
    case: "S78 an outage is logged once for each call",
    file: NOTES,
    from: "  if (locals.failed.has(dependency)) return;\n",
    to: "",
    tests: RECORDS,
    grep: "S78",
  },
  {
    id: "R14",
    case: "S79 what people type starts a line in the log",
    file: "src/http/log.ts",
    from: "event, ...details });",
    to: 'event, ...details }).replaceAll("\\\\n", "\\n");',
    tests: ["tests/unit/http/log.test.ts"],
  },
  {
    id: "R15",
    case: "what goes wrong before the scripts are there is never told",
    file: "src/scripts/report-errors.ts",
    from: "for (const event of earlyErrors) hold(event);\n",
    to: "",
    tests: ["tests/e2e/reports.test.ts"],
    grep: "from before the scripts",
  },
];
