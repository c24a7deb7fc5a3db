import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProvidedContext } from "vitest";
import type { TestProject } from "vitest/node";
import { databaseUrls, prepareDatabase } from "#local/database.ts";
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

/** A PostgreSQL with a migrated database that every test file copies. */
export interface TestPostgres {
  provided: ProvidedContext;
  stop: () => Promise<void>;
}

/**
 * One PostgreSQL for the run. `TEST_POSTGRES` names one that runs already, as `provided` in JSON:
 * for commands that run the tests many times.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const { provided, stop } = await findTestPostgres();
  project.provide("postgres", provided.postgres);
  project.provide("secrets", provided.secrets);
  return stop;
}

/** Starts it in a folder of its own, which is gone after `stop`. */
export async function startTestPostgres(): Promise<TestPostgres> {
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
  await prepareDatabase(postgres.url, secrets);
  const urls = databaseUrls(postgres.url, secrets);
  await runDbmate(["up"], urls.owner);
  return {
    provided: { postgres: { port, ...urls }, secrets },
    stop: async () => {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function findTestPostgres(): Promise<TestPostgres> {
  const running = process.env.TEST_POSTGRES;
  if (!running) return startTestPostgres();
  const provided = JSON.parse(running) as ProvidedContext;
  return { provided, stop: () => Promise.resolve() };
}
