import type { Services } from "#lib/services/index.ts";
import { sha256, signingSecrets } from "#lib/tokens.ts";
import type { Device } from "./device-words.ts";
import { readKnownDevice } from "./known-device.ts";
import { insertSecurityEvent, insertSignIn, type SignInKind } from "./security-queries.ts";

/**
 * Writes down that somebody signed in, and has the owner told by mail when it was on a device that is
 * new to the account; gives whether a mail was written. Only who proved who they are comes here.
 *
 * Known is a browser that keeps the account's own cookie ("Remember this device"), and one with which
 * something was done on the account in the last 90 days: the same browser and system, in the same
 * country. That is as fine as it can be without a mail at each update of a browser and each ride to
 * another town, which nobody would read; it needs the country, for half of all visitors have the same
 * browser and system. Signing up counts, so the first sign-in after it tells nothing new.
 */
export async function noteSignIn(
  { database, environment }: Pick<Services, "database" | "environment">,
  signIn: {
    user: { id: string; email: string };
    kind: SignInKind;
    device: Device;
    /** What the browser keeps as a known device, if anything; it may be anybody's. */
    deviceCookie: string | null;
    now: Date;
  },
): Promise<boolean> {
  const { user, kind, device, deviceCookie, now } = signIn;
  const userId = user.id;
  const secrets = signingSecrets(environment);
  if (deviceCookie !== null && readKnownDevice(secrets, user.email, deviceCookie, now)) {
    // What signs in on a remembered device is no news, but for a passkey: it is listed at each use.
    if (kind === "passkey-sign-in") await insertSecurityEvent(database, { userId, kind, device });
    return false;
  }
  return insertSignIn(database, { userId, kind, device, now, noticeId: noticeOf(device, now) });
}

// A form that was sent twice is one mail, and so is all that one device does on a day.
function noticeOf(device: Device, now: Date): string {
  return `${now.toISOString().slice(0, 10)}:${sha256(JSON.stringify(device)).slice(0, 16)}`;
}
