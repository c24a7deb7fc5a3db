import type { z } from "zod";
import { AppError } from "#lib/errors.ts";
import { problemResponse } from "./problem.ts";

/** JSON for machines, never cached. */
export function jsonResponse(
  body: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response {
  return new Response(JSON.stringify(body), {
    ...init,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Cache-Control": "no-store",
      ...init.headers,
    },
  });
}

/**
 * The request's JSON body as `schema` has it, or the 400 that names each wrong field. Throws AppError "invalid" when the body is
 * no JSON at all.
 */
export async function parseJson<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<{ data: z.infer<Schema> } | { refusal: Response }> {
  let body: unknown;
  try {
    body = await request.json();
  } catch {
    throw new AppError("invalid", "The body is not JSON.");
  }
  const parsed = schema.safeParse(body);
  if (parsed.success) return { data: parsed.data };
  const errors: Record<string, string[]> = {};
  for (const { path, message } of parsed.error.issues)
    (errors[path.join(".") || "body"] ??= []).push(message);
  const detail = "Some fields are wrong.";
  return { refusal: problemResponse({ status: 400, detail, errors }) };
}
