import { z } from "zod";
import type { RedisService } from "#lib/services/redis.ts";
import { randomToken, sha256 } from "#lib/tokens.ts";

/** How long a right password waits for its second factor. */
export const SECOND_STEP_SECONDS = 600;

const storedStep = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  role: z.enum(["learner", "support", "admin"]),
  /** The person asked for this device to be remembered. */
  remember: z.boolean(),
});

/** Someone whose password was right and who has not typed a code yet: signed in nowhere. */
export type SecondStep = z.infer<typeof storedStep>;

/** Keeps the step for ten minutes and gives its token, 256 random bits; Redis holds the hash. */
export async function createSecondStep(redis: RedisService, step: SecondStep): Promise<string> {
  const token = randomToken();
  const key = keyOf(token);
  await redis.run((client) => client.set(key, step, { ex: SECOND_STEP_SECONDS }));
  return token;
}

/** The step that the token opens, or null when it is over. */
export async function findSecondStep(
  redis: RedisService,
  token: string,
): Promise<SecondStep | null> {
  const stored = await redis.run((client) => client.get(keyOf(token)));
  const step = storedStep.safeParse(stored);
  return step.success ? step.data : null;
}

/** Ends the step: its token opens nothing from now on. */
export async function deleteSecondStep(redis: RedisService, token: string): Promise<void> {
  await redis.run((client) => client.del(keyOf(token)));
}

function keyOf(token: string): string {
  return `second-step:${sha256(token)}`;
}
