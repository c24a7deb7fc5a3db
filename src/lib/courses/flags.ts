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

/** The shapes of a signal flag, painted in order. A colour that is missing is the one before it. */
export function drawFlag({ pattern, colours }: Flag): FlagShape[] {
  const [first = "white", second = first, third = first] = colours;
  return PATTERNS[pattern](first, second, third);
}

function shape(path: string, colour: FlagColour): FlagShape {
  return { path, colour };
}
