import { findRegistration } from "#lib/accounts/queries.ts";
import {
  CODE_TTL_SECONDS,
  LINK_TTL_SECONDS,
  registrationCode,
  registrationToken,
} from "#lib/accounts/registration.ts";
import type { LetterWriter } from "./letter-writer.ts";

/** The code and the link that prove an address; both are made here and stored nowhere. */
export const confirmSignUp: LetterWriter = async (services, parameters, now) => {
  const { SITE_URL, JWT_SECRET } = services.environment;
  const registration = await findRegistration(services.database, parameters.registrationId ?? "");
  if (!registration) return null;
  const ageSeconds = (now.getTime() - registration.createdAt.getTime()) / 1000;
  if (ageSeconds > LINK_TTL_SECONDS) return null;
  const link = new URL("/sign-up/confirm", SITE_URL);
  link.searchParams.set("registration", registration.id);
  link.searchParams.set("token", registrationToken(JWT_SECRET, registration));
  // A mail that was delayed comes with the link alone.
  const hasCode = ageSeconds < CODE_TTL_SECONDS;
  const codeEnds = new Date(registration.createdAt.getTime() + CODE_TTL_SECONDS * 1000);
  return {
    subject: "Confirm your address",
    preview: "One step is left to open your Slipway account.",
    greeting: `Hello ${registration.name},`,
    paragraphs: hasCode
      ? [`Type this code where you signed up. It works until ${formatTime(codeEnds)} UTC.`]
      : ["Follow the link to open your account."],
    ...(hasCode && { code: registrationCode(JWT_SECRET, registration) }),
    action: { label: "Confirm this address", url: link.href },
    closing: ["The link works for a day. We never ask for the code by phone or mail."],
    reason:
      "You get this mail because this address was used to sign up. If that was not you, do " +
      "nothing: there is no account until the address is confirmed.",
  };
};

/** For an address that has an account; whoever signed up with it learns nothing on the page. */
export const alreadyRegistered: LetterWriter = ({ environment }) =>
  Promise.resolve({
    subject: "You have an account already",
    preview: "Sign in with the password you chose before.",
    paragraphs: [
      "Somebody signed up at Slipway with this address, and it has an account already. Your " +
        "account and its password are as they were.",
    ],
    action: { label: "Sign in", url: `${environment.SITE_URL}/sign-in` },
    reason:
      "You get this mail because this address was used to sign up. If that was not you, there " +
      "is nothing to do.",
  });

/** The first mail of a new account. */
export const welcome: LetterWriter = ({ environment }, { name }) =>
  Promise.resolve({
    subject: "Your Slipway account is open",
    preview: "Every course has a lesson you can read first.",
    greeting: `Hello ${name},`,
    paragraphs: [
      "Your address is confirmed and your account is open.",
      "Every course has at least one lesson that you can read before you buy, and the courses " +
        "you buy are yours to keep.",
    ],
    action: { label: "See the courses", url: `${environment.SITE_URL}/courses` },
    reason: "You get this mail once, because you opened an account.",
  });

function formatTime(time: Date): string {
  return time.toISOString().slice(11, 16);
}
