/** Outlines as OpenLayers holds them. Its own reader of GeoJSON knows every kind of shape, and weighs more than the two that areas have. */

import { linearRingContainsXY } from "ol/geom/flat/contains";
import { orientLinearRings } from "ol/geom/flat/orient";
import MultiPolygon from "ol/geom/MultiPolygon";
import Polygon from "ol/geom/Polygon";
import { getTransform } from "ol/proj";
import RenderFeature from "ol/render/Feature";
import type { Outline } from "../api/answers";

type Geometry = { type: "Polygon"; coordinates: number[][][] } | { type: "MultiPolygon"; coordinates: number[][][][] };

const [DEGREES, PLANE] = ["EPSG:4326", "EPSG:3857"];
/** Of half a metre, twice: middles of sides that lie nearer to each other are of the same side. */
const NEAR = 2;
const ROW = 2 ** 26;

/** An outline, as GeoJSON, in the degrees that it came in. */
export function shapeOf(outline: object): Polygon | MultiPolygon {
  const geometry = outline as Geometry;
  return geometry.type === "Polygon" ? new Polygon(geometry.coordinates) : new MultiPolygon(geometry.coordinates);
}

/** An outline, as GeoJSON, in metres on the map's plane. */
export function shapeOnMap(outline: object): Polygon | MultiPolygon {
  const shape = shapeOf(outline);
  shape.transform(DEGREES, PLANE);
  return shape;
}

/** An area on the map's plane to be drawn as it is: it tells nobody of changes, which takes a fraction of the time where there are many. */
export function areaOnMap({ id, geometry }: Outline): RenderFeature {
  const outline = geometry as Geometry;
  const [flat, ends]: [number[], number[]] = [[], []];
  let from = 0;
  for (const polygon of outline.type === "Polygon" ? [outline.coordinates] : outline.coordinates) {
    const own = polygon.map((ring) => {
      for (const [x, y] of ring) flat.push(Number(x), Number(y));
      return flat.length;
    });
    // A hole is known by its turning the other way.
    from = orientLinearRings(flat, from, own, 2, true);
    ends.push(...own);
  }
  getTransform(DEGREES, PLANE)?.(flat, flat, 2);
  return new RenderFeature("Polygon", flat, ends, 2, {}, id);
}

/** Several areas as one, which is drawn at once. */
export function together(areas: RenderFeature[], properties: object): RenderFeature {
  const [flat, ends]: [number[], number[]] = [[], []];
  for (const area of areas) {
    for (const end of endsOf(area)) ends.push(flat.length + end);
    for (const one of area.getFlatCoordinates()) flat.push(one);
  }
  return new RenderFeature("Polygon", flat, ends, 2, properties, undefined).enableSimplifyTransformed();
}

/** The rim of them all: the sides that only one of them has. */
export function rimOf(areas: RenderFeature[]): RenderFeature {
  const sides = new Map<number, number[]>();
  for (const area of areas) {
    const flat = area.getFlatCoordinates();
    let at = 0;
    for (const end of endsOf(area)) {
      for (; at < end - 2; at += 2) {
        const [x = 0, y = 0, toX = 0, toY = 0] = flat.slice(at, at + 4);
        const side = Math.round((x + toX) * NEAR) + Math.round((y + toY) * NEAR) * ROW;
        if (!sides.delete(side)) sides.set(side, [x, y, toX, toY]);
      }
      at = end;
    }
  }
  const found = [...sides.values()];
  const ends = found.map((_, index) => 4 * (index + 1));
  return new RenderFeature("MultiLineString", found.flat(), ends, 2, {}, undefined);
}

/** Tell whether a place lies in an area, which may have holes and several parts. */
export function isIn(area: RenderFeature, [x = NaN, y = NaN]: number[]): boolean {
  const flat = area.getFlatCoordinates();
  let [isInside, from] = [false, 0];
  for (const end of endsOf(area)) {
    if (linearRingContainsXY(flat, from, end, 2, x, y)) isInside = !isInside;
    from = end;
  }
  return isInside;
}

/** A point inside an area, in its widest part, and how wide the area is there, as the third number; NaN where it has no inside. */
export function middleOf(area: RenderFeature): [number, number, number] {
  const found = area.getFlatInteriorPoints();
  let best = 0;
  for (let at = 3; at < found.length; at += 3) if (Number(found[at + 2]) > Number(found[best + 2])) best = at;
  const [x = NaN, y = NaN, width = NaN] = found.slice(best, best + 3);
  return [x, y, width];
}

const endsOf = (area: RenderFeature): number[] => area.getEnds() ?? [];
