import { findEmailChange } from "#lib/accounts/email-change-queries.ts";
import { emailChangeToken } from "#lib/accounts/email-change.ts";
import { RESET_TTL_SECONDS, resetToken } from "#lib/accounts/password-reset.ts";
import { LINK_TTL_SECONDS } from "#lib/accounts/registration.ts";
import { findPasswordReset } from "#lib/accounts/reset-queries.ts";
import type { LetterWriter } from "./letter-writer.ts";

/** The link to choose a new password; nothing for an address without an account, or too late. */
export const resetPassword: LetterWriter = async (services, { resetId = "" }, now) => {
  const { SITE_URL, JWT_SECRET } = services.environment;
  const reset = await findPasswordReset(services.database, resetId);
  if (!reset || ageOf(reset, now) > RESET_TTL_SECONDS) return null;
  const ends = new Date(reset.createdAt.getTime() + RESET_TTL_SECONDS * 1000);
  const link = new URL("/reset-password", SITE_URL);
  link.searchParams.set("reset", reset.id);
  link.searchParams.set("token", resetToken(JWT_SECRET, reset));
  return {
    subject: "Choose a new password",
    preview: "The link in this mail works for ten minutes.",
    greeting: `Hello ${reset.name},`,
    paragraphs: [
      "Somebody, we hope you, has forgotten the password of your Slipway account. With this link " +
        `you can choose a new one. It works once, until ${ends.toISOString().slice(11, 16)} UTC.`,
    ],
    action: { label: "Choose a new password", url: link.href },
    closing: ["All devices are signed out when the password is changed."],
    reason:
      "You get this mail because this address was typed on our page for forgotten passwords. If " +
      "that was not you, do nothing: your password stays as it is.",
  };
};

/** That a password was changed, and what to do if that was somebody else. */
export const passwordChanged: LetterWriter = ({ environment }, { name, device }) =>
  Promise.resolve({
    subject: "Your password was changed",
    preview: "If that was you, there is nothing to do.",
    greeting: `Hello ${name},`,
    paragraphs: [
      `The password of your Slipway account was changed, with ${device}. All other devices were ` +
        "signed out.",
      "If that was you, there is nothing to do. If it was not, set a new password at once: whoever " +
        "changed it is signed out by that.",
    ],
    action: { label: "Set a new password", url: `${environment.SITE_URL}/forgot-password` },
    reason: "You get this mail at every change of your password; it can't be turned off.",
  });

/**
 * The link that proves the new address of an account. To an address that has an account of its own
 * it says so instead; whoever typed it learns nothing on the page.
 */
export const confirmEmail: LetterWriter = async (services, { changeId = "" }, now) => {
  const { SITE_URL, JWT_SECRET } = services.environment;
  const change = await findEmailChange(services.database, changeId);
  if (!change || ageOf(change, now) > LINK_TTL_SECONDS) return null;
  const reason =
    "You get this mail because this address was typed as the new address of an account. If that " +
    "was not you, do nothing.";
  if (change.isTaken)
    return {
      subject: "This address has an account already",
      preview: "Nothing was changed.",
      paragraphs: [
        "Somebody wanted to move their Slipway account to this address, and it has an account " +
          "already. Nothing was changed. Two accounts can't have one address.",
      ],
      action: { label: "Sign in", url: `${SITE_URL}/sign-in` },
      reason,
    };
  const link = new URL("/account/email", SITE_URL);
  link.searchParams.set("change", change.id);
  link.searchParams.set("token", emailChangeToken(JWT_SECRET, change));
  return {
    subject: "Confirm your new address",
    preview: "One step is left to use this address.",
    greeting: `Hello ${change.name},`,
    paragraphs: [
      "Follow the link to use this address for your Slipway account from now on. It works for a " +
        "day, where you are signed in.",
    ],
    action: { label: "Confirm this address", url: link.href },
    reason,
  };
};

