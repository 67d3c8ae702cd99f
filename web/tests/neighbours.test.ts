import { expect, it } from "vitest";
import { neighbour, type Middles } from "../src/map/neighbours";

/** Points in rows that are a little askew, as areas are. */
const middles: Middles = new Map(
  Array.from({ length: 400 }, (_, index) => [
    `a${index}`,
    [(index % 20) + 0.3 * Math.sin(index * 12.9), Math.floor(index / 20) + 0.3 * Math.sin(index * 78.2)],
  ]),
);

it("leads from every area to every other with the four arrows", () => {
  const arrows: [number, number][] = [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ];
  const reached = new Set(["a0"]);
  for (const code of reached) for (const [x, y] of arrows) reached.add(neighbour(middles, code, x, y));
  expect(reached.size).toBe(middles.size);
});

it("stays where there is nothing further on", () => {
  expect(neighbour(new Map([["only", [0, 0]]]), "only", 1, 0)).toBe("only");
  expect(neighbour(middles, "unknown", 1, 0)).toBe("unknown");
});
