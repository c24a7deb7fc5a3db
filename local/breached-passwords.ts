import { createHash, randomBytes } from "node:crypto";
import type { Faults } from "./faults.ts";
import type { LocalService } from "./service.ts";

/** What the list holds: long enough for the shop, and not among the common ones that it knows itself. */
export const BREACHED_PASSWORDS = [
  "correct horse battery staple",
  "letmein-please-2020",
  "trustno1trustno1",
];

const LEAST_LINES = 800;
const RANGE = /^\/breached-passwords\/range\/([0-9A-F]{5})$/i;

/**
 * Stands in for Have I Been Pwned: GET /breached-passwords/range/XXXXX answers with the rest of each
 * SHA-1 that begins so, padded with lines that count 0.
 */
export function createBreachedPasswords({ faults }: { faults: Faults }): LocalService {
  const digests = BREACHED_PASSWORDS.map((password) =>
    createHash("sha1").update(password).digest("hex").toUpperCase(),
  );
  return {
    async handle(request, response) {
      if ((await faults.guard("breaches", request, response)) === "handled") return;
      const prefix = RANGE.exec(request.url ?? "")?.[1]?.toUpperCase();
      if (prefix === undefined || faults.get("breaches")) {
        response.writeHead(prefix === undefined ? 404 : 503).end();
        return;
      }
      const hits = digests
        .filter((digest) => digest.startsWith(prefix))
        .map((digest) => `${digest.slice(5)}:42`);
      const padding = Array.from(
        { length: LEAST_LINES },
        () => `${randomBytes(18).toString("hex").slice(0, 35).toUpperCase()}:0`,
      );
      response
        .writeHead(200, { "content-type": "text/plain" })
        .end([...hits, ...padding].join("\r\n"));
    },
    close: async () => {},
  };
}
