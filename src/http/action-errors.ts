import { ActionError, type ActionAPIContext } from "astro:actions";
import { AppError, FieldError, type AppErrorCode } from "#lib/errors.ts";
import { noteFailure, noteRefusal } from "./note-refusal.ts";
import { isReportable, reportError } from "./report.ts";

const ACTION_CODES = {
  invalid: "BAD_REQUEST",
  unauthorized: "UNAUTHORIZED",
  forbidden: "FORBIDDEN",
  "not-found": "NOT_FOUND",
  conflict: "CONFLICT",
  "too-large": "CONTENT_TOO_LARGE",
  "rate-limited": "TOO_MANY_REQUESTS",
  unavailable: "SERVICE_UNAVAILABLE",
} as const satisfies Record<AppErrorCode, ActionError["code"]>;

/**
 * Runs an action's handler. What the visitor may know becomes an ActionError with the same message;
 * anything else is reported and becomes one generic sentence. Unwrapped, Astro would send the raw
 * message to the browser.
 */
export async function translateErrors<T>(
  context: ActionAPIContext,
  handle: () => Promise<T>,
): Promise<T> {
  try {
    return await handle();
  } catch (error) {
    if (isReportable(error)) {
      noteFailure(context, error);
      reportError(context, error, `action ${context.url.searchParams.get("_action") ?? ""}`);
    }
    if (!(error instanceof AppError))
      throw new ActionError({
        code: "INTERNAL_SERVER_ERROR",
        message: "Something went wrong on our side. Nothing was lost; please try again.",
      });
    noteRefusal(context, error);
    if (error instanceof FieldError)
      throw ActionError.fromJson({
        type: "AstroActionInputError",
        issues: [{ code: "custom", path: [error.field], message: error.message }],
      });
    throw new ActionError({ code: ACTION_CODES[error.code], message: error.message });
  }
}
