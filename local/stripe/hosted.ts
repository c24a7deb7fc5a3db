import type { IncomingMessage, ServerResponse } from "node:http";
import { actOnCheckout, needsOf, successUrl } from "./hosted-actions.ts";
import { authenticationPage, completePage, messagePage, paymentPage } from "./hosted-pages.ts";
import type { Checkout } from "./checkout-record.ts";
import { findIntent, type Ledger } from "./ledger.ts";
import type { FormState } from "./payment-form.ts";
import { authenticate } from "./payments.ts";
import { redirect, sendHtml } from "./pages.ts";
import { readBody } from "./request.ts";

/** Answers a request for `/c/pay/ID` and the pages below it, by form posts alone. */
export async function handleHosted(
  ledger: Ledger,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [sessionId = "", page = ""] = path.split("/");
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
  } else if (page === "authenticate") answerAuthentication(ledger, checkout, form, response);
  else if (form) answerForm(ledger, checkout, form, response);
  else {
    const isBack = request.url?.endsWith("?declined") ?? false;
    sendHtml(response, 200, show(ledger, checkout, stateOf(ledger, checkout, isBack)));
  }
}

function answerForm(
  ledger: Ledger,
  checkout: Checkout,
  form: URLSearchParams,
  response: ServerResponse,
): void {
  const reply = actOnCheckout(ledger, checkout, form);
  if ("to" in reply) redirect(response, reply.to);
  else {
    const status = Object.keys(reply.show.errors).length > 0 ? 402 : 200;
    sendHtml(response, status, show(ledger, checkout, reply.show));
  }
}

function answerAuthentication(
  ledger: Ledger,
  checkout: Checkout,
  form: URLSearchParams | null,
  response: ServerResponse,
): void {
  const back = `/c/pay/${checkout.session.id}`;
  const action = form?.get("action");
  if (!checkout.authentication) redirect(response, back);
  else if (action !== "complete" && action !== "fail")
    sendHtml(response, 200, authenticationPage(ledger, checkout));
  else {
    const { kind } = authenticate(ledger, checkout, action === "complete");
    redirect(response, kind === "paid" ? successUrl(checkout) : `${back}?declined`);
  }
}

function show(ledger: Ledger, checkout: Checkout, state: FormState): string {
  if (checkout.session.status === "complete")
    return completePage(ledger, checkout, successUrl(checkout));
  return paymentPage(ledger, checkout, needsOf(checkout), state);
}

function stateOf(ledger: Ledger, { session }: Checkout, isBack: boolean): FormState {
  const message = isBack && findIntent(ledger, session)?.last_payment_error?.message;
  return { values: {}, errors: message ? { cardNumber: message } : {} };
}
