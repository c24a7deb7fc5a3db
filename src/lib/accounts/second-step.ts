import { z } from "zod";
import { tokenStore } from "./token-store.ts";

/** How long a right password waits for its second factor. */
export const SECOND_STEP_SECONDS = 600;

const storedStep = z.object({
  id: z.uuid(),
  email: z.string(),
  /** The person asked for this device to be remembered. */
  remember: z.boolean(),
  /** Of the password that was typed; left out when another provider signed in. */
  passwordChangedAt: z.coerce.date().optional(),
});

/** Those whose password was right and who have not typed a code yet: signed in nowhere. */
export const secondSteps = tokenStore("second-step", storedStep, SECOND_STEP_SECONDS);
