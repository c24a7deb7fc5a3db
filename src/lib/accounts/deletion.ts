import { randomUUID } from "node:crypto";
import { AppError, FieldError } from "#lib/errors.ts";
import type { Services } from "#lib/services/index.ts";
import { findAccount } from "./account-queries.ts";
import { findPerson } from "./admin/person-queries.ts";
import { checkOwnPassword } from "./change-password.ts";
import {
  listOpenMatters,
  updateDeletionAsked,
  updateDeletionTakenBack,
  updateErasureOrdered,
  type OpenMatter,
} from "./deletion-queries.ts";
import type { Device } from "./device-words.ts";
import {
  deleteLastMails,
  eraseUser,
  listDueAccounts,
  updateErasuresPostponed,
} from "./erasure-queries.ts";
import { endAllSessions } from "./sessions.ts";

/** How long a deletion can be taken back, and how long what was paid for meanwhile stays. */
export const GRACE_DAYS = 14;

const GRACE_SECONDS = GRACE_DAYS * 24 * 60 * 60;

const MATTERS: Record<OpenMatter["kind"], string> = {
  payment: "is not paid to the end",
  refund: "has a refund on its way",
  dispute: "is disputed at the bank",
  review: "is being looked at",
};

type DeletionServices = Pick<Services, "database" | "redis">;

/**
 * Closes a person's account: every session ends, and it is erased after GRACE_DAYS unless they take
 * it back. Throws AppError "conflict" for staff or when it was asked for before, and as
 * `checkOwnPassword` does; DependencyError without Redis and before anything was changed.
 */
export async function requestDeletion(
  services: DeletionServices,
  wish: { userId: string; password: string; device: Device; now: Date },
): Promise<void> {
  const { userId, password, device, now } = wish;
  await checkOwnPassword(services, userId, password);
  const account = await findAccount(services.database, userId);
  if (account?.role !== "learner" || account.deletionDueAt) throw cannotClose();
  await endAllSessions(services.redis, userId);
  const dueAt = new Date(now.getTime() + GRACE_SECONDS * 1000);
  const noticeId = randomUUID();
  if (!(await updateDeletionAsked(services.database, { userId, now, dueAt, device, noticeId })))
    throw cannotClose();
  await endAllSessions(services.redis, userId);
}

/** Takes a deletion back. Throws AppError "conflict" when there is none. */
export async function keepAccount(
  { database }: Pick<Services, "database">,
  { userId, device }: { userId: string; device: Device },
): Promise<void> {
  if (!(await updateDeletionTakenBack(database, { userId, device, noticeId: randomUUID() })))
    throw new AppError("conflict", "This account is not going to be erased.");
}

/**
 * Erases an account at once, as staff decided, and writes that down first. Throws FieldError when
 * `address` is not the account's, and AppError for one's own account, one of staff, one that is
 * erased, and one with something under way; DependencyError half-way, and the job goes on.
 */
export async function eraseAsAdmin(
  services: DeletionServices,
  order: { personId: string; address: string; reason: string; actorId: string; now: Date },
): Promise<void> {
  const { personId, actorId } = order;
  const person = await findPerson(services.database, personId);
  if (!person || person.erasedAt) throw new AppError("not-found", "There is no such account.");
  if (personId === actorId || person.role !== "learner")
    throw new AppError("conflict", "Accounts of staff are not erased. Take the role away first.");
  if (order.address !== person.email)
    throw new FieldError("address", "This is not the address of this account.");
  const [matter] = await listOpenMatters(services.database, personId);
  if (matter) throw new AppError("conflict", `Not yet: ${matterWords(matter)}.`);
  if (!(await updateErasureOrdered(services.database, order)))
    throw new AppError("conflict", "The account changed meanwhile. Please look again.");
  await eraseAccount(services, personId, order.now);
}

/**
 * Erases the accounts whose time is over. May run at any time and at once with itself. An account
 * with a payment, refund or dispute under way waits for its end; one that was paid for meanwhile
 * gets its time anew.
 */
export async function eraseDueAccounts(
  services: DeletionServices,
  { now, limit = 20 }: { now: Date; limit?: number },
): Promise<{ erasedAccounts: number; postponedErasures: number }> {
  const { database } = services;
  await deleteLastMails(database);
  const moment = { now, graceSeconds: GRACE_SECONDS };
  const postponedErasures = await updateErasuresPostponed(database, moment);
  let erasedAccounts = 0;
  for (const userId of await listDueAccounts(database, { now, limit }))
    if (await eraseAccount(services, userId, now)) erasedAccounts += 1;
  return { erasedAccounts, postponedErasures };
}

/** What is under way, such as "order 1001 is disputed at the bank". */
export function matterWords({ kind, orderNumber }: OpenMatter): string {
  return `order ${orderNumber} ${MATTERS[kind]}`;
}

function cannotClose(): AppError {
  return new AppError(
    "conflict",
    "This account can't be deleted: it belongs to the shop's staff, or is to be erased already.",
  );
}

// Before, so that nothing is erased while its sessions can't be ended; and after it, for a sign-in
// in between.
async function eraseAccount(
  { database, redis }: DeletionServices,
  userId: string,
  now: Date,
): Promise<boolean> {
  await endAllSessions(redis, userId);
  const isErased = await eraseUser(database, { userId, now, graceSeconds: GRACE_SECONDS });
  if (isErased) await endAllSessions(redis, userId);
  return isErased;
}
