import { existsSync, readFileSync, statSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import {
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { trustingFlag, trustNewCertificate, type Certificate } from "../certificate.ts";
import { visitorAddress } from "./load.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".avif": "image/avif",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};
const IMMUTABLE = "public, max-age=31536000, immutable";
const TIMEOUT_MS = 20_000;
// HTTP/2 has others for these (RFC 9113, 8.2.2), and the length is another when it is compressed.
const OF_THE_CONNECTION =
  /^(:.*|host|connection|keep-alive|transfer-encoding|upgrade|content-length|x-robots-tag)$/;
let certificate: Certificate | undefined;

/** A CDN in front of a served Worker. */
export interface StandIn {
  url: string;
  close(): void;
}

/**
 * Stands in front of a Worker as a CDN does: speaks HTTP/2 over TLS, compresses text with Brotli 4, and serves the static files of `client`.
 * Takes `noindex` away and lets robots in, since only production allows them. Port 0 takes any. This process trusts its certificate; a
 * browser must be told to by `standInFlag`.
 */
export async function standBefore(target: string, client: string, port = 0): Promise<StandIn> {
  certificate ??= trustNewCertificate();
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, (incoming, response) => {
    if (incoming.url === "/robots.txt") response.end("User-agent: *\nAllow: /\n");
    else if (!serveFile(client, incoming, response)) forward(target, incoming, response);
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(port, "localhost", resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

/** The flag with which Chromium trusts every stand-in of this process. */
export function standInFlag(): string {
  return trustingFlag((certificate ??= trustNewCertificate()));
}

function serveFile(
  client: string,
  { url }: Http2ServerRequest,
  response: Http2ServerResponse,
): boolean {
  const path = normalize(new URL(url, "http://localhost").pathname);
  const names = path === "/" ? ["index.html"] : [path.slice(1), `${path.slice(1)}.html`];
  const file = names
    .filter((name) => !name.startsWith("_worker.js"))
    .map((name) => join(client, name))
    .find((name) => existsSync(name) && statSync(name).isFile());
  if (!file) return false;
  response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
  const isHashed = path.startsWith("/_astro/");
  response.setHeader("cache-control", isHashed ? IMMUTABLE : "public, max-age=14400");
  send(response, 200, readFileSync(file));
  return true;
}

function forward(
  target: string,
  incoming: Http2ServerRequest,
  response: Http2ServerResponse,
): void {
  const own = {
    host: incoming.headers.host ?? incoming.authority,
    "cf-connecting-ip": visitorAddress(),
  };
  const headers = { ...Object.fromEntries(passedOn(incoming.headers)), ...own };
  const options = { method: incoming.method, headers, timeout: TIMEOUT_MS };
  const asking = request(new URL(incoming.url, target), options, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.once("error", () => response.destroy());
    answer.once("end", () => {
      for (const [name, value] of passedOn(answer.headers)) response.setHeader(name, value);
      send(response, answer.statusCode ?? 502, Buffer.concat(chunks));
    });
  });
  asking.once("timeout", () => asking.destroy());
  asking.once("error", () => response.destroy());
  incoming.pipe(asking);
}

function passedOn(headers: IncomingHttpHeaders): [string, string | string[]][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || OF_THE_CONNECTION.test(name) ? [] : [[name, value]],
  );
}

function send(response: Http2ServerResponse, status: number, body: Buffer): void {
  const type = response.getHeader("content-type");
  const isText = body.length > 0 && /text|javascript|json|xml|svg/.test(type);
  if (isText) response.setHeader("content-encoding", "br");
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
  const sent = isText ? brotliCompressSync(body, quality) : body;
  response.setHeader("content-length", sent.length);
  response.writeHead(status).end(sent);
}
