import { connect } from "node:net";
import { readVariable } from "../support/e2e-variables.ts";
import { expect, test } from "../support/e2e.ts";

// A second request, hidden in what one reader takes for the body of the first (RFC 9112, 11.2).
const HIDDEN = "GET /api/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
const CHUNKED = `0\r\n\r\n${HIDDEN}`;
const CLOSE_AFTER_MS = 1_000;

const CHUNKS_WIN = [
  "length, then chunks",
  "chunks, then length",
  "a length that is too short",
  "a bare line feed",
];
// Each frames its body in two ways at once, or in one that is not allowed.
const PROBES: Record<string, { headers: string[]; body: string }> = {
  "length, then chunks": {
    headers: [`Content-Length: ${CHUNKED.length}`, "Transfer-Encoding: chunked"],
    body: CHUNKED,
  },
  "chunks, then length": {
    headers: ["Transfer-Encoding: chunked", `Content-Length: ${CHUNKED.length}`],
    body: CHUNKED,
  },
  "a length that is too short": {
    headers: ["Transfer-Encoding: chunked", "Content-Length: 4"],
    body: CHUNKED,
  },
  "two lengths": {
    headers: ["Content-Length: 0", `Content-Length: ${HIDDEN.length}`],
    body: HIDDEN,
  },
  "two lengths in one": { headers: [`Content-Length: 0, ${HIDDEN.length}`], body: HIDDEN },
  "a length with a sign": { headers: [`Content-Length: +${HIDDEN.length}`], body: HIDDEN },
  "a length that is none": { headers: ["Content-Length: 0x10"], body: HIDDEN },
  "a length below nought": { headers: ["Content-Length: -1"], body: HIDDEN },
  "chunks, and something else": {
    headers: ["Transfer-Encoding: chunked, identity", `Content-Length: ${CHUNKED.length}`],
    body: CHUNKED,
  },
  "chunks by another name": {
    headers: ["Transfer-Encoding: xchunked", `Content-Length: ${CHUNKED.length}`],
    body: CHUNKED,
  },
  "a space before the colon": {
    headers: ["Transfer-Encoding : chunked", `Content-Length: ${CHUNKED.length}`],
    body: CHUNKED,
  },
  "a folded line": {
    headers: ["Transfer-Encoding:\r\n chunked", `Content-Length: ${CHUNKED.length}`],
    body: CHUNKED,
  },
  "a bare line feed": {
    headers: [`X: y\nTransfer-Encoding: chunked`, `Content-Length: ${CHUNKED.length}`],
    body: CHUNKED,
  },
  "chunks twice": {
    headers: [
      "Transfer-Encoding: identity",
      "Transfer-Encoding: chunked",
      `Content-Length: ${CHUNKED.length}`,
    ],
    body: CHUNKED,
  },
};

test("S60: of two ways to frame a body one is refused, or chunks win", async () => {
  const probes = Object.entries(PROBES).map(async ([what, { headers, body }]) => {
    const head = ["POST /api/vitals HTTP/1.1", "Host: localhost", ...headers, "", ""].join("\r\n");
    return [what, await send(head + body)] as const;
  });
  for (const [what, answer] of await Promise.all(probes)) {
    const [first = "", ...next] = answer.match(/HTTP\/1\.1 \d{3}/g) ?? [];
    // Behind the last chunk the next request begins (RFC 9112, 6.3): there it is not hidden.
    const isChunked = CHUNKS_WIN.includes(what);
    expect.soft(first, what).toMatch(isChunked ? /403$/ : /[45]\d\d$/);
    expect.soft(next.length, what).toBeLessThanOrEqual(isChunked ? 1 : 0);
  }
});

test("S60: the probe sees a request that is answered", async () => {
  const answer = await send(HIDDEN + HIDDEN);
  expect(answer.match(/releaseId/g)).toHaveLength(2);
});

/** What comes back on a connection of its own until it ends, or is silent for a while. */
function send(request: string): Promise<string> {
  const { hostname, port } = new URL(readVariable("SITE_URL"));
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(request));
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => (answer += text));
    socket.setTimeout(CLOSE_AFTER_MS, () => socket.destroy());
    socket.on("close", () => resolve(answer));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? resolve(answer) : reject(error),
    );
  });
}
