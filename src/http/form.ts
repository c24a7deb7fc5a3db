import { AppError } from "#lib/errors.ts";

const FORM_TYPE = /^(multipart\/form-data|application\/x-www-form-urlencoded)/;
const SECRET_FIELD = /password|code|token/i;

/**
 * What was typed into the form that this request posts, without secrets, so that a page can show it
 * again beside what was wrong; null when it posts none. Throws AppError "invalid" when the body is
 * no form.
 */
export async function readTyped(request: Request): Promise<[string, string][] | null> {
  const type = request.headers.get("content-type") ?? "";
  if (request.method !== "POST" || !FORM_TYPE.test(type)) return null;
  const typed: [string, string][] = [];
  for (const [name, value] of await parseForm(request))
    if (typeof value === "string" && !SECRET_FIELD.test(name))
      typed.push([name, value.slice(0, 5_000)]);
  return typed;
}

async function parseForm(request: Request): Promise<FormData> {
  try {
    return await request.clone().formData();
  } catch {
    throw new AppError("invalid", "The form that was sent can't be read.");
  }
}
