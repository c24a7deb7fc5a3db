import { z } from "zod";
import { AppError } from "#lib/errors.ts";

const base64url = z
  .string()
  .max(10_000)
  .regex(/^[\w-]*$/);
const transports = ["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"] as const;

const common = {
  id: base64url.min(1).max(1364),
  rawId: base64url,
  type: z.literal("public-key"),
  clientExtensionResults: z.object({}).default({}),
};

const attestation = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    // A browser may name one that is newer than this list: it is a hint, and left out.
    transports: z
      .array(z.string().max(20))
      .max(10)
      .transform((given) => transports.filter((known) => given.includes(known)))
      .default([]),
  }),
});

const assertion = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url,
  }),
});

/** A new credential as a browser's `toJSON` writes it. Throws AppError "invalid" for anything else. */
export function parseAttestation(credential: string): z.infer<typeof attestation> {
  return parse(attestation, credential);
}

/** A signed challenge as a browser's `toJSON` writes it. Throws AppError "invalid" for anything else. */
export function parseAssertion(credential: string): z.infer<typeof assertion> {
  return parse(assertion, credential);
}

function parse<Schema extends z.ZodType>(schema: Schema, credential: string): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(credential));
  } catch {
    throw new AppError("invalid", "What the browser sent is no passkey.");
  }
}
