/**
 * Keeps a value in an isolate's memory as the latest one, and forgets the oldest when there are more
 * than `most`.
 */
export function rememberLatest<Value>(
  memory: Map<string, Value>,
  key: string,
  value: Value,
  most: number,
): void {
  // Taken out first, so that the map's order is that of the last time.
  memory.delete(key);
  memory.set(key, value);
  const [oldest] = memory.keys();
  if (memory.size > most && oldest !== undefined) memory.delete(oldest);
}
