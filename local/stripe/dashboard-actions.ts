import type { Controls } from "./controls.ts";
import type { Ledger } from "./ledger.ts";
import { parseAmount } from "./money.ts";

/** What the buttons of the dashboard page do, by the last part of their address. */
type Act = (controls: Controls, form: URLSearchParams, ledger: Ledger) => unknown;

const DAY_SECONDS = 86_400;

const ACTIONS: Readonly<Record<string, Act>> = {
  resend: (controls, form) => controls.webhooks.resend(idIn(form)),
  expire: (controls, form) => controls.expire(idIn(form)),
  refund: (controls, form) => controls.refund(idIn(form)),
  "refund-part": refundPart,
  "succeed-refund": (controls, form) => controls.succeedRefund(idIn(form)),
  "fail-refund": (controls, form) => controls.failRefund(idIn(form)),
  dispute: (controls, form) => controls.dispute(idIn(form)),
  inquire: (controls, form) => controls.dispute(idIn(form), { inquiry: true }),
  "win-dispute": (controls, form) => controls.winDispute(idIn(form)),
  "lose-dispute": (controls, form) => controls.loseDispute(idIn(form)),
  "escalate-dispute": (controls, form) => controls.escalateDispute(idIn(form)),
  advance: (controls, form) => controls.advance(daysIn(form) * DAY_SECONDS),
  hold: (controls) => controls.webhooks.hold(),
  release: (controls) => controls.webhooks.release(),
};

/** Whether the dashboard has a button of this name. */
export function isDashboardAction(name: string): boolean {
  return Object.hasOwn(ACTIONS, name);
}

/** Does what a button of the dashboard asks; what can no longer be done is left undone. */
export async function actOnDashboard(
  { controls, ledger }: { controls: Controls; ledger: Ledger },
  name: string,
  form: URLSearchParams,
): Promise<void> {
  try {
    await ACTIONS[name]?.(controls, form, ledger);
  } catch {
    // A button of an old page may ask for what is done already: the page then shows the truth.
    return;
  }
}

function refundPart(controls: Controls, form: URLSearchParams, { state }: Ledger): void {
  const charge = state.charges.get(idIn(form));
  const amount = charge ? parseAmount(form.get("amount") ?? "", charge.currency) : null;
  if (charge && amount !== null) controls.refund(charge.id, amount);
}

function idIn(form: URLSearchParams): string {
  return form.get("id") ?? "";
}

// Time only goes forward, and not by more than a year.
function daysIn(form: URLSearchParams): number {
  const days = Number(form.get("days"));
  return days > 0 && days <= 366 ? days : 0;
}
