import { escapeHtml } from "../page.ts";
import { HOSTED_STYLE } from "./hosted-style.ts";
import type { Checkout } from "./ledger.ts";
import { formatAmount } from "./money.ts";
import { formFields } from "./hosted-fields.ts";
import type { FormNeeds, FormState } from "./payment-form.ts";

/** The page of an open session: what is bought on one side, the form on the other. */
export function paymentPage(
  checkout: Checkout,
  siteName: string,
  needs: FormNeeds,
  state: FormState,
): string {
  const { session } = checkout;
  const amount = formatAmount(session.amount_total ?? 0, session.currency ?? "eur");
  const form = `<form method="post" novalidate>
${Object.keys(state.errors).length > 0 ? '<p class="alert" role="alert">The payment did not go through. See below what to change.</p>' : ""}
<h2>${needs.card ? "Pay by card" : "Complete the order"}</h2>
${formFields(checkout.session, needs, state)}
<button name="action" value="pay">${needs.card ? `Pay ${escapeHtml(amount)}` : "Complete order"}</button>
${needs.card ? '<button class="second" name="action" value="transfer" formnovalidate>Pay by bank transfer, which arrives later</button>' : ""}
</form>
${needs.card ? TEST_CARDS : ""}`;
  return shell(`Pay ${siteName}`, `${summary(checkout, siteName)}<main>${form}</main>`);
}

/** The page of a session that was completed; while the money is on its way, it decides that. */
export function completePage(checkout: Checkout, siteName: string, returnUrl: string): string {
  const waiting = checkout.session.payment_status === "unpaid";
  const look = waiting ? "button second" : "button";
  const back = `<p><a class="${look}" href="${escapeHtml(returnUrl)}">Back to ${escapeHtml(siteName)}</a></p>`;
  const decide = `<h2>Bank transfer on its way</h2>
<p>With a real bank this takes days. Here you say how it ends.</p>
<form method="post">
<button name="action" value="arrived">Let the money arrive</button>
<button class="second" name="action" value="missing">Let the transfer fail</button>
</form>`;
  const done = "<h2>All done</h2><p>This checkout is complete. There is nothing left to pay.</p>";
  const main = `<main>${waiting ? decide : done}${back}</main>`;
  return shell("Checkout complete", `${summary(checkout, siteName)}${main}`);
}

/** A page that only says something. */
export function messagePage(title: string, text: string, link: string | null): string {
  const back =
    link === null ? "" : `<p><a class="button" href="${escapeHtml(link)}">Go back</a></p>`;
  return shell(
    title,
    `<main><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>${back}</main>`,
  );
}

function shell(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} - test payment page</title>
<style>${HOSTED_STYLE}</style>
</head>
<body>
<p class="banner"><strong>Test payment page.</strong> The local Stripe, a stand-in for the real one: no money moves.</p>
<div class="columns">${body}</div>
</body>
</html>
`;
}

function summary({ session, lineItems }: Checkout, siteName: string): string {
  const currency = session.currency ?? "eur";
  const rows = lineItems.map((item) => {
    const times = (item.quantity ?? 1) > 1 ? ` × ${item.quantity ?? 1}` : "";
    const name = escapeHtml(`${item.description ?? ""}${times}`);
    return `<li><span>${name}</span><span>${formatAmount(item.amount_total, currency)}</span></li>`;
  });
  const total = formatAmount(session.amount_total ?? 0, currency);
  const cancel =
    session.status === "open" && session.cancel_url !== null
      ? `<p><a href="${escapeHtml(session.cancel_url)}">Cancel and go back</a></p>`
      : "";
  return `<aside>
<p class="seller">${escapeHtml(siteName)}</p>
<h1>${total}</h1>
<ul>${rows.join("")}<li class="total"><span>Total</span><span>${total}</span></li></ul>
${cancel}
</aside>`;
}

const TEST_CARDS = `<details open><summary>Test cards</summary>
<dl>
<dt>4242 4242 4242 4242</dt><dd>pays</dd>
<dt>4000 0000 0000 0002</dt><dd>is declined</dd>
<dt>4000 0000 0000 9995</dt><dd>has insufficient funds</dd>
</dl>
<p>Any expiry date in the future, any three digits as CVC.</p>
</details>`;
