import { AppError } from "#lib/errors.ts";

const SECRET_FIELD = /password|code|token/i;

/**
 * What a form posted, without secrets, so that a page can show it again beside what was wrong. Throws AppError "invalid" when
 * the body is no form.
 */
export async function readForm(request: Request): Promise<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const [name, value] of await parseForm(request))
    if (typeof value === "string" && !SECRET_FIELD.test(name)) fields[name] = value.slice(0, 5_000);
  return fields;
}

async function parseForm(request: Request): Promise<FormData> {
  try {
    return await request.clone().formData();
  } catch {
    throw new AppError("invalid", "The form that was sent can't be read.");
  }
}
