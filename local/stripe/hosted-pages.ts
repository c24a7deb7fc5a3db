import { escapeHtml } from "../page.ts";
import { formFields } from "./hosted-fields.ts";
import { hostedShell, SELLER_NAME } from "./hosted-shell.ts";
import { orderSummary, totalOf } from "./hosted-summary.ts";
import type { Checkout } from "./checkout-record.ts";
import type { Ledger } from "./ledger.ts";
import type { FormNeeds, FormState } from "./payment-form.ts";
import { idOf } from "./references.ts";

/** The page of an open session: what is bought on one side, the form on the other. */
export function paymentPage(
  ledger: Ledger,
  checkout: Checkout,
  needs: FormNeeds,
  state: FormState,
): string {
  const { session } = checkout;
  const amount = escapeHtml(totalOf(session));
  const isTaxOpen = session.automatic_tax.status === "requires_location_inputs";
  const form = `<form method="post" novalidate>
<input type="hidden" name="shownTotal" value="${session.amount_total ?? 0}">
${alert(state)}
<h2>${needs.card ? "Pay by card" : "Complete the order"}</h2>
${formFields(checkout, needs, state)}
<button name="action" value="pay">${needs.card ? `Pay ${amount}` : "Complete order"}</button>
${isTaxOpen ? '<button class="second" name="action" value="update" formnovalidate>Show the total with tax</button>' : ""}
${needs.card ? '<button class="second" name="action" value="transfer" formnovalidate>Pay by bank transfer, which arrives later</button>' : ""}
</form>
${needs.card ? TEST_CARDS : ""}`;
  const summary = orderSummary(ledger, checkout, state);
  return hostedShell(`Pay ${SELLER_NAME}`, `${summary}<main>${form}</main>`);
}

/** The page of a session that was completed; while the money is on its way, it decides that. */
export function completePage(ledger: Ledger, checkout: Checkout, returnUrl: string): string {
  const waiting = isMoneyOnItsWay(ledger, checkout);
  const look = waiting ? "button second" : "button";
  const back = `<p><a class="${look}" href="${escapeHtml(returnUrl)}">Back to ${SELLER_NAME}</a></p>`;
  const decide = `<h2>Bank transfer on its way</h2>
<p>With a real bank this takes days. Here you say how it ends.</p>
<form method="post">
<button name="action" value="arrived">Let the money arrive</button>
<button class="second" name="action" value="missing">Let the transfer fail</button>
</form>`;
  const done = "<h2>All done</h2><p>This checkout is complete. There is nothing left to pay.</p>";
  const main = `<main>${waiting ? decide : done}${back}</main>`;
  const summary = orderSummary(ledger, checkout, null);
  return hostedShell("Checkout complete", `${summary}${main}`);
}

/** The page of the card's bank, on which its owner authenticates or fails to. */
export function authenticationPage(ledger: Ledger, checkout: Checkout): string {
  const last4 = checkout.authentication?.means.last4 ?? "";
  const main = `<main><h2>3-D Secure test page</h2>
<p>The bank of the card ending in ${escapeHtml(last4)} asks its owner to confirm this payment. With a real card the bank's own page would be here.</p>
<form method="post">
<button name="action" value="complete">Complete authentication</button>
<button class="second" name="action" value="fail">Fail authentication</button>
</form></main>`;
  const summary = orderSummary(ledger, checkout, null);
  return hostedShell("Authenticate", `${summary}${main}`);
}

/** A page that only says something. */
export function messagePage(title: string, text: string, link: string | null): string {
  const back =
    link === null ? "" : `<p><a class="button" href="${escapeHtml(link)}">Go back</a></p>`;
  return hostedShell(
    title,
    `<main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${back}</main>`,
  );
}

function isMoneyOnItsWay({ state }: Ledger, { session }: Checkout): boolean {
  const intent = state.paymentIntents.get(idOf(session.payment_intent));
  return intent?.status === "processing";
}

function alert({ errors, notice }: FormState): string {
  if (notice !== undefined) return `<p class="notice" role="status">${escapeHtml(notice)}</p>`;
  if (Object.keys(errors).every((name) => name === "promotionCode")) return "";
  return '<p class="alert" role="alert">The payment did not go through. See below what to change.</p>';
}

const TEST_CARDS = `<details open><summary>Test cards</summary>
<dl>
<dt>4242 4242 4242 4242</dt><dd>pays</dd>
<dt>4000 0027 6000 3184</dt><dd>asks its owner to authenticate</dd>
<dt>4000 0000 0000 0002</dt><dd>is declined</dd>
<dt>4000 0000 0000 9995</dt><dd>has insufficient funds</dd>
<dt>4000 0082 6000 3178</dt><dd>authenticates, then has insufficient funds</dd>
<dt>4000 0000 0000 7726</dt><dd>its refunds take a while</dd>
<dt>4000 0000 0000 5126</dt><dd>its refunds fail later</dd>
<dt>4000 0000 0000 0259</dt><dd>pays, then disputes the payment</dd>
<dt>4000 0000 0000 1976</dt><dd>pays, then its bank inquires</dd>
</dl>
<p>Any expiry date in the future, any three digits as CVC.</p>
</details>`;
