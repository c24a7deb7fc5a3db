import { createHash } from "node:crypto";
import cloudflare from "@astrojs/cloudflare";
import sentry from "@sentry/astro";
import { defineConfig, logHandlers } from "astro/config";
import { cloudflarePages } from "./build/cloudflare-pages.ts";
import { lateScript } from "./build/late-script.ts";
import { releaseId, withoutPreloads } from "./build/release.ts";
import { rememberDigests } from "./build/remembered-digests.ts";
import { sharedStyles } from "./build/shared-styles.ts";
import { wholePages } from "./build/whole-pages.ts";
import { minifyWorker, withoutJsonSchemas, withShortErrors } from "./build/worker-size.ts";
import { EARLY_SCRIPT } from "./src/http/early-script.ts";
import { SPECULATION_RULES } from "./src/http/speculation-rules.ts";

const target = process.env.DEPLOY_TARGET ?? "pages";
// Hot reload writes inline scripts and styles, which the policy below is there to forbid, and who develops reads the log.
const isDev = process.argv.includes("dev");
const LATE_DEPENDENCIES = ["@sentry/cloudflare", "@sentry/core", "@simplewebauthn/server"];

export default defineConfig({
  output: "server",
  // One address per page, without a redirect on the way.
  trailingSlash: "never",
  // One request less before the first paint: all styles together are about 5 kB compressed.
  build: { format: "file", inlineStylesheets: "always" },
  adapter: cloudflare({ imageService: "passthrough" }),
  // Our own sessions on Redis: docs/decisions/003-own-sessions.md.
  session: false,
  devToolbar: { enabled: false },
  // The default drops the space where a line of prose breaks at a tag.
  compressHTML: true,
  // Shiki writes inline styles, which the policy below forbids; lessons are highlighted when published.
  markdown: { syntaxHighlight: false },
  ...(!isDev && { logger: logHandlers.json() }),
  integrations: [
    // Server errors are reported by src/http/report.ts; the SDK's own wrapper does nothing on this adapter.
    sentry({
      enabled: { client: true, server: false },
      clientInitPath: "src/scripts/page.ts",
      telemetry: false,
      // Without a token there is nothing to upload, and what marks the maps is kept out of the bundles.
      sourcemaps: { disable: !process.env.SENTRY_AUTH_TOKEN },
    }),
    sharedStyles(),
    ...(target === "pages" ? [cloudflarePages()] : []),
  ],
  security: {
    // src/http/origin.ts checks JSON as well, and lets signed callers through.
    checkOrigin: false,
    csp: !isDev && {
      directives: [
        "default-src 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self' https://checkout.stripe.com",
      ],
      // What is written into each page: the rules that say what to prefetch, and the script that comes first.
      scriptDirective: { hashes: [JSON.stringify(SPECULATION_RULES), EARLY_SCRIPT].map(hashOf) },
    },
  },
  vite: {
    // Not in node_modules, which a copy of this folder may share.
    cacheDir: ".astro/vite",
    // What Vite would find only at the first page, which then waits until all is bundled once more.
    ssr: { optimizeDeps: { include: LATE_DEPENDENCIES } },
    plugins: [
      minifyWorker(),
      withoutJsonSchemas(),
      withShortErrors(),
      withoutPreloads(),
      rememberDigests(),
      wholePages(),
      lateScript(),
    ],
    define: {
      __RELEASE_ID__: JSON.stringify(releaseId()),
      // Takes the SDK's debug messages and tracing out of both bundles: only errors are reported.
      __SENTRY_DEBUG__: "false",
      __SENTRY_TRACING__: "false",
    },
  },
});

/** @param {string} script @returns {`sha256-${string}`} */
function hashOf(script) {
  return `sha256-${createHash("sha256").update(script).digest("base64")}`;
}
