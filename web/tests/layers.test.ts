import { expect, it } from "vitest";
import type { AreaSeries, CalendarEntry, Coverage, Interval, PeriodFigures } from "../src/api/answers";
import { isPartial, keysOf, lackingOf, notesOf, rollingOf, sameMonthsOf, topOf, type Charted } from "../src/charts/layers";
import { monthsIn } from "../src/figures/months";

const value = (from: string, to: string, more: Partial<PeriodFigures> = {}): PeriodFigures => ({
  period: from === to ? from : `${from}..${to}`,
  from,
  to,
  count: 10,
  margin: null,
  status: "value",
  provisional: false,
  rolling12: null,
  expected: null,
  expectedLow: null,
  expectedHigh: null,
  unusual: null,
  trendFit: null,
  samePeriodLastYear: null,
  ...more,
});
const months = (from: string, to: string, more: (month: string) => Partial<PeriodFigures> = () => ({})): PeriodFigures[] =>
  monthsIn({ from, to }).map((month) => value(month, month, more(month)));
const area = (values: PeriodFigures[], more: Partial<AreaSeries> = {}): AreaSeries => ({
  code: "a",
  name: "A",
  level: "stadsdel",
  values,
  ...more,
});
const charted = (values: PeriodFigures[], more: Partial<Charted> = {}): Charted => ({
  line: area(values),
  beside: undefined,
  interval: "month",
  calendar: [],
  span: { from: "2025-01", to: "2025-12" },
  base: null,
  lacking: new Set(),
  baseYear: "",
  ofBaseYear: [],
  ...more,
});

it("the key explains what is on the chart and nothing else", () => {
  expect(keysOf(charted(months("2025-01", "2025-12")))).toEqual(["asked"]);
  const rich = months("2023-01", "2025-12", (month) => ({
    ...(month > "2025-10" ? { provisional: true } : {}),
    ...(month === "2024-05" ? { count: null, status: "missing" as const } : {}),
    ...(month === "2024-06" ? { count: null, status: "withheld" as const } : {}),
    ...(month === "2025-02" ? { unusual: "higher" as const } : {}),
    rolling12: 120,
    expectedLow: 5,
    expectedHigh: 15,
  }));
  const base = { from: "2024-01", to: "2024-12" };
  const entry = { month: "2024-03", to: "2024-03", kind: "law", text: "Ny lag.", textEn: "New law." } as const;
  expect(keysOf(charted(rich, { base, calendar: [entry] }))).toEqual([
    "asked",
    "base",
    "other",
    "provisional",
    "rolling",
    "expected",
    "high",
    "change",
    "missing",
    "withheld",
  ]);
});

it("beside another area what is usual is not drawn: it would be unclear whose it is", () => {
  const values = months("2025-01", "2025-03", () => ({ expectedLow: 5, expectedHigh: 15 }));
  expect(keysOf(charted(values, { beside: area(values) }))).toEqual(["asked", "beside"]);
});

it("a chart where all is withheld, or missing, has a key of that alone", () => {
  const none = (status: "withheld" | "missing"): PeriodFigures[] => months("2025-01", "2025-12", () => ({ count: null, status }));
  expect(keysOf(charted(none("withheld")))).toEqual(["withheld"]);
  expect(keysOf(charted(none("missing")))).toEqual(["missing"]);
});

it("zero is a value, and a chart of zeros has a top", () => {
  const zeros = charted(months("2025-01", "2025-12", () => ({ count: 0 })));
  expect(keysOf(zeros)).toEqual(["asked"]);
  expect(topOf(zeros)).toBe(1);
});

it("a figure is partial when its period is cut short, or a month of it is lacking", () => {
  const year = { interval: "year" as const, lacking: lackingOf([coverage(["2024-03"])]) };
  expect(isPartial(value("2023-01", "2023-12"), year)).toBe(false);
  expect(isPartial(value("2024-01", "2024-12"), year)).toBe(true);
  expect(isPartial(value("2025-01", "2025-10"), year)).toBe(true);
  expect(isPartial(value("2024-01", "2024-12", { count: null, status: "missing" }), year)).toBe(false);
});

const coverage = (missing: string[]): Coverage => ({
  source: "brander",
  countsBy: "happened",
  from: null,
  to: null,
  missing,
  partial: [],
  provisional: [],
});

it.each<[Interval, number | null]>([
  ["month", 10],
  ["quarter", 30],
  ["tertial", 40],
  ["year", null],
  ["rolling12", null],
])("the rolling year is brought down to a %s", (interval, expected) => {
  expect(rollingOf(value("2025-01", "2025-01", { rolling12: 120 }), interval)).toBe(expected);
});

it("notes are numbered in time; what was before the first period is left out", () => {
  const calendar = [
    { month: "2025-06", to: "2025-06", kind: "law", text: "Ny lag.", textEn: "New law." },
    { month: "2019-01", to: "2019-01", kind: "law", text: "Gammal lag.", textEn: "Old law." },
  ] satisfies CalendarEntry[];
  const breaks = {
    status: "value" as const,
    items: [{ month: "2025-04", earliest: "2025-03", latest: "2025-06", percent: 20, low: 10, high: 30, calendar: ["Ny lag."] }],
  };
  const notes = notesOf({ line: area(months("2025-01", "2025-12"), { breaks }), interval: "month", calendar });
  expect(notes.map(({ number, at, kind, text, textEn }) => [number, at, kind, text, textEn])).toEqual([
    [1, 3, "break", "Ny lag.", "New law."],
    [2, 5, "law", "Ny lag.", "New law."],
  ]);
  const quarters = [value("2025-01", "2025-03"), value("2025-04", "2025-06")];
  expect(notesOf({ line: area(quarters), interval: "quarter", calendar }).map(({ at }) => at)).toEqual([1]);
});

it("the base year is summed over the months of each period, and unknown where one of them is", () => {
  const year = months("2019-01", "2019-12", (month) => (month === "2019-05" ? { count: null, status: "withheld" } : { count: 2 }));
  const values = [value("2025-01", "2025-03"), value("2025-04", "2025-06"), value("2025-12", "2025-12"), value("2024-03", "2025-02")];
  expect(sameMonthsOf(values, year)).toEqual([6, null, 2, null]);
});
