import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const TOKENS = readFileSync(join(import.meta.dirname, "../../../src/styles/tokens.css"), "utf8");
const [LIGHT = "", DARK = ""] = TOKENS.split("@media (prefers-color-scheme: dark)");

type Colours = Record<string, number>;

const light = luminances(LIGHT);
const themes: [string, Colours][] = [
  ["light", light],
  ["dark", { ...light, ...luminances(DARK.split("@media")[0] ?? "") }],
];

const GROUNDS = ["paper", "surface", "sunken"];
const TEXTS = ["ink", "ink-quiet", "signal", "sea", "focus"];
const PAIRS: [text: string, ground: string][] = [
  ...GROUNDS.flatMap((ground) => TEXTS.map((text): [string, string] => [text, ground])),
  ...["sea", "buoy", "signal"].flatMap((tone): [string, string][] => [
    ["ink", `${tone}-ground`],
    [tone, `${tone}-ground`],
  ]),
  ["on-lead", "lead"],
  ["on-lead", "lead-strong"],
  ...["keyword", "string", "number", "comment", "name"].map((part): [string, string] => [
    `code-${part}`,
    "surface",
  ]),
];

describe.each(themes)("%s", (_theme, colours) => {
  test.each(PAIRS)("%s on %s can be read: at least 4.5 to 1", (text, ground) => {
    expect(contrast(colours, text, ground)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(GROUNDS)(
    "borders of fields and the one button stand out from %s: at least 3 to 1",
    (ground) => {
      expect(contrast(colours, "line-strong", ground)).toBeGreaterThanOrEqual(3);
      expect(contrast(colours, "lead", ground)).toBeGreaterThanOrEqual(3);
    },
  );
});

/** WCAG 2.2's contrast ratio. */
function contrast(colours: Colours, one: string, other: string): number {
  const [dark, bright] = [read(colours, one), read(colours, other)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (bright + 0.05) / (dark + 0.05);
}

function read(colours: Colours, name: string): number {
  const luminance = colours[name];
  if (luminance === undefined) throw new Error(`tokens.css has no --${name}`);
  return luminance;
}

function luminances(css: string): Colours {
  const pattern = /--([\w-]+):\s*oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\);/g;
  return Object.fromEntries(
    [...css.matchAll(pattern)].map(([, name = "", lightness, chroma, hue]) => [
      name,
      luminance(Number(lightness) / 100, Number(chroma), (Number(hue) * Math.PI) / 180),
    ]),
  );
}

// oklch to linear sRGB (Björn Ottosson's matrices), cut to what a screen can show.
function luminance(lightness: number, chroma: number, hue: number): number {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
  const green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
  const blue = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s;
  const shown = (part: number) => Math.min(1, Math.max(0, part));
  return 0.2126 * shown(red) + 0.7152 * shown(green) + 0.0722 * shown(blue);
}
