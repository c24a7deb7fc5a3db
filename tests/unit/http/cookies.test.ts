import type { AstroCookies } from "astro";
import { expect, test } from "vitest";
import { addToCart, removeFromCart } from "#http/cart-cookie.ts";
import { writeDeviceCookie } from "#http/device-cookie.ts";
import { emailChangeCookie, resetCookie, unsubscribeCookie } from "#http/proof-cookie.ts";
import * as session from "#http/session-cookie.ts";
import { deleteSocialNext, writeSocialNext } from "#http/social-next-cookie.ts";
import {
  passkeyCookie,
  secondStepCookie,
  socialFlowCookie,
  socialPersonCookie,
} from "#http/token-cookie.ts";
import { makeJar } from "../../support/cookie-jar.ts";
import { readSource } from "../../support/source.ts";

const ID = "11111111-1111-4111-8111-111111111111";
const TOKEN = "t".repeat(43);
const MONTH = 30 * 24 * 60 * 60;

type Write = (cookies: AstroCookies) => void;

/** Every cookie: how it is written and deleted, and how many seconds a browser keeps it. */
const COOKIES: Record<string, { write: Write; remove: Write | null; seconds: number }> = {
  "__Host-session": {
    write: (cookies) => session.writeSessionCookie(cookies, TOKEN),
    remove: session.deleteSessionCookie,
    seconds: MONTH,
  },
  "__Host-registration": {
    write: (cookies) => session.writeRegistrationCookie(cookies, ID, 86_400),
    remove: session.deleteRegistrationCookie,
    seconds: 86_400,
  },
  "__Host-confirmation": {
    write: (cookies) => session.writeLinkCookie(cookies, ID, TOKEN),
    remove: session.deleteLinkCookie,
    seconds: 600,
  },
  "__Host-second-step": ofToken(secondStepCookie),
  "__Host-passkey": ofToken(passkeyCookie),
  "__Host-social": ofToken(socialFlowCookie),
  "__Host-social-person": ofToken(socialPersonCookie),
  "__Host-social-next": {
    write: (cookies) => writeSocialNext(cookies, "/learn"),
    remove: deleteSocialNext,
    seconds: 86_400,
  },
  "__Host-reset": ofProof(resetCookie),
  "__Host-email-change": ofProof(emailChangeCookie),
  "__Host-unsubscribe": ofProof(unsubscribeCookie),
  // Outlives signing out on purpose: nothing deletes it.
  "__Host-device": {
    write: (cookies) => writeDeviceCookie(cookies, "k".repeat(32), "kim@example.com"),
    remove: null,
    seconds: 6 * MONTH,
  },
  "__Host-cart": {
    write: (cookies) => addToCart(cookies, "a-course"),
    remove: (cookies) => removeFromCart(cookies, ["a-course"]),
    seconds: MONTH,
  },
};

test.each(Object.entries(COOKIES))(
  "S30: %s is for this host, over TLS, for no script and for no other site's forms",
  (name, { write, remove, seconds }) => {
    const { cookies, written } = makeJar();
    write(cookies);
    // What deletes a cookie must be as what wrote it: a browser takes a __Host- name no other way.
    remove?.(cookies);
    const attributes = { path: "/", httpOnly: true, secure: true, sameSite: "lax" };
    expect(written).toEqual([
      { name, value: expect.any(String) as string, attributes: { ...attributes, maxAge: seconds } },
      ...(remove ? [{ name, value: "", attributes }] : []),
    ]);
  },
);

test("S30: no cookie is named in the source but these", () => {
  const named = readSource("src").flatMap(({ text }) =>
    [...text.matchAll(/"(__\w+-[\w-]+)"/g)].map(([, name]) => name),
  );
  expect([...new Set(named)].sort()).toEqual(Object.keys(COOKIES).sort());
});

test("S14 S30: what proves a way in waits in a browser for ten minutes", () => {
  const others = ["session", "registration", "device", "social-next", "cart"].map(
    (name) => `__Host-${name}`,
  );
  for (const [name, { seconds }] of Object.entries(COOKIES))
    if (!others.includes(name)) expect(seconds, name).toBe(600);
});

function ofToken(cookie: typeof passkeyCookie) {
  return {
    write: (cookies: AstroCookies) => cookie.write(cookies, TOKEN),
    remove: cookie.delete.bind(cookie),
    seconds: 600,
  };
}

function ofProof(cookie: typeof resetCookie) {
  return {
    write: (cookies: AstroCookies) => void cookie.write(cookies, ID, TOKEN),
    remove: cookie.delete.bind(cookie),
    seconds: 600,
  };
}
