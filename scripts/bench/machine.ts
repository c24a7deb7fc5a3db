import { availableParallelism, cpus, loadavg } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

const WATCHED_MS = 3_000;
const HIGHEST_USE = 0.15;

/** What the machine was doing before the bench, for the report. */
export interface Machine {
  cores: number;
  cpu: string;
  /** The share of all cores that others used, 0 to 1. */
  busy: number;
  loadAverage: number;
}

/** Watches the machine for three seconds. */
export async function watchMachine(): Promise<Machine> {
  const before = ticks();
  await pause(WATCHED_MS);
  const after = ticks();
  const busy = (after.used - before.used) / Math.max(1, after.all - before.all);
  const [loadAverage = 0] = loadavg();
  return { cores: availableParallelism(), cpu: cpus()[0]?.model ?? "unknown", busy, loadAverage };
}

/** One sentence that says why timings would mean nothing now, or null on a quiet machine. */
export function findUnrest({ busy, cores }: Machine): string | null {
  if (busy <= HIGHEST_USE) return null;
  const percent = Math.round(busy * 100);
  return `Other work uses ${percent} % of the ${cores} cores: wait until it ends, or add --busy to measure anyway.`;
}

function ticks(): { used: number; all: number } {
  let [used, all] = [0, 0];
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.idle + times.irq;
    all += sum;
    used += sum - times.idle;
  }
  return { used, all };
}
