/** The body was not signed by the mail provider's key, or not within five minutes. */
export class MailSignatureError extends Error {
  override name = "MailSignatureError";
}

/** What the provider sent, and both headers that prove it. */
export interface SignedRequest {
  body: string;
  /** Base64 of the DER of an ECDSA signature over timestamp and body. */
  signature: string | null;
  /** Unix seconds. */
  timestamp: string | null;
  now: Date;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const NUMBER_BYTES = 32;
const TOLERANCE_SECONDS = 300;

/**
 * Checks the signature of SendGrid's Event Webhook. `publicKey` is the base64 of a P-256 key's SPKI.
 * Throws MailSignatureError when it does not fit, or is older or newer than five minutes.
 */
export async function verifyMailSignature(
  publicKey: string,
  { body, signature, timestamp, now }: SignedRequest,
): Promise<void> {
  if (!signature || !timestamp) throw new MailSignatureError("The request is not signed.");
  // The header is signed as text: only one way to write a number may count.
  if (!/^[1-9]\d{0,11}$/.test(timestamp)) throw new MailSignatureError("There is no time in it.");
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS)
    throw new MailSignatureError("The signature is not of this moment.");
  const raw = rawSignature(decodeBase64(signature));
  const key = await importKey(publicKey);
  const signed = new TextEncoder().encode(timestamp + body);
  if (!raw || !(await crypto.subtle.verify(ALGORITHM, key, raw, signed)))
    throw new MailSignatureError("The signature does not fit.");
}

function importKey(publicKey: string): Promise<CryptoKey> {
  const bytes = decodeBase64(publicKey) ?? new Uint8Array();
  return crypto.subtle.importKey("spki", bytes, ALGORITHM, false, ["verify"]);
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

// WebCrypto wants r and s side by side, 32 bytes each; DER has SEQUENCE { INTEGER r, INTEGER s }.
function rawSignature(der: Uint8Array | null): Uint8Array<ArrayBuffer> | null {
  if (der?.[0] !== 0x30 || der[1] !== der.length - 2) return null;
  const r = readInteger(der, 2);
  const s = r && readInteger(der, r.end);
  if (!s || s.end !== der.length) return null;
  const raw = new Uint8Array(2 * NUMBER_BYTES);
  raw.set(r.digits, NUMBER_BYTES - r.digits.length);
  raw.set(s.digits, 2 * NUMBER_BYTES - s.digits.length);
  return raw;
}

// Without the zeros that DER puts before a number whose first bit is set. That a number ends within
// the whole is for the caller to check, once, at the end.
function readInteger(der: Uint8Array, start: number): { digits: Uint8Array; end: number } | null {
  const length = der[start + 1];
  if (der[start] !== 0x02 || length === undefined) return null;
  const end = start + 2 + length;
  const bytes = der.subarray(start + 2, end);
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? bytes.subarray(0, 0) : bytes.subarray(first);
  return digits.length > NUMBER_BYTES ? null : { digits, end };
}
