import { isActionError, isInputError } from "astro:actions";

/** What is wrong with a form that was posted. */
export interface FormProblems {
  /** About the form as a whole, or null when every problem belongs to a field. */
  message: string | null;
  /** By field name; the first of each is shown. */
  fields: Record<string, string[] | undefined>;
}

/** Reads the error of an action's result; without one there are no problems. */
export function formProblems(error: unknown): FormProblems {
  if (isInputError(error)) return { message: null, fields: { ...error.fields } };
  if (isActionError(error)) return { message: error.message, fields: {} };
  return { message: null, fields: {} };
}
