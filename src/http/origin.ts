// Proved by a signature, a secret or a token of their own, and called by machines that send no Origin.
const PROVED_OTHERWISE = [
  /^\/api\/stripe\/webhook$/,
  /^\/api\/email\/events$/,
  /^\/api\/jobs\//,
  /^\/api\/unsubscribe$/,
];

/**
 * Whether an unsafe request comes from a page of ours (ASVS V3.5.1): browsers say so in
 * Sec-Fetch-Site, older ones in Origin. A request with neither was not sent by a browser's form.
 */
export function isFromOurPages(request: Request, url: URL): boolean {
  if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return true;
  if (isProvedOtherwise(url)) return true;
  const site = request.headers.get("sec-fetch-site");
  if (site) return site === "same-origin";
  return request.headers.get("origin") === url.origin;
}

/** Whether only who knows a secret or token of ours gets anything done here. */
export function isProvedOtherwise(url: URL): boolean {
  return PROVED_OTHERWISE.some((pattern) => pattern.test(url.pathname));
}
