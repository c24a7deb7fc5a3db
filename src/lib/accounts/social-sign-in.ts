import { randomUUID } from "node:crypto";
import { AppError } from "#lib/errors.ts";
import { violates } from "#lib/services/database.ts";
import type { Services } from "#lib/services/index.ts";
import {
  listProviders,
  providerName,
  type SocialProviderId,
} from "#lib/services/social-providers.ts";
import { findSocialPerson, socialAddress, type SocialPerson } from "#lib/services/social.ts";
import { randomToken } from "#lib/tokens.ts";
import { checkOwnPassword } from "./change-password.ts";
import type { Device } from "./device-words.ts";
import { findUserByEmail, type User } from "./queries.ts";
import type { Session } from "./sessions.ts";
import {
  createFlow,
  pendingPeople,
  takeFlow,
  type PendingPerson,
  type SocialFlow,
} from "./social-flow.ts";
import { deleteIdentity, insertIdentity, insertSocialUser, useIdentity } from "./social-queries.ts";

/** Where a provider is added to an account, and what comes of it is said. */
export const LINK_PAGE = "/account/connected";

type SocialServices = Pick<Services, "database" | "redis" | "environment">;

/** What a sign-in by another provider came to. */
export type SocialOutcome =
  | { kind: "known"; user: User; hasSecondFactor: boolean; next: string }
  /** Nobody here has this identity yet: `token` opens it where that is decided. */
  | { kind: "unknown"; token: string }
  | { kind: "linked" };

/** Whom a pending person is for: a new account, or one that is there and has to agree. */
export type PendingState =
  | { kind: "new" }
  /** There is an account with the address: its owner signs in to it first. */
  | { kind: "sign-in-first" }
  | { kind: "may-link" };

/**
 * Begins a sign-in by another provider, or the adding of one to the account `userId`. Gives the
 * address to lead the browser to, and what the browser keeps in a cookie meanwhile. Throws
 * AppError "not-found" for a provider that is off, DependencyError without Redis.
 */
export async function beginSocialSignIn(
  { redis, environment }: Pick<Services, "redis" | "environment">,
  wish: { provider: SocialProviderId; next: string; userId: string | null },
): Promise<{ location: string; browser: string }> {
  const [nonce, verifier] = [randomToken(), randomToken()];
  // The address first: a provider that is off keeps nothing in Redis.
  await socialAddress(environment, wish.provider, { state: "", nonce, verifier });
  const { state, browser } = await createFlow(redis, { ...wish, nonce, verifier });
  const proof = { state, nonce, verifier };
  return { location: await socialAddress(environment, wish.provider, proof), browser };
}

/**
 * The same from the account page: throws AppError "forbidden" without the account's own password,
 * RateLimitError before it is hashed (ASVS V7.5.1).
 */
export async function beginSocialLink(
  services: SocialServices,
  wish: { provider: SocialProviderId; userId: string; password: string },
): Promise<{ location: string; browser: string }> {
  const { provider, userId, password } = wish;
  await checkOwnPassword(services, userId, password);
  return beginSocialSignIn(services, { provider, userId, next: LINK_PAGE });
}

/** Takes what was begun, once: null for another browser, a second time, or too late. */
export async function takeSocialFlow(
  { redis }: Pick<Services, "redis">,
  back: { provider: SocialProviderId; answer: URLSearchParams; browser: string | null },
): Promise<(SocialFlow & { state: string }) | null> {
  const state = back.answer.get("state");
  if (!state || !back.browser) return null;
  const flow = await takeFlow(redis, { state, browser: back.browser });
  return flow?.provider === back.provider ? { ...flow, state } : null;
}

/**
 * Finds out who came back and what follows. An account is opened by the provider's id for the person
 * alone, never by an address. Throws SocialRefusal, AppError "forbidden" for a locked account,
 * "invalid" for an address that is not proved, "conflict" for an identity of another account.
 */
export async function finishSocialSignIn(
  services: SocialServices,
  back: {
    flow: SocialFlow & { state: string };
    answer: URLSearchParams;
    session: Session | null;
    device: Device;
    now: Date;
  },
): Promise<SocialOutcome> {
  const { flow, answer, session, device, now } = back;
  const person = await findSocialPerson(services.environment, flow.provider, {
    answer,
    proof: flow,
  });
  if (flow.userId !== null) {
    if (session?.userId !== flow.userId)
      throw new AppError("unauthorized", "Please sign in first, then add it once more.");
    await linkIdentity(services, { ...person, userId: flow.userId, device });
    return { kind: "linked" };
  }
  const known = await useIdentity(services.database, person);
  if (!known) return { kind: "unknown", token: await keep(services, person, flow, now) };
  const { hasSecondFactor, isLocked, ...user } = known;
  if (isLocked)
    throw new AppError("forbidden", "This account is locked. Write to us to have it opened.");
  return { kind: "known", user, hasSecondFactor, next: flow.next };
}

