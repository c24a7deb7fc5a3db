import type { APIRoute } from "astro";
import { problemResponse } from "#http/problem.ts";

/** Whatever is not there: machines get JSON and not a page. */
export const ALL: APIRoute = ({ locals }) =>
  problemResponse({ status: 404, detail: "There is nothing here.", requestId: locals.requestId });
