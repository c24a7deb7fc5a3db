import type { Services } from "#lib/services/index.ts";

type Status = "pass" | "warn" | "fail";

interface Check {
  status: Status;
  durationMs: number;
  /** What is wrong, in words that name no host, user or secret. */
  output?: string;
}

export interface Health {
  status: Status;
  checks: Record<"database" | "redis" | "mail", Check>;
}

/**
 * Asks what the shop can't do without, all at once. "fail" when one of them gives no answer, "warn" when mail waits longer than ten
 * minutes, news apart. Takes no longer than the clients' own time-outs.
 */
export async function checkHealth(services: Services): Promise<Health> {
  const [database, redis, mail] = await Promise.all([
    check(async () => {
      await services.database.read`SELECT 1 AS answer`;
    }),
    check(async () => {
      await services.redis.run((client) => client.ping());
    }),
    check(() => findLateMail(services), "warn"),
  ]);
  const checks = { database, redis, mail };
  const statuses = Object.values(checks).map(({ status }) => status);
  const status = (["fail", "warn"] as const).find((bad) => statuses.includes(bad)) ?? "pass";
  return { status, checks };
}

async function check(probe: () => Promise<void>, whenBad: Status = "fail"): Promise<Check> {
  const startedAt = Date.now();
  try {
    await probe();
    return { status: "pass", durationMs: Date.now() - startedAt };
  } catch (error) {
    const output = error instanceof LateMail ? error.message : "no answer";
    return { status: whenBad, durationMs: Date.now() - startedAt, output };
  }
}

class LateMail extends Error {}

async function findLateMail({ database }: Services): Promise<void> {
  const rows = await database.read<object[]>`
    SELECT 1 FROM outbox
    WHERE sent_at IS NULL AND failed_at IS NULL AND created_at < now() - interval '10 minutes'
      AND template <> 'new-course'
    LIMIT 1`;
  if (rows.length > 0) throw new LateMail("mail has been waiting for more than 10 minutes");
}
