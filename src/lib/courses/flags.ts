import type { Flag, FlagColour } from "./course.ts";

/** One filled part of a flag, as an SVG path in a field of 12 by 12. */
export interface FlagShape {
  path: string;
  colour: FlagColour;
}

const FIELD = "M0 0h12v12H0z";

type Shapes = (first: FlagColour, second: FlagColour, third: FlagColour) => FlagShape[];

const PATTERNS: Record<Flag["pattern"], Shapes> = {
  plain: (first) => [shape(FIELD, first)],
  horizontal: (first, second) => [shape(FIELD, first), shape("M0 6h12v6H0z", second)],
  vertical: (first, second) => [shape(FIELD, first), shape("M6 0h6v12H6z", second)],
  "thirds-horizontal": (first, second, third) => [
    shape(FIELD, first),
    shape("M0 4h12v4H0z", second),
    shape("M0 8h12v4H0z", third),
  ],
  "thirds-vertical": (first, second, third) => [
    shape(FIELD, first),
    shape("M4 0h4v12H4z", second),
    shape("M8 0h4v12H8z", third),
  ],
  cross: (first, second) => [shape(FIELD, first), shape("M4.5 0h3v12h-3zM0 4.5h12v3H0z", second)],
  saltire: (first, second) => [
    shape(FIELD, first),
    shape(
      "M0 0h2.4L6 3.6 9.6 0H12v2.4L8.4 6l3.6 3.6V12H9.6L6 8.4 2.4 12H0V9.6L3.6 6 0 2.4z",
      second,
    ),
  ],
  border: (first, second) => [shape(FIELD, first), shape("M3 3h6v6H3z", second)],
  diagonal: (first, second) => [shape(FIELD, first), shape("M0 12L12 0v12z", second)],
  quarters: (first, second) => [shape(FIELD, first), shape("M6 0h6v6H6zM0 6h6v6H0z", second)],
  checks: (first, second) => [
    shape(FIELD, first),
    shape(
      "M3 0h3v3H3zm6 0h3v3H9zM0 3h3v3H0zm6 0h3v3H6zM3 6h3v3H3zm6 0h3v3H9zM0 9h3v3H0zm6 0h3v3H6z",
      second,
    ),
  ],
  disc: (first, second) => [
    shape(FIELD, first),
    shape("M6 2.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8z", second),
  ],
};

/** The flag colours of src/styles/tokens.css in sRGB, for where its custom properties do not reach. */
const FLAG_PAINT: Record<FlagColour, string> = {
  red: "#cc2827",
  blue: "#104a97",
  yellow: "#f3c935",
  white: "#fbfaf7",
  black: "#192029",
};

/** A flag as an SVG element in its own colours; `attributes` are those of the element. */
export function flagSvg(flag: Flag, attributes = ""): string {
  const paths = drawFlag(flag).map(
    ({ path, colour }) => `<path fill="${FLAG_PAINT[colour]}" d="${path}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12" ${attributes}>${paths.join("")}</svg>`;
}

/** A `data:` address of an emblem's first flag, small enough for the browser's tab. */
export function flagIcon([flag]: readonly Flag[]): string | undefined {
  return flag && `data:image/svg+xml,${encodeURIComponent(flagSvg(flag))}`;
}

/** The shapes of a signal flag, painted in order. A colour that is missing is the one before it. */
export function drawFlag({ pattern, colours }: Flag): FlagShape[] {
  const [first = "white", second = first, third = first] = colours;
  return PATTERNS[pattern](first, second, third);
}

function shape(path: string, colour: FlagColour): FlagShape {
  return { path, colour };
}
