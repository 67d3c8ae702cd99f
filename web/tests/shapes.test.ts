import { expect, test } from "vitest";
import type { Outline } from "../src/api/answers";
import { areaOnMap, isIn, middleOf, rimOf, together } from "../src/map/shapes";

type Corner = [number, number];

/** A square in degrees, counterclockwise. */
const square = (x: number, y: number, side: number): Corner[] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
  [x, y],
];

function area(...polygons: Corner[][][]): ReturnType<typeof areaOnMap> {
  const outline = { type: "Feature", id: "a", geometry: { type: "MultiPolygon", coordinates: polygons }, properties: {} };
  return areaOnMap(outline as unknown as Outline);
}

/** A place in metres on the map's plane. */
const at = (x: number, y: number): number[] => {
  const [across, up] = area([square(x, y, 1)]).getFlatCoordinates();
  return [Number(across), Number(up)];
};

test("a place in a hole or between two parts is not in the area, whichever way its rings turn", () => {
  for (const turned of [(ring: Corner[]) => ring, (ring: Corner[]) => [...ring].reverse()]) {
    const found = area([square(0, 0, 3), turned(square(1, 1, 1))], [turned(square(5, 0, 1))]);
    expect(
      [
        [0.5, 0.5],
        [1.5, 1.5],
        [4, 0.5],
        [5.5, 0.5],
      ].map(([x, y]) => isIn(found, at(Number(x), Number(y)))),
    ).toEqual([true, false, false, true]);
    expect(isIn(together([found], {}), at(5.5, 0.5))).toBe(true);
  }
});

test("the rim of areas is the sides that no two of them share", () => {
  const [left, right] = [area([square(18, 59, 0.1)]), area([square(18.1, 59, 0.1)])];
  expect(rimOf([left]).getEnds()).toHaveLength(4);
  expect(rimOf([left, right]).getEnds()).toHaveLength(6);
});

test("the middle of an area lies in its widest part", () => {
  const [x, y, wide] = middleOf(area([square(0, 0, 1)], [square(5, 5, 3)]));
  const [left, bottom, right, top] = [...at(5, 5), ...at(8, 8)] as [number, number, number, number];
  expect([x > left && x < right, y > bottom && y < top]).toEqual([true, true]);
  expect(wide).toBeCloseTo(right - left, 6);
});
