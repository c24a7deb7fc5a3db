import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { hashPassword } from "#lib/accounts/passwords.ts";
import { upsertUser } from "#lib/accounts/queries.ts";
import { openDatabase } from "#lib/services/database.ts";
import { findRunningStack } from "#local/running.ts";

const HELP = `npm run admin -- create EMAIL [--name NAME]

Makes the first admin of a shop, or makes an existing account one. A new account gets a random
password, which is printed once. The shop is the one of DATABASE_URL; without it, the one of the
running \`npm start\`.`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { name: { type: "string", default: "Admin" }, help: { type: "boolean" } },
});
const [command, email] = positionals;
const local = process.env.DATABASE_URL ? null : findRunningStack();
const { DATABASE_URL: url, NEON_BRIDGE_URL: bridgeUrl } = { ...process.env, ...local?.variables };
if (values.help || command !== "create" || !email?.includes("@")) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
if (!url) {
  console.error("DATABASE_URL is not set: it says which shop gets the admin.");
  process.exit(2);
}

const password = randomBytes(15).toString("base64url");
const database = openDatabase({ url, bridgeUrl });
const { isNew } = await upsertUser(database, {
  email: email.toLowerCase(),
  name: values.name,
  passwordHash: await hashPassword(password),
  role: "admin",
});
console.log(isNew ? `${email} is an admin. Password: ${password}` : `${email} is an admin now.`);