/** That a code is asked for besides the password from now on. */
export const secondFactorOn: LetterWriter = ({ environment }, { name, device }) =>
  Promise.resolve({
    subject: "Your second factor is on",
    preview: "From now on a code is asked for besides your password.",
    greeting: `Hello ${name},`,
    paragraphs: [
      `An authenticator was added to your Slipway account, with ${device}. From now on a code of it ` +
        "is asked for besides your password. Keep the recovery codes in a safe place.",
      "If that was not you, sign in, turn it off with a recovery code, or write to us.",
    ],
    action: { label: "See your security page", url: `${environment.SITE_URL}/account/security` },
    reason: "You get this mail at every change of your second factor; it can't be turned off.",
  });

/** That the password alone opens the account again. */
export const secondFactorOff: LetterWriter = ({ environment }, { name, device }) =>
  Promise.resolve({
    subject: "Your second factor is off",
    preview: "Your password alone opens your account again.",
    greeting: `Hello ${name},`,
    paragraphs: [
      `The authenticator of your Slipway account was turned off, with ${device}. Your password alone ` +
        "opens the account again.",
      "If that was not you, set a new password at once and turn the second factor on again.",
    ],
    action: { label: "Set a new password", url: `${environment.SITE_URL}/forgot-password` },
    reason: "You get this mail at every change of your second factor; it can't be turned off.",
  });

/** To the address an account has: that it is about to leave it. */
export const emailChangeAsked: LetterWriter = ({ environment }, { name, device }) =>
  Promise.resolve({
    subject: "Your account is to get another address",
    preview: "If that was you, there is nothing to do here.",
    greeting: `Hello ${name},`,
    paragraphs: [
      `Somebody who knows your password asked, with ${device}, to move your Slipway account to ` +
        "another address. It moves when the new address is confirmed.",
      "If that was you, there is nothing to do here. If it was not, set a new password now: that " +
        "stops it.",
    ],
    action: { label: "Set a new password", url: `${environment.SITE_URL}/forgot-password` },
    reason: "You get this mail at every such wish; it can't be turned off.",
  });

/** To the address an account had: that it has left it. */
export const emailChanged: LetterWriter = ({ environment }, { name }) =>
  Promise.resolve({
    subject: "Your account has another address",
    preview: "Our mail goes to the new address from now on.",
    greeting: `Hello ${name},`,
    paragraphs: [
      "Your Slipway account was moved to another address. This is the last mail to this one.",
      "If you did not want that, write to us at once: we can see what happened and give it back.",
    ],
    action: { label: "Write to us", url: `${environment.SITE_URL}/contact` },
    reason: "You get this mail once, because this was the address of your account.",
  });

/** That there is one more way into the account. */
export const passkeyAdded: LetterWriter = ({ environment }, { name, passkey, device }) =>
  Promise.resolve({
    subject: "A passkey was added",
    preview: "It opens your account without a password.",
    greeting: `Hello ${name},`,
    paragraphs: [
      `The passkey “${passkey}” was added to your Slipway account, with ${device}. It opens the ` +
        "account by itself: no password and no code are asked for besides it.",
      "If that was not you, remove it, change the password and sign out all devices.",
    ],
    action: { label: "See your passkeys", url: `${environment.SITE_URL}/account/passkeys` },
    reason: "You get this mail at every change of your passkeys; it can't be turned off.",
  });

/** That a passkey opens the account no more. */
export const passkeyRemoved: LetterWriter = ({ environment }, { name, passkey, device }) =>
  Promise.resolve({
    subject: "A passkey was removed",
    preview: "It opens your account no more.",
    greeting: `Hello ${name},`,
    paragraphs: [
      `The passkey “${passkey}” was removed from your Slipway account, with ${device}. It opens ` +
        "nothing here any more; you can delete it where you keep it.",
      "If that was not you, change the password and sign out all devices.",
    ],
    action: { label: "See your passkeys", url: `${environment.SITE_URL}/account/passkeys` },
    reason: "You get this mail at every change of your passkeys; it can't be turned off.",
  });

function ageOf({ createdAt }: { createdAt: Date }, now: Date): number {
  return (now.getTime() - createdAt.getTime()) / 1000;
}
