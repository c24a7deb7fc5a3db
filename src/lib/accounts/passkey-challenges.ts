import { z } from "zod";
import type { RedisService } from "#lib/services/redis.ts";
import { randomToken, sha256 } from "#lib/tokens.ts";

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

/** What an authenticator is to sign, and what for: one made to sign in can't add a passkey. */
export type PasskeyChallenge = z.infer<typeof storedChallenge>;

/** Keeps a challenge and gives its token, 256 random bits, for the browser's cookie; Redis holds the hash. */
export async function createChallenge(
  redis: RedisService,
  challenge: PasskeyChallenge,
): Promise<string> {
  const token = randomToken();
  const key = keyOf(token);
  await redis.run((client) => client.set(key, challenge, { ex: CHALLENGE_SECONDS }));
  return token;
}

/** The challenge that the token opens, this once; null when it is over or was made for something else. */
export async function takeChallenge<Kind extends PasskeyChallenge["kind"]>(
  redis: RedisService,
  token: string | null,
  kind: Kind,
): Promise<Extract<PasskeyChallenge, { kind: Kind }> | null> {
  if (token === null) return null;
  const stored = await redis.run((client) => client.getdel(keyOf(token)));
  const { data } = storedChallenge.safeParse(stored);
  return data?.kind === kind ? (data as Extract<PasskeyChallenge, { kind: Kind }>) : null;
}

function keyOf(token: string): string {
  return `passkey-challenge:${sha256(token)}`;
}
