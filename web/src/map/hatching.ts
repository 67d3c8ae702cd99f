/** The hatchings: what has no number must not look like a small one, and each lack has its own. */

import type { Status } from "../api/answers";

type Lack = Exclude<Status, "value">;

const SIZE = 12;
const drawn = new Map<string, CanvasPattern | string>();

/** The strokes of a hatching, as a path in a square of twelve by twelve that can be laid side by side. */
export const STROKES: Record<Lack, string> = {
  missing: "M-3 3L3 -3M-3 15L15 -3M9 15L15 9",
  withheld: "M-3 3L3 -3M-3 15L15 -3M9 15L15 9M-3 9L3 15M-3 -3L15 15M9 -3L15 3",
  notApplicable: "M6 4.6A1.4 1.4 0 1 0 6 7.4A1.4 1.4 0 1 0 6 4.6Z",
};

/** A pattern to fill a canvas with. */
export function hatching(lack: Lack, ink: string, ground: string): CanvasPattern | string {
  const name = `${lack} ${ink} ${ground}`;
  const known = drawn.get(name);
  if (known) return known;
  const scale = window.devicePixelRatio;
  const tile = document.createElement("canvas");
  tile.width = tile.height = SIZE * scale;
  const pen = tile.getContext("2d");
  if (!pen) return ground;
  pen.scale(scale, scale);
  pen.fillStyle = ground;
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.strokeStyle = ink;
  pen.lineWidth = 1.4;
  pen.stroke(new Path2D(STROKES[lack]));
  const pattern = pen.createPattern(tile, "repeat") ?? ground;
  drawn.set(name, pattern);
  return pattern;
}

const SVG = "http://www.w3.org/2000/svg";

/** The hatchings as patterns of SVG, each called hatching- and what is lacking. */
export function hatchings(ink: string, opacity = 1): SVGDefsElement {
  const held = document.createElementNS(SVG, "defs");
  held.innerHTML = Object.entries(STROKES)
    .map(
      ([lack, strokes]) =>
        `<pattern id="hatching-${lack}" width="${SIZE}" height="${SIZE}" patternUnits="userSpaceOnUse"><path d="${strokes}" stroke="${ink}" stroke-opacity="${opacity}" fill="none"/></pattern>`,
    )
    .join("");
  return held;
}
