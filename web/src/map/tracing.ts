/** Outlines as paths in a small box, for maps that are looked at side by side and not moved about. */

import type { Outlines } from "../api/answers";

type Ring = [number, number][];
type Shape = { type: "Polygon"; coordinates: Ring[] } | { type: "MultiPolygon"; coordinates: Ring[][] };

/** Longitude and latitude on the plane of the large map, y downwards. */
const flat = ([longitude, latitude]: [number, number]): [number, number] => [
  (longitude * Math.PI) / 180,
  -Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)),
];

/** Every outline as an SVG path, by code, all of them together fitted into a box. */
export const traced = (outlines: Outlines, width: number, height: number, padding = 4): Map<string, string> =>
  fitted(outlines, width, height, padding).paths;

/** The same, and where a point of the plane, x and y in radians with y downwards, lies in the box; the scale is in pixels to the radian. */
export function fitted(
  outlines: Pick<Outlines, "features">,
  width: number,
  height: number,
  padding: number,
): { paths: Map<string, string>; place: (at: [number, number]) => [number, number]; scale: number } {
  const shapes = outlines.features.map(({ properties, geometry }) => {
    const shape = geometry as Shape;
    const polygons = shape.type === "Polygon" ? [shape.coordinates] : shape.coordinates;
    return { code: properties.code, rings: polygons.flat().map((ring) => ring.map(flat)) };
  });
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of shapes.flatMap(({ rings }) => rings.flat())) {
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
  }
  const scale = Math.min((width - 2 * padding) / (right - left || 1), (height - 2 * padding) / (bottom - top || 1));
  const [aside, above] = [(width - scale * (right - left)) / 2, (height - scale * (bottom - top)) / 2];
  const place = ([x, y]: [number, number]): [number, number] => [aside + (x - left) * scale, above + (y - top) * scale];
  const written = (at: [number, number]): string =>
    place(at)
      .map((one) => one.toFixed(1))
      .join(" ");
  const paths = new Map(shapes.map(({ code, rings }) => [code, rings.map((ring) => `M${ring.map(written).join("L")}Z`).join("")]));
  return { paths, place, scale };
}
