const FORMAT = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });

/** A date given as YYYY-MM-DD in words, such as "20 November 2026". */
export function formatDate(date: string): string {
  return FORMAT.format(new Date(`${date}T00:00:00Z`));
}
