// Stripe's lists (docs.stripe.com/currencies); Intl's own figures differ, such as 0 for HUF and
// IDR.
const ZERO_DECIMAL = /^(bif|clp|djf|gnf|jpy|kmf|krw|mga|pyg|rwf|vnd|vuv|xaf|xof|xpf)$/;
const THREE_DECIMAL = /^(bhd|jod|kwd|omr|tnd)$/;

/**
 * An amount in Stripe's minor unit as text, such as "€49", "€49.50" or "¥1,200". Decimals are left
 * out when they are all zero. `currency` is an ISO 4217 code in any case.
 */
export function formatMoney(amount: number, currency: string, locale = "en"): string {
  const decimals = currencyDecimals(currency);
  const units = amount / 10 ** decimals;
  const shown = Number.isInteger(units) ? 0 : decimals;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: shown,
    maximumFractionDigits: shown,
  }).format(units);
}

/** An amount in whole units of the currency, such as "49.00", as schema.org's `price` wants it. */
export function decimalAmount(amount: number, currency: string): string {
  const decimals = currencyDecimals(currency);
  return (amount / 10 ** decimals).toFixed(decimals);
}

function currencyDecimals(currency: string): number {
  const code = currency.toLowerCase();
  if (ZERO_DECIMAL.test(code)) return 0;
  return THREE_DECIMAL.test(code) ? 3 : 2;
}
