import {
  createServer as createHttp,
  request as ask,
  type IncomingHttpHeaders,
  type RequestListener,
} from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { trustNewCertificate } from "./certificate.ts";

/** What stands before a local shop: an address with TLS, and one that only leads to it. */
export interface TlsFront {
  httpPort: number;
  httpsPort: number;
  close: () => void;
}

/**
 * Serves the shop at `url` as a hosted one is: over TLS, with a certificate that this process trusts
 * from then on, a redirect from http, and no local Stripe in its policy. Makes the certificate with `openssl`; throws without it.
 */
export async function startTlsFront(url: string): Promise<TlsFront> {
  const { key, cert } = trustNewCertificate();
  const secure = createHttps({ key, cert }, passOn(new URL(url)));
  const httpsPort = await listen(secure);
  const plain = createHttp((request, response) => {
    const to = `https://localhost:${httpsPort}${request.url ?? "/"}`;
    response.writeHead(301, { Location: to }).end();
  });
  const httpPort = await listen(plain);
  const close = (): void => {
    for (const server of [secure, plain]) {
      server.closeAllConnections();
      server.close();
    }
  };
  return { httpPort, httpsPort, close };
}

function passOn(target: URL): RequestListener {
  return (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const request = ask(
      { hostname: target.hostname, port: target.port, method, path, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, withoutLocalStripe(answer.headers));
        answer.pipe(outgoing);
      },
    );
    request.on("error", () => outgoing.writeHead(502).end());
    incoming.pipe(request);
  };
}

// A form may lead to the local Stripe in development only: src/lib/environment.ts refuses it elsewhere.
function withoutLocalStripe(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const policy = headers["content-security-policy"];
  if (typeof policy !== "string") return headers;
  return { ...headers, "content-security-policy": policy.replace(/ http:\/\/localhost:\d+/g, "") };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return (server.address() as AddressInfo).port;
}
