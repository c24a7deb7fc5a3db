import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { brotliCompressSync, constants } from "node:zlib";

/**
 * Stands in front of a local shop as a CDN would: compresses text with Brotli 4. Takes `noindex` away, and lets robots in, since only
 * production allows them. Gives the address and what stops it.
 */
export async function serveCompressed(target: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    answer(target, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.url === "/robots.txt") {
    response.end("User-agent: *\nAllow: /\n");
    return;
  }
  const upstream = await fetch(new URL(request.url ?? "/", target), {
    method: request.method ?? "GET",
    redirect: "manual",
    signal: AbortSignal.timeout(20_000),
    headers: { accept: request.headers.accept ?? "*/*" },
  });
  for (const [name, value] of upstream.headers)
    if (!/^(x-robots-tag|content-encoding|content-length|transfer-encoding|connection)$/.test(name))
      response.setHeader(name, value);
  const body = Buffer.from(await upstream.arrayBuffer());
  const isText = /text|javascript|json|xml|svg/.test(upstream.headers.get("content-type") ?? "");
  if (isText) response.setHeader("content-encoding", "br");
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
  response.writeHead(upstream.status).end(isText ? brotliCompressSync(body, quality) : body);
}
