/** One error as Sentry would show it. */
export interface ReceivedEvent {
  id: string;
  /** ISO 8601. */
  receivedAt: string;
  type: string;
  message: string;
  platform: string;
  environment: string;
  release: string;
  /** Sentry's "transaction". */
  route: string;
  tags: Record<string, string>;
  /** Innermost frame first, one per line. */
  stack: string;
  /** The event as it came, for tests that look for what must not be in it. */
  raw: Record<string, unknown>;
}

interface SentryException {
  type?: string;
  value?: string;
  stacktrace?: { frames?: { filename?: string; function?: string; lineno?: number }[] };
}

/** Takes an envelope apart (develop.sentry.dev/sdk/data-model/envelopes): header, then item headers and payloads. */
export function parseEnvelope(text: string): { events: ReceivedEvent[]; otherKinds: string[] } {
  const [, ...lines] = text.split("\n");
  const events: ReceivedEvent[] = [];
  const otherKinds: string[] = [];
  for (let index = 0; index + 1 < lines.length; index += 2) {
    const header = parse(lines[index]);
    const payload = parse(lines[index + 1]);
    if (header.type === "event") events.push(toEvent(payload));
    else if (typeof header.type === "string") otherKinds.push(header.type);
  }
  return { events, otherKinds };
}

function toEvent(raw: Record<string, unknown>): ReceivedEvent {
  const { values = [] } = (raw.exception ?? {}) as { values?: SentryException[] };
  // The last one is what was thrown; those before it are its causes.
  const thrown = values.at(-1);
  const frames = thrown?.stacktrace?.frames ?? [];
  return {
    id: text(raw.event_id),
    receivedAt: new Date().toISOString(),
    type: thrown?.type ?? "Message",
    message: thrown?.value ?? text(raw.message),
    platform: text(raw.platform),
    environment: text(raw.environment),
    release: text(raw.release),
    route: text(raw.transaction),
    tags: (raw.tags ?? {}) as Record<string, string>,
    stack: frames
      .toReversed()
      .map((frame) => `${frame.function ?? "?"} (${frame.filename ?? "?"}:${frame.lineno ?? 0})`)
      .join("\n"),
    raw,
  };
}

function parse(line = ""): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
