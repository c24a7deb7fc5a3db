import { expect, test } from "vitest";
import { describePlace, describeUserAgent } from "#lib/accounts/device-words.ts";

const LIKE_CHROME =
  "Mozilla/5.0 (X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";

test.each([
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Firefox on Windows",
  ],
  [LIKE_CHROME.replace("X", "X11; Linux x86_64"), "Chrome on Linux"],
  [LIKE_CHROME.replace("X", "Linux; Android 15; K"), "Chrome on Android"],
  [LIKE_CHROME.replace("X", "X11; CrOS x86_64 1"), "Chrome on ChromeOS"],
  [`${LIKE_CHROME.replace("X", "Windows NT 10.0")} Edg/140.0`, "Edge on Windows"],
  [`${LIKE_CHROME.replace("X", "Macintosh; Intel Mac OS X 10_15_7")} OPR/120.0`, "Opera on a Mac"],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/1 Safari/604.1",
    "Safari on iPhone",
  ],
  ["curl/8.5", "A browser"],
  ["", "A browser"],
  [null, "A browser"],
])("%s is %s", (userAgent, words) => {
  expect(describeUserAgent(userAgent)).toBe(words);
});

test("a user agent of any length and content is only ever one of our words", () => {
  const name = describeUserAgent(`<script>${"Firefox/".repeat(100_000)} Windows`);
  expect(name).toMatch(/^Firefox( on Windows)?$/);
});

test("a place is what is known of city and country", () => {
  expect(describePlace("Bergen", "NO")).toBe("Bergen, Norway");
  expect(describePlace(undefined, "NO")).toBe("Norway");
  expect(describePlace(undefined, "T1")).toBe("the Tor network");
  for (const nothing of [undefined, null, "XX", "", "NORWAY", 7])
    expect(describePlace(nothing === "" ? "" : undefined, nothing)).toBeNull();
});
