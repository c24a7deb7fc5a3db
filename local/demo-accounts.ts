import { Secret, TOTP } from "otpauth";

/** Who may sign in to the local shop, as the starter prints it. */
export const DEMO_ACCOUNTS = [
  { email: "learner@example.com", what: "a learner" },
  {
    email: "admin@example.com",
    what: "an admin, for /admin; the page of all services shows the code",
  },
];

/** What the demo admin's authenticator would hold. Known to everybody: only the local seed uses it. */
export const DEMO_TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

/** The code that the demo admin's authenticator would show now, and for how many seconds more. */
export function demoCode(now = Date.now()): { code: string; seconds: number } {
  const totp = new TOTP({ secret: Secret.fromBase32(DEMO_TOTP_SECRET) });
  return {
    code: totp.generate({ timestamp: now }),
    seconds: Math.ceil(totp.remaining({ timestamp: now }) / 1000),
  };
}
