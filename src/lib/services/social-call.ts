import { DependencyError } from "#lib/errors.ts";
import { createBreaker, type Breaker } from "./breaker.ts";
import type { SocialProviderId } from "./social-providers.ts";

/** Calls a provider and reads its whole answer. */
export type SocialCall = (url: string, init?: SocialRequest) => Promise<Response>;

interface SocialRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit | null | undefined;
}

const MAX_CHARACTERS = 256 * 1024;
const isOutage = (error: unknown) => error instanceof DependencyError;
const BREAKERS: Record<SocialProviderId, Breaker> = {
  google: createBreaker("google", { isOutage }),
  github: createBreaker("github", { isOutage }),
};

/**
 * The function that calls this provider until the signal fires. It follows no redirect: one would
 * lead the client's secret to wherever the answer says. Throws DependencyError when there is no
 * answer in time, or one that only a provider in trouble gives.
 */
export function socialCaller(provider: SocialProviderId, signal: AbortSignal): SocialCall {
  return (url, { method = "GET", headers = {}, body } = {}) =>
    BREAKERS[provider].run(async () => {
      try {
        const response = await fetch(url, {
          method,
          headers: { ...headers, "User-Agent": "slipway" },
          ...(body && { body }),
          redirect: "manual",
          signal,
        });
        const { status } = response;
        const isInTrouble = status === 429 || status >= 500 || (status >= 300 && status < 400);
        if (isInTrouble) throw new Error(`The provider answered ${status}.`);
        const text = await response.text();
        if (text.length > MAX_CHARACTERS) throw new Error("The provider's answer is too long.");
        const type = response.headers.get("content-type") ?? "";
        return new Response(text, { status, headers: { "Content-Type": type } });
      } catch (error) {
        throw new DependencyError(provider, error);
      }
    });
}
