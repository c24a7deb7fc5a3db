import type { IncomingMessage, ServerResponse } from "node:http";
import { completePage, messagePage, paymentPage } from "./hosted-pages.ts";
import { now, type Checkout, type Ledger } from "./ledger.ts";
import { keepValues, readPaymentForm, type FormNeeds, type FormState } from "./payment-form.ts";
import { completeFree, payByCard, payByTransfer, settleTransfer } from "./payments.ts";
import { redirect, sendHtml } from "./pages.ts";
import { readBody } from "./request.ts";

const NOTHING_TYPED: FormState = { values: {}, errors: {} };

/** Answers a request for the hosted payment page of a session, by form posts alone. */
export async function handleHosted(
  ledger: Ledger,
  siteName: string,
  sessionId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const checkout = ledger.state.checkouts.get(sessionId);
  const form = request.method === "POST" ? new URLSearchParams(await readBody(request)) : null;
  if (!checkout) {
    const text = "There is no checkout at this address.";
    sendHtml(response, 404, messagePage("Checkout not found", text, null));
    return;
  }
  const { session } = checkout;
  if (session.status === "expired") {
    const text = "This checkout has expired and can't be paid. Start again from the shop.";
    sendHtml(response, 200, messagePage("Checkout expired", text, session.cancel_url));
    return;
  }
  const problems = form ? act(ledger, checkout, form) : NOTHING_TYPED;
  if (problems === null) redirect(response, successUrl(checkout));
  else if (session.status === "complete")
    sendHtml(response, 200, completePage(checkout, siteName, successUrl(checkout)));
  else {
    const status = form ? 402 : 200;
    sendHtml(response, status, paymentPage(checkout, siteName, needsOf(checkout), problems));
  }
}

/** Does what the form asks. Gives what to show, or null when the buyer goes back to the shop. */
function act(ledger: Ledger, checkout: Checkout, form: URLSearchParams): FormState | null {
  const action = form.get("action");
  const { status, payment_status: paymentStatus } = checkout.session;
  if (status === "complete") {
    const settles = action === "arrived" || action === "missing";
    if (settles && paymentStatus === "unpaid")
      settleTransfer(ledger, checkout, action === "arrived");
    return settles ? null : NOTHING_TYPED;
  }
  return pay(ledger, checkout, form, action === "transfer");
}

function pay(
  ledger: Ledger,
  checkout: Checkout,
  form: URLSearchParams,
  byTransfer: boolean,
): FormState | null {
  const needs = needsOf(checkout);
  const asked = { ...needs, card: needs.card && !byTransfer };
  const result = readPaymentForm(form, asked, now(ledger));
  if ("problems" in result) return result.problems;
  const { buyer, card } = result.payment;
  if (!needs.card) completeFree(ledger, checkout, buyer);
  else if (!card) payByTransfer(ledger, checkout, buyer);
  else {
    const refusal = payByCard(ledger, checkout, card, buyer);
    if (refusal !== null) return { values: keepValues(form), errors: { cardNumber: refusal } };
  }
  return null;
}

function needsOf({ session }: Checkout): FormNeeds {
  return {
    card: session.payment_status !== "no_payment_required",
    terms: session.consent_collection?.terms_of_service === "required",
  };
}

function successUrl({ session }: Checkout): string {
  return (session.success_url ?? "").replaceAll("{CHECKOUT_SESSION_ID}", session.id);
}
