import { rmSync } from "node:fs";
import { join } from "node:path";
import { createBreachedPasswords } from "./breached-passwords.ts";
import { startClock } from "./clock.ts";
import { databaseUrls, prepareDatabase } from "./database.ts";
import { createErrorReceiver } from "./error-receiver.ts";
import { createFaults, faultsService, type Faults } from "./faults.ts";
import { serveRoutes } from "./http-server.ts";
import { createIndexPage } from "./index-page.ts";
import { lockFile } from "./lock.mjs";
import { startMailbox } from "./mailbox.ts";
import { createNeonBridge } from "./neon.ts";
import { createOpenid } from "./openid.ts";
import { choosePorts, type Ports } from "./ports.ts";
import { outsideFolder } from "./postgres-home.ts";
import { stopProcess } from "./processes.mjs";
import { startPostgres, stopLeftoverPostgres, superuserUrl } from "./postgres.ts";
import { startRedis } from "./redis.ts";
import { loadSecrets, type Secrets } from "./secrets.ts";
import { SEEDED_PROMOTIONS } from "./stripe/promotion-controls.ts";
import { startLocalStripe } from "./stripe/server.ts";
import { createUpstashBridge } from "./upstash.ts";
import { stackVariables, type StackUrls } from "./variables.ts";

export interface StackOptions {
  /** Where everything is kept, secrets included; one stack at a time. */
  dataFolder: string;
  ports?: Partial<Ports>;
  /** A busy port throws instead of moving to a free one. */
  strictPorts?: boolean;
  /** Where the shop answers, when that is not localhost on `ports.shop`. */
  siteUrl?: string;
  log?: (line: string) => void;
  /** Hears of each port that had to move. */
  onMove?: (line: string) => void;
  /** Hears what the stack will be as soon as its ports are chosen, before any service answers. */
  onPlanned?: (plan: StackPlan) => void;
  /** For tests: only PostgreSQL writes to the folder, and no job of the shop is called. */
  memoryOnly?: boolean;
}

/** Where a stack answers, and what the shop needs to use it. */
export interface StackPlan {
  urls: StackUrls;
  variables: Record<string, string>;
  secrets: Secrets;
}

export interface Stack extends StackPlan {
  faults: Faults;
  mailbox: Awaited<ReturnType<typeof startMailbox>>;
  stripe: Awaited<ReturnType<typeof startLocalStripe>>;
  errors: ReturnType<typeof createErrorReceiver>;
  /** Resolves if PostgreSQL ends by itself. */
  databaseGone: Promise<void>;
  stop(): Promise<void>;
}

/** Something to stop, in the order opposite to its start. */
type Stop = () => unknown;
type StackLock = ReturnType<typeof lockFile>;

/**
 * Starts every service the shop talks to, in this process (PostgreSQL is a child). Throws when
 * another stack holds the folder; what a killed one left behind is cleaned up first.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const stops: Stop[] = [];
  const stop = once(async () => {
    for (const each of stops.reverse()) await each();
  });
  try {
    return await start(options, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Removes all that a stopped stack has kept for the folder, after stopping what a killed one left behind. Throws when one is
 * running.
 */
export async function resetStack(dataFolder: string): Promise<void> {
  const lock = lockStack(dataFolder);
  const postgresFolder = join(dataFolder, "postgres");
  await stopLeftovers(lock, postgresFolder);
  rmSync(outsideFolder(postgresFolder), { recursive: true, force: true });
  rmSync(dataFolder, { recursive: true, force: true });
}

