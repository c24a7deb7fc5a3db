import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hashPassword } from "#lib/accounts/passwords.ts";
import { listPasskeys } from "#lib/accounts/passkey-queries.ts";
import {
  addPasskey,
  beginPasskey,
  beginPasskeySignIn,
  checkPasskey,
  MAX_PASSKEYS,
  removePasskey,
} from "#lib/accounts/passkeys.ts";
import { openShop, type TestShop } from "../../../support/shop.ts";
import { SoftPasskey, type Claims } from "../../../support/soft-passkey.ts";

const DEVICE = { name: "Firefox on Linux", place: null };
const PASSWORD = "four words of it";
const NOT_KNOWN = /not known here/;
let shop: TestShop;
let passwordHash: string;

beforeAll(async () => {
  shop = await openShop();
  passwordHash = await hashPassword(PASSWORD);
});
afterAll(() => shop.stop());

async function makePerson() {
  const email = `${randomUUID()}@example.com`;
  const [user] = await shop.sql<{ id: string }>(
    "INSERT INTO users (email, name, password_hash) VALUES ($1, 'Kim', $2) RETURNING id",
    [email, passwordHash],
  );
  return { id: user?.id ?? "", email, name: "Kim" };
}

/** What a browser on the shop's own page claims. */
function claims(options: Record<string, unknown>, wrong: Partial<Claims> = {}): Claims {
  const { hostname: rpId, origin } = new URL(shop.services.environment.SITE_URL);
  return { origin, rpId, challenge: String(options.challenge), ...wrong };
}

async function begin(user: { id: string; email: string; name: string }, password = PASSWORD) {
  return beginPasskey(shop.services, { user, name: "Phone", password });
}

/** A person with a passkey; `wrong` is what is wrong about it. */
async function add(wrong: Partial<Claims> = {}, passkey = new SoftPasskey()) {
  const user = await makePerson();
  const { token, options } = await begin(user);
  const credential = passkey.register(claims(options, wrong));
  await addPasskey(shop.services, { userId: user.id, token, credential, device: DEVICE });
  const [kept] = await listPasskeys(shop.services.database, user.id);
  return { user, passkey, handle: kept?.userHandle ?? "", id: kept?.id ?? "" };
}

type Added = Awaited<ReturnType<typeof add>>;

async function signIn(
  { passkey, handle }: Added,
  wrong: Partial<Claims> = {},
  userHandle = handle,
) {
  const { token, options } = await beginPasskeySignIn(shop.services);
  const credential = passkey.sign(claims(options, wrong), userHandle);
  return check(token, credential);
}

function check(token: string | null, credential: string) {
  return checkPasskey(shop.services, { token, credential, now: new Date() });
}

test("S11 a passkey is added with the password and signs in without", async () => {
  const added = await add();
  expect(await signIn(added)).toEqual({ ...added.user, role: "learner" });
  const [kept] = await listPasskeys(shop.services.database, added.user.id);
  expect(kept).toMatchObject({ name: "Phone", transports: ["internal"] });
  expect(kept?.lastUsedAt).toBeInstanceOf(Date);
  const events = await shop.sql<{ kind: string }>(
    "SELECT kind FROM security_events WHERE user_id = $1 ORDER BY id",
    [added.user.id],
  );
  expect(events.map(({ kind }) => kind)).toEqual(["passkey-added"]);
  const mails = await shop.sql<{ template: string }>(
    "SELECT template FROM outbox WHERE recipient = $1",
    [added.user.email],
  );
  expect(mails.map(({ template }) => template)).toEqual(["passkey-added"]);
});

test("S05 a passkey is not begun without the right password", async () => {
  const user = await makePerson();
  await expect(begin(user, "another password")).rejects.toMatchObject({ code: "forbidden" });
});

test("S11 nothing but the shop's own page, with the person verified, adds a passkey", async () => {
  for (const [what, wrong] of Object.entries({
    "another origin": { origin: "https://slipway.example.evil.example" },
    "another shop": { rpId: "evil.example" },
    "another challenge": { challenge: "c29tZXRoaW5nLWVsc2U" },
    "nobody verified": { isVerified: false },
    "a signature instead": { type: "webauthn.get" },
  }))
    await expect(add(wrong), what).rejects.toThrow(NOT_KNOWN);
});

