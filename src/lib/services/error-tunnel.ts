const TIMEOUT_MS = 2_000;

/**
 * Sends a browser's envelope to the project of our own DSN, whatever DSN the envelope names, and forgets it when Sentry does not
 * answer: an error report must never cost the visitor anything.
 */
export async function forwardEnvelope(dsn: string, envelope: string): Promise<void> {
  const { protocol, host, username, pathname } = new URL(dsn);
  const segments = pathname.split("/");
  const project = segments.pop() ?? "";
  const address = `${protocol}//${host}${segments.join("/")}/api/${project}/envelope/`;
  const [header = "{}", ...rest] = envelope.split("\n");
  try {
    const own = { ...(JSON.parse(header) as object), dsn };
    await fetch(`${address}?sentry_key=${username}&sentry_version=7`, {
      method: "POST",
      headers: { "Content-Type": "application/x-sentry-envelope" },
      body: [JSON.stringify(own), ...rest].join("\n"),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "manual",
    });
  } catch {
    return;
  }
}
