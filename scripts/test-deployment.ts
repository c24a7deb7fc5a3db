import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { currentRelease, UNKNOWN_RELEASE } from "./build-shop.mjs";
import { findChromium } from "./chromium.mjs";

const HELP = `npm run test:deployment -- --url URL [options]

Checks a live address of the shop. Reads only; takes less than two minutes.

  --url URL        the address, such as https://staging.example.com
  --release SHA    the commit that must be live (default: the one checked out here)
  --any-release    whatever is live is right
  --journey        also signs in and goes to the payment page, with the account in
                   DEPLOYMENT_TEST_EMAIL and DEPLOYMENT_TEST_PASSWORD. On a local Stripe it pays;
                   on Stripe's own page it checks the amount and stops: that page refuses robots.
  --only TITLE     the tests whose titles hold this
  --fail-fast      stops at the first failure and tries nothing twice
  --output FOLDER  where what is known of a failure goes; emptied before
  --help           this text`;

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    release: { type: "string" },
    "any-release": { type: "boolean", default: false },
    journey: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    "fail-fast": { type: "boolean", default: false },
    output: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help || !values.url || !URL.canParse(values.url)) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const release = values["any-release"] ? "" : (values.release ?? releaseHere());
const environment = {
  ...process.env,
  CHROMIUM_PATH: await findChromium(),
  SITE_URL: values.url.replace(/\/$/, ""),
  DEPLOYMENT_RELEASE: release,
  DEPLOYMENT_JOURNEY: values.journey ? "yes" : "",
  DEPLOYMENT_TEST_EMAIL: process.env.DEPLOYMENT_TEST_EMAIL ?? "learner@example.com",
  DEPLOYMENT_TEST_PASSWORD: process.env.DEPLOYMENT_TEST_PASSWORD ?? process.env.DEMO_PASSWORD,
};
if (values.journey && !environment.DEPLOYMENT_TEST_PASSWORD) {
  console.error("--journey signs in: set DEPLOYMENT_TEST_EMAIL and DEPLOYMENT_TEST_PASSWORD.");
  process.exit(2);
}
const cli = join(import.meta.dirname, "..", "node_modules", "@playwright", "test", "cli.js");
const args = [cli, "test", "--project", "deployment"];
if (values["fail-fast"]) args.push("--max-failures", "1", "--retries", "0");
if (values.only) args.push("--grep", values.only);
if (values.output) args.push("--output", values.output);
const { status } = spawnSync(process.execPath, args, { stdio: "inherit", env: environment });
process.exit(status ?? 1);

function releaseHere(): string {
  const release = currentRelease();
  if (release !== UNKNOWN_RELEASE) return release;
  console.error(
    "This is no git checkout, so nothing says which release must be live: run it in the checkout, name the commit " +
      "with --release SHA, or give --any-release.",
  );
  process.exit(2);
}
