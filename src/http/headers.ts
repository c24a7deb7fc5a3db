/** On every response that the Worker makes; public/_headers has the same for static files. */
export const SECURITY_HEADERS = {
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "strict-origin-when-cross-origin",
  "Permissions-Policy":
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

// What has no page of ours in it needs nothing at all.
const CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/**
 * A response with the security headers on it. Astro writes the Content-Security-Policy of pages; `frame-ancestors` is
 * added here because a <meta> policy can't carry it. `formTargets` are origins a form may lead to besides our own.
 */
export function withSecurityHeaders(response: Response, formTargets: string[]): Response {
  const secured = withHeadersToSet(response);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) secured.headers.set(name, value);
  const policy = secured.headers.get("content-security-policy");
  // An error page comes through here twice: once as the page, once as the answer it became.
  if (!policy?.includes("frame-ancestors"))
    secured.headers.set("content-security-policy", policyFor(secured, policy, formTargets));
  return secured;
}

// Only what came by `fetch` or Response.redirect() has headers that can't be changed. Of a refused form Astro tells in HTTP/1.1's
// reason, which is no place for names of our libraries.
function withHeadersToSet(response: Response): Response {
  const { body, status, headers, statusText } = response;
  if (statusText.startsWith("Astro")) return new Response(body, { status, headers });
  try {
    response.headers.set("X-Content-Type-Options", "nosniff");
    return response;
  } catch {
    return new Response(response.body, response);
  }
}

function policyFor(response: Response, policy: string | null, formTargets: string[]): string {
  if (policy) {
    const formAction = ["form-action 'self'", ...formTargets].join(" ");
    return `${policy.replace("form-action 'self'", formAction)} frame-ancestors 'none';`;
  }
  // Only with hot reload is a page without a policy of Astro's.
  const isPage = response.headers.get("content-type")?.startsWith("text/html");
  return isPage ? "frame-ancestors 'none'" : CLOSED_POLICY;
}
