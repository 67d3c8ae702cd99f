// @ts-check
/** Months, written 2025-01, and spans of them: counting with them, and writing them in Swedish. */

/** @import { Span } from "./types.js" */

import { listed } from "./numbers.js";

const MONTH_NAMES = ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"];

/** @param {string} month */
export const monthNumber = (month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;

/** @param {number} number */
const monthOf = (number) => `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;

/**
 * @param {string} month
 * @param {number} months
 */
export const plus = (month, months) => monthOf(monthNumber(month) + months);

/** @param {string} text */
export const isMonth = (text) => /^[0-9]{4}-(0[1-9]|1[0-2])$/.test(text);

/** @param {string} month */
export const monthName = (month) => MONTH_NAMES[Number(month.slice(5)) - 1] ?? month;

/** @param {string} month */
export const monthText = (month) => `${monthName(month)} ${month.slice(0, 4)}`;

/** @param {Span} span */
export function spanText({ from, to }) {
  if (from === to) return monthText(from);
  return `${from.slice(0, 4) === to.slice(0, 4) ? monthName(from) : monthText(from)}–${monthText(to)}`;
}

/** @param {Span} span */
export function monthsIn({ from, to }) {
  const first = monthNumber(from);
  return Array.from({ length: monthNumber(to) - first + 1 }, (_, step) => monthOf(first + step));
}

/**
 * Write months as runs: "mars 2020 och juni–augusti 2021".
 * @param {string[]} months
 */
export function runsText(months) {
  /** @type {Span[]} */
  const runs = [];
  for (const month of [...months].sort()) {
    const last = runs.at(-1);
    if (last && plus(last.to, 1) === month) last.to = month;
    else runs.push({ from: month, to: month });
  }
  return listed(runs.map(spanText));
}

/**
 * The months compared with; null when there are none.
 * @param {Span & {baseline: string}} state
 * @returns {Span|null}
 */
export function baselineSpan({ from, to, baseline }) {
  const own = /^([0-9-]{7})\.\.([0-9-]{7})$/.exec(baseline);
  if (own) return { from: String(own[1]), to: String(own[2]) };
  if (baseline === "none") return null;
  const back = baseline === "previous" ? monthNumber(to) - monthNumber(from) + 1 : 12;
  return { from: plus(from, -back), to: plus(to, -back) };
}

/**
 * The span of one of the buttons: the latest month, the latest year so far, or else the latest twelve months.
 * @param {string} preset
 * @param {Span} covered
 * @returns {Span}
 */
export function presetSpan(preset, covered) {
  const to = covered.to;
  const from = preset === "month" ? to : preset === "toDate" ? `${to.slice(0, 4)}-01` : plus(to, -11);
  return { from: from < covered.from ? covered.from : from, to };
}
