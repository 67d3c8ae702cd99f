/** Periods that move with the data: a saved link to "the last twelve months" means the newest twelve when it is opened. */

import type { Span } from "../api/answers";
import { isMonth, monthNumber, monthOf, plus } from "../figures/months";

export const RELATIVE = ["last12", "lastYear", "yearToDate", "lastTertial", "lastQuarter", "lastMonth"] as const;
export type Relative = (typeof RELATIVE)[number];

/** A period as the address holds it: a relative one by name, or the months themselves. */
export type Period = Relative | Span;

/** Tell whether a text names a relative period. */
export const isRelative = (text: string): text is Relative => (RELATIVE as readonly string[]).includes(text);

/**
 * The months of a relative period, up to the last that is covered and not before the first.
 *
 * The last year is the last whole one, and so is the last tertial, January–April, May–August or September–December, and the last quarter.
 */
export function spanOf(period: Relative, covered: Span): Span {
  const last = monthNumber(covered.to);
  const whole = (months: number): [number, number] => [last - ((last + 1) % months) - months + 1, last - ((last + 1) % months)];
  const spans: Record<Relative, [number, number]> = {
    last12: [last - 11, last],
    lastYear: whole(12),
    yearToDate: [last - (last % 12), last],
    lastTertial: whole(4),
    lastQuarter: whole(3),
    lastMonth: [last, last],
  };
  const [from, to] = spans[period];
  const first = monthNumber(covered.from);
  return { from: monthOf(Math.max(from, first)), to: monthOf(Math.max(to, first)) };
}

/** The months of a period within what is covered; null when they are no months, or none of them is. */
export function monthsOf(period: Period, covered: Span): Span | null {
  if (typeof period === "string") return spanOf(period, covered);
  const [from, to] = [period.from, period.to].sort() as [string, string];
  if (!isMonth(from) || !isMonth(to) || from > covered.to || to < covered.from) return null;
  return { from: from < covered.from ? covered.from : from, to: to > covered.to ? covered.to : to };
}

/** What several sources all cover; null when that is nothing. */
export function commonSpan(spans: Span[]): Span | null {
  const from = spans
    .map((span) => span.from)
    .sort()
    .at(-1);
  const to = spans.map((span) => span.to).sort()[0];
  return from && to && from <= to ? { from, to } : null;
}

/** The twelve months before a month, itself included. */
export const yearUpTo = (month: string): Span => ({ from: plus(month, -11), to: month });
