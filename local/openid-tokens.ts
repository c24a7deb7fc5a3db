import {
  createHmac,
  generateKeyPairSync,
  sign,
  type JsonWebKey,
  type KeyObject,
} from "node:crypto";

/** For tests: how the answers of a provider differ from what they should be. */
export interface OpenidLies {
  /** Claims in place of the right ones; undefined leaves one out. */
  claims?: Record<string, unknown>;
  signature?: "none" | "other key" | "hmac";
  /** The token's address leads here instead of answering. */
  redirectTo?: string;
}

/** Signs ID tokens, and says with which key. */
export interface TokenSigner {
  keys(): { keys: JsonWebKey[] };
  sign(claims: Record<string, unknown>, lies: OpenidLies): string;
}

const ALGORITHMS = { none: "none", hmac: "HS256", "other key": "RS256", right: "RS256" };
const KEY_ID = "local-1";

/** A signer with a key of its own, made when it is first needed: that takes a tenth of a second. */
export function createSigner(): TokenSigner {
  let pair: { privateKey: KeyObject; publicKey: KeyObject } | undefined;
  const own = () => (pair ??= generateKeyPairSync("rsa", { modulusLength: 2048 }));
  const publicKey = () => own().publicKey.export({ format: "jwk" });
  return {
    keys: () => ({ keys: [{ ...publicKey(), kid: KEY_ID, use: "sig", alg: "RS256" }] }),
    sign(claims, { signature, claims: lies }) {
      const alg = ALGORITHMS[signature ?? "right"];
      const header = { alg, typ: "JWT", kid: KEY_ID };
      const text = [header, { ...claims, ...lies }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
      if (signature === "none") return `${text}.`;
      if (signature === "hmac")
        return `${text}.${createHmac("sha256", JSON.stringify(publicKey())).update(text).digest("base64url")}`;
      const key =
        signature === "other key"
          ? generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey
          : own().privateKey;
      return `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
    },
  };
}
