import { defineMiddleware } from "astro:middleware";
import type { APIContext } from "astro";
import { rememberLatest } from "#lib/remember-latest.ts";
import { sha256 } from "#lib/tokens.ts";

/** A page as it was rendered, and where the id of the request stands in it. */
interface KeptPage {
  bytes: Uint8Array<ArrayBuffer>;
  idAt: number;
  policy: string | null;
  etag: string;
  keptAt: number;
}

// With the five seconds of src/lib/services/cache.ts a change is seen ten seconds later at most.
const KEPT_MS = 5_000;
const MOST_KEPT = 100;
const kept = new Map<string, KeptPage>();
const encoder = new TextEncoder();

/**
 * Renders a page that is the same for every visitor without a cookie once in five seconds per isolate, and answers
 * "not modified" (RFC 9110, 13.1.2) to who has it already. A page says so itself, by `locals.isForEverybody`.
 */
export const keepPages = defineMiddleware(async (context, next) => {
  const { locals, request, url } = context;
  if (import.meta.env.DEV || context.isPrerendered || locals.problem) return next();
  if (request.method !== "GET" || url.search !== "" || request.headers.has("cookie")) return next();
  const page = recall(url.pathname) ?? (await render(context, next));
  return page instanceof Response ? page : answer(page, request, locals.requestId);
});

async function render(
  { locals, url }: APIContext,
  next: () => Promise<Response>,
): Promise<KeptPage | Response> {
  const response = await next();
  if (!locals.isForEverybody || response.status !== 200) return response;
  const [before, after, ...others] = (await response.text()).split(locals.requestId);
  if (before === undefined || after === undefined || others.length > 0)
    throw new Error("A page that is for everybody has the id of its request in it once.");
  const page: KeptPage = {
    bytes: encoder.encode(before + locals.requestId + after),
    idAt: encoder.encode(before).length,
    policy: response.headers.get("content-security-policy"),
    etag: `W/"${sha256(before + after).slice(0, 32)}"`,
    keptAt: Date.now(),
  };
  rememberLatest(kept, url.pathname, page, MOST_KEPT);
  return page;
}

function recall(path: string): KeptPage | null {
  const page = kept.get(path);
  if (page && Date.now() - page.keptAt < KEPT_MS) return page;
  kept.delete(path);
  return null;
}

function answer(page: KeptPage, request: Request, requestId: string): Response {
  const headers = new Headers({
    // The browser asks again each time, and with a cookie it gets a page of its own.
    "Cache-Control": "private, no-cache",
    ETag: page.etag,
    Vary: "Cookie",
  });
  if (page.policy) headers.set("Content-Security-Policy", page.policy);
  if (request.headers.get("if-none-match")?.includes(page.etag))
    return new Response(null, { status: 304, headers });
  const bytes = page.bytes.slice();
  bytes.set(encoder.encode(requestId), page.idAt);
  headers.set("Content-Type", "text/html; charset=utf-8");
  headers.set("Content-Length", String(bytes.length));
  return new Response(bytes, { headers });
}
