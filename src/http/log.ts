/* eslint-disable no-console -- the one place that writes the Worker's log */

export type Level = "info" | "warn" | "error";

/**
 * Writes one line of JSON: time (UTC, ISO 8601), level, event and details. Details are facts about the
 * request and never a secret, an address or what a person typed.
 */
export function log(level: Level, event: string, details: Record<string, unknown> = {}): void {
  const line = JSON.stringify({ time: new Date().toISOString(), level, event, ...details });
  if (level === "error") console.error(line);
  else console.log(line);
}
