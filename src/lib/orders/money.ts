// Stripe's lists (docs.stripe.com/currencies); Intl's own figures differ, such as 0 for HUF and
// IDR.
const ZERO_DECIMAL = /^(bif|clp|djf|gnf|jpy|kmf|krw|mga|pyg|rwf|vnd|vuv|xaf|xof|xpf)$/;
const THREE_DECIMAL = /^(bhd|jod|kwd|omr|tnd)$/;

const formats = new Map<string, Intl.NumberFormat>();

/**
 * An amount in Stripe's minor unit as text, such as "€49", "€49.50" or "¥1,200". Decimals are left
 * out when they are all zero. `currency` is an ISO 4217 code in any case.
 */
export function formatMoney(amount: number, currency: string, locale = "en"): string {
  const decimals = currencyDecimals(currency);
  const units = amount / 10 ** decimals;
  const shown = Number.isInteger(units) ? 0 : decimals;
  return formatOf(locale, currency, shown).format(units);
}

/** An amount in whole units of the currency, such as "49.00", as schema.org's `price` wants it. */
export function decimalAmount(amount: number, currency: string): string {
  const decimals = currencyDecimals(currency);
  return (amount / 10 ** decimals).toFixed(decimals);
}

/**
 * What a person typed, such as "12", "12.5" or "12,50", in the currency's minor unit; null when it
 * is no amount or has more decimals than the currency.
 */
export function parseMoney(text: string, currency: string): number | null {
  const [, units, fraction = ""] = /^(\d{1,7})(?:[.,](\d{1,3}))?$/.exec(text.trim()) ?? [];
  const decimals = currencyDecimals(currency);
  if (units === undefined || fraction.length > decimals) return null;
  return Number(units) * 10 ** decimals + Number(fraction.padEnd(decimals, "0"));
}

// Making one costs fifty times what using it does; a shop has few currencies and languages.
function formatOf(locale: string, currency: string, decimals: number): Intl.NumberFormat {
  const key = `${locale} ${currency} ${decimals}`;
  const known = formats.get(key);
  if (known) return known;
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  formats.set(key, format);
  return format;
}

function currencyDecimals(currency: string): number {
  const code = currency.toLowerCase();
  if (ZERO_DECIMAL.test(code)) return 0;
  return THREE_DECIMAL.test(code) ? 3 : 2;
}
