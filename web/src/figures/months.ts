/** Months, written 2025-01, and spans of them. */

import type { Span } from "../api/answers";

/** The number of a month, counted from year 0. */
export const monthNumber = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1;

/** The month of a number. */
export const monthOf = (number: number): string =>
  `${String(Math.floor(number / 12)).padStart(4, "0")}-${String((number % 12) + 1).padStart(2, "0")}`;

/** The month some months later, or earlier. */
export const plus = (month: string, months: number): string => monthOf(monthNumber(month) + months);

/** Tell whether a text is a month. */
export const isMonth = (text: string): boolean => /^[0-9]{4}-(0[1-9]|1[0-2])$/.test(text);

/** How many months a span has. */
export const lengthOf = ({ from, to }: Span): number => monthNumber(to) - monthNumber(from) + 1;

/** The months of a span, in order. */
export const monthsIn = (span: Span): string[] => Array.from({ length: lengthOf(span) }, (_, step) => plus(span.from, step));

/** The months together as runs without holes, in order. */
export function runsOf(months: string[]): Span[] {
  const runs: Span[] = [];
  for (const month of [...months].sort()) {
    const last = runs.at(-1);
    if (last && plus(last.to, 1) === month) last.to = month;
    else runs.push({ from: month, to: month });
  }
  return runs;
}

/** The months compared with; null when nothing is. */
export function baselineSpan(span: Span, baseline: string): Span | null {
  const own = /^(\d{4}-\d{2})\.\.(\d{4}-\d{2})$/.exec(baseline);
  if (own) return { from: String(own[1]), to: String(own[2]) };
  if (baseline === "none") return null;
  const back = baseline === "previous" ? lengthOf(span) : 12;
  return { from: plus(span.from, -back), to: plus(span.to, -back) };
}
