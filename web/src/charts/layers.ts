/** What a chart of periods shows: from the figures to its layers, from which both the drawing and its key are made. */

import type { AreaSeries, CalendarEntry, Coverage, Interval, PeriodFigures, Span, Status } from "../api/answers";
import { lengthOf, monthNumber, monthsIn } from "../figures/months";

/** What a chart of periods is made of. */
export interface Charted {
  line: AreaSeries;
  beside: AreaSeries | undefined;
  interval: Interval;
  calendar: CalendarEntry[];
  span: Span;
  base: Span | null;
  /** Months that some source has not delivered, or not in full. */
  lacking: ReadonlySet<string>;
  baseYear: string;
  /** What the same months of the base year had, for each period; null where that is not known. */
  ofBaseYear: (number | null)[];
}

/** Everything that may stand in the key of a chart, in the order of the key. */
export const KEY_KINDS = [
  "asked",
  "base",
  "other",
  "year12",
  "partial",
  "provisional",
  "rolling",
  "beside",
  "baseYear",
  "expected",
  "high",
  "low",
  "change",
  "missing",
  "withheld",
  "notApplicable",
] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** How many months a period has; a rolling year moves by one. */
export const MONTHS: Record<Interval, number> = { month: 1, quarter: 3, tertial: 4, year: 12, rolling12: 12 };

/** Where a period belongs: in what was asked, in what that is compared with, or elsewhere. */
export function roleOf({ from, to }: PeriodFigures, { span, base }: Pick<Charted, "span" | "base">): "asked" | "base" | "other" {
  const isIn = (one: Span | null): boolean => one !== null && from >= one.from && to <= one.to;
  return isIn(span) ? "asked" : isIn(base) ? "base" : "other";
}

/** Why a period has no figure; null when it has one. */
export const lackOf = ({ count, status }: PeriodFigures): Exclude<Status, "value"> | null =>
  count !== null ? null : status === "value" ? "missing" : status;

/** The months that some source has not delivered, or not in full. */
export const lackingOf = (coverage: Coverage[]): Set<string> =>
  new Set(coverage.flatMap(({ missing, partial }) => [...missing, ...partial]));

/** Tell whether a period has fewer months than its kind: it is cut short by the ends of what is asked for. */
export const isCut = (value: Span, interval: Interval): boolean => lengthOf(value) < MONTHS[interval];

/** Tell whether a figure is of a part of its period only: it is cut short, or some of its months are lacking. */
export const isPartial = (value: PeriodFigures, { interval, lacking }: Pick<Charted, "interval" | "lacking">): boolean =>
  value.count !== null && (isCut(value, interval) || (lacking.size > 0 && monthsIn(value).some((month) => lacking.has(month))));

/** The sum of the latest twelve months, brought down to one period; null where it is not known, or says what the bars say. */
export function rollingOf({ rolling12 }: PeriodFigures, interval: Interval): number | null {
  if (interval === "year" || interval === "rolling12" || rolling12 === null || rolling12 === undefined) return null;
  return (rolling12 * MONTHS[interval]) / 12;
}

/** What the key has to explain: nothing that is not on the chart, and all that is. */
export function keysOf(charted: Charted): KeyKind[] {
  const { line, beside, interval } = charted;
  const { values } = line;
  const known = values.filter(({ count }) => count !== null);
  const whole = known.filter((value) => !isPartial(value, charted));
  const has: Record<KeyKind, boolean> = {
    asked: hasRole(known, charted, "asked"),
    base: hasRole(known, charted, "base"),
    other: hasRole(known, charted, "other"),
    year12: interval === "rolling12" && whole.length > 0,
    partial: interval !== "rolling12" && known.length > whole.length,
    provisional: interval !== "rolling12" && whole.some(({ provisional }) => provisional),
    rolling: values.some((value) => rollingOf(value, interval) !== null),
    beside: beside?.values.some(({ count }) => count !== null) ?? false,
    baseYear: charted.ofBaseYear.some((value) => value !== null),
    expected: hasBand(charted),
    high: known.some(({ unusual }) => unusual === "higher"),
    low: known.some(({ unusual }) => unusual === "lower"),
    change: notesOf(charted).length > 0,
    missing: values.some((value) => lackOf(value) === "missing"),
    withheld: values.some((value) => lackOf(value) === "withheld"),
    notApplicable: values.some((value) => lackOf(value) === "notApplicable"),
  };
  return KEY_KINDS.filter((kind) => has[kind]);
}

