// @ts-check
/** The outlines of areas: from longitude and latitude to a plane to draw in, with a point inside each and the way from one to the next. */

/** @import { AreaFeature, Geometry, Outline, Outlines } from "./types.js" */

import { ends, SWEDISH } from "./numbers.js";

const MAP_WIDTH = 1000;
const MAP_EDGE = 8;

/**
 * Turn longitude and latitude into paths in a plane where a metre is as long in both directions.
 * @param {AreaFeature[]} features
 * @returns {Outlines}
 */
export function outlinesFrom(features) {
  const rings = features.map((feature) => ringsOf(feature.geometry));
  const points = rings.flat(2);
  const [west, east] = ends(points.map((point) => point[0]));
  const [south, north] = ends(points.map((point) => point[1]));
  const narrowing = Math.cos(((south + north) / 2) * (Math.PI / 180));
  const scale = (MAP_WIDTH - 2 * MAP_EDGE) / ((east - west) * narrowing || 1);
  /** @param {number[]} point @returns {[number, number]} */
  const place = ([lon = 0, lat = 0]) => [
    MAP_EDGE + (lon - west) * narrowing * scale,
    MAP_EDGE + (north - lat) * scale,
  ];
  const areas = features.map((feature, index) => outline(feature.properties, (rings[index] ?? []).map((ring) => ring.map(place))));
  return { width: MAP_WIDTH, height: 2 * MAP_EDGE + (north - south) * scale, areas };
}

/**
 * @param {Geometry} geometry
 * @returns {[number, number][][]}
 */
function ringsOf(geometry) {
  return geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : geometry.coordinates;
}

/**
 * @param {{code: string, name: string}} area
 * @param {[number, number][][]} rings
 * @returns {Outline}
 */
function outline({ code, name }, rings) {
  const path = rings.map((ring) => `M${ring.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`).join("");
  return { code, name, path, ...innerPoint(rings) };
}

/**
 * A point well inside the area: for the label and for the arrow keys.
 * @param {[number, number][][]} rings
 */
function innerPoint(rings) {
  const [top, bottom] = ends(rings.flat().map((point) => point[1]));
  const lines = Array.from({ length: 15 }, (_, step) => top + ((bottom - top) * (step + 1)) / 16);
  let best = { x: 0, y: (top + bottom) / 2, room: -1 };
  for (const y of lines) {
    const crossings = rings.flatMap((ring) => crossingsOf(ring, y)).sort((a, b) => a - b);
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const x = (Number(crossings[index]) + Number(crossings[index + 1])) / 2;
      const room = roomAt(rings, x, y);
      if (room > best.room) best = { x, y, room };
    }
  }
  return { x: best.x, y: best.y };
}

/**
 * How far it is from a point to the nearest edge; sideways counts half, for a label is wider than it is high.
 * @param {[number, number][][]} rings
 * @param {number} x
 * @param {number} y
 */
function roomAt(rings, x, y) {
  let least = Infinity;
  for (const ring of rings) {
    for (let index = 0; index < ring.length; index += 1) {
      const [x1, y1] = /** @type {[number, number]} */ (ring[index]);
      const [x2, y2] = ring[(index + 1) % ring.length] ?? [x1, y1];
      const [dx, dy, px, py] = [(x2 - x1) / 2, y2 - y1, (x - x1) / 2, y - y1];
      const along = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
      least = Math.min(least, Math.hypot(px - along * dx, py - along * dy));
    }
  }
  return least;
}

/**
 * @param {[number, number][]} ring
 * @param {number} y
 */
function crossingsOf(ring, y) {
  return ring.flatMap(([x1, y1], index) => {
    const [x2, y2] = ring[(index + 1) % ring.length] ?? [x1, y1];
    return y1 > y === y2 > y ? [] : [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)];
  });
}

/**
 * The area one comes to by going in a direction; the same area where there is none.
 * @param {Outline[]} areas
 * @param {Outline} here
 * @param {number} dx
 * @param {number} dy
 */
export function neighbour(areas, here, dx, dy) {
  let best = here;
  let least = Infinity;
  for (const area of areas) {
    const along = (area.x - here.x) * dx + (area.y - here.y) * dy;
    const across = Math.abs((area.x - here.x) * dy - (area.y - here.y) * dx);
    if (along <= 0 || across > along || along + 2 * across >= least) continue;
    least = along + 2 * across;
    best = area;
  }
  return best;
}

/**
 * The areas in the order of their names.
 * @param {Outline[]} areas
 */
export const byName = (areas) => [...areas].sort((a, b) => SWEDISH.compare(a.name, b.name));