async function start(options: StackOptions, stops: Stop[], stop: () => Promise<void>) {
  const { dataFolder, log = () => {} } = options;
  const lock = lockStack(dataFolder);
  stops.push(() => lock.release());
  const secrets = loadSecrets(dataFolder);
  const postgresFolder = join(dataFolder, "postgres");
  await stopLeftovers(lock, postgresFolder);
  const ports = await choosePorts(options.ports, {
    strict: options.strictPorts ?? false,
    log: options.onMove ?? log,
  });

  const password = secrets.postgresPassword;
  const urls = stackUrls(
    options.siteUrl ?? `http://localhost:${ports.shop}`,
    ports,
    databaseUrls(superuserUrl(ports.postgres, password), secrets),
  );
  const plan: StackPlan = { urls, secrets, variables: stackVariables(urls, secrets) };
  options.onPlanned?.(plan);

  const postgres = await startPostgres({
    folder: postgresFolder,
    port: ports.postgres,
    password,
    log,
  });
  stops.push(() => postgres.stop());
  await prepareDatabase(postgres.url, secrets);
  const parts = await startServices(options, ports, plan, lock, stops);
  return { ...plan, ...parts, databaseGone: postgres.gone, stop };
}

async function startServices(
  options: StackOptions,
  ports: Ports,
  { urls, secrets }: StackPlan,
  lock: StackLock,
  stops: Stop[],
) {
  const { dataFolder, log = () => {}, memoryOnly = false } = options;
  const keep = (name: string): string | null => (memoryOnly ? null : join(dataFolder, name));
  const faults = createFaults();
  const redis = await startRedis({ folder: keep("redis"), log });
  stops.push(() => redis.close());
  if (redis.pid !== null) lock.remember(redis.pid);
  const upstash = createUpstashBridge({
    dial: () => redis.dial(),
    token: secrets.upstashToken,
    prefix: "/redis",
    faults,
  });
  const mailbox = await startMailbox({
    folder: keep("mail"),
    smtpPort: ports.smtp,
    faults,
    webhook: {
      url: `${urls.site}/api/email/events`,
      privateKey: secrets.emailWebhookPrivateKey,
    },
  });
  const errors = createErrorReceiver({ folder: keep("errors"), faults });
  const neon = createNeonBridge({ host: "127.0.0.1", port: ports.postgres, faults });
  const openid = createOpenid({
    faults,
    siteUrl: urls.site,
    baseUrl: `${urls.stack}/openid`,
    clientSecret: secrets.socialClientSecret,
  });
  const routes = [
    { paths: ["/", "/shop", "/stripe"], service: createIndexPage(urls, faults) },
    { paths: ["/sql", "/v2"], service: neon },
    { paths: ["/redis"], service: upstash },
    { paths: ["/mail", "/v3/mail/send", "/v3/suppression"], service: mailbox },
    { paths: ["/errors", "/api"], service: errors },
    { paths: ["/breached-passwords"], service: createBreachedPasswords({ faults }) },
    { paths: ["/openid"], service: openid },
    { paths: ["/faults"], service: faultsService(faults) },
  ];
  for (const { service } of routes) stops.push(() => service.close());
  stops.push(await serveRoutes(routes, ports.http));
  const stripe = await startLocalStripe({
    port: ports.stripe,
    folder: keep("stripe"),
    faults,
    webhook: {
      url: `${urls.site}/api/stripe/webhook`,
      secrets: [secrets.stripeWebhookSecret],
    },
    stackUrl: urls.stack,
    log,
  });
  stops.push(() => stripe.close());
  for (const promotion of SEEDED_PROMOTIONS) stripe.createPromotion(promotion);
  if (!memoryOnly)
    stops.push(startClock({ siteUrl: urls.site, jobsSecret: secrets.jobsSecret, log }));
  stops.push(() => faults.clear());
  return { faults, mailbox, stripe, errors };
}

function lockStack(dataFolder: string): StackLock {
  return lockFile(
    join(dataFolder, "stack.lock"),
    `The local services already run on ${dataFolder}: stop them first.`,
  );
}

// They hold ports, and write to the data.
async function stopLeftovers(lock: StackLock, postgresFolder: string): Promise<void> {
  for (const leftover of lock.children) await stopProcess(leftover);
  await stopLeftoverPostgres(postgresFolder);
}

function stackUrls(site: string, ports: Ports, database: StackUrls["database"]): StackUrls {
  const stack = `http://localhost:${ports.http}`;
  return {
    site,
    stack,
    mail: `${stack}/mail`,
    errors: `${stack}/errors`,
    faults: `${stack}/faults`,
    stripe: `http://localhost:${ports.stripe}`,
    database,
  };
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= work());
}
