// As Stripe counts: yen have no minor unit, dinars a thousand; some that ISO counts otherwise.
const NO_MINOR_UNIT = new Set(
  "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "),
);
const THREE_DECIMALS = new Set("bhd jod kwd omr tnd".split(" "));

/** An amount in minor units for people: `formatAmount(4900, "eur")` is `€49.00`. */
export function formatAmount(amount: number, currency: string): string {
  const digits = decimalsOf(currency);
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/** The amount in minor units that a person typed (`12.50`), or null when it is none above 0. */
export function parseAmount(text: string, currency: string): number | null {
  const typed = text.trim().replace(",", ".");
  const amount = Math.round(Number(typed) * 10 ** decimalsOf(currency));
  return /^\d+(\.\d+)?$/.test(typed) && amount > 0 ? amount : null;
}

/** Whether Stripe takes the amount: a three-decimal currency must end in 0. */
export function isWholeAmount(amount: number, currency: string): boolean {
  return decimalsOf(currency) < 3 || amount % 10 === 0;
}

/** Parts the amount in proportion to the weights; what rounding leaves goes to the largest rests. */
export function allocate(amount: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => (amount * weight) / sum);
  const parts = exact.map(Math.floor);
  let left = amount - parts.reduce((total, part) => total + part, 0);
  const byRest = exact
    .map((value, index) => ({ index, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.index - b.index);
  for (const { index } of byRest) {
    if (left <= 0) break;
    parts[index] = (parts[index] ?? 0) + 1;
    left -= 1;
  }
  return parts;
}

function decimalsOf(currency: string): number {
  const code = currency.toLowerCase();
  if (NO_MINOR_UNIT.has(code)) return 0;
  return THREE_DECIMALS.has(code) ? 3 : 2;
}