/** Tell whether what is usual is drawn: where it is known, and one area stands alone. Beside another it would be unclear whose it is. */
export const hasBand = ({ line, beside }: Pick<Charted, "line" | "beside">): boolean =>
  !beside && line.values.some(({ expectedLow }) => expectedLow !== null && expectedLow !== undefined);

function hasRole(known: PeriodFigures[], charted: Charted, role: "asked" | "base" | "other"): boolean {
  return charted.interval !== "rolling12" && known.some((value) => roleOf(value, charted) === role);
}

/** Something to mind in a chart: what happened, or where the level changed; its number stands on the chart. */
export interface Note {
  number: number;
  /** The period it is drawn at, by place. */
  at: number;
  /** The months it may have happened in. */
  span: Span;
  kind: string;
  text: string;
  textEn: string;
  /** Of a changed level: how much, and how surely. */
  change?: { percent: number | null; low: number | null; high: number | null };
}

/** What to mind in a chart, oldest first; what happened before its first period is left out. */
export function notesOf({ line, interval, calendar }: Pick<Charted, "line" | "interval" | "calendar">): Note[] {
  const entries = calendar.map((entry) => ({ ...entry, span: { from: entry.month, to: entry.to }, month: entry.month }));
  const breaks = (line.breaks?.items ?? []).map(({ month, earliest, latest, calendar: near, ...change }) => ({
    month,
    span: { from: earliest, to: latest },
    kind: "break",
    text: near.join(" "),
    textEn: near.map((text) => calendar.find((entry) => entry.text === text)?.textEn ?? text).join(" "),
    change,
  }));
  return [...entries, ...breaks]
    .map((one) => ({ ...one, at: placeOf(one.month, line.values, interval) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.month.localeCompare(b.month))
    .map(({ at, span, kind, text, textEn, ...rest }, index) => ({
      number: index + 1,
      at,
      span,
      kind,
      text,
      textEn,
      ...("change" in rest ? { change: rest.change } : {}),
    }));
}

/** The place of the period that holds a month; −1 for none. A rolling year holds only its last month. */
export function placeOf(month: string, values: PeriodFigures[], interval: Interval): number {
  return values.findIndex(({ from, to }) => (interval === "rolling12" ? month === to : from <= month && month <= to));
}

/**
 * What the same months of another year had.
 *
 * @param values The periods.
 * @param months The twelve months of that year; one that is missing or withheld makes every period with it unknown.
 */
export function sameMonthsOf(values: PeriodFigures[], months: PeriodFigures[]): (number | null)[] {
  const byMonth = new Map(months.map(({ period, count }) => [period.slice(5), count]));
  return values.map((value) => {
    const first = monthNumber(value.from);
    const counts = Array.from({ length: lengthOf(value) }, (_, step) => byMonth.get(String(((first + step) % 12) + 1).padStart(2, "0")));
    return counts.reduce<number | null>((sum, count) => (sum === null || count === null || count === undefined ? null : sum + count), 0);
  });
}

/** The highest value of a chart; at least 1, so that nothing at all is drawn at the bottom. */
export function topOf({ line, beside, interval, ofBaseYear }: Charted): number {
  const values = [
    ...line.values.flatMap((value) => [value.count, rollingOf(value, interval), value.expectedHigh ?? null]),
    ...(beside?.values.map(({ count }) => count) ?? []),
    ...ofBaseYear,
  ];
  return Math.max(1, ...values.map((value) => value ?? 0));
}
