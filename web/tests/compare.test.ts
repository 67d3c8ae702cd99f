import { describe, expect, it } from "vitest";
import type { AreaFigures, Categories, Comparison, Outlines } from "../src/api/answers";
import { drawnOf, namedOf, placedNames } from "../src/compare/funnel";
import {
  amountOf,
  cautionsOf,
  changedOf,
  changeOf,
  findingsOf,
  isOutsideOf,
  otherSource,
  partsOf,
  putTo,
  sumOf,
  undelivered,
  yearsOf,
} from "../src/compare/pairing";
import { findingOf, wayOf } from "../src/figures/figures";
import { traced } from "../src/map/tracing";
import type { Catalogue, Settled } from "../src/view/settling";
import { plainAddress, pairAddress, START } from "../src/view/view";
import { source } from "./made";

const crimes = source("anmalda_brott");
const shootings = source("skjutningar", { coverage: { from: "2018-01", to: "2025-06", missing: [] } });
const feed = source("polishandelser", { refuses: [{ what: "rate", reason: "Ett urval.", reasonEn: "A selection." }] });
const tree = { code: "kap-3", name: "Våld", nameEn: "Violence", children: [{ code: "0310", name: "x", nameEn: "x" }] };
const categories: Categories = {
  items: [
    { source: "anmalda_brott", ...tree },
    { source: "anmalda_brott", code: "kap-8", name: "Stöld", nameEn: "Theft" },
    { source: "skjutningar", code: "doda", name: "Döda", nameEn: "Dead" },
  ],
  groups: [
    {
      code: "valdsbrott",
      name: "Våldsbrott",
      nameEn: "Violent crime",
      description: "",
      descriptionEn: "",
      caution: "Lägg inte ihop dem.",
      cautionEn: "Do not add them.",
      addable: false,
      categories: { anmalda_brott: ["kap-3", "0310"], skjutningar: ["doda"] },
    },
  ],
};
const catalogue: Catalogue = {
  sources: [crimes, shootings, feed],
  editions: [{ validFrom: "2023-07-01", name: "11", schematic: false, levels: [{ level: "stadsdelsomrade", areas: 11 }] }],
  audience: "staff",
};
const settled = (more: Partial<Settled["view"]> = {}): Settled => ({
  view: { ...START, source: ["anmalda_brott"], ...more },
  span: { from: "2025-01", to: "2025-12" },
  covered: { from: "2016-01", to: "2025-12" },
  sources: [crimes],
  notices: [],
});
const row = (code: string, more: Partial<AreaFigures> = {}): AreaFigures =>
  ({ code, name: code, status: "value", count: 1, verdict: null, ...more }) as AreaFigures;

describe("years side by side", () => {
  it("are the same months of each, the oldest first, and none that is not wholly covered", () => {
    const covered = { from: "2021-03", to: "2025-04" };
    expect(yearsOf({ from: "2025-01", to: "2025-04" }, covered).map(({ from }) => from)).toEqual([
      "2022-01",
      "2023-01",
      "2024-01",
      "2025-01",
    ]);
  });

  it("of a span longer than a year share no month", () => {
    const spans = yearsOf({ from: "2024-07", to: "2025-12" }, { from: "2018-01", to: "2025-12" });
    expect(spans).toEqual([
      { from: "2018-07", to: "2019-12" },
      { from: "2020-07", to: "2021-12" },
      { from: "2022-07", to: "2023-12" },
      { from: "2024-07", to: "2025-12" },
    ]);
  });

  it("are one where nothing earlier is covered", () => {
    expect(yearsOf({ from: "2025-01", to: "2025-12" }, { from: "2025-01", to: "2025-12" })).toHaveLength(1);
  });
});

describe("parts of what is asked for", () => {
  const codes = (one: Settled) => partsOf(one, categories).map(({ code }) => code);
  it("are the source's main kinds, or those below the chosen one, or those of the group", () => {
    expect(codes(settled())).toEqual(["kap-3", "kap-8"]);
    expect(codes(settled({ category: ["kap-3"] }))).toEqual(["0310"]);
    expect(codes(settled({ group: "valdsbrott" }))).toEqual(["kap-3", "0310"]);
  });

  it("are none of a kind that holds no others, nor of several sources", () => {
    expect(codes(settled({ category: ["kap-8"] }))).toEqual([]);
    expect(codes({ ...settled(), sources: [crimes, shootings] })).toEqual([]);
  });
});

