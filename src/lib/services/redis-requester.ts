import { errors, type Requester } from "@upstash/redis";
import { createRetryBudget } from "./retry-budget.ts";

interface RequesterOptions {
  url: string;
  token: string;
  /** For one request, its second try included. */
  timeoutMs: number;
}

const RETRY_AFTER_MS = 20;
const retries = createRetryBudget();

/**
 * Sends commands to Upstash as its library does by itself, but follows no redirect, for which that
 * has no setting: who answers in Upstash's place may not have the commands sent elsewhere. One more
 * try when the connection fails, as far as the retry budget goes. Throws UpstashError with what Redis says, UpstashJSONParseError for
 * an answer that is none, and what `fetch` throws.
 */
export function createRequester({ url, token, timeoutMs }: RequesterOptions): Requester {
  // Upstash gives one with each answer; the next command then sees what the former ones wrote.
  let syncToken = "";
  return {
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as the library has it
    async request<Result>({ path = [], body, headers }: Parameters<Requester["request"]>[0]) {
      const response = await send([url.replace(/\/$/, ""), ...path].join("/"), {
        method: "POST",
        redirect: "manual",
        // The library's own defaults: no time-out, and 4.3 seconds until a refused connection throws.
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          ...headers,
          Authorization: `Bearer ${token}`,
          "Content-Type": "application/json",
          "Upstash-Sync-Token": syncToken,
        },
        body: JSON.stringify(body),
      });
      const answer = parse(await response.text()) as { result?: Result; error?: string };
      // Without the command, which the library repeats: it may hold what a session holds.
      if (!response.ok) throw new errors.UpstashError(answer.error ?? `HTTP ${response.status}`);
      syncToken = response.headers.get("upstash-sync-token") ?? "";
      return answer;
    },
  };
}

async function send(address: string, request: RequestInit & { signal: AbortSignal }) {
  retries.earn();
  try {
    return await fetch(address, request);
  } catch (error) {
    if (request.signal.aborted || !retries.spend()) throw error;
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    return fetch(address, request);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new errors.UpstashJSONParseError(text, { cause: error });
  }
}
