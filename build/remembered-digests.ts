import type { Plugin } from "vite";
import { patchedModule } from "./patched-module.ts";

const DIGEST = "async function generateCspDigest(data, algorithm) {";
// All styles and scripts that pages share; what differs by request must not fill the memory.
const MOST_REMEMBERED = 64;

/**
 * Vite plugin that lets Astro hash an inlined style or script once per isolate for the Content-Security-Policy, and not on every
 * request: 0.1 ms for our styles. The site has one
 * algorithm. Throws when Astro computes the digest in another way than this one knows.
 */
export function rememberDigests(): Plugin {
  return patchedModule({
    name: "remember-digests",
    file: "/astro/dist/core/encryption.js",
    from: DIGEST,
    to: `${REMEMBERING}\nasync function computeDigest(data, algorithm) {`,
    missing: "Astro computes its digests in another way now.",
  });
}

const REMEMBERING = `const digests = new Map();
async function generateCspDigest(data, algorithm) {
  const known = digests.get(data);
  if (known) return known;
  const digest = await computeDigest(data, algorithm);
  if (digests.size < ${MOST_REMEMBERED}) digests.set(data, digest);
  return digest;
}`;
