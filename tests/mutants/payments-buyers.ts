import type { Mutant } from "../../scripts/mutants.ts";

const DECIDE = "src/lib/orders/decide-order.ts";
const LATE = "tests/integration/lib/orders/late-events.test.ts";
const SEVERAL = "tests/integration/lib/orders/several-courses.test.ts";
const AMOUNTS = "tests/integration/lib/orders/amounts.test.ts";

/** Bugs in what buyers, their banks and Stripe's own rules do. Each names the case it breaks. */
export const mutants: Mutant[] = [
  {
    id: "P70",
    case: "19 two sessions paid at once: the slower one is an error instead of a refund",
    file: "src/lib/orders/sync-order.ts",
    from: "if (ONE_OWNER_KEYS.some((key) => violates(error, key))) return false;",
    to: "",
    tests: [SEVERAL],
  },
  {
    id: "P71",
    case: "24 a declined card ends the order",
    file: DECIDE,
    from: 'if (sessionStatus === "open") return "pending";',
    to: 'if (sessionStatus === "open")\n    return payment?.status === "requires_payment_method" ? "failed" : "pending";',
    tests: [LATE],
  },
  {
    id: "P72",
    case: "25 who does not agree to 3-D Secure has paid",
    file: DECIDE,
    from: 'if (sessionStatus === "open") return "pending";',
    to: 'if (sessionStatus === "open") return payment ? "paid" : "pending";',
    tests: [LATE],
  },
  {
    id: "P73",
    case: "37 a short wait that Stripe asks for is not waited out",
    file: "src/lib/services/stripe.ts",
    from: "const LONGEST_WAIT_MS = 2_000;",
    to: "const LONGEST_WAIT_MS = 0;",
    tests: [LATE],
  },
  {
    id: "P74",
    case: "43 an old event of a refunded order closes the course that was bought again",
    file: "src/lib/orders/sync-queries.ts",
    from: "WHERE entitlements.order_item_id = items.id AND items.state = 'ended'",
    to: "WHERE entitlements.user_id = items.user_id AND items.state = 'ended'\n        AND entitlements.course_id = items.course_id",
    tests: [LATE],
  },
  {
    id: "P75",
    case: "46 the database takes a second open order",
    file: "database/migrations/20261123000003_create_orders.sql",
    from: "CREATE UNIQUE INDEX order_items_one_open_key",
    to: "CREATE INDEX order_items_one_open_key",
    tests: [LATE],
  },
  {
    id: "P76",
    case: "49 tax that lies in the price counts as a wrong total",
    file: "src/lib/orders/find-mismatch.ts",
    from: "if (![net, net + facts.taxAmount].includes(facts.totalAmount))",
    to: "if (net + facts.taxAmount !== facts.totalAmount)",
    tests: [AMOUNTS],
  },
];
