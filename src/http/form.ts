const SECRET_FIELD = /password|code|token/i;

/** What a form posted, without secrets, so that a page can show it again beside what was wrong. */
export async function readForm(request: Request): Promise<Record<string, string>> {
  const fields: Record<string, string> = {};
  const form = await request.clone().formData();
  for (const [name, value] of form)
    if (typeof value === "string" && !SECRET_FIELD.test(name)) fields[name] = value.slice(0, 5_000);
  return fields;
}
