import { beforeAll, expect, it } from "vitest";
import type { Audience, Categories } from "../src/api/answers";
import { settle, settledSources, whyNoHexagons, type Notice } from "../src/view/settling";
import { addressOf, START, viewOf, type View } from "../src/view/view";
import { source } from "./made";

beforeAll(() => {
  Object.assign(globalThis, { location: { pathname: "/" } });
});

const feed = source("polishandelser", {
  refuses: [
    { what: "basomrade", reason: "Ingen noggrannare plats.", reasonEn: "No finer place." },
    { what: "point", reason: "Inga punkter.", reasonEn: "No points." },
    { what: "rate", reason: "Ett urval.", reasonEn: "A selection." },
  ],
});
const catalogue = {
  sources: [feed, source("anmalda_brott")],
  editions: [
    {
      validFrom: "2023-07-01",
      name: "11",
      schematic: false,
      levels: [
        { level: "stadsdelsomrade", areas: 11 },
        { level: "stadsdel", areas: 117 },
        { level: "basomrade", areas: 404 },
        { level: "stad", areas: 1 },
      ],
    },
  ] as const,
};
const categories: Categories = {
  items: [
    { source: "anmalda_brott", code: "kap-3", name: "Våld", nameEn: "Violence", children: [{ code: "0310", name: "x", nameEn: "x" }] },
  ],
  groups: [],
};

function settled(search: string, audience: Audience = "staff"): { view: View; notices: Notice[] } {
  const notices: Notice[] = [];
  const wish = viewOf(search);
  const there = {
    sources: catalogue.sources,
    editions: [...catalogue.editions].map((one) => ({ ...one, levels: [...one.levels] })),
    audience,
  };
  return settle(wish, there, settledSources(wish, there, notices), categories, notices);
}

it("an address makes a view, and the view the same address", () => {
  for (const search of [
    "?source=anmalda_brott&level=stadsdel&period=yearToDate&colour=percent&area=jarva&show=table&sort=-count",
    "?from=2024-01&to=2024-06&category=0310&category=kap-3",
    "?show=time&interval=tertial&baseYear=2019&area=jarva&beside=farsta&units=hexagons&resolution=9",
  ]) {
    expect(viewOf(addressOf(viewOf(search)))).toEqual(viewOf(search));
  }
  expect(viewOf("")).toEqual(START);
});

it.each(["constructor", "toString", "__proto__", "<script>", "1e999"])("a word that means nothing is no choice: %s", (word) => {
  const { view } = settled(
    `?source=${word}&category=${word}&level=${word}&edition=${word}&colour=${word}&period=${word}&show=${word}&breaks=${word}&units=${word}&resolution=${word}&interval=${word}&baseYear=${word}`,
  );
  expect(view).toMatchObject({ source: ["anmalda_brott"], category: [], level: "stadsdelsomrade", colour: "count", period: "last12" });
});

it("what a source refuses is changed as little as possible, and told of", () => {
  const { view, notices } = settled("?source=polishandelser&level=basomrade&colour=rate");
  expect(view).toMatchObject({ level: "stadsdel", colour: "count" });
  expect(notices.map(({ kind }) => kind)).toEqual(["level", "colour"]);
});

it("a period outside what is covered becomes the newest year, and is told of", () => {
  expect(settled("?from=1999-01&to=1999-12").notices.map(({ kind }) => kind)).toEqual(["period"]);
});

it("a category inside a tree is kept; one that is not there is told of", () => {
  expect(settled("?category=0310").view.category).toEqual(["0310"]);
  expect(settled("?category=9999").notices).toEqual([{ kind: "category", was: "9999" }]);
});

it("hexagons are there where the source has points and whoever asks may see them, and else it is told why not", () => {
  expect(settled("?units=hexagons").view.units).toBe("hexagons");
  expect(settled("?units=hexagons&colour=rate")).toMatchObject({ view: { colour: "count" }, notices: [{ kind: "colour" }] });
  expect(settled("?units=hexagons&source=polishandelser")).toMatchObject({
    view: { units: "areas" },
    notices: [{ kind: "units", reason: { reason: "Inga punkter." } }],
  });
  expect(whyNoHexagons([source("brander", { events: null })])).toBe("noHexagons");
});

it("a base year that is not wholly covered is none, and is told of", () => {
  expect(settled("?baseYear=2019").view.baseYear).toBe("2019");
  expect(settled("?baseYear=2015")).toMatchObject({ view: { baseYear: "" }, notices: [{ kind: "baseYear", was: "2015" }] });
});
