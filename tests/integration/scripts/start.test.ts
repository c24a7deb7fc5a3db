import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { copyTree } from "../../../scripts/mutants.ts";
import { childEnvironment, nodePath, root } from "../../../scripts/steps.mjs";

// In a copy: the checkout has a start, a build and data of its own.
const folder = copyTree(root);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Start {
  child: ChildProcess;
  output: () => string;
}

function launch(variables: Record<string, string> = {}, flags: string[] = []): Start {
  const child = spawn(nodePath(), [join(folder, "scripts", "start.mjs"), ...flags], {
    cwd: folder,
    env: childEnvironment({ RELEASE_ID: "a-copy", ...variables }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(async () => {
    await stop(child);
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  // In CI some of it is coloured.
  return { child, output: () => stripVTControlCharacters(output) };
}

/** Resolves with the shop's address; throws what was printed when the start ends instead. */
async function ready({ child, output }: Start): Promise<string> {
  await expect
    .poll(() => child.exitCode !== null || /^Ready in/m.test(output()), { timeout: 110_000 })
    .toBe(true);
  const address = /^ {2}Shop +(\S+)$/m.exec(output())?.[1];
  if (!address) throw new Error(output());
  return address;
}

/** Resolves with its exit code and signal. */
async function stop(child: ChildProcess): Promise<unknown[]> {
  if (child.exitCode !== null || child.signalCode !== null)
    return [child.exitCode, child.signalCode];
  const gone = once(child, "exit");
  child.kill("SIGINT");
  return gone;
}

function answers(address: string): Promise<boolean> {
  return fetch(`${address}/api/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );
}

test(
  "npm start serves the shop, refuses a second start, and cleans up after kill -9 and Ctrl-C",
  { timeout: 240_000 },
  async () => {
    const first = launch();
    const address = await ready(first);
    for (const name of ["Mailbox", "Local Stripe", "Errors", "All services"])
      expect.soft(first.output()).toMatch(new RegExp(`^ {2}${name} +http://localhost:\\d+`, "m"));
    expect(first.output()).toMatch(/password \S+\n +learner@example\.com .*\n +admin@example\.com/);
    const home = await (await fetch(address)).text();
    expect(home).toContain(`<link rel="canonical" href="${address}/">`);

    const second = launch();
    expect(await once(second.child, "exit")).toEqual([1, null]);
    expect(second.output().trim()).toBe(
      "Slipway already runs from this folder: stop it with Ctrl-C in its terminal first.",
    );
    expect(await answers(address)).toBe(true);

    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    const third = launch();
    const again = await ready(third);
    expect(again, "what was left behind held the ports").toBe(address);
    expect(third.output()).toContain("Production build 0.0 s, unchanged");

    expect(await stop(third.child)).toEqual([0, null]);
    expect(third.output()).toMatch(/\nStopped\.\n$/);
    expect(await answers(address)).toBe(false);
  },
);

test("npm run dev serves a page as it is changed", { timeout: 240_000 }, async () => {
  const start = launch({}, ["--dev"]);
  const address = await ready(start);
  const heading = async () => {
    const html = await (await fetch(`${address}/contact`)).text();
    return /<h1[^>]*>([^<]*)/.exec(html)?.[1];
  };
  expect(await heading()).toBe("Contact");
  const page = join(folder, "src", "pages", "contact.astro");
  writeFileSync(page, readFileSync(page, "utf8").replace("<h1>Contact", "<h1>Changed"));
  await expect.poll(heading, { timeout: 30_000, interval: 500 }).toBe("Changed");
  expect(start.output().match(/ready in \d+ ms/g), "without a restart").toHaveLength(1);
  expect(await stop(start.child)).toEqual([0, null]);
});

test("DEPLOY_TARGET=workers builds and serves the same shop", { timeout: 240_000 }, async () => {
  const start = launch({ DEPLOY_TARGET: "workers" });
  const address = await ready(start);
  expect((await fetch(`${address}/courses`)).status).toBe(200);
  const health = (await (await fetch(`${address}/api/health/live`)).json()) as object;
  expect(health).toMatchObject({ status: "pass", releaseId: "a-copy" });
  await stop(start.child);
});
