import {
  createHash,
  createSign,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from "node:crypto";

/** What the page and the authenticator claim; a test makes one of them wrong. */
export interface Claims {
  origin: string;
  rpId: string;
  challenge: string;
  /** The person was recognised by fingerprint, face or PIN. */
  isVerified?: boolean;
  counter?: number;
  type?: string;
}

const PRESENT = 0x01;
const VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

/** An authenticator in software with one ES256 key, as WebAuthn 6.1 and 8.7 describe what it sends. */
export class SoftPasskey {
  readonly id = randomBytes(32).toString("base64url");
  readonly #key: KeyObject;
  readonly #publicKey: Buffer;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.#key = privateKey;
    const { x = "", y = "" } = publicKey.export({ format: "jwk" });
    // COSE_Key: kty EC2, alg ES256, crv P-256, x, y; as CBOR, written by hand.
    this.#publicKey = Buffer.concat([
      Buffer.from("a5010203262001215820", "hex"),
      Buffer.from(x, "base64url"),
      Buffer.from("225820", "hex"),
      Buffer.from(y, "base64url"),
    ]);
  }

  /** The JSON of a new credential. */
  register(claims: Claims): string {
    const id = Buffer.from(this.id, "base64url");
    const length = Buffer.from([id.length >> 8, id.length & 0xff]);
    const credential = Buffer.concat([Buffer.alloc(16), length, id, this.#publicKey]);
    const authData = Buffer.concat([authenticatorData(claims, HAS_CREDENTIAL), credential]);
    const attestationObject = Buffer.concat([
      Buffer.from("a363666d74646e6f6e656761747453746d74a0686175746844617461", "hex"),
      Buffer.from([0x58, authData.length]),
      authData,
    ]);
    return this.#credential({
      clientDataJSON: clientData(claims, "webauthn.create"),
      attestationObject: attestationObject.toString("base64url"),
      transports: ["internal", "of-the-future"],
    });
  }

  /** The JSON of a signed challenge; `userHandle` is who the credential was made for. */
  sign(claims: Claims, userHandle: string): string {
    const data = authenticatorData(claims, 0);
    const client = clientData(claims, "webauthn.get");
    const hash = createHash("sha256").update(Buffer.from(client, "base64url")).digest();
    const signature = createSign("SHA256")
      .update(Buffer.concat([data, hash]))
      .sign(this.#key);
    return this.#credential({
      clientDataJSON: client,
      authenticatorData: data.toString("base64url"),
      signature: signature.toString("base64url"),
      userHandle,
    });
  }

  #credential(response: Record<string, unknown>): string {
    const { id } = this;
    return JSON.stringify({
      id,
      rawId: id,
      type: "public-key",
      clientExtensionResults: {},
      response,
    });
  }
}

function authenticatorData(claims: Claims, flags: number): Buffer {
  const verified = (claims.isVerified ?? true) ? VERIFIED : 0;
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(claims.counter ?? 0);
  return Buffer.concat([
    createHash("sha256").update(claims.rpId).digest(),
    Buffer.from([PRESENT | verified | flags]),
    counter,
  ]);
}

function clientData({ type, challenge, origin }: Claims, expected: string): string {
  const data = { type: type ?? expected, challenge, origin, crossOrigin: false };
  return Buffer.from(JSON.stringify(data)).toString("base64url");
}
