import type { APIRoute } from "astro";
import { z } from "zod";
import { jsonResponse } from "#http/json.ts";
import { methodNotAllowed } from "#http/problem.ts";
import { unsubscribeCookie } from "#http/proof-cookie.ts";
import { unsubscribe } from "#lib/accounts/news.ts";
import { AppError } from "#lib/errors.ts";

const link = z.object({ person: z.uuid(), token: z.string().regex(/^[\w-]{43}$/) });

/** Where a mail's link leads people: it changes nothing, and its token leaves the address at once. */
export const GET: APIRoute = ({ cookies, redirect, url }) => {
  unsubscribeCookie.write(cookies, url.searchParams.get("person"), url.searchParams.get("token"));
  return redirect("/unsubscribe", 303);
};

// Astro would answer HEAD with ALL.
export const HEAD = GET;

/**
 * One-click unsubscribe (RFC 8058): the mail provider posts this for the reader, without cookies and
 * from nowhere. What it proves is the token; it may come twice.
 */
export const POST: APIRoute = async ({ locals, request, url }) => {
  const wish = link.safeParse(Object.fromEntries(url.searchParams));
  if (!wish.success)
    throw new AppError("invalid", "The address needs a person and a token, as the mail has it.");
  const form = await readForm(request);
  if (form?.get("List-Unsubscribe") !== "One-Click")
    throw new AppError("invalid", "The body must be a form with List-Unsubscribe=One-Click.");
  const { person: userId, token } = wish.data;
  await unsubscribe(locals.services, { userId, token, now: new Date() });
  return jsonResponse({ unsubscribed: true });
};

export const ALL = methodNotAllowed("GET, HEAD, POST");

async function readForm(request: Request): Promise<FormData | null> {
  try {
    return await request.formData();
  } catch {
    return null;
  }
}
