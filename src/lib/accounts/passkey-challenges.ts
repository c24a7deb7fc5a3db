import { z } from "zod";
import type { RedisService } from "#lib/services/redis.ts";
import { tokenStore } from "./token-store.ts";

/** How long a browser may take to answer. */
export const CHALLENGE_SECONDS = 600;

const storedChallenge = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("sign-in"), challenge: z.string() }),
  z.object({
    kind: z.literal("add"),
    challenge: z.string(),
    userId: z.uuid(),
    userHandle: z.string(),
    name: z.string(),
  }),
]);

type PasskeyChallenge = z.infer<typeof storedChallenge>;

/** What authenticators are to sign, and what for. */
export const challenges = tokenStore("passkey-challenge", storedChallenge, CHALLENGE_SECONDS);

/** The challenge that the token opens, this once; null when it is over or was made for something else. */
export async function takeChallenge<Kind extends PasskeyChallenge["kind"]>(
  redis: RedisService,
  token: string | null,
  kind: Kind,
): Promise<Extract<PasskeyChallenge, { kind: Kind }> | null> {
  const taken = token && (await challenges.take(redis, token));
  return taken && taken.kind === kind ? (taken as Extract<PasskeyChallenge, { kind: Kind }>) : null;
}
