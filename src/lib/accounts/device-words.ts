/** Where a request came from, in words for the person it belongs to. */
export interface Device {
  /** Such as "Firefox on Windows". */
  name: string;
  /** Such as "Bergen, Norway"; null when nobody told. */
  place: string | null;
}

// The first that is found counts: each browser also names those that it is like.
const BROWSERS: [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\b(OPR|Opera|OPiOS)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Chrome|CriOS|Chromium|HeadlessChrome)\//, "Chrome"],
  [/\bVersion\/[\d.]+.*\bSafari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bWindows\b/, "Windows"],
  [/\bMac OS X\b/, "a Mac"],
  [/\bLinux\b/, "Linux"],
];

/** Browser and system in words; what the header says is the client's own word and may be made up. */
export function describeUserAgent(userAgent: string | null): string {
  const text = (userAgent ?? "").slice(0, 500);
  const browser = BROWSERS.find(([pattern]) => pattern.test(text))?.[1] ?? "A browser";
  const system = SYSTEMS.find(([pattern]) => pattern.test(text))?.[1];
  return system ? `${browser} on ${system}` : browser;
}

/** City and country in words, as far as they are known; `country` is a code of two letters. */
export function describePlace(city: unknown, country: unknown): string | null {
  const parts = [
    typeof city === "string" ? city.slice(0, 100) : "",
    typeof country === "string" ? countryName(country) : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : null;
}

// Cloudflare has codes of its own for what is no country: T1 for Tor, XX for unknown.
function countryName(code: string): string {
  if (code === "T1") return "the Tor network";
  if (!/^[A-Z]{2}$/.test(code) || code === "XX") return "";
  return new Intl.DisplayNames("en", { type: "region" }).of(code) ?? "";
}
