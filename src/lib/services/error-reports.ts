import { CloudflareClient, createTransport, Scope } from "@sentry/cloudflare";
import { createStackParser, nodeStackLineParser } from "@sentry/core";

export interface ErrorReport {
  dsn: string;
  environment: string;
  /** The commit that threw. */
  release: string;
  /** Method and pattern of the route, such as "GET /courses/[course]". */
  route: string;
  tags: Record<string, string>;
  /** Reports with the same one are counted together; by type and stack without it. */
  fingerprint?: string[] | undefined;
}

const TIMEOUT_MS = 2_000;

/**
 * Sends one error to Sentry, with its stack and nothing about who asked: no address, header, cookie, body or query string. Without its
 * causes: what a client throws may quote a service's answer. Gives up after two seconds; throws nothing.
 */
export async function sendErrorReport(error: unknown, report: ErrorReport): Promise<void> {
  const scope = new Scope();
  const client = new CloudflareClient({ ...clientOptions, ...pick(report) });
  scope.setClient(client);
  scope.setTransactionName(report.route);
  scope.setTags(report.tags);
  if (report.fingerprint) scope.setFingerprint(report.fingerprint);
  client.init();
  client.captureException(error, { mechanism: { handled: false, type: "slipway" } }, scope);
  await client.flush(TIMEOUT_MS);
}

type ClientOptions = ConstructorParameters<typeof CloudflareClient>[0];

const clientOptions: Pick<ClientOptions, "integrations" | "stackParser" | "transport"> = {
  integrations: [],
  stackParser: createStackParser(nodeStackLineParser()),
  transport: (options) =>
    createTransport(options, async ({ body }) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const headers = options.headers ?? {};
      const response = await fetch(options.url, {
        method: "POST",
        body,
        headers,
        redirect: "manual",
        signal,
      } as RequestInit);
      await response.body?.cancel();
      return { statusCode: response.status };
    }),
};

function pick({ dsn, environment, release }: ErrorReport) {
  return { dsn, environment, release };
}
