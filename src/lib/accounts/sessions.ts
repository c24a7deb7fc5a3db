import { z } from "zod";
import type { RedisService } from "#lib/services/redis.ts";
import { randomToken, sha256 } from "#lib/tokens.ts";
import type { Device } from "./device-words.ts";
import type { User } from "./queries.ts";

/** A session ends after a week without a request, and after 30 days in any case (ASVS V7.3). */
export const IDLE_SECONDS = 7 * 24 * 60 * 60;
export const ABSOLUTE_SECONDS = 30 * 24 * 60 * 60;
/** Signing in on one more device than this ends the oldest session (ASVS V7.1.2). */
export const MAX_SESSIONS_PER_USER = 10;

/** The form of a session in Redis. */
export const storedSession = z.object({
  userId: z.uuid(),
  name: z.string(),
  email: z.string(),
  role: z.enum(["learner", "support", "admin"]),
  createdAt: z.number(),
  device: z.object({ name: z.string(), place: z.string().nullable() }).nullable().default(null),
  /** A code was typed besides the password. */
  isSecondFactorUsed: z.boolean().default(false),
  /** When the account is to be erased; its owner can still take that back. */
  deletionDueAt: z.number().nullable().default(null),
  /** Whose account staff is looking at, and until when. */
  look: z.object({ userId: z.uuid(), until: z.number() }).nullable().default(null),
});

/** Who is asking, as of the time they signed in. */
export type Session = z.infer<typeof storedSession>;

/**
 * Starts a session and gives its id, 256 random bits: the only thing that opens it, kept in the visitor's
 * cookie. Redis holds the SHA-256 of it.
 */
export async function createSession(
  redis: RedisService,
  user: User & { isSecondFactorUsed?: boolean; deletionDueAt?: Date | null },
  now: Date,
  device: Device | null = null,
): Promise<string> {
  const id = randomToken();
  const session: Session = {
    userId: user.id,
    name: user.name,
    email: user.email,
    role: user.role,
    createdAt: now.getTime(),
    device,
    isSecondFactorUsed: user.isSecondFactorUsed ?? false,
    deletionDueAt: user.deletionDueAt?.getTime() ?? null,
    look: null,
  };
  const key = sessionKey(id);
  const list = sessionsOfUser(user.id);
  await redis.run(async (client) => {
    const transaction = client.multi();
    transaction.set(key, session, { ex: IDLE_SECONDS });
    transaction.zadd(list, { score: now.getTime(), member: key });
    transaction.expire(list, ABSOLUTE_SECONDS);
    transaction.zrange(list, 0, -(MAX_SESSIONS_PER_USER + 1));
    const surplus = (await transaction.exec<[unknown, unknown, unknown, string[]]>())[3];
    if (surplus.length > 0) await removeSessions(client, list, surplus);
  });
  return id;
}

/** The session that the id opens, or null; reading it starts the idle time anew. */
export async function readSession(
  redis: RedisService,
  id: string,
  now: Date,
): Promise<Session | null> {
  const stored = await redis.run((client) => client.getex(sessionKey(id), { ex: IDLE_SECONDS }));
  const session = storedSession.safeParse(stored);
  if (!session.success) return null;
  if (now.getTime() - session.data.createdAt < ABSOLUTE_SECONDS * 1000) return session.data;
  await endSession(redis, id, session.data.userId);
  return null;
}

/** Changes what is in a session that is open; one that has ended stays so. */
export async function updateSession(
  redis: RedisService,
  id: string,
  session: Session,
): Promise<void> {
  const options = { ex: IDLE_SECONDS, xx: true } as const;
  await redis.run((client) => client.set(sessionKey(id), session, options));
}

/** Ends one session: its cookie opens nothing from now on. */
export async function endSession(redis: RedisService, id: string, userId: string): Promise<void> {
  const key = sessionKey(id);
  await redis.run((client) => removeSessions(client, sessionsOfUser(userId), [key]));
}

/** Ends every session of a person, on all devices. */
export async function endAllSessions(redis: RedisService, userId: string): Promise<void> {
  const list = sessionsOfUser(userId);
  await redis.run(async (client) => {
    const keys = await client.zrange<string[]>(list, 0, -1);
    if (keys.length > 0) await removeSessions(client, list, keys);
  });
}

/** What the commands of Redis are called on. */
export type RedisClient = Parameters<Parameters<RedisService["run"]>[0]>[0];

/** Ends the sessions under these keys and takes them off their person's list. */
export async function removeSessions(
  client: RedisClient,
  list: string,
  keys: string[],
): Promise<void> {
  const transaction = client.multi();
  transaction.del(...keys);
  transaction.zrem(list, ...keys);
  await transaction.exec();
}

/** Where Redis keeps the session that the id opens. */
export function sessionKey(id: string): string {
  return `session:${sha256(id)}`;
}

/** Where Redis keeps the keys of a person's sessions, by when they began. */
export function sessionsOfUser(userId: string): string {
  return `sessions-of:${userId}`;
}
