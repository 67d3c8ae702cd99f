/** The hatchings: what has no number must not look like a small one, and each lack has its own; a fall is lined, so that it is not taken for a rise where colours are not told apart. */

import type { Status } from "../api/answers";
import { isLight } from "../figures/colours";

type Lack = Exclude<Status, "value">;
type Hatching = Lack | "fall";

const SIZE = 12;
const drawn = new Map<string, CanvasPattern | string>();

/** The strokes of a hatching, as a path in a square of twelve by twelve that can be laid side by side. */
export const STROKES: Record<Hatching, string> = {
  missing: "M-3 3L3 -3M-3 15L15 -3M9 15L15 9",
  withheld: "M-3 3L3 -3M-3 15L15 -3M9 15L15 9M-3 9L3 15M-3 -3L15 15M9 -3L15 3",
  fall: "M0 3H12M0 9H12",
  notApplicable: "M6 4.6A1.4 1.4 0 1 0 6 7.4A1.4 1.4 0 1 0 6 4.6Z",
};

/** A pattern to fill a canvas with. */
export function hatching(what: Hatching, ink: string, ground: string): CanvasPattern | string {
  const name = `${what} ${ink} ${ground}`;
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
  pen.lineWidth = what === "fall" ? 1 : 1.4;
  pen.stroke(new Path2D(STROKES[what]));
  const pattern = pen.createPattern(tile, "repeat") ?? ground;
  drawn.set(name, pattern);
  return pattern;
}

/** The lines of a fall on a colour: of the colour itself, so much darker or lighter that they are seen on it. */
export const lineOn = (colour: string): string => mixed(colour, isLight(colour) ? "#0f1e28" : "#ffffff");

/** A colour halfway between two. */
const mixed = (one: string, other: string): string =>
  `#${[1, 3, 5]
    .map((at) =>
      Math.round((part(one, at) + part(other, at)) / 2)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
const part = (colour: string, at: number): number => parseInt(colour.slice(at, at + 2), 16);

const SVG = "http://www.w3.org/2000/svg";

/** The hatchings as patterns of SVG, each called hatching- and what is lacking. */
export function hatchings(ink: string, opacity = 1): SVGDefsElement {
  return defined(Object.entries(STROKES).map(([what, strokes]) => patternOf(what, strokes, ink, opacity)));
}

/** The lines of falls as patterns of SVG, each called hatching-fall- and the colour that it lies on. */
export const fallsOn = (colours: string[]): SVGDefsElement =>
  defined(colours.map((colour) => patternOf(`fall-${colour.slice(1)}`, STROKES.fall, lineOn(colour), 1)));

const patternOf = (name: string, strokes: string, ink: string, opacity: number): string =>
  `<pattern id="hatching-${name}" width="${SIZE}" height="${SIZE}" patternUnits="userSpaceOnUse"><path d="${strokes}" stroke="${ink}" stroke-opacity="${opacity}" fill="none"/></pattern>`;

function defined(patterns: string[]): SVGDefsElement {
  const held = document.createElementNS(SVG, "defs");
  held.innerHTML = patterns.join("");
  return held;
}
