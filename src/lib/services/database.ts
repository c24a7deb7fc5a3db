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
 * Both throw DependencyError when the database gives no answer in time, NeonDbError (with SQLSTATE in `code`)
 * when it refuses the statement.
 */
export interface Database {
  /** A statement that changes nothing: 1.5 seconds, tried twice when the connection fails and the retry budget allows it. */
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
    try {
      // A fresh signal per statement: one given at construction starts its clock there.
      const signal = AbortSignal.timeout(policy.timeoutMs);
      const redirect = "manual";
      return await breaker.run(() =>
        query.query(text, values, { fetchOptions: { signal, redirect } }),
      );
    } catch (error) {
      if (attempt < policy.tries && isRetryable(error) && retries.spend()) continue;
      if (isOutage(error)) throw new DependencyError("database", error);
      throw error;
    } finally {
      onQuery?.(Date.now() - startedAt);
    }
  }
}

function isRetryable(error: unknown): boolean {
  if (!(error instanceof NeonDbError)) return false;
  if (error.code) return RETRYABLE_SQLSTATES.has(error.code);
  // A time-out has used up its budget; a refused connection answers at once.
  return error.sourceError?.name !== "TimeoutError";
}

function isOutage(error: unknown): boolean {
  if (!(error instanceof NeonDbError)) return false;
  return !error.code || OUTAGE_SQLSTATES.test(error.code);
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
