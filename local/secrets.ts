import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "./replace-file.ts";

/** The random secrets of one data folder. */
export type Secrets = ReturnType<typeof generate>;

/** The folder's secrets: made on first use and kept in `secrets.json`, readable by its owner only. */
export function loadSecrets(folder: string): Secrets {
  const path = join(folder, "secrets.json");
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Partial<Secrets>) : {};
  const secrets = { ...generate(), ...kept };
  if (Object.keys(kept).length < Object.keys(secrets).length) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    replaceFile(path, JSON.stringify(secrets, null, 2));
  }
  return secrets;
}

/** The public half of `emailWebhookPrivateKey`, as SendGrid shows it: base64 of its DER. */
export function publicHalf(privateKey: string): string {
  const key = Buffer.from(privateKey, "base64");
  return createPublicKey(createPrivateKey({ key, format: "der", type: "pkcs8" }))
    .export({ format: "der", type: "spki" })
    .toString("base64");
}

function generate() {
  return {
    postgresPassword: token(18),
    ownerPassword: token(18),
    appPassword: token(18),
    upstashToken: token(24),
    jwtSecret: token(32),
    stripeSecretKey: `sk_test_${alphanumeric(24)}`,
    stripeWebhookSecret: `whsec_${alphanumeric(32)}`,
    emailPassword: `SG.${token(16)}.${token(32)}`,
    emailWebhookPrivateKey: privateKey(),
    jobsSecret: token(32),
    operatorToken: token(32),
    socialClientSecret: token(24),
    demoPassword: `${alphanumeric(4)}-${alphanumeric(4)}-${alphanumeric(4)}-${alphanumeric(4)}`,
  };
}

// P-256, as SendGrid signs its webhook with.
function privateKey(): string {
  const { privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { format: "der", type: "pkcs8" },
    publicKeyEncoding: { format: "der", type: "spki" },
  });
  return privateKey.toString("base64");
}

function token(bytes: number): string {
  return randomBytes(bytes).toString("base64url");
}

function alphanumeric(length: number): string {
  let text = "";
  while (text.length < length)
    text += randomBytes(length)
      .toString("base64")
      .replace(/[^a-z0-9]/gi, "");
  return text.slice(0, length);
}
