import type { Session } from "#lib/accounts/sessions.ts";
import type { Services } from "#lib/services/index.ts";
import { server } from "../../../src/actions/index.ts";
import type { CookieJar } from "../../support/cookie-jar.ts";

/** A browser that asks: its cookies, the address, and who is signed in on it. */
export interface Visit {
  jar: CookieJar;
  address?: string;
  session?: Session | null;
  /** Gets what goes on behind the answer; wait for it before the services stop. */
  later: Promise<unknown>[];
}

const SITE = "http://localhost:4321";

/** As much of Astro's context as the shop's actions and endpoints use. */
export function contextOf(services: Services, visit: Visit) {
  const { jar, address = "/", session = null, later } = visit;
  const url = new URL(address, SITE);
  const cfContext = { waitUntil: (work: Promise<unknown>) => void later.push(work) };
  return {
    cookies: jar.cookies,
    locals: { services, session, requestId: "r1", log: () => {}, cfContext },
    redirect: (location: string, status: number) => Response.json({ location }, { status }),
    request: new Request(url, { headers: { "CF-Connecting-IP": "192.0.2.1" } }),
    url,
  };
}

/** Sends a form without the browser. */
export function act(
  services: Services,
  name: keyof typeof server,
  input: object,
  visit: Visit,
): Promise<{ next?: string }> {
  const action = server[name] as unknown as {
    handler: (input: object, context: object) => Promise<{ next?: string }>;
  };
  return action.handler(input, contextOf(services, visit));
}
