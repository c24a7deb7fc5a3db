import { layOut, type MailContent } from "./mail-layout.ts";
import {
  confirmEmail,
  emailChangeAsked,
  emailChanged,
  passkeyAdded,
  passkeyRemoved,
  passwordChanged,
  resetPassword,
  secondFactorOff,
  secondFactorOn,
} from "./mails/account-changes.ts";
import { alreadyRegistered, confirmSignUp, welcome } from "./mails/accounts.ts";
import { contact } from "./mails/contact.ts";
import {
  accountErased,
  deletionAsked,
  deletionPostponed,
  deletionTakenBack,
} from "./mails/deletion.ts";
import { identityLinked, identityRemoved } from "./mails/identities.ts";
import type { LetterWriter, MailServices } from "./mails/letter-writer.ts";
import { disputeLost, disputeOpened, disputeWon } from "./mails/disputes.ts";
import { newCourse } from "./mails/news.ts";
import { newDevice } from "./mails/new-device.ts";
import { grant, paymentFailed, receipt } from "./mails/orders.ts";
import { refund, refundFailed } from "./mails/refunds.ts";

/** Every mail that the shop sends. */
export type MailTemplate =
  | "confirm-sign-up"
  | "already-registered"
  | "welcome"
  | "reset-password"
  | "password-changed"
  | "new-device"
  | "confirm-email"
  | "email-change-asked"
  | "email-changed"
  | "second-factor-on"
  | "second-factor-off"
  | "identity-linked"
  | "identity-removed"
  | "deletion-asked"
  | "deletion-postponed"
  | "deletion-taken-back"
  | "account-erased"
  | "passkey-added"
  | "passkey-removed"
  | "receipt"
  | "grant"
  | "payment-failed"
  | "refund"
  | "refund-failed"
  | "dispute-opened"
  | "dispute-won"
  | "dispute-lost"
  | "new-course"
  | "contact";

/** A mail to be written: which one, and what it is about. Never holds a code or a link. */
export interface MailRequest {
  template: MailTemplate;
  parameters: Record<string, string>;
}

const WRITERS = new Map<string, LetterWriter>([
  ["confirm-sign-up", confirmSignUp],
  ["already-registered", alreadyRegistered],
  ["welcome", welcome],
  ["reset-password", resetPassword],
  ["password-changed", passwordChanged],
  ["new-device", newDevice],
  ["confirm-email", confirmEmail],
  ["email-change-asked", emailChangeAsked],
  ["email-changed", emailChanged],
  ["second-factor-on", secondFactorOn],
  ["second-factor-off", secondFactorOff],
  ["identity-linked", identityLinked],
  ["identity-removed", identityRemoved],
  ["deletion-asked", deletionAsked],
  ["deletion-postponed", deletionPostponed],
  ["deletion-taken-back", deletionTakenBack],
  ["account-erased", accountErased],
  ["passkey-added", passkeyAdded],
  ["passkey-removed", passkeyRemoved],
  ["receipt", receipt],
  ["grant", grant],
  ["payment-failed", paymentFailed],
  ["refund", refund],
  ["refund-failed", refundFailed],
  ["dispute-opened", disputeOpened],
  ["dispute-won", disputeWon],
  ["dispute-lost", disputeLost],
  ["new-course", newCourse],
  ["contact", contact],
]);

/**
 * Writes a mail from what the database knows now. Null when what it was about is over, such as a
 * sign-up that is confirmed. Throws when the template is not known.
 */
export async function renderMail(
  services: MailServices,
  mail: { template: string; parameters: Record<string, string> },
  now: Date,
): Promise<MailContent | null> {
  const write = WRITERS.get(mail.template);
  if (!write) throw new Error(`There is no mail template ${mail.template}`);
  const letter = await write(services, mail.parameters, now);
  if (!letter) return null;
  const { replyTo = services.environment.CONTACT_EMAIL, unsubscribeUrl } = letter;
  return {
    ...layOut(letter, services.environment.SITE_URL),
    replyTo,
    ...(unsubscribeUrl && { headers: oneClickHeaders(unsubscribeUrl) }),
  };
}

// RFC 8058: mail programs show a button of their own, and post to the address for the reader.
function oneClickHeaders(url: string): Record<string, string> {
  return { "List-Unsubscribe": `<${url}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" };
}
