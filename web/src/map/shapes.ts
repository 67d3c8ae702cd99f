/** Outlines as OpenLayers holds them. Its own reader of GeoJSON knows every kind of shape, and weighs more than the two that areas have. */

import MultiPolygon from "ol/geom/MultiPolygon";
import Polygon from "ol/geom/Polygon";

type Geometry = { type: "Polygon"; coordinates: number[][][] } | { type: "MultiPolygon"; coordinates: number[][][][] };

/** An outline, as GeoJSON, in the degrees that it came in. */
export function shapeOf(outline: object): Polygon | MultiPolygon {
  const geometry = outline as Geometry;
  return geometry.type === "Polygon" ? new Polygon(geometry.coordinates) : new MultiPolygon(geometry.coordinates);
}

/** An outline, as GeoJSON, in metres on the map's plane. */
export function shapeOnMap(outline: object): Polygon | MultiPolygon {
  const shape = shapeOf(outline);
  shape.transform("EPSG:4326", "EPSG:3857");
  return shape;
}

/** A point inside an outline, in its widest part, and how wide the outline is there, as the third number. */
export const middleOf = (shape: Polygon | MultiPolygon): number[] =>
  "getInteriorPoints" in shape
    ? shape
        .getInteriorPoints()
        .getCoordinates()
        .reduce((best, point) => (Number(point[2]) > Number(best[2]) ? point : best))
    : shape.getInteriorPoint().getCoordinates();
