import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { prepareDatabase } from "#local/database.ts";
import { choosePorts } from "#local/ports.ts";
import { startPostgres } from "#local/postgres.ts";
import { loadSecrets, type Secrets } from "#local/secrets.ts";
import { runDbmate } from "../../scripts/dbmate.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgres: { port: number; superuser: string; app: string; owner: string };
    secrets: Secrets;
  }
}

/** One PostgreSQL for the run, with a migrated database that every test file copies. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-tests-"));
  // As root, PostgreSQL runs as another account, which must get through to its own folder.
  chmodSync(folder, 0o711);
  const { postgres: port } = await choosePorts({
    postgres: 0,
    http: 0,
    stripe: 0,
    smtp: 0,
    shop: 0,
  });
  const secrets = loadSecrets(folder);
  const postgres = await startPostgres({
    folder: join(folder, "postgres"),
    port,
    password: secrets.postgresPassword,
  });
  const urls = await prepareDatabase(postgres.url, secrets);
  await runDbmate(["up"], urls.owner);
  project.provide("postgres", { port, ...urls });
  project.provide("secrets", secrets);
  return async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
