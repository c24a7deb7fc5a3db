import type { Mutant } from "../../scripts/mutants.ts";

const FORMS = "tests/unit/actions/forms.test.ts";

/** Bugs in what the forms take. Each names the check that it breaks. */
export const mutants: Mutant[] = [
  {
    id: "B01",
    case: "S43 a form takes fields that it does not have",
    file: "src/http/fields.ts",
    from: "  return z.strictObject(shape, {",
    to: "  return z.object(shape, {",
    tests: [FORMS],
  },
  {
    id: "B02",
    case: "S43 one form is not strict",
    file: "src/actions/orders.ts",
    from: "  input: form({",
    to: "  input: form({}).loose().extend({",
    tests: [FORMS],
  },
  {
    id: "B03",
    case: "S43 control characters are taken",
    file: "src/http/fields.ts",
    from: "  return text.isWellFormed() && !FORBIDDEN.test(text);",
    to: "  return text.isWellFormed();",
    tests: [FORMS],
  },
  {
    id: "B04",
    case: "S41 a text of any length is taken",
    file: "src/actions/passkeys.ts",
    from: ".min(2).max(30_000)",
    to: ".min(2)",
    tests: [FORMS],
  },
  {
    id: "B05",
    case: "S43 an id may be anything",
    file: "src/actions/learning.ts",
    from: 'z.uuid("This lesson is not known.")',
    to: 'z.string("This lesson is not known.").max(100)',
    tests: [FORMS],
  },
  {
    id: "B06",
    case: "S01 nine characters are a password",
    file: "src/lib/accounts/passwords.ts",
    from: "PASSWORD_MIN_LENGTH = 10",
    to: "PASSWORD_MIN_LENGTH = 9",
    tests: [FORMS],
  },
  {
    id: "B07",
    case: "S02 a new password is trimmed",
    file: "src/http/fields.ts",
    from: '    .string("Please choose a password.")\n',
    to: '    .string("Please choose a password.")\n    .trim()\n',
    tests: [FORMS],
  },
  {
    id: "B08",
    case: "S02 a password being checked is trimmed",
    file: "src/http/fields.ts",
    from: '    .string("Please enter your password.")\n',
    to: '    .string("Please enter your password.")\n    .trim()\n',
    tests: [FORMS],
  },
];
