import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
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

/** A CDN in front of a served Worker. */
export interface StandIn {
  url: string;
  close(): void;
}

/**
 * Stands in front of a Worker as a CDN does: compresses text with Brotli 4, and serves the static files of `client`. Takes `noindex` away and
 * lets robots in, since only production allows them. Port 0 takes any.
 */
export async function standBefore(target: string, client: string, port = 0): Promise<StandIn> {
  const server = createServer((incoming, response) => {
    if (incoming.url === "/robots.txt") response.end("User-agent: *\nAllow: /\n");
    else if (!serveFile(client, incoming, response)) forward(target, incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(port, "localhost", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function serveFile(
  client: string,
  { url = "/" }: IncomingMessage,
  response: ServerResponse,
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

function forward(target: string, incoming: IncomingMessage, response: ServerResponse): void {
  const options = {
    method: incoming.method ?? "GET",
    headers: { ...incoming.headers, "cf-connecting-ip": visitorAddress() },
    timeout: TIMEOUT_MS,
  };
  const asking = request(new URL(incoming.url ?? "/", target), options, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.once("error", () => response.destroy());
    answer.once("end", () => {
      for (const [name, value] of Object.entries(answer.headers))
        if (
          value !== undefined &&
          !/^(x-robots-tag|content-length|transfer-encoding|connection|keep-alive)$/.test(name)
        )
          response.setHeader(name, value);
      send(response, answer.statusCode ?? 502, Buffer.concat(chunks));
    });
  });
  asking.once("timeout", () => asking.destroy());
  asking.once("error", () => response.destroy());
  incoming.pipe(asking);
}

function send(response: ServerResponse, status: number, body: Buffer): void {
  const type = String(response.getHeader("content-type"));
  const isText = body.length > 0 && /text|javascript|json|xml|svg/.test(type);
  if (isText) response.setHeader("content-encoding", "br");
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
  const sent = isText ? brotliCompressSync(body, quality) : body;
  response.setHeader("content-length", sent.length);
  response.writeHead(status).end(sent);
}
