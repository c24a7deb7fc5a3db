import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { hashPassword } from "#lib/accounts/passwords.ts";
import { updateRole, upsertUser } from "#lib/accounts/queries.ts";
import { openDatabase } from "#lib/services/database.ts";
import { findRunningStack } from "#local/running.ts";

const HELP = `npm run admin -- create EMAIL [--support] [--name NAME]
npm run admin -- dismiss EMAIL

"create" makes an admin, or with --support somebody who reads what admins read and changes nothing; an
existing account becomes that. A new account gets a random password, which is printed once. "dismiss"
takes the role away. Both count at once, also for who is signed in. The shop is the one of
DATABASE_URL; without it, the one of the running \`npm start\`.`;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: "string" },
    support: { type: "boolean", default: false },
    help: { type: "boolean" },
  },
});
const [command, email] = positionals;
const local = process.env.DATABASE_URL ? null : findRunningStack();
const { DATABASE_URL: url, NEON_BRIDGE_URL: bridgeUrl } = { ...process.env, ...local?.variables };
if (values.help || !["create", "dismiss"].includes(command ?? "") || !email?.includes("@")) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
if (!url) {
  console.error("DATABASE_URL is not set: it says which shop is meant.");
  process.exit(2);
}

const address = email.toLowerCase();
const database = openDatabase({ url, bridgeUrl });
if (command === "create") await create(values.support ? "support" : "admin");
else if (await updateRole(database, { email: address, role: "learner" }))
  console.log(`${email} is a learner now.`);
else {
  console.error(`There is no account ${email}.`);
  process.exitCode = 1;
}

async function create(role: "support" | "admin"): Promise<void> {
  const words = role === "admin" ? "an admin" : "of the support";
  const password = randomBytes(15).toString("base64url");
  const name = values.name ?? (role === "admin" ? "Admin" : "Support");
  const passwordHash = await hashPassword(password);
  const { isNew } = await upsertUser(database, { email: address, name, passwordHash, role });
  console.log(isNew ? `${email} is ${words}. Password: ${password}` : `${email} is ${words} now.`);
}
