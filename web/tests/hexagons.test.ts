import { expect, it } from "vitest";
import type { Hexagons, Outlines } from "../src/api/answers";
import { undelivered } from "../src/compare/pairing";
import { asAreas, shareOfPoints, shortCode } from "../src/map/hexagons";

const square = (west: number): [number, number][][] => [
  [
    [west, 59],
    [west + 1, 59],
    [west + 1, 60],
    [west, 60],
    [west, 59],
  ],
];
const parts = {
  type: "FeatureCollection",
  features: ["Väst", "Öst"].map((name, index) => ({
    type: "Feature",
    id: name,
    geometry: { type: "Polygon", coordinates: square(17 + index) },
    properties: { code: name, name, level: "stadsdel", parent: null },
  })),
} as Outlines;
const hexagons = (pointless: [number, number?], ...cells: [string, number, number, number?][]): Hexagons =>
  ({
    features: cells.map(([cell, west, count, baselineCount]) => ({
      type: "Feature",
      id: cell,
      geometry: { type: "Polygon", coordinates: square(west) },
      properties: { cell, count, ...(baselineCount === undefined ? {} : { baselineCount, difference: count - baselineCount }) },
    })),
    withoutPoint: pointless[0],
    ...(pointless[1] === undefined ? {} : { baselineWithoutPoint: pointless[1] }),
    resolution: 8,
  }) as Partial<Hexagons> as Hexagons;

it("a hexagon is named after the part of the city that its middle lies in, or lies nearest to", () => {
  const beside = ["8808866003fffff", 17.55, 4] as [string, number, number];
  const { comparison, outlines } = asAreas(hexagons([0], ["8808866001fffff", 17.1, 6], beside, ["8808866005fffff", 19.5, 2]), parts);
  expect(comparison.items.map(({ name, count, difference }) => [name, count, difference])).toEqual([
    ["Väst 6001", 6, null],
    // As near to the border of either; it lies in the one.
    ["Öst 6003", 4, null],
    ["Öst 6005", 2, null],
  ]);
  expect(outlines.features.map(({ id }) => id)).toEqual(comparison.items.map(({ code }) => code));
});

it("periods are compared when as many events have a point in both, and else not", () => {
  const alike = asAreas(hexagons([10, 10], ["8808866001fffff", 17, 10, 9]), parts);
  expect([alike.comparison.items[0]?.difference, alike.notices]).toEqual([1, []]);
  const unlike = asAreas(hexagons([0, 90], ["8808866001fffff", 17, 100, 10]), parts);
  expect(unlike.comparison.items[0]).toMatchObject({ count: 100, baselineCount: null, difference: null, baselineStatus: "notApplicable" });
  const [none] = undelivered(alike.comparison).items;
  expect([none?.name, none?.level, none?.count, none?.status]).toEqual(["Väst 6001", "stad", null, "missing"]);
  expect(unlike.notices).toEqual([{ kind: "points", now: 1, then: 0.1 }]);
});

it("no events are no share", () => {
  expect(shareOfPoints(hexagons([0, 0]))).toBeNull();
  expect(shareOfPoints(hexagons([5]))).toBeNull();
  expect(asAreas(hexagons([0, 0]), parts).comparison.items).toEqual([]);
});

it("the code of a cell is short and tells it from its neighbours", () => {
  expect(["8608866 1fffffff".replace(" ", ""), "8808866001fffff"].map(shortCode)).toEqual(["8661", "6001"]);
});
