import { describe, expect, it } from "vitest";
import { BREAKS, classFor, diverging, sequential } from "../src/figures/classes";

const parts = (values: number[]) => sequential(values, "quantile").map(({ low, high, areas }) => [low, high, areas]);

describe("classes of amounts", () => {
  it.each([
    [[], []],
    [[0, 0, 0], [[0, 0, 3]]],
    [[7, 7, 7], [[7, 7, 3]]],
    [
      [0, 0, 1],
      [
        [0, 0, 2],
        [1, 1, 1],
      ],
    ],
    [
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 40_000],
      [
        [1, 2, 2],
        [3, 4, 2],
        [5, 6, 2],
        [7, 8, 2],
        [9, 40_000, 2],
      ],
    ],
    [
      [0, 1, 1, 1, 1, 1, 1, 1, 1, 9],
      [
        [0, 0, 1],
        [1, 1, 8],
        [9, 9, 1],
      ],
    ],
  ])("hold every value once: %j", (values, expected) => {
    expect(parts(values as number[])).toEqual(expected);
  });

  it("what is nearly alike looks so", () => {
    expect(sequential([6850, 6871], "quantile").map(({ low, shade }) => [low, shade])).toEqual([
      [6850, 2],
      [6871, 3],
    ]);
    expect(sequential([91, 93, 95, 97, 100], "equal").map(({ shade }) => shade)).toEqual([2, 3]);
    expect(sequential([7, 7], "natural").map(({ shade }) => shade)).toEqual([2]);
    expect(sequential([80, 90, 100], "quantile").map(({ shade }) => shade)).toEqual([0, 2, 4]);
  });

  it.each(BREAKS)("leave no value out and put none in two, however odd: %s", (breaks) => {
    for (const values of [[3], [1, 1, 2], [0, 0.01, 1e6], [1, 2, 3, 4, 5, 6, 7, 8, 9, 1000], [0, 0, 5, 5, 5]]) {
      const classes = sequential(values, breaks);
      expect(classes.reduce((sum, { areas }) => sum + areas, 0)).toBe(values.length);
      for (const value of values) expect(classes.filter(({ low, high }) => value >= low && value <= high)).toHaveLength(1);
      expect(new Set(classes.map(({ shade }) => shade)).size).toBe(classes.length);
    }
  });

  it("put one that stands out in a class of its own when the steps are equal or natural", () => {
    const values = [1, 2, 3, 4, 1000];
    expect(sequential(values, "equal").at(-1)).toMatchObject({ low: 1000, areas: 1 });
    expect(classFor(1000, sequential(values, "natural"))).toMatchObject({ low: 1000, areas: 1 });
  });
});

describe("classes of changes", () => {
  const shades = (values: number[]) => diverging(values, "quantile").map(({ low, high, shade }) => [low, high, shade]);

  it("show a fall and a rise of one size equally strongly", () => {
    expect(shades([-9, -1, 0, 1, 9])).toEqual([
      [-9, -9, -2],
      [-1, -1, -1],
      [0, 0, 0],
      [1, 1, 1],
      [9, 9, 2],
    ]);
  });

  it("say unchanged of what has not changed, and nothing of nothing", () => {
    expect(shades([])).toEqual([]);
    expect(shades([0, 0])).toEqual([[0, 0, 0]]);
    expect(shades([5, 5])[0]?.[2]).toBeGreaterThan(0);
  });
});
