import type { AstroCookies } from "astro";

/** One cookie that was written, or with an empty value deleted. */
export interface WrittenCookie {
  name: string;
  value: string;
  attributes: Record<string, unknown>;
}

/** As much of Astro's cookies as the shop uses. */
export interface CookieJar {
  cookies: AstroCookies;
  /** The value that the browser has now. */
  valueOf: (name: string) => string | undefined;
  /** All that was written, in its order. */
  written: WrittenCookie[];
}

/** A browser's cookies, with these in it. */
export function makeJar(values: Record<string, string> = {}): CookieJar {
  const kept = new Map(Object.entries(values));
  const written: WrittenCookie[] = [];
  const cookies = {
    get: (name: string) => (kept.has(name) ? { value: kept.get(name) } : undefined),
    set: (name: string, value: string, attributes: Record<string, unknown>) => {
      kept.set(name, value);
      written.push({ name, value, attributes });
    },
    delete: (name: string, attributes: Record<string, unknown>) => {
      kept.delete(name);
      written.push({ name, value: "", attributes });
    },
  };
  return {
    cookies: cookies as unknown as AstroCookies,
    valueOf: (name) => kept.get(name),
    written,
  };
}
