import { isInputError, type ActionError } from "astro:actions";

/** What a form says when it was refused: one sentence for the whole, or one for each wrong field. */
export interface FormProblems {
  message: string | null;
  fields: Record<string, string>;
}

/** The problems of an action's result; none when it was not called or went well. */
export function formProblems(
  result: { error?: ActionError | undefined } | undefined,
): FormProblems {
  const error = result?.error;
  if (!error) return { message: null, fields: {} };
  if (!isInputError(error)) return { message: error.message, fields: {} };
  const entries = Object.entries(error.fields as Record<string, string[] | undefined>);
  return {
    message: error.issues.find(({ path }) => path.length === 0)?.message ?? null,
    fields: Object.fromEntries(entries.map(([name, problems]) => [name, problems?.[0] ?? ""])),
  };
}
