import { generateKeyPairSync, sign } from "node:crypto";
import { expect, test } from "vitest";
import { MailSignatureError, verifyMailSignature } from "#lib/operations/mail-signature.ts";

const now = new Date("2026-11-23T12:00:00Z");
const seconds = now.getTime() / 1000;
const body = '[{"email":"kim@example.com","event":"bounce","name":"Zoë"}]\r\n';

function makeKeys() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ format: "der", type: "spki" }).toString("base64");
  const signDer = (timestamp: string, text = body) =>
    sign("sha256", Buffer.from(timestamp + text), privateKey);
  return { privateKey, spki, signDer };
}

const keys = makeKeys();

function request({ offset = 0, text = body } = {}) {
  const timestamp = String(seconds + offset);
  return { body: text, timestamp, signature: keys.signDer(timestamp).toString("base64"), now };
}

function verify(change: Partial<ReturnType<typeof request> | Record<string, null>> = {}) {
  return verifyMailSignature(keys.spki, { ...request(), ...change });
}

test("what was signed with the key is taken, up to five minutes from now", async () => {
  for (const offset of [-300, 0, 300])
    await expect(verify(request({ offset })), String(offset)).resolves.toBeUndefined();
});

test("a signature is read whatever the lengths of its numbers", async () => {
  const lengths = new Set<string>();
  const timestamp = String(seconds);
  // One in 256 begins with a zero byte, which DER leaves out; one in two gets one more.
  for (let tries = 0; tries < 20_000 && !hasShort(lengths); tries++) {
    const der = keys.signDer(timestamp);
    const shape = `${der[3]} ${der[5 + (der[3] ?? 0)]}`;
    if (lengths.has(shape)) continue;
    lengths.add(shape);
    await expect(verify({ signature: der.toString("base64") }), shape).resolves.toBeUndefined();
  }
  expect(hasShort(lengths)).toBe(true);
  expect(lengths).toContain("33 33");
});

function hasShort(lengths: Set<string>): boolean {
  const shapes = [...lengths].map((shape) => shape.split(" ").map(Number));
  return [0, 1].every((index) => shapes.some((shape) => (shape[index] ?? 99) < 32));
}

test("a changed body, a changed time and another key do not fit", async () => {
  await expect(verify({ body: body.replace("kim", "tim") })).rejects.toThrow(MailSignatureError);
  await expect(verify({ timestamp: String(seconds + 1) })).rejects.toThrow(MailSignatureError);
  await expect(verifyMailSignature(makeKeys().spki, request())).rejects.toThrow(MailSignatureError);
});

test.each([-301, 301, -86_400, 86_400])(
  "a true signature %i s from now is refused",
  async (offset) => {
    await expect(verify(request({ offset }))).rejects.toThrow(MailSignatureError);
  },
);

test.each(["signature", "timestamp"])("a request without its %s is refused", async (name) => {
  await expect(verify({ [name]: null })).rejects.toThrow(MailSignatureError);
  await expect(verify({ [name]: "" })).rejects.toThrow(MailSignatureError);
});

test.each([`+${seconds}`, `0${seconds}`, ` ${seconds}`, `${seconds}.0`, "1.763e9", "now"])(
  "the time %j is refused, even with a signature that fits",
  async (timestamp) => {
    const signature = keys.signDer(timestamp).toString("base64");
    await expect(verify({ timestamp, signature })).rejects.toThrow(MailSignatureError);
  },
);

test("what is no DER signature is refused, and not an error of ours", async () => {
  const der = keys.signDer(String(seconds));
  const raw = sign("sha256", Buffer.from(String(seconds) + body), {
    key: keys.privateKey,
    dsaEncoding: "ieee-p1363",
  });
  const wrong = [
    raw,
    Buffer.concat([der, Buffer.from([0])]),
    der.subarray(0, -1),
    Buffer.from([0x30, der.length - 1, ...der.subarray(2), 0]),
    Buffer.from([0x30, der.length - 3, ...der.subarray(2, -1)]),
    Buffer.from([0x30, 39, 2, 34, ...new Uint8Array(34).fill(1), 2, 1, 1]),
    Buffer.from([0x30, 0]),
    Buffer.from([0x30, 4, 2, 0, 2, 0]),
    Buffer.from([0x30, 2, 2, 200]),
    Buffer.from([0x30, 36, 2, 34, ...new Uint8Array(34).fill(1)]),
  ].map((bytes) => bytes.toString("base64"));
  for (const signature of [...wrong, "not base64!", "AAAA"])
    await expect(verify({ signature }), signature).rejects.toThrow(MailSignatureError);
});
