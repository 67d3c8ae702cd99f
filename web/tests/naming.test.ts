import { expect, it } from "vitest";
import type { Interval, PeriodFigures } from "../src/api/answers";
import { periodText, ticksOf } from "../src/charts/naming";
import { monthsIn, plus } from "../src/figures/months";
import { en } from "../src/texts/en";
import { sv } from "../src/texts/sv";

const value = (from: string, to: string): PeriodFigures => ({ period: `${from}..${to}`, from, to }) as PeriodFigures;
const cut = (from: string, length: number, count: number): PeriodFigures[] =>
  Array.from({ length: count }, (_, index) => value(plus(from, index * length), plus(from, index * length + length - 1)));

it.each<[Interval, string, string, string]>([
  ["month", "2024-03", "2024-03", "mars 2024"],
  ["quarter", "2024-04", "2024-06", "kvartal 2 2024"],
  ["quarter", "2024-05", "2024-06", "maj–juni 2024"],
  ["tertial", "2024-09", "2024-12", "tertial 3 2024"],
  ["year", "2024-01", "2024-12", "2024"],
  ["year", "2024-01", "2024-10", "januari–oktober 2024"],
  ["rolling12", "2023-11", "2024-10", "12 månader till och med oktober 2024"],
])("a %s from %s to %s is called what it is", (interval, from, to, expected) => {
  expect(periodText(value(from, to), interval, sv)).toBe(expected);
});

it("ticks have room, at even steps from the beginnings of years", () => {
  const texts = (values: PeriodFigures[], interval: Interval, room: number): string[] =>
    ticksOf(values, interval, room, sv).map(({ text }) => text);
  const tenYears = monthsIn({ from: "2016-01", to: "2025-12" }).map((month) => value(month, month));
  expect(texts(tenYears, "month", 1000)).toEqual([..."0123456789"].flatMap((digit) => [String(2016 + Number(digit)), "jul"]));
  expect(texts(tenYears, "month", 330)).toEqual(["2016", "2018", "2020", "2022", "2024"]);
  expect(texts(tenYears.slice(0, 1), "month", 330)).toEqual(["2016"]);
  expect(texts(tenYears.slice(2, 3), "month", 330)).toEqual(["mar 2016"]);
  expect(texts(tenYears.slice(2, 6), "month", 330)).toEqual(["mar 2016", "apr", "maj", "jun"]);
  expect(texts(cut("2024-01", 3, 8), "quarter", 600)).toEqual(["2024", "K2", "K3", "K4", "2025", "K2", "K3", "K4"]);
  expect(texts(cut("2024-01", 4, 6), "tertial", 600)).toEqual(["2024", "T2", "T3", "2025", "T2", "T3"]);
  expect(texts(cut("2016-01", 12, 10), "year", 300)).toEqual(["2016", "2018", "2020", "2022", "2024"]);
  expect(ticksOf(cut("2024-04", 3, 1), "quarter", 300, en).map(({ text }) => text)).toEqual(["Q2 2024"]);
});
