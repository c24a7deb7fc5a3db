import type { Mutant } from "../../scripts/mutants.ts";

const ERASURE = "src/lib/accounts/erasure-queries.ts";
const USE_CASE = "src/lib/accounts/deletion.ts";
const ERASES = "tests/integration/lib/accounts/erasure.test.ts";
const DELETES = "tests/integration/lib/accounts/deletion.test.ts";

/** Bugs in how accounts are closed and erased. Each names the check of docs/security.md it breaks. */
export const mutants: Mutant[] = [
  {
    id: "E01",
    case: "S26 a table of the person is forgotten",
    file: ERASURE,
    from: "DELETE FROM totp_factors USING person WHERE user_id = person.id",
    to: "SELECT user_id FROM totp_factors",
    tests: [ERASES],
  },
  {
    id: "E02",
    case: "S26 the name stays",
    file: ERASURE,
    from: "name = 'Erased account', ",
    to: "",
    tests: [ERASES],
  },
  {
    id: "E03",
    case: "S26 sent mail keeps the address",
    file: ERASURE,
    from: "lower(COALESCE(substring(recipient FROM '<([^<>]+)>$'), recipient)) = person.email\n        OR",
    to: "recipient = person.email OR",
    tests: [ERASES],
  },
  {
    id: "E04",
    case: "S26 a closed account can't be taken back",
    file: USE_CASE,
    from: "new Date(now.getTime() + GRACE_SECONDS * 1000)",
    to: "new Date(now.getTime())",
    tests: [DELETES],
  },
  {
    id: "E05",
    case: "a payment after the account was closed is lost",
    file: USE_CASE,
    from: "await updateErasuresPostponed(database, moment);",
    to: "await Promise.resolve(moment.graceSeconds * 0);",
    tests: [ERASES],
  },
  {
    id: "E06",
    case: "an admin erases what is disputed",
    file: USE_CASE,
    from: "  if (matter) throw",
    to: "  if (matter?.orderNumber === '') throw",
    tests: [DELETES],
  },
  {
    id: "E07",
    case: "accounts of staff are closed by a form",
    file: USE_CASE,
    from: 'account?.role !== "learner" || ',
    to: "!account || ",
    tests: [DELETES],
  },
  {
    id: "E08",
    case: "S05 an account is closed without its password",
    file: USE_CASE,
    from: "  await checkOwnPassword(services, userId, password);",
    to: "  if (password === '') await checkOwnPassword(services, userId, password);",
    tests: [DELETES],
  },
  {
    id: "E09",
    case: "S26 any address typed erases an account",
    file: USE_CASE,
    from: "order.address !== person.email",
    to: "order.address === ''",
    tests: [DELETES],
  },
  {
    id: "E10",
    case: "mail to erased accounts is sent",
    file: "src/lib/operations/outbox-queries.ts",
    from: "recipient LIKE '%@erased.invalid' OR ",
    to: "",
    tests: [ERASES],
  },
  {
    id: "E11",
    case: "an erasure does not wait for what is under way",
    file: "database/migrations/20261124050000_delete_accounts.sql",
    from: "WHERE status IN ('creating', 'pending', 'processing', 'disputed', 'review')",
    to: "WHERE status IN ('creating', 'pending', 'processing', 'review')",
    tests: [ERASES],
  },
  {
    id: "E12",
    case: "S71 the shop deletes the events of any account",
    file: "database/migrations/20261124050000_delete_accounts.sql",
    from: " AND users.deletion_due_at <= now()\n",
    to: "\n",
    tests: [ERASES],
  },
];
