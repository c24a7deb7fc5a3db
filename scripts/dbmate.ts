import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { resolveBinary } from "dbmate";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Runs dbmate on the database at `url`; its output goes to ours. Throws when it fails. */
export async function runDbmate(args: string[], url: string): Promise<void> {
  const folders = [
    "--migrations-dir=database/migrations",
    "--schema-file=database/schema.sql",
    "--no-dump-schema",
    // Not the argument list, where every account of the machine could read the password.
    "--env=DBMATE_TARGET_URL",
  ];
  const child = spawn(resolveBinary(), [...folders, ...args], {
    cwd: ROOT,
    env: { ...process.env, DBMATE_TARGET_URL: withTlsMode(url) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("exit", resolve);
  });
  if (code !== 0) throw new Error(`dbmate ${args.join(" ")} failed.`);
}

// dbmate asks for TLS unless told otherwise, and the local PostgreSQL has none.
function withTlsMode(text: string): string {
  const url = new URL(text);
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  if (isLocal && !url.searchParams.has("sslmode")) url.searchParams.set("sslmode", "disable");
  return url.href;
}
