// @ts-check
/** The legend: what every colour and hatching on the map means. */

/** @import { ColourClass, Drawn, Lack, Look, Measure } from "./types.js" */

import { hatched, isChange, shaded } from "./classes.js";
import { byId, html, svg } from "./elements.js";
import { mapValue, statusOf } from "./figures.js";
import { baselineSpan, spanText } from "./months.js";
import { capital, figureText, WHOLE } from "./numbers.js";
import { LACK_WORDS, MEASURE_WORDS } from "./words.js";

/**
 * A small field that looks as on the map.
 * @param {Look} look
 */
export const swatch = (look) => svg("svg", { class: "swatch", viewBox: "0 0 24 16", "aria-hidden": "true" },
  svg("rect", { x: 0.5, y: 0.5, width: 23, height: 15, rx: 3, ...look }));

/** @param {Drawn} drawn */
export function paintLegend(drawn) {
  const { figures, classes, decimals, state: { measure } } = drawn;
  const statuses = figures.map((one) => statusOf(one, measure));
  const rows = classes.map((one) => legendRow(shaded(one.shade), classText(one, measure, decimals), one.areas));
  for (const [lack, words] of /** @type {[Lack, string][]} */ (Object.entries(LACK_WORDS))) {
    const areas = statuses.filter((status) => status === lack).length;
    if (areas) rows.push(legendRow(hatched(lack), words, areas));
  }
  const notes = [outlierText(drawn), measure === "percent" ? "Små tal ger lätt stora procent. Läs antalet i tabellen bredvid." : ""];
  byId("legend").replaceChildren(html("h4", {}, legendTitle(drawn)), html("ul", {}, ...rows),
    ...notes.filter(Boolean).map((text) => html("p", { class: "quiet" }, text)));
}

/**
 * @param {Look} look
 * @param {string} text
 * @param {number} areas
 */
function legendRow(look, text, areas) {
  const areasText = `${WHOLE.format(areas)} ${areas === 1 ? "område" : "områden"}`;
  return html("li", {}, swatch(look), html("span", { class: "break" }, text), html("span", { class: "quiet" }, areasText));
}

/** @param {Drawn} drawn */
function legendTitle({ source, state }) {
  const base = baselineSpan(state);
  if (base && isChange(state.measure)) return `${MEASURE_WORDS[state.measure]} mot ${spanText(base)}`;
  return state.measure === "rate" ? `${capital(source.noun[1])} per 1 000 invånare och år` : `Antal ${source.noun[1]}`;
}

/**
 * @param {ColourClass} one
 * @param {Measure} measure
 * @param {number} decimals
 */
function classText({ low, high }, measure, decimals) {
  const first = figureText(low, measure, decimals);
  if (low === 0 && high === 0 && isChange(measure)) return "Oförändrat";
  if (low === high) return first;
  return `${first}${isChange(measure) ? " till " : "–"}${figureText(high, measure, decimals)}`;
}

/**
 * Name the one area that stands out so much that its class hides it.
 * @param {Drawn} drawn
 */
function outlierText({ figures, decimals, state: { measure } }) {
  if (isChange(measure)) return "";
  const ranked = figures.map((one) => ({ name: one.name, value: mapValue(one, measure, decimals) ?? 0 })).sort((a, b) => b.value - a.value);
  const [first, second] = ranked;
  if (!first || !second || second.value === 0 || first.value < 2 * second.value) return "";
  const next = figureText(second.value, measure, decimals);
  return `${first.name} sticker ut med ${figureText(first.value, measure, decimals)}. Näst högst är ${next}.`;
}