it("what stands for an amount and for its change is of the same measure", () => {
  expect([amountOf("percent"), amountOf("verdict"), amountOf("harmDifference"), amountOf("rate")]).toEqual([
    "count",
    "count",
    "harm",
    "rate",
  ]);
  expect([changeOf("count"), changeOf("rate"), changeOf("harm"), changeOf("percent")]).toEqual([
    "verdict",
    "verdict",
    "harmDifference",
    "percent",
  ]);
});

it("a sum is of what is known, and none where nothing is", () => {
  expect(sumOf([row("a", { count: 2 }), row("b", { count: 3 }), row("c", { count: null, status: "withheld" })])).toBe(5);
  expect(sumOf([row("a", { count: 0 })])).toBe(0);
  expect(sumOf([row("a", { count: null, status: "missing" })])).toBeNull();
});

it("where nobody lives there is no rate, but what happened is counted", () => {
  const deserted = row("a", { count: 3, rate: null, status: "notApplicable", verdict: "notApplicable" });
  expect(sumOf([deserted, row("b", { count: 4 })])).toBe(7);
  expect(findingsOf([deserted]).notApplicable).toBe(1);
});

it("a period outside what is covered is none of zeros", () => {
  const covered = { from: "2016-01", to: "2025-12" };
  expect(isOutsideOf({ from: "2015-01", to: "2015-12" }, covered)).toBe(true);
  expect(isOutsideOf({ from: "2015-07", to: "2016-01" }, covered)).toBe(false);
  const { items } = undelivered({ items: [row("a", { count: 4 })] } as Comparison);
  expect(items[0]).toMatchObject({ status: "missing", count: null });
});

it("a verdict on what is withheld is counted nowhere", () => {
  const rows = [row("a", { verdict: "higher" }), row("b", { verdict: "higher", status: "withheld" })];
  const found = findingsOf(rows);
  expect([found.higher, found.lower]).toEqual([1, 0]);
  expect(changedOf(rows)).toEqual([rows[0]]);
});

it("a change is sure, or likely where the many that are tested leave a doubt", () => {
  const said = (more: Parameters<typeof findingOf>[0]) => findingOf(more);
  expect([said({ verdict: "higher", evidence: "strong" }), said({ verdict: "higher", evidence: "moderate" })]).toEqual([
    "higher",
    "likelyHigher",
  ]);
  expect([said({ verdict: "lower", adjustedP: 0.05 }), said({ verdict: "lower", adjustedP: 0.051 })]).toEqual(["lower", "likelyLower"]);
  expect([said({ verdict: "cannotTell", adjustedP: 0.6 }), said({ verdict: null }), said({})]).toEqual([
    "cannotTell",
    "notApplicable",
    "notApplicable",
  ]);
  expect((["higher", "likelyHigher", "cannotTell", "likelyLower", "lower", "notApplicable"] as const).map(wayOf)).toEqual([
    "rise",
    "rise",
    "",
    "fall",
    "fall",
    "",
  ]);
});

describe("two sources", () => {
  it("are the chosen one and another: the one asked for, or one of the same group, and none where there is no other", () => {
    expect(otherSource(settled({ other: "polishandelser" }).view, catalogue.sources, categories)?.id).toBe("polishandelser");
    expect(otherSource(settled({ other: "anmalda_brott", group: "valdsbrott" }).view, catalogue.sources, categories)?.id).toBe(
      "skjutningar",
    );
    expect(otherSource(settled({ other: "__proto__" }).view, [crimes], categories)).toBeNull();
  });

  it("are asked the same question, as far as each can answer it, and it is told where one cannot", () => {
    const one = putTo(shootings, settled({ group: "valdsbrott" }), catalogue, categories);
    expect(one.view).toMatchObject({ source: ["skjutningar"], group: "valdsbrott" });
    expect(one.span).toEqual({ from: "2025-01", to: "2025-06" });
    expect(one.notices.map(({ kind }) => kind)).toEqual(["period"]);
    const other = putTo(feed, settled({ group: "valdsbrott", colour: "rate" }), catalogue, categories);
    expect(other.view).toMatchObject({ group: "", colour: "count" });
    expect(other.notices.map(({ kind }) => kind)).toEqual(["colour"]);
  });

  it("have the caution of what they share", () => {
    expect(cautionsOf(settled({ group: "valdsbrott" }).view, [crimes, shootings], categories)).toEqual([
      { caution: "Lägg inte ihop dem.", cautionEn: "Do not add them." },
    ]);
    expect(cautionsOf(settled().view, [crimes, feed], categories)).toEqual([]);
  });
});

