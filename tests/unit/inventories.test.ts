import { expect, test } from "vitest";
import { filesWith, linesWith, readSource } from "../support/source.ts";

// Places of which there may be no others: a new one fails here until somebody has looked at it.

/** Where a session begins, and what must stand before it in the same function. */
const WAYS_IN: Record<string, RegExp> = {
  // A password, and another provider: who has a second factor is asked for it instead.
  "src/actions/accounts.ts signIn":
    /\bif \(user\.hasSecondFactor\)\s+return [^;]*waitForSecondStep/,
  "src/pages/sign-in/with/[provider]/callback.ts follow":
    /\bif \(hasSecondFactor\)\s+return [^;]*waitForSecondStep/,
  // A verified address, and another provider: the account is new and has no second factor yet.
  "src/actions/accounts.ts confirmSignUp": /\bconst user = await confirm\(/,
  "src/actions/social.ts makeSocialAccount": /\bconst user = await social\.makeSocialAccount\(/,
  // A passkey is two factors in one; a code is the second.
  "src/actions/passkeys.ts signInWithPasskey": /\bconst user = await passkeys\.checkPasskey\(/,
  "src/actions/second-factor.ts confirmSecondStep": /\bawait factors\.checkSecondFactor\(/,
  // Who is signed in already gets a new id.
  ...Object.fromEntries(
    [
      "src/actions/account-security.ts confirmEmail",
      "src/actions/deletion.ts keepAccount",
      "src/actions/passwords.ts changePassword",
      "src/actions/second-factor.ts confirmSecondFactor",
      "src/actions/second-factor.ts turnSecondFactorOff",
      "src/actions/social.ts confirmSocialLink",
    ].map((name) => [name, /= requireSession\(context\)/]),
  ),
};

test("S12: a session begins in the known ways alone, and behind the second factor", () => {
  const blocks = readSource("src").flatMap(({ file, text }) =>
    text.split(/^(?=(?:export )?(?:async )?(?:const|function) )/m).map((block) => ({
      name: `${file} ${/^(?:export )?(?:async )?(?:const|function) (\w+)/.exec(block)?.[1] ?? ""}`,
      parts: block.split(/(?<!function )\bstartSession\(/),
    })),
  );
  const starting = blocks.filter(({ parts }) => parts.length > 1);
  expect(starting.map(({ name }) => name).sort()).toEqual(Object.keys(WAYS_IN).sort());
  for (const { name, parts } of starting) expect(parts[0], name).toMatch(WAYS_IN[name] ?? /^$/);
});

test("S12: nothing but startSession makes a session, or gives a browser one", () => {
  const own = ["src/http/start-session.ts"];
  const makers = readSource("src").filter(
    ({ text }) => /\/sessions\.ts"/.test(text) && /\bcreateSession\b/.test(text),
  );
  expect(makers.map(({ file }) => file)).toEqual(own);
  expect(filesWith("src", /(?<!function )\bwriteSessionCookie\(/)).toEqual(own);
  const writers = ["src/lib/accounts/session-list.ts", "src/lib/accounts/sessions.ts"];
  expect([...new Set(filesWith("src", /\bsessionKey\(|["'`]session:/))]).toEqual(writers);
  expect(filesWith("src", /\bupdateSession\(/)).toEqual([
    "src/lib/accounts/admin/look.ts",
    "src/lib/accounts/admin/look.ts",
    "src/lib/accounts/sessions.ts",
  ]);
});

test("S30: cookies are written in the files of cookies alone", () => {
  expect([...new Set(filesWith("src", /cookies\.(set|delete)\(/))]).toEqual([
    "src/http/cart-cookie.ts",
    "src/http/device-cookie.ts",
    "src/http/proof-cookie.ts",
    "src/http/session-cookie.ts",
    "src/http/social-next-cookie.ts",
    "src/http/token-cookie.ts",
  ]);
  expect(filesWith("src", /set-cookie|document\.cookie|cookieStore/i)).toEqual([]);
});

test("S38: whatever reads ?next= lets nextAddress judge it", () => {
  const readers = linesWith("src", /\.get\("next"\)|\bform\?\.next\b|\binput\.next\b/);
  expect(readers.length).toBeGreaterThan(8);
  expect(readers.filter(({ line }) => !/\bnextAddress\(/.test(line))).toEqual([]);
});
