/** Numbers from 0 to 1 that a seed decides (the generator mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A copy in an order that the seed decides. */
export function shuffle<T>(things: readonly T[], seed: number): T[] {
  const random = createRandom(seed);
  const drawn = things.map((thing): [number, T] => [random(), thing]);
  return drawn.sort(([a], [b]) => a - b).map(([, thing]) => thing);
}
