import { AppError } from "#lib/errors.ts";
import { violates } from "#lib/services/database.ts";
import type { Services } from "#lib/services/index.ts";
import { randomToken } from "#lib/tokens.ts";
import { checkOwnPassword } from "./change-password.ts";
import type { Device } from "./device-words.ts";
import { challenges, takeChallenge } from "./passkey-challenges.ts";
import { parseAssertion, parseAttestation } from "./passkey-forms.ts";
import {
  deletePasskey,
  findPasskey,
  insertPasskey,
  listPasskeys,
  updatePasskeyUse,
  type StoredPasskey,
} from "./passkey-queries.ts";
import type { User } from "./queries.ts";

type PasskeyServices = Pick<Services, "database" | "redis" | "environment">;

/** What a browser sends back: the cookie's token, and the credential as JSON (WebAuthn, 5.1.8). */
interface Answer {
  token: string | null;
  credential: string;
}

/** A person may have this many: phones, laptops, keys, and one for the safe. */
export const MAX_PASSKEYS = 10;

// ES256, RS256 and Ed25519, as WebAuthn recommends (5.4).
const ALGORITHMS = [-7, -257, -8];

/**
 * Begins to add a passkey to a signed-in account. Gives the options for the browser
 * (PublicKeyCredentialCreationOptionsJSON) and the token for its cookie. Throws as `checkOwnPassword`
 * does, and AppError "conflict" when the account has ten.
 */
export async function beginPasskey(
  services: PasskeyServices,
  wish: { user: { id: string; email: string; name: string }; name: string; password: string },
): Promise<{ token: string; options: Record<string, unknown> }> {
  const { user, name } = wish;
  await checkOwnPassword(services, user.id, wish.password);
  const known = await listPasskeys(services.database, user.id);
  if (known.length >= MAX_PASSKEYS)
    throw new AppError("conflict", `An account has at most ${MAX_PASSKEYS} passkeys.`);
  const userHandle = known[0]?.userHandle ?? randomToken();
  const challenge = randomToken();
  const stored = { kind: "add", challenge, userId: user.id, userHandle, name } as const;
  const token = await challenges.create(services.redis, stored);
  const options = {
    challenge,
    rp: { id: relyingParty(services).id, name: "Slipway" },
    user: { id: userHandle, name: user.email, displayName: user.name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
    excludeCredentials: known.map(({ credentialId: id, transports }) => ({
      type: "public-key",
      id,
      transports,
    })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    attestation: "none",
  };
  return { token, options };
}

/**
 * Adds the passkey that the browser made. Throws AppError: "conflict" when too much time has passed
 * or it is known already, "unauthorized" when it was not made for this account, shop and challenge.
 */
export async function addPasskey(
  services: PasskeyServices,
  answer: Answer & { userId: string; device: Device },
): Promise<void> {
  const { userId, device } = answer;
  const begun = await takeChallenge(services.redis, answer.token, "add");
  if (begun?.userId !== userId) throw tooLate();
  const { verifyRegistrationResponse } = await import("@simplewebauthn/server");
  const { id: expectedRPID, origin: expectedOrigin } = relyingParty(services);
  const response = parseAttestation(answer.credential);
  const { registrationInfo } = await orRefuse(() =>
    verifyRegistrationResponse({
      response,
      expectedChallenge: begun.challenge,
      expectedOrigin,
      expectedRPID,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    }),
  );
  if (!registrationInfo) throw notOurs();
  const { id: credentialId, publicKey, counter } = registrationInfo.credential;
  const { transports } = response.response;
  const { name, userHandle } = begun;
  const key = Buffer.from(publicKey).toString("base64url");
  const passkey = { userId, credentialId, userHandle, publicKey: key, counter, transports, name };
  try {
    const noticeId = crypto.randomUUID();
    await insertPasskey(services.database, { ...passkey, device, noticeId });
  } catch (error) {
    if (!violates(error, "passkeys_credential_id_key")) throw error;
    throw new AppError("conflict", "This passkey is on an account already.");
  }
}

/** Begins to sign in: the options for the browser (PublicKeyCredentialRequestOptionsJSON) and its token. */
export async function beginPasskeySignIn(
  services: Pick<Services, "redis" | "environment">,
): Promise<{ token: string; options: Record<string, unknown> }> {
  const challenge = randomToken();
  const token = await challenges.create(services.redis, { kind: "sign-in", challenge });
  const { id: rpId } = relyingParty(services);
  // Nobody is named: the authenticator knows whose account it is (a discoverable credential).
  return { token, options: { challenge, rpId, userVerification: "required" } };
}

/**
 * The account whose passkey signed the challenge, with the person verified by the authenticator: so
 * it is two factors (docs/decisions/010-a-passkey-is-two-factors.md). Throws AppError: "conflict" when
 * too much time has passed, "unauthorized" for every reason not to believe it, and "forbidden" to the
 * owner of an account that is locked.
 */
export async function checkPasskey(
  services: PasskeyServices,
  answer: Answer & { now: Date },
): Promise<User> {
  const begun = await takeChallenge(services.redis, answer.token, "sign-in");
  if (!begun) throw tooLate();
  const response = parseAssertion(answer.credential);
  const passkey = await findPasskey(services.database, response.id);
  if (!passkey || response.response.userHandle !== passkey.userHandle) throw notOurs();
  const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
  const { id: expectedRPID, origin: expectedOrigin } = relyingParty(services);
  const { verified, authenticationInfo } = await orRefuse(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge: begun.challenge,
      expectedOrigin,
      expectedRPID,
      requireUserVerification: true,
      credential: {
        id: response.id,
        publicKey: new Uint8Array(Buffer.from(passkey.publicKey, "base64url")),
        counter: Number(passkey.counter),
      },
    }),
  );
  if (!verified) throw notOurs();
  if (passkey.isLocked)
    throw new AppError("forbidden", "This account is locked. Write to us to have it opened.", {
      event: "sign-in-failed",
    });
  await use(services, passkey, { ...answer, counter: authenticationInfo.newCounter });
  const { id, email, name, role } = passkey;
  return { id, email, name, role };
}

/** Removes a passkey from a signed-in account. Throws AppError "not-found" when it is not there. */
export async function removePasskey(
  { database }: Pick<Services, "database">,
  { userId, passkeyId, device }: { userId: string; passkeyId: string; device: Device },
): Promise<void> {
  const noticeId = crypto.randomUUID();
  if (!(await deletePasskey(database, { userId, passkeyId, device, noticeId })))
    throw new AppError("not-found", "This passkey is not on your account.");
}

async function use(
  { database }: PasskeyServices,
  { passkeyId, counter: formerCounter }: StoredPasskey,
  { counter, now }: { counter: number; now: Date },
): Promise<void> {
  const isTaken = await updatePasskeyUse(database, { passkeyId, formerCounter, counter, now });
  if (!isTaken) throw notOurs();
}

function relyingParty({ environment }: Pick<Services, "environment">): {
  id: string;
  origin: string;
} {
  const { hostname: id, origin } = new URL(environment.SITE_URL);
  return { id, origin };
}

// The library says by a throw what is wrong with a credential, in words for developers.
async function orRefuse<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch {
    throw notOurs();
  }
}

function notOurs(): AppError {
  return new AppError("unauthorized", "This passkey is not known here. It may have been removed.", {
    event: "sign-in-failed",
  });
}

function tooLate(): AppError {
  return new AppError("conflict", "Too much time has passed. Please try once more.");
}
