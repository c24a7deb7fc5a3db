import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { LocalService } from "./service.ts";

const OWN_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** A service and the paths it answers: each path itself and everything below it. */
export interface Route {
  paths: string[];
  service: LocalService;
}

/** Serves the routes on 127.0.0.1 and gives the function that stops, open connections included. */
export async function serveRoutes(routes: Route[], port: number): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    answer(routes, request, response).catch((error: unknown) => fail(response, error));
  });
  const upgraded = new Set<Duplex>();
  server.on("upgrade", (request, socket, head) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    const service = isForUs(request) ? findService(routes, request) : null;
    if (service?.upgrade) service.upgrade(request, socket, head);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
      // Those are no longer the server's own, and it would wait for them.
      for (const socket of upgraded) socket.destroy();
    });
}

async function answer(
  routes: Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const service = isForUs(request) ? findService(routes, request) : null;
  if (service) return service.handle(request, response);
  response.writeHead(404, { "content-type": "text/plain" }).end("There is nothing here.\n");
}

// A page on the web could point a name of its own at the loopback and read the mailbox.
function isForUs(request: IncomingMessage): boolean {
  return OWN_NAMES.has((request.headers.host ?? "").replace(/:\d+$/, ""));
}

function findService(routes: Route[], request: IncomingMessage): LocalService | null {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  const route = routes.find(({ paths }) =>
    paths.some((start) => path === start || path.startsWith(`${start}/`)),
  );
  return route?.service ?? null;
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  if (!response.headersSent) response.writeHead(500, { "content-type": "application/json" });
  response.end(JSON.stringify({ message: (error as Error).message }));
}
