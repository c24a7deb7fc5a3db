import type { APIRoute } from "astro";
import { clientAddress } from "#http/client-address.ts";
import { jsonResponse } from "#http/json.ts";
import { passkeyCookie } from "#http/token-cookie.ts";
import { methodNotAllowed } from "#http/problem.ts";
import { beginPasskeySignIn } from "#lib/accounts/passkeys.ts";
import { enforceLimits, EVERYBODY } from "#lib/rate-limits.ts";

/** What an authenticator is to sign, for a browser that signs in (PublicKeyCredentialRequestOptionsJSON). */
export const POST: APIRoute = async ({ cookies, locals, request }) => {
  const { services } = locals;
  await enforceLimits(services.redis, [
    ["passkey-address", clientAddress(request)],
    ["passkey-all", EVERYBODY],
  ]);
  const { token, options } = await beginPasskeySignIn(services);
  passkeyCookie.write(cookies, token);
  return jsonResponse(options);
};

export const ALL = methodNotAllowed("POST");
