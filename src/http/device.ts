import { describePlace, describeUserAgent, type Device } from "#lib/accounts/device-words.ts";

/** Browser, system and place of who sent the request, as far as the browser and Cloudflare tell. */
export function describeDevice(request: Request): Device {
  const cf = "cf" in request ? (request.cf as { city?: unknown; country?: unknown } | null) : null;
  return {
    name: describeUserAgent(request.headers.get("user-agent")),
    place: describePlace(cf?.city, cf?.country ?? request.headers.get("cf-ipcountry")),
  };
}
