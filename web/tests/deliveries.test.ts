import { expect, it } from "vitest";
import { courseOf, dispositionOf, eventsIn } from "../src/deliveries/sending";
import { sizeText, sourceNamed } from "../src/deliveries/saying";
import { Numbers } from "../src/figures/numbers";
import { en } from "../src/texts/deliveries.en";
import { sv } from "../src/texts/deliveries.sv";

const STREAM =
  'event: progress\ndata: {"done":0,"total":0}\n\nevent: progress\ndata: {"done":5,"total":9}\n\nevent: receipt\ndata: {"delivery":3}\n\n';

it("takes the events that are whole, however the text is cut", () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const first = eventsIn(STREAM.slice(0, cut));
    const second = eventsIn(STREAM.slice(first.length));
    expect([...first.events, ...second.events]).toEqual([
      { event: "progress", data: { done: 0, total: 0 } },
      { event: "progress", data: { done: 5, total: 9 } },
      { event: "receipt", data: { delivery: 3 } },
    ]);
  }
  expect(eventsIn("")).toEqual({ events: [], length: 0 });
});

it("knows what is under way", () => {
  expect(courseOf({ done: 0, total: 0 })).toEqual({ stage: "reading", part: null });
  expect(courseOf({ done: 5, total: 10 })).toEqual({ stage: "reading", part: 0.5 });
  expect(courseOf({ done: 10, total: 10 })).toEqual({ stage: "counting", part: null });
});

it("names a file in a header whatever letters it has", () => {
  expect(dispositionOf("bränder (mars).csv")).toBe("attachment; filename*=UTF-8''br%C3%A4nder%20%28mars%29.csv");
});

it("writes sizes by the rules of the language", () => {
  const n = new Numbers("sv");
  expect([0, 999, 1000, 12_345, 999_499, 999_500, 1_234_567, 2_000_000_000].map((bytes) => sizeText(bytes, n))).toEqual([
    "0 B",
    "999 B",
    "1,0 kB",
    "12 kB",
    "999 kB",
    "1,0 MB",
    "1,2 MB",
    "2,0 GB",
  ]);
});

it("knows the source that a file is named after", () => {
  const ids = ["anmalda_brott", "brander", "tyck_till"];
  expect(sourceNamed("Bränder 2026-10.xlsx", ids)).toBe("brander");
  expect(sourceNamed("anmälda brott oktober.csv", ids)).toBe("anmalda_brott");
  expect(sourceNamed("tyck-till.csv.gz", ids)).toBe("tyck_till");
  expect(sourceNamed("oktober.csv", ids)).toBe("");
});

it("has every word in both languages", () => {
  const shape = (part: object, path = ""): string[] =>
    Object.entries(part).flatMap(([name, value]) =>
      typeof value === "object" ? shape(value as object, `${path}.${name}`) : [`${path}.${name}:${typeof value}`],
    );
  expect(shape(en)).toEqual(shape(sv));
});
