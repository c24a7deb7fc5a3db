import { neon, neonConfig, NeonDbError, type NeonQueryFunction } from "@neondatabase/serverless";
import { DependencyError } from "#lib/errors.ts";
import { createBreaker } from "./breaker.ts";
import { createRetryBudget } from "./retry-budget.ts";

type SqlTag = <Rows extends object[]>(
  strings: TemplateStringsArray,
  ...values: unknown[]
) => Promise<Rows>;

/**
 * PostgreSQL over Neon's HTTP protocol: one statement per call, values only as parameters, columns
 * in camelCase. A client is made per request and never shared between requests.
 * Both throw DependencyError when the database gives no whole answer in time, NeonDbError (with SQLSTATE in `code`)
 * when it refuses the statement.
 */
export interface Database {
  /** A statement that changes nothing: 1.5 seconds, tried twice when the connection breaks and the retry budget allows it. */
  read: SqlTag;
  /** A statement that writes, in its own transaction: 2.5 seconds, tried once. */
  write: SqlTag;
}

interface DatabaseOptions {
  url: string;
  /** Address of the local bridge, in development only; Neon's own endpoint otherwise. */
  bridgeUrl?: string | undefined;
  /** Called after each statement with its duration, for metrics and round-trip counts. */
  onQuery?: ((durationMs: number) => void) | undefined;
}

const READ = { timeoutMs: 1_500, tries: 2 };
const WRITE = { timeoutMs: 2_500, tries: 1 };

// admin_shutdown, connection_failure, serialization_failure: gone when asked again.
const RETRYABLE_SQLSTATES = new Set(["57P01", "08006", "40001"]);
// No connection, out of resources, operator intervention, wrong credentials, read-only.
const OUTAGE_SQLSTATES = /^(08|53|57|58|28|XX)|^25006$/;

const breaker = createBreaker("database", { isOutage });
const retries = createRetryBudget();

export function openDatabase(options: DatabaseOptions): Database {
  if (options.bridgeUrl) useBridge(options.bridgeUrl);
  const query = neon(options.url);
  const tag = (policy: typeof READ): SqlTag => {
    return async <Rows extends object[]>(strings: TemplateStringsArray, ...values: unknown[]) => {
      const text = strings.reduce((sql, part, index) => `${sql}$${index}${part}`);
      const rows = await run(query, text, values, policy, options.onQuery);
      return rows.map(camelCaseKeys) as Rows;
    };
  };
  return { read: tag(READ), write: tag(WRITE) };
}

/** Whether a statement was refused by the named UNIQUE or CHECK constraint. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof NeonDbError && error.constraint === constraint;
}

async function run(
  query: NeonQueryFunction<false, false>,
  text: string,
  values: unknown[],
  policy: typeof READ,
  onQuery: DatabaseOptions["onQuery"],
): Promise<Record<string, unknown>[]> {
  retries.earn();
  for (let attempt = 1; ; attempt++) {
    const startedAt = Date.now();
    // A fresh signal per statement: one given at construction starts its clock there.
    const signal = AbortSignal.timeout(policy.timeoutMs);
    try {
      const redirect = "manual";
      return await breaker.run(() =>
        query.query(text, values, { fetchOptions: { signal, redirect } }),
      );
    } catch (error) {
      // A time-out has used up its budget; a connection that breaks mostly does so at once.
      const isAgain = attempt < policy.tries && !signal.aborted && isRetryable(error);
      if (isAgain && retries.spend()) continue;
      if (isOutage(error)) throw new DependencyError("database", error);
      throw error;
    } finally {
      onQuery?.(Date.now() - startedAt);
    }
  }
}

function isRetryable(error: unknown): boolean {
  const code = refusalOf(error);
  return code ? RETRYABLE_SQLSTATES.has(code) : isOutage(error);
}

function isOutage(error: unknown): boolean {
  // Of an open breaker: it is one already, and asking again would find it open.
  if (error instanceof DependencyError) return false;
  const code = refusalOf(error);
  return !code || OUTAGE_SQLSTATES.test(code);
}

// PostgreSQL's own SQLSTATE. Without one it has not answered: Neon's driver wraps an error of the connection, and lets one
// through that comes while it reads the answer, which broke off, stays away or is none.
function refusalOf(error: unknown): string | undefined {
  return error instanceof NeonDbError ? error.code : undefined;
}

function useBridge(bridgeUrl: string): void {
  const { host } = new URL(bridgeUrl);
  neonConfig.fetchEndpoint = `${bridgeUrl}/sql`;
  neonConfig.wsProxy = () => `${host}/v2`;
  neonConfig.useSecureWebSocket = false;
}

function camelCaseKeys(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
