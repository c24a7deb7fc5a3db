import type { LetterWriter } from "./letter-writer.ts";

/** That an account at another provider opens this one from now on. */
export const identityLinked: LetterWriter = ({ environment }, { name, device, provider }) =>
  Promise.resolve({
    subject: `You can sign in with ${provider ?? ""} now`,
    preview: "If that was you, there is nothing to do.",
    greeting: `Hello ${name ?? ""},`,
    paragraphs: [
      `Sign-in with ${provider ?? ""} was added to your Slipway account, with ${device ?? ""}.`,
      "If that was not you, remove it on the page of connected accounts and set a new password.",
    ],
    action: { label: "See connected accounts", url: `${environment.SITE_URL}/account/connected` },
    reason: "You get this mail at every change of how you sign in; it can't be turned off.",
  });

/** That an account at another provider opens this one no more. */
export const identityRemoved: LetterWriter = ({ environment }, { name, device, provider }) =>
  Promise.resolve({
    subject: `${provider ?? ""} signs you in no more`,
    preview: "If that was you, there is nothing to do.",
    greeting: `Hello ${name ?? ""},`,
    paragraphs: [
      `Sign-in with ${provider ?? ""} was removed from your Slipway account, with ${device ?? ""}. ` +
        "Your password opens it as before.",
      "If that was not you, set a new password at once: that signs out all devices.",
    ],
    action: { label: "Set a new password", url: `${environment.SITE_URL}/forgot-password` },
    reason: "You get this mail at every change of how you sign in; it can't be turned off.",
  });
