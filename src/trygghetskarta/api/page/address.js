// @ts-check
/** The address of the page, which holds the whole state, and the questions to the API that a state stands for. */

/** @import { Span, State, Wish } from "./types.js" */

/** @type {(keyof State)[]} */
const KEYS = ["source", "category", "level", "edition", "from", "to", "baseline", "measure", "area", "sort"];

/**
 * What an address asks for; whether it can be asked is for settling.js to say.
 * @param {string} search
 * @returns {Wish}
 */
export function wishOf(search) {
  const query = new URLSearchParams(search);
  return /** @type {Wish} */ (Object.fromEntries(KEYS.map((key) => [key, query.get(key) ?? ""])));
}

/** @param {State} state */
const addressOf = (state) => `?${queryOf(Object.fromEntries(KEYS.map((key) => [key, state[key]])))}`;

/**
 * @param {State} state
 * @param {"push"|"replace"} how
 */
export function writeAddress(state, how) {
  const address = addressOf(state);
  if (address === location.search) return;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

/**
 * The address of the comparison that the map shows.
 * @param {State} state
 */
export function comparisonAddress({ level, source, from, to, category, edition, baseline, measure }) {
  const own = { baseline: baseline === "none" ? "" : baseline, measure: measure === "rate" ? measure : "" };
  return `/v1/comparisons?${queryOf({ level, source, from, to, category, edition, ...own })}`;
}

/**
 * The address of the months of the chosen area, or of the city when none is chosen.
 * @param {State} state
 * @param {Span} span
 */
export function seriesAddress({ level, source, area, category, edition }, span) {
  return `/v1/series?${queryOf({ level: area ? level : "stad", source, ...span, interval: "month", area, category, edition })}`;
}

/** @param {Record<string, string>} parts an empty one is left out */
const queryOf = (parts) => new URLSearchParams(Object.entries(parts).filter(([, value]) => value !== ""));
