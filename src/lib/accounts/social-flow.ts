import { z } from "zod";
import type { RedisService } from "#lib/services/redis.ts";
import { SOCIAL_PROVIDERS } from "#lib/services/social-providers.ts";
import { randomToken, sha256 } from "#lib/tokens.ts";
import { tokenStore } from "./token-store.ts";

/** How long a sign-in by another provider may take, and what it found waits to be answered. */
export const SOCIAL_SECONDS = 600;

const storedFlow = z.object({
  provider: z.enum(SOCIAL_PROVIDERS),
  nonce: z.string(),
  verifier: z.string(),
  /** Where the person was going to. */
  next: z.string(),
  /** Whose account it is to be added to; null to sign in. */
  userId: z.uuid().nullable(),
});

const storedPending = z.object({
  provider: z.enum(SOCIAL_PROVIDERS),
  subject: z.string(),
  email: z.string(),
  name: z.string(),
  next: z.string(),
  createdAt: z.number(),
});

/** Those whom a provider vouched for, for ten minutes. */
export const pendingPeople = tokenStore("social-pending", storedPending, SOCIAL_SECONDS);

/** A sign-in by another provider that was begun. */
export type SocialFlow = z.infer<typeof storedFlow>;

/** Somebody whom a provider vouches for, and whom no account here knows yet. */
export type PendingPerson = z.infer<typeof storedPending>;

/**
 * Keeps a flow for ten minutes. `state` goes through the provider, `browser` stays in a cookie, each
 * 256 random bits: only the two together open it, so that nobody can finish in another's browser
 * what they began in their own (RFC 6749, 10.12).
 */
export async function createFlow(
  redis: RedisService,
  flow: SocialFlow,
): Promise<{ state: string; browser: string }> {
  const keys = { state: randomToken(), browser: randomToken() };
  await redis.run((client) => client.set(flowKey(keys), flow, { ex: SOCIAL_SECONDS }));
  return keys;
}

/** Takes the flow that the two open, once; null when there is none. */
export async function takeFlow(
  redis: RedisService,
  keys: { state: string; browser: string },
): Promise<SocialFlow | null> {
  const flow = storedFlow.safeParse(await redis.run((client) => client.getdel(flowKey(keys))));
  return flow.success ? flow.data : null;
}

function flowKey({ state, browser }: { state: string; browser: string }): string {
  return `social-flow:${sha256(`${state}.${browser}`)}`;
}
