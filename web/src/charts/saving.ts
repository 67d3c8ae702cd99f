/** A chart or a map as a file: with its title, key and notes, and everything it looks like written into it. */

import { INK, type Shape } from "./ink";

export const WIDTH = 960;
export const HEIGHT = 420;
const MARGIN = 24;
const LINE = 20;
const KEY = 34;
const PNG_SCALE = 2;
const FONT = "system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif";
const SVG = "http://www.w3.org/2000/svg";

/** How wide a text is in a size, in pixels. */
export type Measure = (text: string, size: number, weight?: number) => number;

/** What a file shows. */
export interface Picture {
  chart: SVGSVGElement;
  title: string;
  under: string;
  /** A sample of each kind, in a box of 24 by 16, and what it is. */
  keys: { sample: Shape[]; text: string }[];
  notes: string[];
  foot: string;
}

/** Break a text into lines that have room; a word that has none alone stands alone. */
export function wrapped(text: string, room: number, widthOf: (text: string) => number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines.at(-1)} ${word}` : word;
    if (lines.length && widthOf(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Lay things of some widths out in rows; the place of each, and how many rows there are. */
export function inRows(widths: number[], room: number): { places: { x: number; row: number }[]; rows: number } {
  let [x, row] = [0, 0];
  const places = widths.map((width) => {
    if (x > 0 && x + width > room) [x, row] = [0, row + 1];
    const place = { x, row };
    x += width;
    return place;
  });
  return { places, rows: places.length ? row + 1 : 0 };
}

/** Measure text as a canvas would write it. */
export const measure: Measure = (text, size, weight = 400) => {
  const pen = document.createElement("canvas").getContext("2d");
  if (!pen) return text.length * size * 0.6;
  pen.font = `${weight} ${size}px ${FONT}`;
  return pen.measureText(text).width;
};

/** Draw a file: the title, the chart, its key and notes, and where the figures come from. */
export function picture({ chart, title, under, keys, notes, foot }: Picture, measured: Measure): SVGSVGElement {
  const room = WIDTH;
  const sheet = element("svg", { xmlns: SVG, "font-family": FONT, "font-size": 13, color: INK.light.text, fill: INK.light.text });
  let y = MARGIN;
  const write = (text: string, size: number, more: Record<string, string | number> = {}): void => {
    const weight = Number(more["font-weight"] ?? 400);
    for (const line of wrapped(text, room, (part) => measured(part, size, weight))) {
      y += size + 6;
      sheet.append(element("text", { x: MARGIN, y, "font-size": size, ...more }, line));
    }
  };
  write(title, 20, { "font-weight": 600 });
  if (under) write(under, 14, { fill: INK.light.quiet });
  y += 8;
  for (const [name, value] of Object.entries({ x: MARGIN, y, "font-size": 12, "font-family": FONT, color: INK.light.text })) {
    chart.setAttribute(name, String(value));
  }
  chart.removeAttribute("class");
  sheet.append(chart);
  y += Number(chart.getAttribute("height")) + 12;
  const { places, rows } = inRows(
    keys.map(({ text }) => KEY + measured(text, 13) + 16),
    room,
  );
  keys.forEach(({ sample: shapes, text }, index) => {
    const place = places[index];
    if (!place) return;
    const held = element("g", { transform: `translate(${MARGIN + place.x} ${y + place.row * (LINE + 4)})` });
    // A picture inside another shows nothing outside its own box.
    const sample = element("svg", { width: 24, height: 16 });
    sample.append(...shapes.map(({ tag, attributes }) => element(tag, attributes)));
    held.append(sample, element("text", { x: KEY, y: 13 }, text));
    sheet.append(held);
  });
  y += rows * (LINE + 4);
  for (const note of notes) write(note, 13);
  y += 4;
  write(foot, 12, { fill: INK.light.quiet });
  const [width, height] = [WIDTH + 2 * MARGIN, y + MARGIN];
  sheet.prepend(element("rect", { width, height, fill: INK.light.paper }));
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) sheet.setAttribute(name, String(value));
  return sheet as SVGSVGElement;
}

/** Make an element of SVG. */
export function element(tag: string, attributes: Record<string, string | number>, text = ""): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (name !== "xmlns") made.setAttribute(name, String(value));
  made.textContent = text;
  return made;
}

/** The file as text that any program draws alike. */
export const asSvg = (sheet: SVGSVGElement): Blob =>
  new Blob(['<?xml version="1.0" encoding="UTF-8"?>\n', new XMLSerializer().serializeToString(sheet)], { type: "image/svg+xml" });

/** The file as pixels, twice as dense as it is large. */
export async function asPng(sheet: SVGSVGElement): Promise<Blob | null> {
  const address = URL.createObjectURL(asSvg(sheet));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width * PNG_SCALE;
    canvas.height = image.height * PNG_SCALE;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve) => canvas.toBlob(resolve));
  } finally {
    URL.revokeObjectURL(address);
  }
}
