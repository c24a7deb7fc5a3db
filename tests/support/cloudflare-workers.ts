/** Stands in for `cloudflare:workers` under vitest: tests hand over their services instead. */
export const env: Record<string, unknown> = {};
