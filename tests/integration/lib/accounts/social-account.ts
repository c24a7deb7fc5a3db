import { randomUUID } from "node:crypto";
import type { OpenidPerson } from "#local/openid-people.ts";
import type { Session } from "#lib/accounts/sessions.ts";
import {
  beginSocialSignIn,
  finishSocialSignIn,
  takeSocialFlow,
  type SocialOutcome,
} from "#lib/accounts/social-sign-in.ts";
import type { SocialProviderId } from "#lib/services/social-providers.ts";
import type { TestShop } from "../../../support/shop.ts";
import { DEVICE } from "./account.ts";

type Elsewhere = Partial<Omit<OpenidPerson, "subject">>;

/** What a browser brings back from a provider, and what it kept meanwhile. */
export interface WayBack {
  provider: SocialProviderId;
  answer: URLSearchParams;
  browser: string;
}

/** Begins a sign-in, agrees at the local provider as this person, and gives what comes back. */
export async function agreeElsewhere(
  shop: TestShop,
  person: Elsewhere = {},
  wish: { provider?: SocialProviderId; userId?: string } = {},
): Promise<WayBack> {
  const { provider = "google", userId = null } = wish;
  const begun = { provider, next: "/courses", userId };
  const { location, browser } = await beginSocialSignIn(shop.services, begun);
  const {
    name = "Kim Elsewhere",
    email = `${randomUUID()}@example.net`,
    isVerified = true,
  } = person;
  const body = new URLSearchParams({ name, email, ...(isVerified && { verified: "on" }) });
  const response = await fetch(location, { method: "POST", body, redirect: "manual" });
  const back = new URL(response.headers.get("location") ?? "");
  return { provider, answer: back.searchParams, browser };
}

/** Finishes what a browser brought back, as the callback does. */
export async function comeBack(
  shop: TestShop,
  back: WayBack,
  session: Session | null = null,
): Promise<SocialOutcome> {
  const flow = await takeSocialFlow(shop.services, back);
  if (!flow) throw new Error("There is no such flow.");
  const { answer } = back;
  return finishSocialSignIn(shop.services, {
    flow,
    answer,
    session,
    device: DEVICE,
    now: new Date(),
  });
}

/** A session of this account that began now, or `secondsAgo`. */
export function sessionOf(
  { id, email, name, role }: { id: string; email: string; name: string; role: Session["role"] },
  secondsAgo = 0,
): Session {
  const createdAt = Date.now() - secondsAgo * 1000;
  return {
    userId: id,
    email,
    name,
    role,
    createdAt,
    device: null,
    isSecondFactorUsed: false,
  } as Session;
}
