import { expect, it } from "vitest";
import type { AreaFigures, Comparison } from "../src/api/answers";
import { Numbers } from "../src/figures/numbers";
import { en } from "../src/texts/en";
import type { Told } from "../src/texts/sv";

const row = (name: string, count: number | null, baselineCount: number | null, more: Partial<AreaFigures> = {}): AreaFigures =>
  ({
    name,
    code: name,
    status: count === null ? "withheld" : "value",
    count,
    baselineCount,
    difference: count === null || baselineCount === null ? null : count - baselineCount,
    ratio: count && baselineCount ? count / baselineCount : null,
    verdict: "cannotTell",
    evidence: null,
    ...more,
  }) as AreaFigures;
const statistics = (tested: number, total: object | null): Comparison["statistics"] =>
  ({
    against: "baseline",
    tested,
    total: total && { per: "days", verdict: "cannotTell", ...total },
  }) as unknown as Comparison["statistics"];
const told = (rows: AreaFigures[], more: Partial<Told> = {}): string[] =>
  en.sentences({
    said: ["Svenska."],
    rows,
    statistics: statistics(0, null),
    span: "all of 2025",
    base: "all of 2024",
    noun: ["event", "events"],
    per: "residents",
    n: new Numbers("en"),
    ...more,
  });

it("the areas together, their change and those that stand out are told in English", () => {
  const rows = [
    row("A", 1200, 1000, { verdict: "higher", evidence: "strong" }),
    row("B", 30, 20, { verdict: "higher", evidence: "moderate" }),
    row("C", 5, 20, { verdict: "lower", evidence: "strong" }),
    row("D", 7, 7),
  ];
  expect(told(rows, { statistics: statistics(4, { ratio: 1.18, ratioLow: 1.1, ratioHigh: 1.27, verdict: "higher" }) })).toEqual([
    "All of 2025: 1,242 events in 4 areas.",
    "That is 195 more than in all of 2024 (18.6 per cent); the rise is clear (with 95 per cent certainty between +10.0% and +27.0%, counted per day).",
    "Compared with all of 2024 there are clearly more in A; likely more in B; clearly fewer in C. In one area it cannot be told.",
  ]);
});

it("what is not sure is told as such, and few events have no ends", () => {
  const one = [row("A", 3, 4)];
  expect(told(one, { statistics: statistics(1, { ratio: 0.75, ratioLow: 0.1, ratioHigh: 12 }) })).toEqual([
    "All of 2025: 3 events in A.",
    "That is 1 fewer than in all of 2024 (25.0 per cent); whether it is a real fall cannot be told (there are too few events to say more).",
  ]);
  expect(told([row("A", 0, 4)], { statistics: statistics(1, { ratio: 0, ratioLow: 0, ratioHigh: 1.52, verdict: "lower" }) })[1]).toContain(
    "the fall is clear (there are too few events to say how large it is)",
  );
  expect(told([row("A", 4, 4), row("B", 1, 1)], { statistics: statistics(2, { ratio: 1, ratioLow: 0.5, ratioHigh: 2 }) }).slice(1)).toEqual(
    [
      "That is as many as in all of 2024; whether anything has changed cannot be told (with 95 per cent certainty between −50.0% and +100.0%, counted per day).",
      "In none of the 2 areas that could be tested can it be told that anything has changed since all of 2024.",
    ],
  );
});

it("nothing is told of the whole where an area is withheld, nor of a change where nothing is compared", () => {
  expect(told([row("A", 3, 4), row("B", null, null)])).toEqual([]);
  expect(told([row("A", 1, null)], { base: "" })).toEqual(["All of 2025: 1 event in A."]);
  expect(told([])).toEqual([]);
});

it("more of more days can be fewer of each: then how sure it is is not told", () => {
  const found = told([row("A", 101, 100)], { statistics: statistics(1, { ratio: 0.99, ratioLow: 0.7, ratioHigh: 1.3 }) });
  expect(found[1]).toBe("That is 1 more than in all of 2024 (1.0 per cent).");
});

it("of many areas the five that differ most are named", () => {
  const rows = [2, 3, 4, 5, 6, 7, 8].map((times) => row(`A${times}`, 10 * times, 10, { verdict: "higher", evidence: "strong" }));
  expect(told(rows, { statistics: statistics(7, null) })[2]).toBe(
    "Compared with all of 2024 there are clearly more in A8, A7, A6, A5, A4 and 2 other areas.",
  );
});
