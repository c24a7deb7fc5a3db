/** One row of the table: what was measured, and what it may be. */
export interface Line {
  part: "server" | "browser" | "lighthouse" | "growth";
  name: string;
  unit: string;
  /** One value per round, run or repetition. */
  values: number[];
  /** The most it may be, or with `isFloor` the least; null is shown and not judged. */
  budget: number | null;
  isFloor?: boolean;
  /** Measured by the clock: its spread says something about the machine. */
  isTimed?: boolean;
  /** The values before it was repeated. */
  firstValues?: number[];
  note?: string;
}

// What makes a line be measured once more.
const HIGHEST_SPREAD = 0.25;

export function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) throw new Error("Nothing was measured: --runs must be at least 1.");
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** (max - min) ÷ median: how little one value of the line says. */
function spread(values: number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / middle;
}

/** Whether a timed line varies so much that it is measured once more. */
export function isUnsteady(line: Line): boolean {
  return line.isTimed === true && spread(line.values) > HIGHEST_SPREAD;
}

/** Whether the line's median breaks its budget. */
export function isBroken({ values, budget, isFloor }: Line): boolean {
  if (budget === null) return false;
  return isFloor ? median(values) < budget : median(values) > budget;
}

/** The table as text, with the budget beside each value. */
export function table(lines: Line[]): string {
  const rows = lines.map((line) => [
    line.name,
    format(median(line.values), line.unit),
    line.values.length > 1
      ? `${number(Math.min(...line.values))}-${number(Math.max(...line.values))}`
      : "",
    line.budget === null ? "" : `${line.isFloor ? "≥" : "≤"} ${format(line.budget, line.unit)}`,
    verdict(line),
  ]);
  const all = [["what", "median", "min-max", "budget", ""], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function verdict(line: Line): string {
  const unsteady = isUnsteady(line) ? "unsteady" : "";
  const words = [isBroken(line) ? "BROKEN" : "", unsteady, line.note ?? ""];
  return words.filter(Boolean).join(", ");
}

function format(value: number, unit: string): string {
  return `${number(value)}${unit === "×" || unit === "" ? unit : ` ${unit}`}`;
}

function number(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString("en")
    : value.toFixed(value < 1 ? 3 : 2);
}
