import type { RedisService } from "#lib/services/redis.ts";
import type { Device } from "./device-words.ts";
import {
  ABSOLUTE_SECONDS,
  IDLE_SECONDS,
  removeSessions,
  sessionKey,
  sessionsOfUser,
  storedSession,
} from "./sessions.ts";

/** One of a person's sessions, as they may see it. */
export interface ListedSession {
  /** Names the session among those of its person; opens nothing. */
  reference: string;
  device: Device | null;
  createdAt: Date;
  lastSeenAt: Date;
  isCurrent: boolean;
}

/**
 * The sessions of a person that are open, the current one first, then by when they were last used.
 * When that was is what has run down of the idle time, so that nothing is written to tell it.
 */
export async function listSessions(
  redis: RedisService,
  userId: string,
  about: { currentId: string; now: Date },
): Promise<ListedSession[]> {
  const now = about.now.getTime();
  const current = sessionKey(about.currentId);
  const entries = await readList(redis, sessionsOfUser(userId));
  return entries
    .flatMap(({ key, stored, secondsLeft }): ListedSession[] => {
      const { data } = storedSession.safeParse(stored);
      if (!data || now - data.createdAt >= ABSOLUTE_SECONDS * 1000) return [];
      const idleMs = Math.max(0, IDLE_SECONDS - secondsLeft) * 1000;
      return [
        {
          reference: referenceOf(key),
          device: data.device,
          createdAt: new Date(data.createdAt),
          lastSeenAt: new Date(Math.max(data.createdAt, now - idleMs)),
          isCurrent: key === current,
        },
      ];
    })
    .sort(
      (one, other) =>
        Number(other.isCurrent) - Number(one.isCurrent) ||
        other.lastSeenAt.getTime() - one.lastSeenAt.getTime(),
    );
}

/** Ends the session of this person with the reference. Gives false when they have none such. */
export async function endListedSession(
  redis: RedisService,
  userId: string,
  reference: string,
): Promise<boolean> {
  const list = sessionsOfUser(userId);
  return redis.run(async (client) => {
    const keys = await client.zrange<string[]>(list, 0, -1);
    const key = keys.find((each) => referenceOf(each) === reference);
    if (key === undefined) return false;
    await removeSessions(client, list, [key]);
    return true;
  });
}

/** Ends every session of a person but the current one. */
export async function endOtherSessions(
  redis: RedisService,
  userId: string,
  currentId: string,
): Promise<void> {
  const list = sessionsOfUser(userId);
  const current = sessionKey(currentId);
  await redis.run(async (client) => {
    const keys = await client.zrange<string[]>(list, 0, -1);
    const others = keys.filter((key) => key !== current);
    if (others.length > 0) await removeSessions(client, list, others);
  });
}

/** Has every open session of a person say what they are called now. */
export async function renameSessions(
  redis: RedisService,
  userId: string,
  name: string,
): Promise<void> {
  const entries = await readList(redis, sessionsOfUser(userId));
  await redis.run(async (client) => {
    const transaction = client.multi();
    for (const { key, stored } of entries) {
      const { data } = storedSession.safeParse(stored);
      // One that ended meanwhile stays so.
      if (data) transaction.set(key, { ...data, name }, { keepTtl: true, xx: true });
    }
    if (transaction.length() > 0) await transaction.exec();
  });
}

async function readList(redis: RedisService, list: string) {
  return redis.run(async (client) => {
    const keys = await client.zrange<string[]>(list, 0, -1);
    if (keys.length === 0) return [];
    const transaction = client.multi();
    for (const key of keys) transaction.get(key).ttl(key);
    const answers = await transaction.exec<unknown[]>();
    const entries = keys.map((key, index) => ({
      key,
      stored: answers[2 * index],
      secondsLeft: Number(answers[2 * index + 1]),
    }));
    // What ran out by itself is still listed, and would count towards the cap.
    const gone = entries.filter(({ stored }) => stored === null).map(({ key }) => key);
    if (gone.length > 0) await client.zrem(list, ...gone);
    return entries;
  });
}

function referenceOf(key: string): string {
  return key.slice("session:".length, "session:".length + 16);
}
