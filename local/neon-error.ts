// The fields of PostgreSQL's error response, as Neon's driver reads them.
const FIELDS = [
  "severity",
  "code",
  "detail",
  "hint",
  "position",
  "internalPosition",
  "internalQuery",
  "where",
  "schema",
  "table",
  "column",
  "dataType",
  "constraint",
  "file",
  "line",
  "routine",
] as const;

/** Whether the server itself refused the statement: the connection can be used again. */
export function isFromServer(error: unknown): boolean {
  return /^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? "");
}

/** The error as the body of Neon's answer. */
export function errorBody(error: unknown): Record<string, unknown> {
  const source = error as Record<string, unknown>;
  const body: Record<string, unknown> = { message: (error as Error).message };
  for (const field of FIELDS) body[field] = source[field] ?? null;
  return body;
}

/** PostgreSQL's refusal of a password. */
export function wrongPassword(): Error {
  return Object.assign(new Error("password authentication failed"), {
    severity: "FATAL",
    code: "28P01",
  });
}

/** The refusal of a write on a full disk, in place of the refusal of a write when read-only. */
export function diskFull(error: unknown): unknown {
  if ((error as { code?: string }).code !== "25006") return error;
  return Object.assign(new Error("could not extend file: No space left on device"), {
    severity: "ERROR",
    code: "53100",
    hint: "Check free disk space.",
  });
}

/** The refusal of a statement that is wrong, with all that PostgreSQL tells of itself. */
export function brokenStatement(): Error {
  return Object.assign(new Error('relation "inside_the_shop" does not exist'), {
    severity: "ERROR",
    code: "42P01",
    detail: "Server inside-7.internal.example, user slipway_app.",
    file: "parse_relation.c",
    line: "1449",
    routine: "parserOpenTable",
  });
}
