import { defineAction } from "astro:actions";
import { z } from "zod";
import { translateErrors } from "#http/action-errors.ts";
import { describeDevice } from "#http/device.ts";
import { writeDeviceCookie } from "#http/device-cookie.ts";
import { form } from "#http/fields.ts";
import { requireSession } from "#http/guards.ts";
import { nextAddress } from "#http/next-address.ts";
import { secondStepCookie } from "#http/token-cookie.ts";
import { startSession } from "#http/start-session.ts";
import * as factors from "#lib/accounts/second-factor.ts";
import { secondSteps } from "#lib/accounts/second-step.ts";
import { AppError } from "#lib/errors.ts";
import { sendDueMail } from "#lib/operations/outbox.ts";

const code = z
  .string("Please enter a code.")
  .trim()
  .min(1, "Please enter a code.")
  .max(60, "This is no code.");

/** The second step of signing in: only now is there a session. */
export const confirmSecondStep = defineAction({
  accept: "form",
  input: form({ code, next: z.string().max(2_000).nullish() }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services } = context.locals;
      const token = secondStepCookie.read(context.cookies);
      const step = token && (await secondSteps.find(services.redis, token));
      if (!token || !step)
        throw new AppError("conflict", "Too much time has passed. Please sign in again.");
      const { id, email, remember, passwordChangedAt } = step;
      const now = new Date();
      await factors.checkSecondFactor(services, { userId: id, code: input.code, now });
      await secondSteps.delete(services.redis, token);
      secondStepCookie.delete(context.cookies);
      const user = { id, isSecondFactorUsed: true, passwordChangedAt };
      await startSession(context, user, "sign-in");
      if (remember) writeDeviceCookie(context.cookies, services.environment.JWT_SECRET, email);
      return { next: nextAddress(input.next, "/learn") };
    }),
});

export const beginSecondFactor = defineAction({
  accept: "form",
  input: form({}),
  handler: (_input, context) =>
    translateErrors(context, async () => {
      const { userId } = requireSession(context);
      await factors.beginSecondFactor(context.locals.services, { userId, now: new Date() });
      return {};
    }),
});

/** Turns the authenticator on; gives the recovery codes, which the page shows this once. */
export const confirmSecondFactor = defineAction({
  accept: "form",
  input: form({ code }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services, cfContext } = context.locals;
      const { userId } = requireSession(context);
      const now = new Date();
      const device = describeDevice(context.request);
      const proof = { userId, code: input.code, device, now };
      const codes = await factors.confirmSecondFactor(services, proof);
      // Worth more than before, so with a new id.
      await startSession(context, { id: userId, isSecondFactorUsed: true });
      cfContext.waitUntil(sendDueMail(services, { now }));
      return { codes };
    }),
});

export const turnSecondFactorOff = defineAction({
  accept: "form",
  input: form({ code }),
  handler: (input, context) =>
    translateErrors(context, async () => {
      const { services, cfContext } = context.locals;
      const { userId } = requireSession(context);
      const now = new Date();
      const device = describeDevice(context.request);
      await factors.turnSecondFactorOff(services, { userId, code: input.code, device, now });
      await startSession(context, { id: userId, isSecondFactorUsed: false });
      cfContext.waitUntil(sendDueMail(services, { now }));
      return {};
    }),
});
