import type { IncomingMessage, ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { readBody } from "./read-body.ts";
import { escapeHtml, page, PAGE_HEADERS } from "./page.ts";
import type { LocalService } from "./service.ts";

export const FAULTY_SERVICES = [
  "database",
  "redis",
  "stripe",
  "email",
  "sentry",
  "breaches",
  "social",
] as const;
export const FAULTS = [
  "refuse",
  "hang",
  "slow",
  "errors",
  "credentials",
  "full",
  "readonly",
  "cut",
  "broken",
] as const;

export type FaultyService = (typeof FAULTY_SERVICES)[number];
export type Fault = (typeof FAULTS)[number];

const SLOW_MS = 5_000;

const WORDS: Record<Fault, string> = {
  refuse: "the connection ends at once",
  hang: "no answer until the fault is gone",
  slow: "five seconds, then as usual",
  errors: "every second call is answered with a 500",
  credentials: "our key is no longer good",
  full: "no room for what is written; Stripe: too many requests",
  readonly: "reads work, writes are refused",
  cut: "an answer that ends half-way",
  broken: "every call is refused as wrong",
};

const INTRODUCTION = `<p>Break a service on purpose, and look at what the shop says: each page answers within its time, and
<code>/api/health/ready</code> names what is away. A service stays broken until you set it to "none" or start anew.</p>`;

/** What is broken on purpose, per service. */
export interface Faults {
  get(service: FaultyService): Fault | null;
  /** null is healthy, and lets requests that hang go. */
  set(service: FaultyService, fault: Fault | null): void;
  /**
   * Plays refuse (the connection ends at once), hang (no answer until the fault is gone), slow (five seconds, then as usual), errors (every
   * second call 500) and cut (an answer that ends half-way). "credentials", "full", "readonly" and "broken" (every
   * call refused as wrong, in words that tell of the inside) have a shape of their own in each service, which answers them itself.
   */
  guard(
    service: FaultyService,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<"handled" | "pass">;
  /** The waiting of hang and slow alone: until the fault is gone, the five seconds are over or the connection is closed. */
  delay(service: FaultyService, connection: Writable): Promise<void>;
  clear(): void;
}

/** A healthy stack, until `set` says otherwise. */
export function createFaults(): Faults {
  const active = new Map<FaultyService, Fault>();
  const calls = new Map<FaultyService, number>();
  const hanging = new Map<FaultyService, Set<() => void>>();

  function release(service: FaultyService): void {
    for (const end of hanging.get(service) ?? []) end();
    hanging.delete(service);
  }

  async function waitFor(
    service: FaultyService,
    connection: Writable,
    timeoutMs?: number,
  ): Promise<void> {
    await new Promise<void>((resolve) => {
      const waiting = hanging.get(service) ?? new Set();
      hanging.set(service, waiting.add(resolve));
      const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs);
      connection.once("close", () => {
        clearTimeout(timer);
        waiting.delete(resolve);
        resolve();
      });
    });
  }

  const faults: Faults = {
    get: (service) => active.get(service) ?? null,
    set(service, fault) {
      release(service);
      if (fault) active.set(service, fault);
      else active.delete(service);
    },
    async guard(service, request, response) {
      const fault = active.get(service);
      const call = (calls.get(service) ?? 0) + 1;
      calls.set(service, call);
      await faults.delay(service, response);
      if (response.destroyed) return "handled";
      if (fault === "refuse" || fault === "hang") request.socket.destroy();
      else if (fault === "errors" && call % 2 === 1)
        response.writeHead(500, { "content-type": "application/json" }).end('{"error":"internal"}');
      else if (fault === "cut") {
        response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
        response.write('{"half":', () => request.socket.destroy());
      } else return "pass";
      return "handled";
    },
    async delay(service, connection) {
      const fault = active.get(service);
      if (fault === "hang") await waitFor(service, connection);
      if (fault === "slow") await waitFor(service, connection, SLOW_MS);
    },
    clear() {
      for (const service of FAULTY_SERVICES) faults.set(service, null);
    },
  };
  return faults;
}

/**
 * The page and the JSON that switch faults: GET /faults (JSON with `Accept: application/json`), PUT with `{"database": "hang", "redis": null}`,
 * DELETE for all healthy. The page's forms POST.
 */
export function faultsService(faults: Faults): LocalService {
  return {
    async handle(request, response) {
      const body = await readBody(request);
      if (request.method === "DELETE") faults.clear();
      if (request.method === "PUT") apply(faults, JSON.parse(body) as Record<string, unknown>);
      if (request.method === "POST") {
        apply(faults, Object.fromEntries(new URLSearchParams(body)));
        response.writeHead(303, { location: "/faults" }).end();
        return;
      }
      const state = FAULTY_SERVICES.map((service) => [service, faults.get(service)] as const);
      if (request.method === "GET" && !request.headers.accept?.includes("json"))
        response
          .writeHead(200, PAGE_HEADERS)
          .end(page("Faults", INTRODUCTION + state.map(row).join("")));
      else
        response
          .writeHead(200, { "content-type": "application/json" })
          .end(JSON.stringify(Object.fromEntries(state)));
    },
    close() {
      faults.clear();
      return Promise.resolve();
    },
  };
}

function apply(faults: Faults, wishes: Record<string, unknown>): void {
  for (const [name, wish] of Object.entries(wishes)) {
    const service = FAULTY_SERVICES.find((each) => each === name);
    const fault = FAULTS.find((each) => each === wish) ?? null;
    if (!service) throw new Error(`There is no service "${name}".`);
    if (wish && !fault) throw new Error(`There is no fault ${JSON.stringify(wish)}.`);
    faults.set(service, fault);
  }
}

function row([service, active]: readonly [FaultyService, Fault | null]): string {
  const options = FAULTS.map(
    (fault) =>
      `<option value="${fault}"${fault === active ? " selected" : ""}>${fault}: ${WORDS[fault]}</option>`,
  );
  const state = active ? `<span class="bad">${escapeHtml(active)}</span>` : "healthy";
  return `<h2>${service}: ${state}</h2><form method="post">
<label>Fault <select name="${service}"><option value="">none</option>${options.join("")}</select></label>
<button>Set for ${service}</button></form>`;
}
