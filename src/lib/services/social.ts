import type { Client } from "oauth4webapi";
import { z } from "zod";
import type { Environment } from "#lib/environment.ts";
import { AppError } from "#lib/errors.ts";
import { socialCaller, type SocialCall } from "./social-call.ts";
import { findProvider, type ProviderSettings, type SocialProviderId } from "./social-providers.ts";

/** What of a sign-in by another provider must be the same at its begin and at its end. */
export interface SocialProof {
  state: string;
  /** What an ID token must hold, so that it was made for this sign-in. */
  nonce: string;
  /** PKCE: who has the code alone gets nothing for it (RFC 7636). */
  verifier: string;
}

/** Somebody whom a provider knows. */
export interface SocialPerson {
  provider: SocialProviderId;
  /** The provider's own id for the person: never given to another, unlike an address. */
  subject: string;
  /** In lower case; null unless the provider says that it is proved. */
  email: string | null;
  /** Empty when it gave none that can be used. */
  name: string;
}

/** Why a sign-in by another provider came to nothing. */
export type SocialTrouble = "cancelled" | "refused";

/** The provider, or what came back from it, said no. */
export class SocialRefusal extends AppError {
  readonly trouble: SocialTrouble;

  constructor(trouble: SocialTrouble, cause?: unknown) {
    super("invalid", "That sign-in did not go through. Please try again.", { cause });
    this.name = "SocialRefusal";
    this.trouble = trouble;
  }
}

const TIMEOUT_MS = 5_000;
// Loaded when somebody signs in so: no other page waits for it.
const load = () => import("oauth4webapi");

const address = z.string().trim().toLowerCase().max(254).pipe(z.email());
const googleClaims = z.object({
  sub: z.string().min(1).max(255),
  email: address.optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
});
const githubUser = z.object({
  id: z.int().positive(),
  login: z.string(),
  name: z.string().nullish(),
});
const githubEmails = z.array(
  z.object({ email: z.string(), primary: z.boolean(), verified: z.boolean() }),
);

/** The address of the provider's page on which a person agrees. It calls nothing. */
export async function socialAddress(
  environment: Environment,
  id: SocialProviderId,
  proof: SocialProof,
): Promise<string> {
  const { server, clientId, scope } = findProvider(environment, id);
  const { calculatePKCECodeChallenge } = await load();
  const url = new URL(server.authorization_endpoint);
  const parameters = {
    client_id: clientId,
    redirect_uri: callbackAddress(environment, id),
    response_type: "code",
    scope,
    state: proof.state,
    code_challenge: await calculatePKCECodeChallenge(proof.verifier),
    code_challenge_method: "S256",
    ...(server.jwks_uri && { nonce: proof.nonce }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/**
 * Whom the provider's answer, the query of the way back, is about: five seconds in all, no retry,
 * since a code counts once. Throws SocialRefusal when the provider or a check says no, and
 * DependencyError when it gives no usable answer.
 */
export async function findSocialPerson(
  environment: Environment,
  id: SocialProviderId,
  { answer, proof }: { answer: URLSearchParams; proof: SocialProof },
): Promise<SocialPerson> {
  const provider = findProvider(environment, id);
  const call = socialCaller(id, AbortSignal.timeout(TIMEOUT_MS));
  const token = await fetchToken(environment, provider, call, { answer, proof });
  return id === "google" ? readGoogle(token.claims) : fetchGithub(provider, call, token.access);
}

interface Token {
  access: string;
  /** Of the ID token, all checked; undefined where the provider gives none. */
  claims: unknown;
}

async function fetchToken(
  environment: Environment,
  { id, server, clientId, clientSecret }: ProviderSettings,
  call: SocialCall,
  { answer, proof }: { answer: URLSearchParams; proof: SocialProof },
): Promise<Token> {
  const oauth = await load();
  const client: Client = { client_id: clientId, id_token_signed_response_alg: "RS256" };
  const options = {
    [oauth.customFetch]: call,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the local provider has no TLS
    [oauth.allowInsecureRequests]: environment.SOCIAL_API_BASE !== undefined,
  };
  return refusing(async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.ClientSecretPost(clientSecret),
      oauth.validateAuthResponse(server, client, answer, proof.state),
      callbackAddress(environment, id),
      proof.verifier,
      options,
    );
    if (!server.jwks_uri) {
      const { access_token: access } = await oauth.processAuthorizationCodeResponse(
        server,
        client,
        response,
      );
      return { access, claims: undefined };
    }
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: proof.nonce,
      requireIdToken: true,
    });
    // The library leaves the signature to TLS unless it is asked.
    await oauth.validateApplicationLevelSignature(server, response, options);
    return { access: tokens.access_token, claims: oauth.getValidatedIdTokenClaims(tokens) };
  });
}

function readGoogle(claims: unknown): SocialPerson {
  const { sub, email, email_verified: isVerified, name } = refuseUnlike(googleClaims, claims);
  return {
    provider: "google",
    subject: sub,
    email: isVerified === true ? (email ?? null) : null,
    name: plain(name),
  };
}

async function fetchGithub(
  { userAddress = "" }: ProviderSettings,
  call: SocialCall,
  access: string,
): Promise<SocialPerson> {
  const headers = { Authorization: `Bearer ${access}`, Accept: "application/vnd.github+json" };
  const read = async (url: string): Promise<unknown> => {
    const response = await call(url, { headers });
    if (response.status !== 200) throw new SocialRefusal("refused");
    return refusing(() => response.json());
  };
  const [user, emails] = await Promise.all([read(userAddress), read(`${userAddress}/emails`)]);
  const { id, login, name } = refuseUnlike(githubUser, user);
  const proved = refuseUnlike(githubEmails, emails).find((each) => each.primary && each.verified);
  const email = address.safeParse(proved?.email);
  return {
    provider: "github",
    subject: String(id),
    email: email.success ? email.data : null,
    name: plain(name ?? login),
  };
}

function callbackAddress({ SITE_URL }: Environment, id: SocialProviderId): string {
  return `${SITE_URL}/sign-in/with/${id}/callback`;
}

// What went wrong outside is a DependencyError already; all else is that something does not fit.
async function refusing<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { AuthorizationResponseError } = await load();
    const isCancelled =
      error instanceof AuthorizationResponseError && error.error === "access_denied";
    throw new SocialRefusal(isCancelled ? "cancelled" : "refused", error);
  }
}

function refuseUnlike<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new SocialRefusal("refused", parsed.error);
  return parsed.data;
}

function plain(name = ""): string {
  return name
    .toWellFormed()
    .replace(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, 100)
    .trim();
}
