import type { Mutant } from "../../scripts/mutants.ts";

const ACT = "src/lib/orders/admin/act-on-order.ts";
const ACT_QUERIES = "src/lib/orders/admin/act-queries.ts";
const ASSIGN = "src/lib/orders/admin/assign-refund.ts";
const REQUEST = "src/lib/orders/request-refund.ts";
const POLICY = "src/lib/orders/refund-policy.ts";
const ORDERS_TABLE = "database/migrations/20261123000003_create_orders.sql";
const ADMIN_TEST = "tests/integration/lib/orders/admin.test.ts";
const CUT_OFF_TEST = "tests/integration/lib/orders/admin-cut-off.test.ts";
const ADMIN_REFUNDS_TEST = "tests/integration/lib/orders/admin-refunds.test.ts";
const REFUNDS_TEST = "tests/integration/lib/orders/refunds.test.ts";
const LATE_TEST = "tests/integration/lib/orders/late-events.test.ts";
const POLICY_TEST = "tests/unit/lib/orders/refund-policy.test.ts";
const DECIDE_TEST = "tests/unit/lib/orders/decide-order.test.ts";

/** Bugs in what admins do, in refunds, in the refund policy and in what the database itself keeps. */
export const mutants: Mutant[] = [
  {
    id: "P80",
    case: "a grant is withdrawn and stays open",
    file: ACT,
    from: 'const act = "order.withdraw";\n  await updateOrderByAct(services.database, { orderId, act, reason, actorId, now });\n  return sync(services, orderId, now);',
    to: 'const act = "order.withdraw";\n  await updateOrderByAct(services.database, { orderId, act, reason, actorId, now });\n  return "refunded";',
    tests: [ADMIN_TEST],
  },
  {
    id: "P81",
    case: "what accepting would not mend is accepted",
    file: ACT,
    from: 'if (decision.status === "review")',
    to: 'if (decision.status === "creating")',
    tests: [ADMIN_TEST],
  },
  {
    id: "P82",
    case: "an order that is not in review is accepted",
    file: ACT,
    from: 'if (order.status !== "review")',
    to: 'if (order.status === "creating")',
    tests: [ADMIN_TEST],
  },
  {
    id: "P83",
    case: "an order that was paid for is withdrawn without a word",
    file: ACT,
    from: 'if (source !== "manual")',
    to: "if (source === null)",
    tests: [CUT_OFF_TEST],
  },
  {
    id: "P84",
    case: "a grant owns its courses before syncOrder has opened them",
    file: ACT_QUERIES,
    from: "0, created.livemode, 'ended'",
    to: "0, created.livemode, 'owned'",
    tests: [CUT_OFF_TEST],
  },
  {
    id: "P85",
    case: "an act that is cut off is not met by the reconciler",
    file: ACT_QUERIES,
    from: "          synced_at = NULL, updated_at = ${now}, version = version + 1",
    to: "          updated_at = ${now}, version = version + 1",
    tests: [CUT_OFF_TEST],
  },
  {
    id: "P86",
    case: "two admins at once name the course of one refund twice",
    file: ACT_QUERIES,
    from: "WHERE id = ${order.id}::uuid AND version = ${order.version}",
    to: "WHERE id = ${order.id}::uuid",
    tests: [CUT_OFF_TEST],
  },
  {
    id: "P87",
    case: "a refund is for a course that cost less",
    file: ASSIGN,
    from: "if (refund.amount > left.reduce((sum, amount) => sum + amount, 0))",
    to: "if (refund.amount < 0)",
    tests: [ADMIN_REFUNDS_TEST],
  },
  {
    id: "P88",
    case: "a refund whose courses are known gets others",
    file: ASSIGN,
    from: "if (refund.items.length > 0)",
    to: "if (refund.items.length < 0)",
    tests: [ADMIN_REFUNDS_TEST],
  },
  {
    id: "P89",
    case: "what a person has is granted once more",
    file: "src/lib/orders/admin/grant-courses.ts",
    from: "if (owned.length > 0) {",
    to: "if (owned.length < 0) {",
    tests: [ADMIN_TEST],
  },
  {
    id: "P90",
    case: "a part of a refund is larger than what the course cost",
    file: REQUEST,
    from: "if (amount < 1 || amount > only.amount)",
    to: "if (amount < 1)",
    tests: [REFUNDS_TEST],
  },
  {
    id: "P91",
    case: "a refund that Stripe is silent about is an error to who asked for it",
    file: REQUEST,
    from: 'if (error instanceof DependencyError) return "waiting";',
    to: "",
    tests: [CUT_OFF_TEST],
  },
  {
    id: "P92",
    case: "a refund that Stripe refuses counts as made",
    file: REQUEST,
    from: "  if (refused)\n",
    to: "  if (refused && waiting.length === 0)\n",
    tests: [REFUNDS_TEST],
  },
  {
    id: "P93",
    case: "an order in review can't be paid back",
    file: REQUEST,
    from: "const left = isInReview ? await leftInReview(services, order) : leftByItem(order);",
    to: "const left = leftByItem(order);",
    tests: [ADMIN_TEST],
  },
  {
    id: "P94",
    case: "the time to return a course never ends",
    file: POLICY,
    from: "if (daysLeft === 0) return",
    to: "if (daysLeft < 0) return",
    tests: [POLICY_TEST],
  },
  {
    id: "P95",
    case: "who has completed just the limit keeps no right",
    file: POLICY,
    from: "if (progress.doneCount * 100 > policy",
    to: "if (progress.doneCount * 100 >= policy",
    tests: [POLICY_TEST],
  },
  {
    id: "P96",
    case: "what is on its way back may be asked for again",
    file: POLICY,
    from: "item.paidAmount - own.refundedAmount - own.requestedAmount;",
    to: "item.paidAmount - own.refundedAmount;",
    tests: [POLICY_TEST],
  },
  {
    id: "P97",
    case: "a part from the Dashboard is left out of what can go back",
    file: POLICY,
    from: "if (amount > order.totalAmount - order.refundedAmount)",
    to: "if (amount > order.totalAmount)",
    tests: [POLICY_TEST, REFUNDS_TEST],
  },
  {
    id: "P98",
    case: "the database takes a second owner of a course",
    file: ORDERS_TABLE,
    from: "CREATE UNIQUE INDEX order_items_one_owned_key",
    to: "CREATE INDEX order_items_one_owned_key",
    tests: [CUT_OFF_TEST],
  },
  {
    id: "P99",
    case: "who owned a course once can never buy it again",
    file: ORDERS_TABLE,
    from: "WHERE state = 'open';",
    to: ";",
    tests: [LATE_TEST],
  },
  {
    id: "P100",
    case: "what is owned in test mode stands in the way of a live order",
    file: ORDERS_TABLE,
    from: "order_items_one_owned_key ON order_items (user_id, course_id, livemode)",
    to: "order_items_one_owned_key ON order_items (user_id, course_id)",
    tests: [CUT_OFF_TEST],
  },
  {
    id: "P101",
    case: "a dispute of a second payment that went back is not heard of",
    file: "src/lib/orders/order-state.ts",
    from: 'duplicate_refunded: ["paid", "partially_refunded", "disputed"],',
    to: "duplicate_refunded: [],",
    tests: [DECIDE_TEST],
  },
  {
    id: "P102",
    case: "the refund of a second payment that failed is asked for without end",
    file: "src/lib/orders/decide-items.ts",
    from: "!isActive(latestOf(refund, facts))",
    to: "!isActive(refund)",
    tests: [DECIDE_TEST],
  },
];
