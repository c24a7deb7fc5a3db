import type { IncomingMessage } from "node:http";

const LARGEST_BODY = 1_000_000;

/** A request could not be read: it is too big. */
export class BodyTooLarge extends Error {}

/** The body as text. Throws BodyTooLarge above 1 MB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_BODY) throw new BodyTooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
