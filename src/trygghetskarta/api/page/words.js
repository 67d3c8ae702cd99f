// @ts-check
/** The fixed words of the page, and what a question is called. */

/** @import { Drawn, Lack, Level, Measure, State } from "./types.js" */

import { baselineSpan, spanText } from "./months.js";

/** @type {Record<Level, {title: string, one: string, some: string}>} */
export const LEVEL_WORDS = {
  stadsdelsomrade: { title: "Stadsdelsområde", one: "stadsdelsområde", some: "ett stadsdelsområde" },
  stadsdel: { title: "Stadsdel", one: "stadsdel", some: "en stadsdel" },
  basomrade: { title: "Basområde", one: "basområde", some: "ett basområde" },
  stad: { title: "Hela staden", one: "hela staden", some: "staden" },
};
/** @type {Record<Measure, string>} */
export const MEASURE_WORDS = {
  count: "Antal",
  rate: "Per 1 000 invånare och år",
  difference: "Förändring i antal",
  percent: "Förändring i procent",
};
export const BASELINE_WORDS = {
  "same-period-last-year": "Samma period förra året",
  previous: "Perioden före",
  none: "Ingen jämförelse",
};
/** @type {Record<Lack, string>} */
export const LACK_WORDS = { missing: "Inte levererat", withheld: "Skyddat, visas inte", notApplicable: "Går inte att räkna" };
export const PRESET_WORDS = { year: "Senaste 12 månaderna", toDate: "Året hittills", month: "Senaste månaden" };

/** @param {Drawn} drawn */
export function headingText({ source, categoryName, state }) {
  const where = state.level === "stad" ? "i hela staden" : `per ${LEVEL_WORDS[state.level].one}`;
  return `${source.name}${categoryName ? `: ${categoryName},` : ""} ${where}`;
}

/** @param {State} state */
export function periodText(state) {
  const base = baselineSpan(state);
  return base ? `${spanText(state)} jämfört med ${spanText(base)}` : spanText(state);
}
