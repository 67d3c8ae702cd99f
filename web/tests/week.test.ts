import { expect, it } from "vitest";
import { Numbers } from "../src/figures/numbers";
import { cellBy, countText, roundedCount, weekOf } from "../src/hours/week";

const n = new Numbers("sv");

it("a week closes: the sums of its days and of its hours are its total", () => {
  const week = weekOf([
    { weekday: 1, hour: 0, count: 3, share: 30 },
    { weekday: 1, hour: 23, count: 2, share: 20 },
    { weekday: 7, hour: 23, count: 5, share: 50 },
  ]);
  expect(week.ofDay).toEqual([5, 0, 0, 0, 0, 0, 5]);
  expect([week.ofHour[0], week.ofHour[23], week.total]).toEqual([3, 7, 10]);
  expect(week.cells.flat()).toHaveLength(168);
  expect(week.isWhole).toBe(true);
});

it("an empty week is zeros", () => {
  expect(weekOf([])).toMatchObject({ total: 0, isWhole: true });
});

it("figures that are spread are rounded, and what is not zero is not written so", () => {
  const many = weekOf([
    { weekday: 1, hour: 0, count: 12.4, share: null },
    { weekday: 1, hour: 1, count: 0.2, share: null },
  ]);
  const few = weekOf([{ weekday: 1, hour: 0, count: 1.25, share: null }]);
  expect([12.4, 0.2, 0].map((count) => countText(count, many, n, "<1"))).toEqual(["12", "<1", "0"]);
  expect([1.25, 0].map((count) => countText(count, few, n, "<1"))).toEqual(["1,3", "0,0"]);
  expect([12.4, 0.2, 0].map((count) => roundedCount(count, many))).toEqual([12, 0.2, 0]);
});

it("the keys stay inside the grid", () => {
  expect(cellBy("ArrowLeft", [0, 0], 8, 25)).toEqual([0, 0]);
  expect(cellBy("ArrowDown", [7, 3], 8, 25)).toEqual([7, 3]);
  expect(cellBy("End", [2, 3], 8, 25)).toEqual([2, 24]);
  expect(cellBy("PageDown", [2, 3], 8, 25)).toEqual([7, 3]);
  expect(cellBy("a", [2, 3], 8, 25)).toEqual([2, 3]);
});
