import type { IncomingHttpHeaders } from "node:http";
import type { PoolClient, QueryResult } from "pg";

/** One statement as Neon's driver sends it. */
export interface Statement {
  query: string;
  params?: unknown[];
}

/** The body of a request to /sql: one statement, or several for one transaction. */
export type StatementRequest = Statement | { queries: Statement[] };

const ISOLATION_LEVELS: Record<string, string> = {
  ReadUncommitted: "READ UNCOMMITTED",
  ReadCommitted: "READ COMMITTED",
  RepeatableRead: "REPEATABLE READ",
  Serializable: "SERIALIZABLE",
};

// The driver parses PostgreSQL's text itself.
const RAW_TEXT = { getTypeParser: () => (value: string) => value };

/** Runs what the body asks for and gives the answer in the shape of Neon's HTTP API. */
export async function runStatements(
  client: PoolClient,
  body: StatementRequest,
  headers: IncomingHttpHeaders,
): Promise<unknown> {
  const asArrays = headers["neon-array-mode"] === "true";
  const isRaw = headers["neon-raw-text-output"] === "true";
  if (!("queries" in body)) return runStatement(client, body, asArrays, isRaw);
  await client.query(beginning(headers));
  const results: unknown[] = [];
  for (const statement of body.queries)
    results.push(await runStatement(client, statement, asArrays, isRaw));
  await client.query("COMMIT");
  return { results };
}

function beginning(headers: IncomingHttpHeaders): string {
  const parts = ["BEGIN"];
  const isolation = headers["neon-batch-isolation-level"];
  if (typeof isolation === "string") {
    const level = ISOLATION_LEVELS[isolation];
    if (!level) throw Object.assign(new Error("unknown isolation level"), { code: "22023" });
    parts.push(`ISOLATION LEVEL ${level}`);
  }
  const isReadOnly = headers["neon-batch-read-only"];
  if (isReadOnly) parts.push(isReadOnly === "true" ? "READ ONLY" : "READ WRITE");
  const isDeferrable = headers["neon-batch-deferrable"];
  if (isDeferrable) parts.push(isDeferrable === "true" ? "DEFERRABLE" : "NOT DEFERRABLE");
  return parts.join(" ");
}

async function runStatement(
  client: PoolClient,
  statement: Statement,
  asArrays: boolean,
  isRaw: boolean,
): Promise<unknown> {
  const query = {
    text: statement.query,
    values: (statement.params ?? []).map((value) =>
      typeof value === "number" || typeof value === "boolean" ? String(value) : value,
    ),
    // Without it a query that has no parameters could hold several statements.
    queryMode: "extended",
    ...(asArrays && { rowMode: "array" }),
    ...(isRaw && { types: RAW_TEXT }),
  };
  const result: QueryResult = await client.query(query);
  return {
    fields: result.fields.map((field) => ({ ...field })),
    command: result.command,
    rowCount: result.rowCount,
    rows: result.rows,
    rowAsArray: asArrays,
  };
}
