import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { PLANTED_FAULTS, type Answer, type PlantedFault } from "./planted-faults.ts";

const HELP = `npm run test:deployment:faults -- --url URL

Shows that the deployment tests can fail: puts a proxy in front of a healthy shop that breaks one
thing at a time, and runs the test that is there for it. Each fault must turn its test red.`;

const url = process.argv[process.argv.indexOf("--url") + 1];
if (!process.argv.includes("--url") || !url || !URL.canParse(url)) {
  console.log(HELP);
  process.exit(process.argv.includes("--help") ? 0 : 2);
}

const shop: string = url;
// Most of a test's time is the start of its process and its browser.
const LANES = 2;

const { releaseId } = (await (await fetch(`${shop}/api/health/live`)).json()) as {
  releaseId: string;
};
const tests = readFileSync(
  join(import.meta.dirname, "..", "tests/deployment/site.test.ts"),
  "utf8",
);
for (const { name, test } of PLANTED_FAULTS)
  if (!tests.includes(`test("${test}`)) throw new Error(`${name}: there is no test "${test}".`);
const unchanged: PlantedFault["change"] = (_request, answer) => answer;
if (!(await withProxy(unchanged, (address) => testsPass(address)))) {
  console.error("The tests fail without any fault: first make the shop healthy.");
  process.exit(1);
}

const waiting = [...PLANTED_FAULTS];
let caught = 0;
await Promise.all(Array.from({ length: LANES }, (_, lane) => plantNext(lane)));
const missed = PLANTED_FAULTS.length - caught;
console.log(`caught ${caught}/${PLANTED_FAULTS.length}`);
if (process.env.TEST_RESULTS_FILE)
  writeFileSync(
    process.env.TEST_RESULTS_FILE,
    JSON.stringify({ numPassedTests: caught, numFailedTests: missed, numPendingTests: 0 }),
  );
process.exit(missed === 0 ? 0 : 1);

async function plantNext(lane: number): Promise<void> {
  for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
    const { name, test, change } = fault;
    const isCaught = !(await withProxy(change, (address) => testsPass(address, test, lane)));
    if (isCaught) caught += 1;
    console.log(`${isCaught ? "caught" : "MISSED"}  ${name}`);
  }
}

async function withProxy<T>(
  change: PlantedFault["change"],
  use: (address: string) => Promise<T>,
): Promise<T> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      forward(request, Buffer.concat(chunks))
        .then((answer) => send(response, change(request, answer)))
        .catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await use(`http://localhost:${port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function forward(request: IncomingMessage, body: Buffer): Promise<Answer> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (!["host", "connection", "content-length"].includes(name)) headers.set(name, String(value));
  // All faults together ask more often than one address may.
  headers.set("cf-connecting-ip", `2001:db8:${randomBytes(2).toString("hex")}::1`);
  // The shop compares a form's origin with its own address.
  if (headers.get("origin")?.startsWith("http://localhost")) headers.set("origin", shop);
  const response = await fetch(new URL(request.url ?? "/", shop), {
    method: request.method ?? "GET",
    headers,
    redirect: "manual",
    signal: AbortSignal.timeout(20_000),
    ...(body.length > 0 && { body: new Uint8Array(body) }),
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  for (const [name, value] of Object.entries(headers))
    if (!["content-encoding", "content-length", "transfer-encoding", "connection"].includes(name))
      response.setHeader(name, value);
  response.writeHead(status).end(body);
}

/** Whether the test with this title passes, or all of them. Two at once need a folder each for what they write. */
function testsPass(address: string, title = "", lane = 0): Promise<boolean> {
  const script = join(import.meta.dirname, "test-deployment.ts");
  const output = join(import.meta.dirname, "..", ".data", "test-results", `planted-${lane}`);
  const args = ["--url", address, "--release", releaseId, "--fail-fast", "--output", output];
  if (title) args.push("--only", title);
  const environment = { ...process.env, TEST_RESULTS_FILE: "" };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, ...args],
      { env: environment, timeout: 120_000, maxBuffer: 64 * 1024 * 1024 },
      (error) => resolve(error === null),
    );
  });
}