test("S11 nothing but the shop's own page, with the person verified, signs in", async () => {
  const added = await add();
  for (const [what, wrong] of Object.entries({
    "another origin": { origin: "https://slipway.example.evil.example" },
    "another shop": { rpId: "evil.example" },
    "another challenge": { challenge: "c29tZXRoaW5nLWVsc2U" },
    "nobody verified": { isVerified: false },
    "a new credential instead": { type: "webauthn.create" },
  }))
    await expect(signIn(added, wrong), what).rejects.toThrow(NOT_KNOWN);
  const other = await add();
  await expect(signIn(added, {}, other.handle), "for somebody else").rejects.toThrow(NOT_KNOWN);
  const forged = { ...added, passkey: Object.assign(new SoftPasskey(), { id: added.passkey.id }) };
  await expect(signIn(forged), "another key").rejects.toThrow(NOT_KNOWN);
  expect(await signIn(added), "and then itself").toMatchObject({ id: added.user.id });
});

test("S13 a challenge counts once, in the browser it was made for, and for what it was made", async () => {
  const added = await add();
  const { token, options } = await beginPasskeySignIn(shop.services);
  const credential = added.passkey.sign(claims(options), added.handle);
  await expect(check(null, credential), "no cookie").rejects.toMatchObject({ code: "conflict" });
  const other = await beginPasskeySignIn(shop.services);
  await expect(check(other.token, credential), "another's").rejects.toThrow(NOT_KNOWN);
  await check(token, credential);
  await expect(check(token, credential), "replayed").rejects.toMatchObject({ code: "conflict" });
  const begun = await begin(added.user);
  const signed = added.passkey.sign(claims(begun.options), added.handle);
  await expect(check(begun.token, signed), "made to add").rejects.toMatchObject({
    code: "conflict",
  });
});

test("S13 fifty copies of one answer sign in once", async () => {
  const added = await add();
  const { token, options } = await beginPasskeySignIn(shop.services);
  const credential = added.passkey.sign(claims(options), added.handle);
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, () => check(token, credential)),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("S32 what one person began adds nothing to another's account", async () => {
  const [one, other] = [await makePerson(), await makePerson()];
  const { token, options } = await begin(one);
  const credential = new SoftPasskey().register(claims(options));
  const answer = { userId: other.id, token, credential, device: DEVICE };
  await expect(addPasskey(shop.services, answer)).rejects.toMatchObject({ code: "conflict" });
  expect(await listPasskeys(shop.services.database, other.id)).toEqual([]);
});

test("S11 a counter that goes back is a copy of the authenticator, and opens nothing", async () => {
  const added = await add({ counter: 5 });
  await signIn(added, { counter: 7 });
  await expect(signIn(added, { counter: 7 })).rejects.toThrow(NOT_KNOWN);
  await expect(signIn(added, { counter: 6 })).rejects.toThrow(NOT_KNOWN);
  expect(await signIn(added, { counter: 8 })).toMatchObject({ id: added.user.id });
});

test("S26 a passkey that was removed, and one of a locked account, open nothing", async () => {
  const removed = await add();
  const stranger = await makePerson();
  const removal = { passkeyId: removed.id, device: DEVICE };
  await expect(
    removePasskey(shop.services, { ...removal, userId: stranger.id }),
    "S32: another's",
  ).rejects.toMatchObject({ code: "not-found" });
  await removePasskey(shop.services, { ...removal, userId: removed.user.id });
  await expect(signIn(removed)).rejects.toThrow(NOT_KNOWN);
  const locked = await add();
  await shop.sql("UPDATE users SET locked_at = now() WHERE id = $1", [locked.user.id]);
  await expect(signIn(locked)).rejects.toMatchObject({ code: "forbidden" });
});

test("a passkey is on one account once, an account has ten, and its handle stays", async () => {
  const first = await add();
  const again = await begin(first.user);
  const excluded = again.options.excludeCredentials as { id: string }[];
  expect(excluded.map(({ id }) => id)).toEqual([first.passkey.id]);
  expect((again.options.user as { id: string }).id).toBe(first.handle);
  expect(first.handle).not.toContain(first.user.id);
  await expect(add({}, first.passkey), "S32: on another account").rejects.toMatchObject({
    code: "conflict",
  });
  await shop.sql(
    `INSERT INTO passkeys (user_id, credential_id, user_handle, public_key, name)
     SELECT $1, gen_random_uuid()::text, 'handle', 'key', 'Key' FROM generate_series(2, $2)`,
    [first.user.id, MAX_PASSKEYS],
  );
  await expect(begin(first.user)).rejects.toMatchObject({ code: "conflict" });
});

test("S43 what is no credential is refused as input", async () => {
  for (const credential of ["{}", "[]", "no json", '{"id":"<script>"}', "null"]) {
    const { token } = await beginPasskeySignIn(shop.services);
    await expect(check(token, credential), credential).rejects.toMatchObject({ code: "invalid" });
  }
});

test("S21 Redis holds no token of a challenge", async () => {
  const { token } = await beginPasskeySignIn(shop.services);
  const keys = await shop.services.redis.run((client) => client.keys("passkey-challenge:*"));
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.join()).not.toContain(token);
});