/** Whether the person may have a new account, link an account, or must first prove that it is theirs. */
export async function findPendingState(
  { database }: Pick<Services, "database">,
  { person, session }: { person: PendingPerson; session: Session | null },
): Promise<PendingState> {
  const owner = await findUserByEmail(database, person.email);
  if (!owner) return { kind: "new" };
  // Signed in after the provider vouched, so that a browser left open is no proof.
  const isFresh = session !== null && session.createdAt >= person.createdAt;
  return { kind: isFresh && session.userId === owner.id ? "may-link" : "sign-in-first" };
}

/** Makes the account of a pending person. Throws AppError "conflict" when there is one meanwhile. */
export async function makeSocialAccount(
  { database }: Pick<Services, "database">,
  { person, name, device }: { person: PendingPerson; name: string; device: Device },
): Promise<User> {
  const { provider, subject, email } = person;
  const user = await orConflict(() =>
    insertSocialUser(database, { provider, subject, email, name, device }),
  );
  if (!user) throw new AppError("conflict", "This address has an account already.");
  return user;
}

/**
 * Links a pending person to the account with their address. Throws AppError "forbidden" unless its
 * owner has just signed in to it, and "conflict" when it can't be linked.
 */
export async function confirmSocialLink(
  services: Pick<Services, "database" | "environment">,
  wish: { person: PendingPerson; session: Session; device: Device },
): Promise<void> {
  const { person, session, device } = wish;
  const { kind } = await findPendingState(services, wish);
  if (kind !== "may-link")
    throw new AppError("forbidden", "Please sign in to the account first. Nothing was changed.");
  await linkIdentity(services, { ...person, userId: session.userId, device });
}

/**
 * Takes a provider off an account. Throws as `beginSocialLink` does, and AppError "conflict" when
 * there is nothing to take off: who has no password fails at that, so one way in is always left.
 */
export async function unlinkIdentity(
  services: SocialServices,
  wish: { provider: SocialProviderId; userId: string; password: string; device: Device },
): Promise<void> {
  const { provider, userId, password, device } = wish;
  await checkOwnPassword(services, userId, password);
  const isRemoved = await deleteIdentity(services.database, {
    ...{ provider, userId, device, noticeId: randomUUID() },
    providerName: providerName(services.environment, provider),
  });
  if (!isRemoved) throw new AppError("conflict", "It is not connected any more.");
}

/** Throws AppError "not-found" while no provider is configured: then the pages are not there. */
export function requireProviders({ environment }: Pick<Services, "environment">) {
  const providers = listProviders(environment);
  if (providers.length === 0) throw new AppError("not-found", "There is no such page.");
  return providers;
}

async function keep(
  { redis }: Pick<Services, "redis">,
  { provider, subject, email, name }: SocialPerson,
  { next }: SocialFlow,
  now: Date,
): Promise<string> {
  if (email === null)
    throw new AppError(
      "invalid",
      "Your e-mail address is not confirmed there. Confirm it, or make an account with a password.",
    );
  const createdAt = now.getTime();
  return pendingPeople.create(redis, { provider, subject, email, name, next, createdAt });
}

async function linkIdentity(
  { database, environment }: Pick<Services, "database" | "environment">,
  identity: Pick<SocialPerson, "provider" | "subject" | "email"> & {
    userId: string;
    device: Device;
  },
): Promise<void> {
  const { provider, subject, email, userId, device } = identity;
  await orConflict(() =>
    insertIdentity(database, {
      ...{ provider, subject, email, userId, device, noticeId: randomUUID() },
      providerName: providerName(environment, provider),
    }),
  );
}

async function orConflict<T>(insert: () => Promise<T>): Promise<T> {
  try {
    return await insert();
  } catch (error) {
    if (violates(error, "identities_pkey"))
      throw new AppError("conflict", "This sign-in belongs to an account already.");
    if (violates(error, "identities_user_id_provider_key"))
      throw new AppError("conflict", "Another one of the same provider is connected already.");
    throw error;
  }
}
