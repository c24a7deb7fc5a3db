import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Faults } from "../faults.ts";
import { createApi, type Api } from "./api.ts";
import { CONTROL_PATH, handleControl } from "./control-api.ts";
import { createControls, type Controls } from "./controls.ts";
import { actOnDashboard, isDashboardAction } from "./dashboard-actions.ts";
import { dashboardPage } from "./dashboard.ts";
import { runDue } from "./due.ts";
import { createFaultQueue, type FaultQueue } from "./fault-queue.ts";
import { createHistory } from "./history.ts";
import { handleHosted } from "./hosted.ts";
import { sendInvoice } from "./hosted-invoice.ts";
import { createKeeper, loadState } from "./keep.ts";
import { now, type Ledger } from "./ledger.ts";
import { redirect, sendHtml } from "./pages.ts";
import { BodyTooLarge, readBody } from "./request.ts";
import { createWebhooks, type WebhookEndpoint, type Webhooks } from "./webhooks.ts";

export interface LocalStripeOptions {
  /** 0 takes any free one. */
  port: number;
  /** Where the state is kept between runs; null keeps it in memory. */
  folder: string | null;
  /** Faults of "stripe" meet the API, never the hosted page. */
  faults: Faults;
  webhook: WebhookEndpoint;
  /** Where the stack's other pages are, for the links on this one. */
  stackUrl?: string;
  log?: (line: string) => void;
}

/** A running local Stripe: its address, what tests need, and its end. */
export interface LocalStripe extends Controls {
  url: string;
  port: number;
  /** Faults of single requests of the API. */
  faultQueue: FaultQueue;
  close(): Promise<void>;
}

interface Parts {
  ledger: Ledger;
  controls: Controls;
  faultQueue: FaultQueue;
  api: Api;
  stackUrl: string;
  changed: () => void;
}

const CLOCK_CHECK_MS = 5_000;
// Stripe tries for three days.
const GIVE_UP_SECONDS = 3 * 24 * 3600;

/** Starts a stand-in for Stripe's API, hosted payment page and webhooks on 127.0.0.1. */
export async function startLocalStripe(options: LocalStripeOptions): Promise<LocalStripe> {
  const { folder, faults, stackUrl = "", log = () => {} } = options;
  const state = loadState(folder);
  const keeper = createKeeper(folder, state);
  const history = createHistory(state);
  const faultQueue = createFaultQueue();
  const changed = (): void => {
    history.observe();
    keeper.changed();
  };
  const webhooks = createWebhooks({
    state,
    endpoint: options.webhook,
    log,
    changed: () => keeper.changed(),
  });
  const ledger: Ledger = { state, baseUrl: "", announce: (event) => webhooks.send(event) };
  const controls = createControls(ledger, webhooks, changed);
  const server = createServer();
  const port = await listen(server, options.port);
  const url = `http://localhost:${port}`;
  ledger.baseUrl = url;
  const latency = (): number => controls.latency;
  const api = createApi({ ledger, faults, faultQueue, history, baseUrl: url, latency });
  const parts = { ledger, controls, faultQueue, api, stackUrl, changed };
  server.on("request", (request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      log(`Local Stripe: ${String(error)}`);
      if (!response.headersSent) response.writeHead(error instanceof BodyTooLarge ? 413 : 500);
      response.end();
    });
  });
  const clock = setInterval(() => runDue(ledger), CLOCK_CHECK_MS).unref();
  resume(ledger, webhooks);
  return Object.assign(controls, {
    url,
    port,
    faultQueue,
    close: async () => {
      faultQueue.clear();
      clearInterval(clock);
      await Promise.all([closeServer(server), webhooks.close()]);
      keeper.close();
    },
  });
}

async function handle(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { ledger, changed } = parts;
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const action = pathname.slice(1);
  if (!isForUs(request)) {
    refuse(response);
    return;
  }
  runDue(ledger);
  if (pathname.startsWith("/v1/")) await parts.api(request, response);
  else if (pathname.startsWith(CONTROL_PATH))
    await handleControl(parts, pathname.slice(CONTROL_PATH.length), request, response);
  else if (pathname.startsWith("/c/pay/"))
    await handleHosted(ledger, pathname.slice("/c/pay/".length), request, response);
  else if (pathname.startsWith("/i/")) sendInvoice(ledger, pathname.slice("/i/".length), response);
  else if (pathname === "/") sendHtml(response, 200, dashboardPage(ledger, parts.stackUrl));
  else if (request.method === "POST" && isDashboardAction(action)) {
    const form = new URLSearchParams(await readBody(request));
    await actOnDashboard(parts, action, form);
    redirect(response, "/");
  } else response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
  if (request.method !== "GET") changed();
}

// A page on the web must neither read this one through a name of its own nor press its buttons.
function isForUs(request: IncomingMessage): boolean {
  const name = (request.headers.host ?? "").replace(/:\d+$/, "");
  const site = request.headers["sec-fetch-site"];
  const foreignPost = request.method === "POST" && site === "cross-site";
  return ["localhost", "127.0.0.1", "[::1]"].includes(name) && !foreignPost;
}

function refuse(response: ServerResponse): void {
  response.writeHead(403, { "content-type": "text/plain" }).end("Only from this machine.\n");
}

/** Sends again what was not delivered when the last run ended. */
function resume(ledger: Ledger, webhooks: Webhooks): void {
  for (const event of ledger.state.events.values())
    if (event.pending_webhooks > 0 && now(ledger) - event.created < GIVE_UP_SECONDS)
      webhooks.send(event);
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
