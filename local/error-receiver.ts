import { gunzipSync } from "node:zlib";
import { parseEnvelope, type ReceivedEvent } from "./envelope.ts";
import type { Faults } from "./faults.ts";
import { escapeHtml, page, PAGE_HEADERS } from "./page.ts";
import { readBytes } from "./read-body.ts";
import { openRecords } from "./records.ts";
import type { LocalService } from "./service.ts";

export type { ReceivedEvent } from "./envelope.ts";

/** Stands in for Sentry: takes envelopes for the DSN http://public@HOST:PORT/1 and lists the errors. */
export interface ErrorReceiver extends LocalService {
  /** Oldest first. */
  events(): ReceivedEvent[];
  /** How many items of other kinds came: transactions, sessions, client reports. */
  counts(): Record<string, number>;
}

interface ReceiverOptions {
  /** Where the last errors are kept between starts, one JSON file each; null keeps nothing. */
  folder: string | null;
  faults: Faults;
}

const KEPT_EVENTS = 200;

export function createErrorReceiver({ folder, faults }: ReceiverOptions): ErrorReceiver {
  const events = openRecords<ReceivedEvent>(folder, KEPT_EVENTS);
  const counts: Record<string, number> = {};
  return {
    events: events.list,
    counts: () => counts,
    async handle(request, response) {
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      const json = (status: number, body: unknown): void =>
        void response
          .writeHead(status, { "content-type": "application/json" })
          .end(JSON.stringify(body));
      if (/^\/api\/\d+\/envelope\/?$/.test(pathname)) {
        if ((await faults.guard("sentry", request, response)) === "handled") return;
        if (faults.get("sentry")) {
          json(429, { detail: "event submission rejected" });
          return;
        }
        const bytes = await readBytes(request);
        const isZipped = request.headers["content-encoding"] === "gzip";
        const envelope = parseEnvelope((isZipped ? gunzipSync(bytes) : bytes).toString("utf8"));
        for (const kind of envelope.otherKinds) counts[kind] = (counts[kind] ?? 0) + 1;
        for (const event of envelope.events) events.add(event);
        json(200, { id: envelope.events[0]?.id ?? null });
        return;
      }
      if (pathname === "/errors/api") {
        if (request.method === "DELETE") events.clear();
        json(200, events.list());
        return;
      }
      if (pathname !== "/errors") {
        json(404, { detail: "There is nothing here." });
        return;
      }
      const list = events.list();
      response.writeHead(200, PAGE_HEADERS).end(page(`Errors (${list.length})`, listOf(list)));
    },
    close: async () => {},
  };
}

function listOf(events: ReceivedEvent[]): string {
  if (events.length === 0)
    return `<p class="quiet">No errors. What the shop reports to Sentry appears here.</p>`;
  return events
    .toReversed()
    .map(
      (event) =>
        `<h2>${escapeHtml(event.type)}: ${escapeHtml(event.message)}</h2>
<p class="quiet">${escapeHtml(event.receivedAt)} · ${escapeHtml(event.platform)} · ${escapeHtml(event.route)} · release ${escapeHtml(event.release.slice(0, 12))}
· request ${escapeHtml(event.tags.request_id ?? "unknown")}${dependencyOf(event)}</p><pre>${escapeHtml(event.stack)}</pre>`,
    )
    .join("");
}

function dependencyOf({ tags }: ReceivedEvent): string {
  return tags.dependency ? ` · <b>${escapeHtml(tags.dependency)} gave no answer</b>` : "";
}
