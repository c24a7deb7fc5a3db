import { defineConfig, devices } from "@playwright/test";

const { CHROMIUM_PATH, SITE_URL, TEST_RESULTS_FILE } = process.env;

// Besides what root needs, nothing that calls home: a test must not depend on the internet.
const args = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default defineConfig({
  outputDir: ".data/test-results/playwright",
  workers: 2,
  timeout: 60_000,
  forbidOnly: Boolean(process.env.CI),
  // The shop gives its services half a second, which a machine that runs all of them besides the
  // browsers does not always keep. What passed at the second try is counted and named as such.
  retries: process.env.CI ? 1 : 0,
  expect: { timeout: 10_000 },
  reporter: [
    ["list"],
    ...(TEST_RESULTS_FILE ? [["json", { outputFile: TEST_RESULTS_FILE }] as const] : []),
  ],
  use: {
    baseURL: SITE_URL ?? "http://localhost:4321",
    // It costs every test; `--trace on` writes one of a test that fails here.
    trace: "on-first-retry",
    launchOptions: { args, ...(CHROMIUM_PATH && { executablePath: CHROMIUM_PATH }) },
  },
  projects: [
    {
      name: "e2e",
      testDir: "tests/e2e",
      testIgnore: ["*faults.test.ts", "reading.test.ts", "records.test.ts"],
      use: devices["Desktop Chrome"],
    },
    // Breaks the services of the whole stack, or compares all that they hold: run it by itself.
    {
      name: "faults",
      testDir: "tests/e2e",
      testMatch: ["*faults.test.ts", "reading.test.ts"],
      workers: 1,
      use: devices["Desktop Chrome"],
    },
    // Reads what all the others left behind in logs, reports and mail: run it last.
    {
      name: "records",
      testDir: "tests/e2e",
      testMatch: "records.test.ts",
      use: devices["Desktop Chrome"],
    },
    {
      name: "deployment",
      testDir: "tests/deployment",
      use: { ...devices["Desktop Chrome"], actionTimeout: 10_000 },
    },
  ],
});
