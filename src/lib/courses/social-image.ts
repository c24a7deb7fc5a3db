import sharp from "sharp";
import type { Flag } from "./course.ts";
import { flagSvg } from "./flags.ts";

const WIDTH = 1200;
const HEIGHT = 630;
const FLAG = 300;
const GAP = 30;

// Chart paper, its lines, ink and red lead of src/styles/tokens.css, in sRGB.
const PAPER = "#f9f6f0";
const RULE = "#d3cdc1";
const INK = "#122239";
const LEAD = "#bf2f11";

/**
 * The picture that a shared link to a course shows (Open Graph's og:image), as a PNG of 1200 by 630: its flags on a plan of the slipway.
 * Without words, which every preview sets beside it, so that it is the same on a machine without fonts. For scripts only: the Worker
 * reads what was drawn.
 */
export async function drawSocialImage(flags: readonly Flag[]): Promise<Buffer> {
  const start = (WIDTH - flags.length * FLAG - (flags.length - 1) * GAP) / 2;
  const hoisted = flags.map((flag, index) => {
    const place = `x="${start + index * (FLAG + GAP)}" y="96" width="${FLAG}" height="${FLAG}"`;
    return flagSvg(flag, place) + `<rect ${place} fill="none" stroke="${INK}" stroke-width="2"/>`;
  });
  const rules = Array.from({ length: 9 }, (_, index) => `M0 ${index * 70 + 14}H${WIDTH}`).join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">
    <path fill="${PAPER}" d="M0 0h${WIDTH}v${HEIGHT}H0z"/>
    <path stroke="${RULE}" d="${rules}"/>
    <path stroke="${INK}" stroke-width="3" d="M0 84H${WIDTH}"/>
    ${hoisted.join("")}
    <g transform="translate(100 380) rotate(6) scale(8)">
      <path fill="${INK}" d="M2 8h28l-2.4 6.5H5zM-20 25h200v1.6H-20z"/>
      <path fill="${LEAD}" d="M5.5 16h21.6l-2 5.5H9.5z"/>
    </g>
  </svg>`;
  return sharp(Buffer.from(svg)).png({ palette: true, compressionLevel: 9 }).toBuffer();
}
