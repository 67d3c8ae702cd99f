import { describe, expect, it } from "vitest";
import { MOST_CORNERS, parse, toGeometry, toLines, toWkt, type Shape } from "../src/places/polygons";
import { onEarth, PLANES } from "../src/places/sweref";
import { kindsOf, stageOf } from "../src/places/signs";

const SQUARE: Shape = [
  [
    [
      [18.06, 59.33],
      [18.07, 59.33],
      [18.07, 59.34],
      [18.06, 59.34],
    ],
  ],
];
const shapeOf = (text: string): Shape => {
  const parsed = parse(text);
  if (!("shape" in parsed)) throw new Error(parsed.fault);
  return parsed.shape;
};
const faultOf = (text: string): string => {
  const parsed = parse(text);
  return "fault" in parsed ? parsed.fault : "none";
};

describe("metres on the Swedish planes", () => {
  // What PROJ makes of them.
  it.each([
    ["sweref991800", 153477.95711, 6579565.6942, 18.0611, 59.3312],
    ["sweref991800", 145936.88004, 6585927.29743, 17.9285, 59.3883],
    ["sweref99tm", 674135.66324, 6580934.79981, 18.0611, 59.3312],
    ["sweref99tm", 682467.67283, 6572271.00739, 18.2, 59.25],
  ] as const)("are put on the earth as PROJ puts them: %s %d %d", (plane, east, north, longitude, latitude) => {
    const [x, y] = onEarth(east, north, PLANES[plane]);
    expect(x).toBeCloseTo(longitude, 8);
    expect(y).toBeCloseTo(latitude, 8);
  });
});

describe("a polygon", () => {
  const ring = [...(SQUARE[0]?.[0] ?? []), [18.06, 59.33]];
  const geometry = { type: "Polygon", coordinates: [ring] };
  it.each([
    ["59.33 18.06\n59.33 18.07\n59.34 18.07\n59.34 18.06"],
    ["59,33 18,06\n59,33 18,07\n59,34 18,07\n59,34 18,06"],
    ["59.33, 18.06\r\n59.33, 18.07\r\n\r\n59.34, 18.07\r\n59.34, 18.06\r\n"],
    ["59,33; 18,06\n59,33; 18,07\n59,34; 18,07\n59,34; 18,06\n59,33; 18,06"],
    ["18.06\t59.33\n18.07\t59.33\n18.07\t59.34\n18.06\t59.34"],
    ["POLYGON((18.06 59.33,18.07 59.33,18.07 59.34,18.06 59.34,18.06 59.33))"],
    ["polygon ((18.06 59.33, 18.07 59.33, 18.07 59.34, 18.06 59.34, 18.06 59.33))"],
    [JSON.stringify(geometry)],
    [JSON.stringify({ type: "Feature", properties: {}, geometry })],
    [JSON.stringify({ type: "FeatureCollection", features: [{ type: "Feature", properties: null, geometry }] })],
    [JSON.stringify({ ...geometry, coordinates: [ring.map((corner) => [...corner, 12])] })],
  ])("is read in whichever form it is written: %j", (text) => {
    expect(shapeOf(text)).toEqual(SQUARE);
  });

  it("is read in metres, of the city's plane and of the country's", () => {
    const city = shapeOf("6579565.7 153477.96\n6579565.7 153677.96\n6579765.7 153677.96");
    expect(city[0]?.[0]?.[0]).toEqual([18.0611, 59.3312]);
    const country = shapeOf("674135.66 6580934.8\n674335.66 6580934.8\n674335.66 6581134.8");
    expect(country[0]?.[0]?.[0]).toEqual([18.0611, 59.3312]);
  });

  it("with a hole, or of several parts, stays what it is", () => {
    const hole = "POLYGON((18 59,18.1 59,18.1 59.1,18 59.1,18 59),(18.04 59.04,18.06 59.04,18.06 59.06,18.04 59.04))";
    expect(shapeOf(hole)[0]).toHaveLength(2);
    expect(toWkt(shapeOf(hole))).toBe(hole);
    expect(toLines(shapeOf(hole))).toBe(hole);
    const several = `MULTIPOLYGON(((18 59,18.1 59,18.1 59.1,18 59)),((18.2 59,18.3 59,18.3 59.1,18.2 59)))`;
    expect(toWkt(shapeOf(several))).toBe(several);
  });

  it("is the same when it is written and read again", () => {
    expect(shapeOf(toWkt(SQUARE))).toEqual(SQUARE);
    expect(shapeOf(toLines(SQUARE))).toEqual(SQUARE);
    expect(shapeOf(JSON.stringify(toGeometry(SQUARE)))).toEqual(SQUARE);
    expect(toLines(SQUARE).split("\n")[0]).toBe("59.33000 18.06000");
  });

  it.each([
    ["", "empty"],
    ["hej", "unreadable"],
    ["59.33", "unreadable"],
    ["59.33 18.06 4\n59.33 18.07\n59.34 18.07", "unreadable"],
    ["{", "unreadable"],
    ["POLYGON((18.06 59.33, x 59))", "unreadable"],
    ['{"type":"Point","coordinates":[18,59]}', "noPolygon"],
    ['{"type":"FeatureCollection","features":[]}', "noPolygon"],
    ['{"type":"Polygon","coordinates":"hej"}', "unreadable"],
    ["null", "unreadable"],
    ["59.33 18.06\n59.34 18.07", "few"],
    ["59.33 18.06\n59.33 18.06\n59.33 18.06", "few"],
    ["48.85 2.35\n48.86 2.35\n48.86 2.36", "outside"],
    ["59.33 18.06\n59.34 18.07\n59.33 18.07\n59.34 18.06", "crossing"],
    ["59.33 18.06\n59.33 18.08\n59.33 18.07", "crossing"],
  ])("that is none is told why: %j", (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });
});

describe("a polygon of too many corners", () => {
  it("is told to be so, as an address could not hold it", () => {
    const lines = Array.from({ length: MOST_CORNERS + 1 }, (_, at) => `${(59 + at / 10_000).toFixed(5)} ${at % 2 ? 18.1 : 18.2}`);
    expect(faultOf(lines.join("\n"))).toBe("many");
  });
});

describe("measures", () => {
  it("are planned, go on, or have ended", () => {
    expect(stageOf({ startsOn: "2026-01-01", endsOn: null }, "2025-12-31")).toBe("planned");
    expect(stageOf({ startsOn: "2026-01-01", endsOn: null }, "2026-01-01")).toBe("ongoing");
    expect(stageOf({ startsOn: "2025-01-01", endsOn: "2025-06-30" }, "2025-06-30")).toBe("ongoing");
    expect(stageOf({ startsOn: "2025-01-01", endsOn: "2025-06-30" }, "2025-07-01")).toBe("ended");
  });

  it("have kinds, and cooperation about places stands first among them", () => {
    expect(kindsOf([{ kind: "belysning" }, { kind: "Platssamverkan" }, { kind: "belysning" }, { kind: "ordningsvakter" }])).toEqual([
      "Platssamverkan",
      "belysning",
      "ordningsvakter",
    ]);
  });
});
