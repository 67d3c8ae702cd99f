/** A polygon as people write it - corners a line each, GeoJSON or WKT - and as the address and the API hold it. */

import { onEarth, PLANES } from "./sweref";

/** Longitude and latitude. */
export type Corner = [number, number];
/** A polygon: its outer ring, then its holes; no ring says its first corner twice. */
export type Rings = Corner[][];
/** One polygon, or several that are counted together. */
export type Shape = Rings[];

/** Why something is no polygon. */
export type Fault = "empty" | "unreadable" | "noPolygon" | "few" | "outside" | "crossing" | "many";

export type Parsed = { shape: Shape } | { fault: Fault };

/** More would not fit in an address. */
export const MOST_CORNERS = 500;
/** About a metre. */
const DECIMALS = 5;
/** Where in the world a Swedish city may lie: west, south, east, north. */
const SWEDEN = [10, 55, 25, 70] as const;

class Unfit extends Error {
  constructor(readonly fault: Fault) {
    super(fault);
  }
}

/** Read a polygon, in whichever of the forms it is written. */
export function parse(text: string): Parsed {
  const written = text.trim();
  if (!written) return { fault: "empty" };
  try {
    const found = written.startsWith("{") ? ofGeoJson(written) : /^(multi)?polygon/i.test(written) ? ofWkt(written) : [[ofLines(written)]];
    return { shape: checked(found) };
  } catch (error) {
    if (error instanceof Unfit) return { fault: error.fault };
    throw error;
  }
}

/** Well-known text: what the address of the page and the question to the API hold. */
export function toWkt(shape: Shape): string {
  const ring = (corners: Corner[]): string =>
    `(${[...corners, ...corners.slice(0, 1)].map(([longitude, latitude]) => `${round(longitude)} ${round(latitude)}`).join(",")})`;
  const polygons = shape.map((rings) => `(${rings.map(ring).join(",")})`);
  return polygons.length === 1 ? `POLYGON${polygons[0]}` : `MULTIPOLYGON(${polygons.join(",")})`;
}

/** As a person reads it: latitude and longitude, a corner a line; well-known text where there are several rings. */
export function toLines(shape: Shape): string {
  const [first, ...others] = shape;
  if (!first || others.length || first.length > 1) return toWkt(shape);
  return (first[0] ?? []).map(([longitude, latitude]) => `${latitude.toFixed(DECIMALS)} ${longitude.toFixed(DECIMALS)}`).join("\n");
}

/** How many corners it has. */
export const cornersOf = (shape: Shape): number => shape.flat(2).length;

/** A GeoJSON geometry of it. */
export const toGeometry = (shape: Shape): { type: "MultiPolygon"; coordinates: Corner[][][] } => ({
  type: "MultiPolygon",
  coordinates: shape.map((rings) => rings.map((ring) => [...ring, ...ring.slice(0, 1)])),
});

function ofLines(text: string): Corner[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map(ofLine);
}

/** Two numbers in either order, of degrees or of metres: where Stockholm lies no two of them can be mistaken for each other. */
function ofLine(line: string): Corner {
  const found = line.includes(".") ? line.match(/-?\d+(\.\d+)?/g) : line.match(/-?\d+(,\d+)?/g);
  const [first, second, more] = (found ?? []).map((number) => Number(number.replace(",", ".")));
  if (first === undefined || second === undefined || more !== undefined) throw new Unfit("unreadable");
  return placed(Math.min(first, second), Math.max(first, second));
}

/** A corner of which the smaller number is its easting: a longitude, or metres. */
function placed(east: number, north: number): Corner {
  if (north < 90) return [east, north];
  return onEarth(east, north, east < 400_000 ? PLANES.sweref991800 : PLANES.sweref99tm);
}

function ofWkt(text: string): Shape {
  const rings = text.match(/\([^()]+\)/g);
  if (!rings || /[^\d\s.,()+\-eEzmPOLYGNMUTI]/i.test(text)) throw new Unfit("unreadable");
  const shape: Shape = [];
  // A ring that comes right after "((" begins a polygon; one that comes after a comma alone is a hole in it.
  for (const polygon of text.replace(/^\s*(multi)?polygon\s*z?m?\s*/i, "").matchAll(/\(\s*(\([^()]+\)\s*(,\s*\([^()]+\)\s*)*)\)/g)) {
    shape.push((String(polygon[1]).match(/\([^()]+\)/g) ?? []).map((ring) => ring.slice(1, -1).split(",").map(pairOf)));
  }
  return shape;
}

