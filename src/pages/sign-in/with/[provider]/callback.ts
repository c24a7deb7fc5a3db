import type { APIContext, APIRoute } from "astro";
import { clientAddress } from "#http/client-address.ts";
import { describeDevice } from "#http/device.ts";
import { methodNotAllowed } from "#http/problem.ts";
import { waitForSecondStep } from "#http/second-step.ts";
import { socialFlowCookie, socialPersonCookie } from "#http/token-cookie.ts";
import { deleteSocialNext, readSocialNext } from "#http/social-next-cookie.ts";
import { socialTroubleOf, type SocialTroubleCode } from "#http/social-trouble.ts";
import { startSession } from "#http/start-session.ts";
import * as social from "#lib/accounts/social-sign-in.ts";
import { AppError } from "#lib/errors.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";
import { enforceLimits, EVERYBODY } from "#lib/rate-limits.ts";

/**
 * Where a provider leads the browser back to. It changes something on GET, as it must: `state` and
 * the cookie prove that this browser began it, once.
 */
export const GET: APIRoute = async (context) => {
  const { cookies, locals, params, request, url } = context;
  const { services } = locals;
  const provider = social.requireProviders(services).find(({ id }) => id === params.provider)?.id;
  if (!provider) throw new AppError("not-found", "There is no such page.");
  await enforceLimits(services.redis, [
    ["social-address", clientAddress(request)],
    ["social-all", EVERYBODY],
  ]);
  const back = { provider, answer: url.searchParams, browser: socialFlowCookie.read(cookies) };
  const flow = await social.takeSocialFlow(services, back);
  const next = flow?.next ?? readSocialNext(cookies);
  if (!flow) return fail(context, next, "expired");
  socialFlowCookie.delete(cookies);
  try {
    const session = locals.session ?? null;
    const device = describeDevice(request);
    const wish = { flow, answer: url.searchParams, session, device, now: new Date() };
    return await follow(context, await social.finishSocialSignIn(services, wish));
  } catch (error) {
    const trouble = socialTroubleOf(error);
    if (!trouble) throw error;
    return fail(context, next, trouble);
  }
};

export const ALL = methodNotAllowed("GET");

async function follow(context: APIContext, outcome: social.SocialOutcome): Promise<Response> {
  const { cookies, locals } = context;
  if (outcome.kind === "unknown") {
    socialPersonCookie.write(cookies, outcome.token);
    return context.redirect("/sign-in/with/finish", 303);
  }
  deleteSocialNext(cookies);
  if (outcome.kind === "linked") {
    locals.cfContext.waitUntil(sendDueMail(locals.services, { now: new Date() }));
    return context.redirect(`${social.LINK_PAGE}?changed=linked`, 303);
  }
  const { user, next, hasSecondFactor } = outcome;
  if (hasSecondFactor)
    return context.redirect(await waitForSecondStep(context, user, { remember: false, next }), 303);
  await startSession(context, user, "sign-in");
  return context.redirect(next, 303);
}

function fail(context: APIContext, next: string, trouble: SocialTroubleCode): Response {
  const { locals, params } = context;
  locals.log("social-sign-in-failed", { provider: params.provider, trouble });
  // Who is signed in would be led on by the sign-in page, and not read what went wrong.
  if (locals.session && next === social.LINK_PAGE)
    return context.redirect(`${social.LINK_PAGE}?problem=${trouble}`, 303);
  const query = new URLSearchParams({ problem: trouble, next });
  return context.redirect(`/sign-in?${query.toString()}`, 303);
}
