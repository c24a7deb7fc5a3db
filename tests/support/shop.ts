import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";
import { createBreachedPasswords } from "#local/breached-passwords.ts";
import { createErrorReceiver } from "#local/error-receiver.ts";
import { createFaults, type Faults } from "#local/faults.ts";
import { serveRoutes } from "#local/http-server.ts";
import { startMailbox } from "#local/mailbox.ts";
import { createNeonBridge } from "#local/neon.ts";
import { createOpenid } from "#local/openid.ts";
import type { OpenidLies } from "#local/openid-tokens.ts";
import { choosePorts } from "#local/ports.ts";
import { startRedis } from "#local/redis.ts";
import { startLocalStripe } from "#local/stripe/server.ts";
import { createUpstashBridge } from "#local/upstash.ts";
import { stackVariables } from "#local/variables.ts";
import { parseEnvironment } from "#lib/environment.ts";
import { openServices, type Services } from "#lib/services/index.ts";

/** The shop's services over a database, a Redis, a mailbox and a Stripe of this test file alone. */
export interface TestShop {
  services: Services;
  variables: Record<string, string>;
  faults: Faults;
  mailbox: Awaited<ReturnType<typeof startMailbox>>;
  stripe: Awaited<ReturnType<typeof startLocalStripe>>;
  /** What the local Google does wrong from now on; empty by default. */
  lies: OpenidLies;
  /** Runs SQL as the tables' owner, past the application's role. */
  sql: <Row extends object>(text: string, values?: unknown[]) => Promise<Row[]>;
  stop: () => Promise<void>;
}

interface ShopOptions {
  /** Where the local Stripe sends events; nowhere by default. */
  webhookUrl?: string;
}

/** Starts it all. Call `stop` in `afterAll`. */
export async function openShop(options: ShopOptions = {}): Promise<TestShop> {
  const database = await copyDatabase();
  const secrets = inject("secrets");
  const ports = await choosePorts({ postgres: 0, http: 0, stripe: 0, smtp: 0, shop: 0 });
  const faults = createFaults();
  const redis = await startRedis({ folder: null });
  const mailbox = await startMailbox({ folder: null, smtpPort: ports.smtp, faults });
  const neon = createNeonBridge({ host: "127.0.0.1", port: inject("postgres").port, faults });
  const upstash = createUpstashBridge({
    dial: () => redis.dial(),
    token: secrets.upstashToken,
    prefix: "/redis",
    faults,
  });
  const errors = createErrorReceiver({ folder: null, faults });
  const lies: OpenidLies = {};
  const openid = createOpenid({
    faults,
    siteUrl: `http://localhost:${ports.shop}`,
    baseUrl: `http://localhost:${ports.http}/openid`,
    clientSecret: secrets.socialClientSecret,
    lies,
  });
  const stopServing = await serveRoutes(
    [
      { paths: ["/sql", "/v2"], service: neon },
      { paths: ["/redis"], service: upstash },
      { paths: ["/mail", "/v3/mail/send", "/v3/suppression"], service: mailbox },
      { paths: ["/errors", "/api"], service: errors },
      { paths: ["/breached-passwords"], service: createBreachedPasswords({ faults }) },
      { paths: ["/openid"], service: openid },
    ],
    ports.http,
  );
  const stripe = await startLocalStripe({
    port: ports.stripe,
    folder: null,
    faults,
    webhook: {
      url: options.webhookUrl ?? "http://localhost:9/nowhere",
      secrets: [secrets.stripeWebhookSecret],
    },
  });
  const stack = `http://localhost:${ports.http}`;
  const variables = stackVariables(
    {
      site: `http://localhost:${ports.shop}`,
      stack,
      mail: `${stack}/mail`,
      errors: `${stack}/errors`,
      faults: `${stack}/faults`,
      stripe: `http://localhost:${ports.stripe}`,
      database: { ...inject("postgres"), app: database.app, owner: database.owner },
    },
    secrets,
  );
  const owner = new Client({ connectionString: database.owner });
  await owner.connect();
  return {
    services: openServices(parseEnvironment(variables)),
    variables,
    faults,
    mailbox,
    stripe,
    lies,
    sql: async (text, values) => (await owner.query<never>(text, values)).rows,
    stop: async () => {
      faults.clear();
      await stripe.close();
      await stopServing();
      for (const service of [neon, upstash, mailbox, errors]) await service.close();
      await redis.close();
      await owner.end();
      await database.drop();
    },
  };
}

async function copyDatabase() {
  const { superuser, app, owner } = inject("postgres");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const run = async (statement: string): Promise<void> => {
    const client = new Client({ connectionString: superuser });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  const inCopy = (url: string): string =>
    Object.assign(new URL(url), { pathname: `/${name}` }).href;
  await run(`CREATE DATABASE ${name} TEMPLATE slipway STRATEGY FILE_COPY`);
  return {
    app: inCopy(app),
    owner: inCopy(owner),
    drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}
