/** The map as a file: drawn anew in light colours and in one size, with its title and legend, so that it can stand by itself wherever it is put. */

import type { Shape } from "../charts/ink";
import { element, measure, picture, WIDTH } from "../charts/saving";
import { INK, isLight } from "../figures/colours";
import { fallsOn, hatchings, lineOn } from "./hatching";
import type { Key, Painted } from "./painting";
import { areaOnMap, middleOf } from "./shapes";
import { fitted } from "./tracing";

// One piece for all that is saved: packed together it weighs less.
export * from "../charts/saving";

const HEIGHT = 680;
const PADDING = 12;
const LINE = 14;
const SIZE = 12;
/** The radius of the sphere of the plane EPSG:3857, in metres. */
const RADIUS = 6_378_137;
const ink = INK.light;

/** What stands round the map. */
export interface Around {
  title: string;
  under: string;
  notes: string[];
  foot: string;
}

type Box = [left: number, top: number, right: number, bottom: number];

/** What is written on an area: its lines, where their middle is on the plane, and which of two that collide is written. */
interface Name {
  lines: string[];
  at: [number, number];
  isDark: boolean;
  rank: number;
}

/** Draw the file. The figures are to have been painted in light colours. */
export function mapPicture({ answer, areas, keys }: Painted, around: Around): SVGSVGElement {
  const { outlines, backdrop, settled } = answer;
  const { paths, place, scale } = fitted({ features: [...outlines.features, ...(backdrop?.features ?? [])] }, WIDTH, HEIGHT, PADDING);
  const map = element("svg", { width: WIDTH, height: HEIGHT });
  const falls = keys.flatMap((key) => (key.kind === "class" && key.isFall ? key.colour : []));
  map.append(hatchings(ink.hatch), fallsOn(falls), element("rect", { width: WIDTH, height: HEIGHT, rx: 8, fill: ink.ground }));
  const draw = (code: string, attributes: Record<string, string | number>): void =>
    map.append(element("path", { d: paths.get(code) ?? "", "stroke-linejoin": "round", ...attributes }));
  for (const code of backdrop ? [] : areas.keys()) draw(code, { stroke: ink.hatch, "stroke-width": 2.5, fill: "none" });
  for (const [code, { look }] of areas) {
    // A hatching lets through what is under it.
    if ("lack" in look) draw(code, { fill: ink.ground });
    draw(code, { fill: "colour" in look ? look.colour : `url(#hatching-${look.lack})`, stroke: ink.line, "stroke-width": 1 });
    if ("colour" in look && look.isFall) draw(code, { fill: `url(#hatching-fall-${look.colour.slice(1)})` });
  }
  for (const { id } of backdrop?.features ?? []) draw(String(id), { stroke: ink.hatch, "stroke-width": 1.5, fill: "none" });
  const { area } = settled.view;
  if (areas.has(area))
    for (const [stroke, width] of [
      [ink.casing, 7],
      [ink.ring, 4],
    ] as const)
      draw(area, { stroke, "stroke-width": width, fill: "none" });
  const taken: Box[] = [];
  for (const { lines, at, isDark } of namesOf({ answer, areas }, scale)) {
    const [x, y] = place(at);
    const [aside, above] = [Math.max(...lines.map(widthOf)) / 2, (lines.length * LINE) / 2];
    const box: Box = [x - aside, y - above, x + aside, y + above];
    if (taken.some(([left, top, right, bottom]) => box[2] > left && box[0] < right && box[3] > top && box[1] < bottom)) continue;
    taken.push(box);
    const colours = isDark ? { fill: "#ffffff", stroke: "#00000066" } : { fill: ink.label, stroke: ink.halo };
    lines.forEach((line, index) =>
      map.append(element("text", { x, y: box[1] + (index + 1) * LINE - 3, "stroke-width": 3, ...LETTERS, ...colours }, line)),
    );
  }
  return picture({ ...around, chart: map as SVGSVGElement, keys: keys.map((key) => ({ sample: sampleOf(key), text: key.text })) }, measure);
}

const LETTERS = { "font-size": SIZE, "font-weight": 600, "text-anchor": "middle", "paint-order": "stroke", "stroke-linejoin": "round" };
const widthOf = (line: string): number => measure(line, SIZE, 600);

/** What is to be written and where, as on the large map: those with a mark first, then those that lie on their own area. */
function namesOf({ answer, areas }: Pick<Painted, "answer" | "areas">, scale: number): Name[] {
  return (answer.backdrop ? [] : answer.outlines.features)
    .flatMap((outline): Name[] => {
      const look = areas.get(String(outline.id))?.look;
      if (!look?.label) return [];
      const [x, y, wide] = middleOf(areaOnMap(outline));
      const all = look.label.split("\n");
      const fits = Math.max(...all.map(widthOf)) < (wide / RADIUS) * scale;
      const isWhole = fits || Boolean(look.mayReach);
      if (!isWhole && !look.mark) return [];
      const isDark = (fits || !isWhole) && "colour" in look && !isLight(look.colour);
      return [{ lines: isWhole ? all : [String(look.mark)], at: [x / RADIUS, -y / RADIUS], isDark, rank: look.mark ? 2 : fits ? 1 : 0 }];
    })
    .sort((a, b) => b.rank - a.rank);
}

function sampleOf(key: Key): Shape[] {
  const box = { x: 0.5, y: 0.5, width: 23, height: 15, rx: 3, stroke: ink.hatch };
  const fill = key.kind === "class" ? key.colour : `url(#hatching-${key.lack})`;
  const lines = { d: "M1 4.5H23M1 11.5H23", stroke: key.kind === "class" ? lineOn(key.colour) : "none" };
  const isFall = key.kind === "class" && key.isFall;
  return [{ tag: "rect", attributes: { ...box, fill } }, ...(isFall ? [{ tag: "path" as const, attributes: lines }] : [])];
}
