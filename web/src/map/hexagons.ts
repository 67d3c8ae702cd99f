/** Hexagons as areas: the same map, legend and table show both. */

import { containsCoordinate } from "ol/extent";
import type { AreaFigures, Comparison, Hexagons, Outline, Outlines, Status } from "../api/answers";
import { OWN } from "../city";
import type { Notice } from "../view/settling";
import { shapeOf } from "./shapes";

type Place = [number, number];
type Hexagon = Hexagons["features"][number];

/** What a hexagon has no figure for: nobody has counted who lives in it, and so few events bear no test. */
const NOTHING_ELSE = {
  level: OWN.stad,
  parent: null,
  margin: null,
  baselineMargin: null,
  percent: null,
  rate: null,
  rateLow: null,
  rateHigh: null,
  smoothedRate: null,
  ratio: null,
  ratioLow: null,
  ratioHigh: null,
  pValue: null,
  adjustedP: null,
  verdict: null,
  evidence: null,
  rankLow: null,
  rankHigh: null,
  personYears: null,
  expected: null,
  funnel: null,
  funnelLow95: null,
  funnelHigh95: null,
  funnelLow998: null,
  funnelHigh998: null,
  harm: null,
  harmLow: null,
  harmHigh: null,
  harmDifference: null,
  harmPercent: null,
  baselineHarm: null,
  harmStatus: null,
  provisional: false,
  estimated: null,
} as const satisfies Omit<AreaFigures, Told>;

/** What a hexagon has figures for. */
type Told = "code" | "name" | "count" | "baselineCount" | "difference" | "status" | "baselineStatus";

/**
 * The figures of a hexagon, as of an area. What it has none for is told for all of them once: there may be a thousand, and copying it to each takes longer than
 * to draw them. So is their name found when somebody asks.
 */
class HexagonFigures {
  readonly code: string;
  readonly count: number;
  readonly baselineCount: number | null;
  readonly difference: number | null;
  readonly status = "value";
  readonly baselineStatus: Status | null;

  constructor(
    private readonly hexagon: Hexagon,
    private readonly nameOf: (hexagon: Hexagon) => string,
    isAlike: boolean,
  ) {
    const { cell, count, baselineCount, difference } = hexagon.properties;
    [this.code, this.count] = [cell, count];
    this.baselineCount = isAlike ? (baselineCount ?? null) : null;
    this.difference = isAlike ? (difference ?? null) : null;
    this.baselineStatus = baselineCount === undefined ? null : isAlike ? "value" : "notApplicable";
  }

  get name(): string {
    return this.nameOf(this.hexagon);
  }
}
interface HexagonFigures extends Omit<AreaFigures, Told> {}
Object.assign(HexagonFigures.prototype, NOTHING_ELSE);

/**
 * Make the answer about hexagons one about areas, with their outlines.
 *
 * @param found The hexagons that hold an event of either period.
 * @param parts The parts of the city that hexagons are named after.
 */
export function asAreas(found: Hexagons, parts: Outlines): { comparison: Comparison; outlines: Outlines; notices: Notice[] } {
  const { features, ...head } = found;
  const pointed = shareOfPoints(found);
  const isAlike = pointed === null || Math.abs(pointed.now - pointed.then) <= UNLIKE;
  const nameOf = namer(parts);
  const items = features.map((hexagon) => new HexagonFigures(hexagon, nameOf, isAlike));
  const outlines = features.map(({ id, geometry }, index): Outline => {
    const properties = items[index] as HexagonFigures;
    return { type: "Feature", id, geometry, properties };
  });
  return {
    comparison: { ...head, items, total: items.length },
    outlines: { type: "FeatureCollection", features: outlines },
    notices: isAlike ? [] : [{ kind: "points", ...pointed }],
  };
}

/** Two periods whose shares of events with a point differ by more than this are not compared: what changed may be how places are noted. */
const UNLIKE = 0.1;

/** The shares of events that have a point, in each period; null where nothing is compared with, or nothing happened. */
export function shareOfPoints({ features, withoutPoint, baselineWithoutPoint }: Hexagons): { now: number; then: number } | null {
  if (typeof baselineWithoutPoint !== "number") return null;
  const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);
  const now = sum(features.map(({ properties }) => properties.count));
  const then = sum(features.map(({ properties }) => properties.baselineCount ?? 0));
  if (now + withoutPoint === 0 || then + baselineWithoutPoint === 0) return null;
  return { now: now / (now + withoutPoint), then: then / (then + baselineWithoutPoint) };
}

/** The digits of a cell that tell it from its neighbours; the same whenever it is asked for. */
export const shortCode = (cell: string): string => cell.replace(/f+$/, "").slice(-4);

/** The middle of a hexagon, whose first corner is also its last. */
function middleOf([ring = []]: Place[][]): Place {
  const corners = ring.slice(1);
  const sum = corners.reduce(([x, y], corner) => [x + corner[0], y + corner[1]], [0, 0]);
  return [sum[0] / corners.length, sum[1] / corners.length];
}

/**
 * Name hexagons after the part of the city that their middles lie in, or else lie nearest to, with the digits that tell them from their neighbours. Each is
 * named when somebody asks: the map is drawn without names, and there may be a thousand.
 */
function namer(parts: Outlines): (hexagon: Hexagon) => string {
  let shapes: { name: string; shape: ReturnType<typeof shapeOf> }[] | null = null;
  const named = new Map<string, string>();
  const partOf = (place: Place): string => {
    shapes ??= parts.features.map(({ properties, geometry }) => ({ name: properties.name, shape: shapeOf(geometry) }));
    const within = shapes.findIndex(({ shape }) => containsCoordinate(shape.getExtent(), place) && shape.intersectsCoordinate(place));
    // The next hexagon lies near this one, and most often in the same part.
    const found = shapes.splice(within < 0 ? nearest(shapes, place) : within, 1);
    shapes.unshift(...found);
    return found[0]?.name ?? "";
  };
  return ({ id, geometry }) => {
    const name = named.get(id) ?? `${partOf(middleOf(geometry.coordinates))} ${shortCode(id)}`;
    named.set(id, name);
    return name;
  };
}

/** Find which shape's border is the nearest to a place. */
function nearest(shapes: { shape: ReturnType<typeof shapeOf> }[], [x, y]: Place): number {
  let [best, least] = [0, Infinity];
  for (const [index, { shape }] of shapes.entries()) {
    // OpenLayers gives the least it was told of where the shape is no nearer.
    const distance = shape.closestPointXY(x, y, [0, 0], least);
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}
