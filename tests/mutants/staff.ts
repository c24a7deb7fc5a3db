import type { Mutant } from "../../scripts/mutants.ts";

const LOOK = "src/lib/accounts/admin/look.ts";
const LOOKS = "tests/integration/lib/accounts/look.test.ts";

/** Bugs in what staff may do. Each names the check of docs/security.md that it breaks. */
export const mutants: Mutant[] = [
  {
    id: "G01",
    case: "S31 a look never ends by itself",
    file: LOOK,
    from: "if (!look || look.until <= now.getTime()) return null;",
    to: "if (!look || look.until <= 0) return null;",
    tests: [LOOKS],
  },
  {
    id: "G02",
    case: "S31 who is dismissed looks on",
    file: LOOK,
    from: 'staff.role === "learner" || ',
    to: "",
    tests: [LOOKS],
  },
  {
    id: "G03",
    case: "S31 who is locked looks on",
    file: LOOK,
    from: " || staff.lockedAt",
    to: "",
    tests: [LOOKS],
  },
  {
    id: "G04",
    case: "S31 support sees an admin's account",
    file: LOOK,
    from: 'return person?.role === "learner" && ',
    to: "return person && ",
    tests: [LOOKS],
  },
  {
    id: "G05",
    case: "S31 the owner is not shown that staff looked",
    file: "src/lib/accounts/admin/look-queries.ts",
    from: "SELECT id, 'looked-at', ${device}\n      FROM person",
    to: "SELECT id, 'looked-at', ${device}\n      FROM person\n      WHERE false",
    tests: [LOOKS],
  },
  {
    id: "G06",
    case: "S26 a look opens a session that has ended",
    file: "src/lib/accounts/sessions.ts",
    from: "{ ex: IDLE_SECONDS, xx: true } as const",
    to: "{ ex: IDLE_SECONDS } as const",
    tests: [LOOKS],
  },
  {
    id: "G07",
    case: "S31 support is made an admin",
    file: "scripts/admin.ts",
    from: 'values.support ? "support" : "admin"',
    to: 'values.support ? "admin" : "admin"',
    tests: ["tests/integration/scripts/admin.test.ts"],
  },
  {
    id: "G08",
    case: "S31 who is dismissed keeps the menu of staff",
    file: "scripts/admin.ts",
    from: "    await signOutEverywhere(userId);\n",
    to: "",
    tests: ["tests/integration/scripts/admin.test.ts"],
  },
  {
    id: "G09",
    case: "S31 who is made staff keeps the menu of a learner",
    file: "scripts/admin.ts",
    from: "  if (!isNew) await signOutEverywhere(id);\n",
    to: "",
    tests: ["tests/integration/scripts/admin.test.ts"],
  },
];
