import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { endSessionsByStaff } from "#lib/accounts/admin/end-sessions.ts";
import { hashPassword } from "#lib/accounts/passwords.ts";
import { updateRole, upsertUser } from "#lib/accounts/queries.ts";
import { DependencyError } from "#lib/errors.ts";
import { openDatabase } from "#lib/services/database.ts";
import { openRedis } from "#lib/services/redis.ts";
import { findRunningStack } from "#local/running.ts";

const HELP = `npm run admin -- create EMAIL [--support] [--name NAME]
npm run admin -- dismiss EMAIL

"create" makes an admin, or with --support somebody who reads what admins read and changes nothing; an
existing account becomes that. A new account gets a random password, which is printed once. "dismiss"
takes the role away. Both count at once: an account that is there is signed out everywhere, for its
sessions hold the former role. The shop is the one of DATABASE_URL, with UPSTASH_REDIS_REST_URL and
UPSTASH_REDIS_REST_TOKEN; without it, the one of the running \`npm start\`.`;

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
const variables: NodeJS.ProcessEnv = { ...process.env, ...local?.variables };
const { DATABASE_URL: url, NEON_BRIDGE_URL: bridgeUrl } = variables;
if (values.help || !["create", "dismiss"].includes(command ?? "") || !email?.includes("@")) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}
if (!url) {
  console.error("DATABASE_URL is not set, and no `npm start` runs in this folder.");
  process.exit(2);
}

const address = email.toLowerCase();
const database = openDatabase({ url, bridgeUrl });
if (command === "create") await create(values.support ? "support" : "admin");
else await dismiss();

async function dismiss(): Promise<void> {
  const userId = await updateRole(database, { email: address, role: "learner" });
  if (userId) {
    console.log(`${email} is a learner now.`);
    await signOutEverywhere(userId);
  } else {
    console.error(`There is no account ${email}.`);
    process.exitCode = 1;
  }
}

async function create(role: "support" | "admin"): Promise<void> {
  const words = role === "admin" ? "an admin" : "of the support";
  const password = randomBytes(15).toString("base64url");
  const name = values.name ?? (role === "admin" ? "Admin" : "Support");
  const passwordHash = await hashPassword(password);
  const { id, isNew } = await upsertUser(database, { email: address, name, passwordHash, role });
  console.log(isNew ? `${email} is ${words}. Password: ${password}` : `${email} is ${words} now.`);
  console.log("The pages under /admin ask for a second factor: /account/security sets it up.");
  if (!isNew) await signOutEverywhere(id);
}

// What staff may do is asked of the database each time; the sessions say what the menu shows.
async function signOutEverywhere(userId: string): Promise<void> {
  const { UPSTASH_REDIS_REST_URL: redisUrl, UPSTASH_REDIS_REST_TOKEN: token } = variables;
  if (!redisUrl || !token) {
    console.log("Without UPSTASH_REDIS_REST_URL and …_TOKEN the menu follows at the next sign-in.");
    return;
  }
  try {
    await endSessionsByStaff({ database, redis: openRedis({ url: redisUrl, token }) }, userId);
    console.log("Signed out everywhere.");
  } catch (error) {
    if (!(error instanceof DependencyError)) throw error;
    console.error(
      "The role is changed, but the sessions go on, for Redis is silent. Run it again.",
    );
    process.exitCode = 1;
  }
}