describe("the funnel", () => {
  const area = (code: string, personYears: number | null, funnel: AreaFigures["funnel"], rate: number | null = 5): AreaFigures =>
    row(code, { personYears, rate, funnel, funnelLow998: 1, funnelLow95: 2, funnelHigh95: 8, funnelHigh998: 9 });

  it("draws the areas that have a rate, by inhabitants, and leaves out the rest", () => {
    const drawn = drawnOf(
      [area("b", 500, "inside"), area("a", 100, "above998"), area("none", null, null, null), area("nobody", 0, "inside")],
      6,
    );
    expect(drawn.map(({ code, people }) => [code, people])).toEqual([
      ["a", 200],
      ["b", 1000],
    ]);
  });

  it("leaves out what is withheld, and is empty where nothing has limits", () => {
    expect(drawnOf([{ ...area("a", 100, "inside"), status: "withheld" }], 12)).toEqual([]);
    expect(drawnOf([row("a", { personYears: 10, rate: 0, funnel: "inside", funnelLow95: null })], 12)).toEqual([]);
  });

  it("names those that lie farthest out, and writes no name upon another", () => {
    const drawn = drawnOf(
      [area("in", 1, "inside"), area("far", 2, "above998", 30), area("near", 3, "above95", 8.5), area("low", 4, "below998", 0.5)],
      12,
    );
    expect(namedOf(drawn, 2).map(({ code }) => code)).toEqual(["far", "low"]);
    const outside = namedOf(drawn, 9);
    expect(placedNames(outside, () => [300, 100], 600).map(({ one, dy }) => [one.code, Math.sign(dy)])).toEqual([
      ["far", -1],
      ["low", 1],
    ]);
    expect(placedNames(outside, ({ people }) => [200 * people, 100], 900)).toHaveLength(3);
  });
});

it("outlines are traced into their box, rings and parts and all", () => {
  const ring = (x: number, y: number, size: number) =>
    [
      [x, y],
      [x + size, y],
      [x + size, y + size],
      [x, y],
    ] as [number, number][];
  const feature = (code: string, geometry: object) =>
    ({ type: "Feature", id: code, geometry, properties: { code, name: code, level: "stadsdel", parent: null } }) as const;
  const outlines: Outlines = {
    type: "FeatureCollection",
    features: [
      feature("a", { type: "Polygon", coordinates: [ring(18, 59, 0.2), ring(18.05, 59.02, 0.01)] }),
      feature("b", { type: "MultiPolygon", coordinates: [[ring(18.3, 59.1, 0.1)], [ring(18.5, 59.3, 0.1)]] }),
    ],
  };
  const paths = traced(outlines, 200, 150, 4);
  const numbers = [...paths.values()].flatMap((path) =>
    [...path.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]),
  );
  expect([...paths.keys()]).toEqual(["a", "b"]);
  expect(paths.get("a")?.match(/M/g)).toHaveLength(2);
  for (const [x, y] of numbers) {
    expect(x).toBeGreaterThanOrEqual(4);
    expect(x).toBeLessThanOrEqual(196);
    expect(y).toBeGreaterThanOrEqual(4);
    expect(y).toBeLessThanOrEqual(146);
  }
});

it("the addresses of a period by itself, and of two areas, hold no baseline", () => {
  const { view, span } = settled();
  expect(plainAddress(view, span)).toContain("statistics=none");
  expect(plainAddress({ ...view, colour: "smoothedRate" }, span)).not.toContain("statistics");
  expect(pairAddress({ ...view, colour: "rate" }, span, "jarva", "farsta")).toMatch(/area=jarva&area=farsta&against=farsta$/);
  expect(pairAddress(view, span, "a", "b")).not.toMatch(/baseline|measure/);
});
