/** The largest body that anything here accepts, in bytes: Stripe's events are the longest we know. */
export const MAX_BODY_BYTES = 256 * 1024;

// A client that is still sending sees a broken connection and not our answer: what is a little too
// long is read to its end and dropped (RFC 9112, 9.6).
const LINGER_BYTES = 16 * MAX_BODY_BYTES;

/**
 * The request with its body read, or null when the body is longer than the cap. Reading it here,
 * before any route, means that a body without a Content-Length can't be longer than it should
 * either.
 */
export async function withCappedBody(request: Request): Promise<Request | null> {
  if (!request.body) return request;
  if (Number(request.headers.get("content-length") ?? 0) > LINGER_BYTES) return null;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.byteLength;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
    else if (length > LINGER_BYTES) break;
  }
  if (length > MAX_BODY_BYTES) return null;
  return new Request(request, { body: await new Blob(chunks).arrayBuffer() });
}
