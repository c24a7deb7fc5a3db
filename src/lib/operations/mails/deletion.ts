import type { LetterWriter } from "./letter-writer.ts";

const KEPT =
  "Your orders stay in our books, without your name and address, for as long as tax law asks for: " +
  "what was bought, when, for how much, and the payment's numbers at Stripe.";

/** That an account is closed and when it is erased, and how that is taken back. */
export const deletionAsked: LetterWriter = ({ environment }, { name, device, dueAt = "" }) =>
  Promise.resolve({
    subject: "Your account is closed and will be erased",
    preview: `It can be taken back until ${day(dueAt)}.`,
    greeting: `Hello ${name},`,
    paragraphs: [
      `Your Slipway account was closed, with ${device}. All devices are signed out. It is erased on ` +
        `${day(dueAt)}: then your name, address, password and progress are gone, and so is your ` +
        "access to the courses you bought. Should a payment, refund or dispute of an order be under " +
        "way on that day, we wait for its end.",
      KEPT,
      "Would you like to keep it? Sign in before that day and press the button that stands there.",
    ],
    action: { label: "Sign in to keep it", url: keepAddress(environment.SITE_URL) },
    closing: ["If that was not you, sign in, keep the account, and change its password."],
    reason: "You get this mail when an account is closed; it can't be turned off.",
  });

/** That a payment after the account was closed gives it time anew. */
export const deletionPostponed: LetterWriter = ({ environment }, { name, dueAt = "" }) =>
  Promise.resolve({
    subject: "Your account is kept a while longer",
    preview: `You bought a course meanwhile. It is erased on ${day(dueAt)}.`,
    greeting: `Hello ${name},`,
    paragraphs: [
      "You have had your Slipway account closed, and got a course after that. So that it is not " +
        `lost, the account is erased on ${day(dueAt)} and not before.`,
      "Would you like to keep the account and the course? Sign in before that day and press the " +
        "button that stands there.",
    ],
    action: { label: "Sign in to keep it", url: keepAddress(environment.SITE_URL) },
    reason: "You get this mail because your account is closed; it can't be turned off.",
  });

/** That an account stays. */
export const deletionTakenBack: LetterWriter = ({ environment }, { name, device }) =>
  Promise.resolve({
    subject: "Your account stays",
    preview: "Nothing was erased.",
    greeting: `Hello ${name},`,
    paragraphs: [
      `Your Slipway account is kept after all, as was asked for with ${device}. Nothing of it was ` +
        "erased.",
      "If that was not you, set a new password at once.",
    ],
    action: { label: "Set a new password", url: `${environment.SITE_URL}/forgot-password` },
    reason: "You get this mail when a closed account is opened again; it can't be turned off.",
  });

/** The last mail to an account: that it is no more. */
export const accountErased: LetterWriter = ({ environment }, { name }) =>
  Promise.resolve({
    subject: "Your account is erased",
    preview: "This is our last mail to you.",
    greeting: `Hello ${name},`,
    paragraphs: [
      "Your Slipway account is erased: your name, address, password, progress, and what happened on " +
        "it. This is our last mail to you, and we forget the address with it.",
      KEPT,
      "You can make a new account with this address at any time. It begins without courses.",
    ],
    action: { label: "To the shop", url: environment.SITE_URL },
    reason: "You get this mail once, because this was the address of an account.",
  });

function keepAddress(siteUrl: string): string {
  return `${siteUrl}/sign-in?next=${encodeURIComponent("/account/delete")}`;
}

function day(time: string): string {
  return FORMAT.format(new Date(time));
}

const FORMAT = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
