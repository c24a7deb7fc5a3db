import type { LetterWriter } from "./letter-writer.ts";

/** That somebody signed in on a device that is new to the account, and what to do if it was not they. */
export const newDevice: LetterWriter = ({ environment }, parameters) => {
  const { SITE_URL } = environment;
  const { name = "", device = "", place, at = "" } = parameters;
  const facts = [
    `When: ${formatTime(new Date(at))}`,
    `With: ${device}, as the browser itself says`,
    ...(place ? [`Where: about ${place}, as far as the network address tells`] : []),
  ];
  return Promise.resolve({
    subject: "New sign-in to your account",
    preview: `With ${device}. If that was you, there is nothing to do.`,
    greeting: `Hello ${name},`,
    paragraphs: [
      "Somebody signed in to your Slipway account on a device that is new to it.",
      facts.join("\n"),
      "If that was you, there is nothing to do. If it was not, change your password now: that signs " +
        "out all other devices. Then look at your security page, where every device that is signed " +
        "in stands, and whether a passkey or another way in was added.",
    ],
    action: { label: "Change the password", url: `${SITE_URL}/account/password` },
    further: [
      { label: "See and sign out all devices", url: `${SITE_URL}/account/security` },
      { label: "Set a new password by mail", url: `${SITE_URL}/forgot-password` },
    ],
    reason:
      "You get this mail when a browser signs in that your account has not seen for three months; " +
      "it can't be turned off.",
  });
};

function formatTime(time: Date): string {
  return `${FORMAT.format(time)} UTC`;
}

const FORMAT = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});
