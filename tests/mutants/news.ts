import type { Mutant } from "../../scripts/mutants.ts";

const QUERIES = "src/lib/accounts/news-queries.ts";
const USE_CASE = "src/lib/accounts/news.ts";
const NEWS = "tests/integration/lib/accounts/news.test.ts";

/** Bugs in mail that people choose. */
export const mutants: Mutant[] = [
  {
    id: "N01",
    case: "news go to who did not ask for them",
    file: QUERIES,
    from: "      FROM users\n      WHERE news_wanted_at IS NOT NULL AND locked_at",
    to: "      FROM users\n      WHERE locked_at",
    tests: [NEWS],
  },
  {
    id: "N02",
    case: "who turned them off gets what was written before",
    file: "src/lib/operations/mails/news.ts",
    from: "if (!reader?.newsWantedAt || reader",
    to: "if (!reader || reader",
    tests: [NEWS],
  },
  {
    id: "N03",
    case: "S13 any token turns off anybody's mail",
    file: USE_CASE,
    from: "if (!isOurs) throw",
    to: "if (!isOurs && token === '') throw",
    tests: [NEWS],
  },
  {
    id: "N04",
    case: "S13 one token fits everybody",
    file: USE_CASE,
    from: 'proof(secret, "unsubscribe", userId)',
    to: 'proof(secret, "unsubscribe", userId.slice(0, 0))',
    tests: [NEWS],
  },
  {
    id: "N05",
    case: "RFC 8058 the header for one click is missing",
    file: "src/lib/operations/mails.ts",
    from: ', "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }',
    to: " }",
    tests: [NEWS],
  },
  {
    id: "N06",
    case: "news go before receipts",
    file: "src/lib/operations/outbox-queries.ts",
    from: "ORDER BY template = 'new-course', next_attempt_at",
    to: "ORDER BY next_attempt_at",
    tests: [NEWS],
  },
  {
    id: "N07",
    case: "a sign-up asks for news by itself",
    file: "src/lib/accounts/sign-up.ts",
    from: "person.wantsNews ?? false",
    to: "person.wantsNews ?? true",
    tests: [NEWS],
  },
  {
    id: "N08",
    case: "the announcement ends after its first batch",
    file: USE_CASE,
    from: "if (!last) return total;",
    to: "if (last !== after) return total;",
    tests: [NEWS],
  },
];