function pairOf(text: string): Corner {
  const [x, y] = text.trim().split(/\s+/).map(Number);
  return ordered(x, y);
}

/** A corner as a file writes it, easting first. */
function ordered(x: unknown, y: unknown): Corner {
  if (typeof x !== "number" || typeof y !== "number" || !Number.isFinite(x) || !Number.isFinite(y)) throw new Unfit("unreadable");
  return placed(Math.min(x, y), Math.max(x, y));
}

function ofGeoJson(text: string): Shape {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new Unfit("unreadable");
  }
  return polygonsOf(read);
}

function polygonsOf(read: unknown): Shape {
  const { type, coordinates, geometry, features, geometries } = (read ?? {}) as Record<string, unknown>;
  if (type === "Feature") return polygonsOf(geometry);
  if (type === "FeatureCollection" && Array.isArray(features)) return features.flatMap(polygonsOf);
  if (type === "GeometryCollection" && Array.isArray(geometries)) return geometries.flatMap(polygonsOf);
  if (type === "Polygon") return [ringsOf(coordinates)];
  if (type === "MultiPolygon" && Array.isArray(coordinates)) return coordinates.map(ringsOf);
  throw new Unfit("noPolygon");
}

const ringsOf = (read: unknown): Rings =>
  listOf(read).map((ring) => listOf(ring).map((corner) => ordered(listOf(corner)[0], listOf(corner)[1])));

function listOf(read: unknown): unknown[] {
  if (!Array.isArray(read)) throw new Unfit("unreadable");
  return read;
}

function checked(shape: Shape): Shape {
  const found = shape.map((rings) => rings.map(tidy));
  if (!found.length || found.some((rings) => rings.length === 0)) throw new Unfit("noPolygon");
  const corners = found.flat(2);
  if (corners.length > MOST_CORNERS) throw new Unfit("many");
  const [west, south, east, north] = SWEDEN;
  if (corners.some(([x, y]) => !(x >= west && x <= east && y >= south && y <= north))) throw new Unfit("outside");
  if (found.flat().some((ring) => ring.length < 3)) throw new Unfit("few");
  if (found.flat().some(crosses)) throw new Unfit("crossing");
  return found;
}

/** A ring rounded, without corners said twice in a row. */
function tidy(ring: Corner[]): Corner[] {
  const rounded = ring.map(([x, y]): Corner => [round(x), round(y)]);
  return rounded.filter((corner, index) => !isSame(corner, rounded[(index + 1) % rounded.length] ?? [NaN, NaN]));
}

const round = (degrees: number): number => Number(degrees.toFixed(DECIMALS));
const isSame = (one: Corner, other: Corner): boolean => one[0] === other[0] && one[1] === other[1];

/** Tell whether two edges of a ring that are no neighbours meet. */
function crosses(ring: Corner[]): boolean {
  const edges = ring.map((corner, index): [Corner, Corner] => [corner, ring[(index + 1) % ring.length] as Corner]);
  return edges.some((one, first) =>
    edges.slice(first + 1).some((other, step) => {
      const isNext = step === 0 || (first === 0 && step === edges.length - 2);
      return isNext ? foldsBack(one, other) : meet(one, other);
    }),
  );
}

const side = ([ax, ay]: Corner, [bx, by]: Corner, [cx, cy]: Corner): number => Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));

function meet([a, b]: [Corner, Corner], [c, d]: [Corner, Corner]): boolean {
  const [one, two, three, four] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)];
  if (one !== two && three !== four) return true;
  return [
    [one, a, b, c],
    [two, a, b, d],
    [three, c, d, a],
    [four, c, d, b],
  ].some(([turn, from, to, at]) => turn === 0 && lies(from as Corner, to as Corner, at as Corner));
}

/** Tell whether a point on the line of an edge lies on the edge. */
const lies = (from: Corner, to: Corner, at: Corner): boolean =>
  [0, 1].every((axis) => {
    const [low, high] = [Math.min(from[axis] as number, to[axis] as number), Math.max(from[axis] as number, to[axis] as number)];
    return (at[axis] as number) >= low && (at[axis] as number) <= high;
  });

/** Tell whether an edge goes back over the one before it. */
function foldsBack([a, b]: [Corner, Corner], [c, d]: [Corner, Corner]): boolean {
  const [shared, from, to] = isSame(b, c) ? [b, a, d] : [a, b, c];
  return side(from, shared, to) === 0 && (from[0] - shared[0]) * (to[0] - shared[0]) + (from[1] - shared[1]) * (to[1] - shared[1]) > 0;
}
