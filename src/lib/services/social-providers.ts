import type { AuthorizationServer } from "oauth4webapi";
import type { Environment } from "#lib/environment.ts";
import { AppError } from "#lib/errors.ts";

export const SOCIAL_PROVIDERS = ["google", "github"] as const;

export type SocialProviderId = (typeof SOCIAL_PROVIDERS)[number];

/** Where a provider answers, and as whom the shop asks it. */
export interface ProviderSettings {
  id: SocialProviderId;
  /** With `jwks_uri` where the provider signs ID tokens. */
  server: AuthorizationServer & { authorization_endpoint: string };
  clientId: string;
  clientSecret: string;
  scope: string;
  /** Where a provider without ID tokens tells who it is. */
  userAddress?: string;
}

/** A provider as people know it. */
export interface ProviderName {
  id: SocialProviderId;
  name: string;
}

const NAMES: Record<SocialProviderId, string> = { google: "Google", github: "GitHub" };

/** The providers that people can sign in with: none until one is configured. */
export function listProviders(environment: Environment): ProviderName[] {
  return SOCIAL_PROVIDERS.filter((id) => credentialsOf(environment, id) !== null).map((id) => ({
    id,
    name: providerName(environment, id),
  }));
}

/** What people call the provider; a local one says that it is. */
export function providerName({ SOCIAL_API_BASE }: Environment, id: SocialProviderId): string {
  return SOCIAL_API_BASE ? `${NAMES[id]} (local)` : NAMES[id];
}

/** Origins that a form which begins such a sign-in leads to, for the policy of its page. */
export function providerOrigins(environment: Environment): string[] {
  const origins = listProviders(environment).map(
    ({ id }) => new URL(findProvider(environment, id).server.authorization_endpoint).origin,
  );
  return [...new Set(origins)];
}

/** A provider's addresses and the shop's credentials there. Throws AppError "not-found" for one that is off. */
export function findProvider(environment: Environment, id: SocialProviderId): ProviderSettings {
  const credentials = credentialsOf(environment, id);
  if (!credentials) throw new AppError("not-found", "There is no such page.");
  const base = environment.SOCIAL_API_BASE;
  return { id, ...credentials, ...(id === "google" ? google(base) : github(base)) };
}

function credentialsOf(
  environment: Environment,
  id: SocialProviderId,
): { clientId: string; clientSecret: string } | null {
  const [clientId, clientSecret] =
    id === "google"
      ? [environment.GOOGLE_CLIENT_ID, environment.GOOGLE_CLIENT_SECRET]
      : [environment.GITHUB_CLIENT_ID, environment.GITHUB_CLIENT_SECRET];
  return clientId && clientSecret ? { clientId, clientSecret } : null;
}

// Written here and not asked for at its "well-known" address: the hosts that are called are a list
// in this file, and no answer adds one. They are those of
// https://accounts.google.com/.well-known/openid-configuration.
function google(base: string | undefined) {
  const server = once(`google ${base ?? ""}`, () =>
    base
      ? {
          issuer: `${base}/google`,
          authorization_endpoint: `${base}/google/authorize`,
          token_endpoint: `${base}/google/token`,
          jwks_uri: `${base}/google/jwks`,
        }
      : {
          issuer: "https://accounts.google.com",
          authorization_endpoint: "https://accounts.google.com/o/oauth2/v2/auth",
          token_endpoint: "https://oauth2.googleapis.com/token",
          jwks_uri: "https://www.googleapis.com/oauth2/v3/certs",
        },
  );
  return { server, scope: "openid email profile" };
}

// https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
function github(base: string | undefined) {
  const site = base ? `${base}/github` : "https://github.com";
  const server = once(`github ${base ?? ""}`, () => ({
    issuer: `${site}/login/oauth`,
    authorization_endpoint: `${site}/login/oauth/authorize`,
    token_endpoint: `${site}/login/oauth/access_token`,
  }));
  const userAddress = base ? `${base}/github/user` : "https://api.github.com/user";
  return { server, scope: "read:user user:email", userAddress };
}

// The library keeps a server's keys for five minutes by the object that describes it.
const servers = new Map<string, ProviderSettings["server"]>();

function once(key: string, make: () => ProviderSettings["server"]): ProviderSettings["server"] {
  const server = servers.get(key) ?? make();
  servers.set(key, server);
  return server;
}
