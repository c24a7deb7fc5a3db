/** How two sets of times differ. */
export interface Comparison {
  /** The share of pairs in which the first took longer: 0.5 tells nothing, 0 or 1 everything. */
  auc: number;
  medianDifferenceMs: number;
}

/** Compares two samples of times (Mann-Whitney; ties count half). Both hold at least one. */
export function compareTimes(
  first: { durationMs: number }[],
  second: { durationMs: number }[],
): Comparison {
  let wins = 0;
  for (const one of first)
    for (const other of second)
      if (one.durationMs > other.durationMs) wins += 1;
      else if (one.durationMs === other.durationMs) wins += 0.5;
  return {
    auc: wins / (first.length * second.length),
    medianDifferenceMs: Math.abs(median(first) - median(second)),
  };
}

function median(samples: { durationMs: number }[]): number {
  const sorted = samples.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}
