import type { APIRoute } from "astro";
import { methodNotAllowed } from "#http/problem.ts";

/** Where password managers send a person to change the password (W3C, change-password-url). */
export const GET: APIRoute = ({ redirect }) => redirect("/account/security", 303);

// Astro would answer HEAD with ALL.
export const HEAD = GET;

export const ALL = methodNotAllowed("GET, HEAD");
