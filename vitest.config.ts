import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const stub = (name: string) => fileURLToPath(new URL(`tests/support/${name}.ts`, import.meta.url));

export default defineConfig({
  // The adapter's Vite plugin can't run under vitest 5; code that needs the platform gets a stub.
  resolve: {
    alias: {
      "cloudflare:workers": stub("cloudflare-workers"),
      "astro:actions": stub("astro-actions"),
    },
  },
  define: { __RELEASE_ID__: JSON.stringify("test") },
  test: {
    ...(process.env.TEST_RESULTS_FILE && {
      reporters: ["default", ["json", { outputFile: process.env.TEST_RESULTS_FILE }]],
    }),
    projects: [
      {
        extends: true,
        // One process for all files: nearly half of the time went into starting one for each.
        test: { name: "unit", include: ["tests/unit/**/*.test.ts"], isolate: false },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          globalSetup: "tests/support/global-setup.ts",
          isolate: false,
          setupFiles: ["tests/support/fresh-modules.ts", "tests/support/watch-hosts.ts"],
          // After the unit tests when both are run: their workers are as many as there are cores.
          sequence: { setupFiles: "list", groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
