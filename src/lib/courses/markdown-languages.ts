import bash from "highlight.js/lib/languages/bash";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import http from "highlight.js/lib/languages/http";
import ini from "highlight.js/lib/languages/ini";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import lua from "highlight.js/lib/languages/lua";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

/** The grammars of code fences by name; a fence may use their aliases too (ts, sh, html). */
export const HIGHLIGHTED = {
  bash,
  css,
  diff,
  http,
  ini,
  javascript,
  json,
  lua,
  sql,
  typescript,
  xml,
  yaml,
};

/** Fences that are shown without colours. */
export const PLAIN_TEXT = ["text", "txt", "plaintext", "console", "redis"];

const FENCE_LANGUAGES = new Set([
  ...Object.keys(HIGHLIGHTED),
  ...PLAIN_TEXT,
  ...["ts", "js", "sh", "toml", "html", "svg", "yml", "patch", "mjs"],
]);

/** Whether a code fence may name this language. */
export function isFenceLanguage(name: string): boolean {
  return FENCE_LANGUAGES.has(name);
}
