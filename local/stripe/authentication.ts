import type { IncomingMessage } from "node:http";
import { ApiError } from "./api-error.ts";

const KEY = /^(?:sk|rk)_(test|live)_\w+$/;

/** Whether the request's key is a live one. Throws a 401 without a key that looks like Stripe's. */
export function readMode(request: IncomingMessage): { livemode: boolean } {
  const key = readKey(request.headers.authorization ?? "");
  if (key === "") throw unauthorized("You did not provide an API key.");
  const mode = KEY.exec(key)?.[1];
  if (mode === undefined) throw unauthorized(`Invalid API Key provided: ${mask(key)}`);
  return { livemode: mode === "live" };
}

/** What Stripe answers to a wrong key. */
export function unauthorized(message: string): ApiError {
  return new ApiError(
    401,
    { type: "invalid_request_error", message },
    { "www-authenticate": 'Bearer realm="Stripe"' },
  );
}

function readKey(header: string): string {
  const [scheme = "", value = ""] = header.split(" ");
  if (scheme.toLowerCase() === "bearer") return value;
  if (scheme.toLowerCase() !== "basic") return "";
  return Buffer.from(value, "base64").toString().split(":")[0] ?? "";
}

function mask(key: string): string {
  return key.length > 12 ? `${key.slice(0, 8)}****${key.slice(-4)}` : "****";
}
