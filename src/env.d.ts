/// <reference types="astro/client" />

/** The commit that this build was made from; filled in by astro.config.mjs. */
declare const __RELEASE_ID__: string;

/** What Cloudflare hands to a request besides its environment. */
interface ExecutionContext {
  /** Keeps the Worker alive until the promise is settled, after the response was sent. */
  waitUntil(promise: Promise<unknown>): void;
  passThroughOnException(): void;
}

/** The Worker's variables; parsed by src/http/services.ts. */
type Env = Record<string, unknown>;

/** The form of a Worker's entry. */
interface ExportedHandler<Variables> {
  fetch?: (request: Request, env: Variables, context: ExecutionContext) => Promise<Response>;
}

declare namespace App {
  interface Locals {
    requestId: string;
    services: import("#lib/services/index.ts").Services;
    /** Calls made for this request, for the log and the round-trip budgets. */
    calls: { database: number; redis: number };
    /** Who is signed in; null for a visitor, undefined on prerendered pages, which can't know. */
    session?: import("#lib/accounts/sessions.ts").Session | null;
    /** Staff is looking at this account: the session is as its owner's, and nothing can be done. */
    look?: { personId: string; name: string; email: string; until: Date };
    /** Redis gave no answer: the visitor may be signed in, but we can't tell. */
    isSessionUnknown?: boolean;
    /** What a form posted, without secrets, so that a page can keep what was typed. */
    form?: Record<string, string>;
    /** What the form posted that a limit refused: the page that says so can send it again. */
    refusedForm?: [string, string][] | null;
    /** The page is the same for every visitor without a cookie: keep-pages.ts may keep it. */
    isForEverybody?: boolean;
    /** Set while an error page is rendered; message is null when it is not for the visitor. */
    problem?: { status: number; message: string | null; address: string };
    retryAfterSeconds?: number;
    /** The limits that this request is counted under, for its headers. */
    limits?: import("#lib/rate-limits.ts").LimitState[];
    /** Dependencies whose failure this request has logged already. */
    failed?: Set<string>;
    /** Writes one JSON line about this request, as a warning unless another level is given. */
    log: (
      event: string,
      details?: Record<string, unknown>,
      level?: import("./http/log.ts").Level,
    ) => void;
  }
}

declare module "cloudflare:workers" {
  export const env: Record<string, unknown>;
}
