import { escapeHtml } from "../page.ts";
import { HOSTED_STYLE } from "./hosted-style.ts";

/** Who sells, on the pages that buyers see. */
export const SELLER_NAME = "Slipway";

/** A whole page of the hosted checkout; `body` is taken as it is. */
export function hostedShell(title: string, body: string): string {
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
