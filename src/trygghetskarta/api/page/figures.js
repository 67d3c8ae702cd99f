// @ts-check
/** What the figures of one area say: the value that colours it, what a column lacks and why, and all of it in words. */

/** @import { Drawn, Figures, Measure, Span, Status } from "./types.js" */

import { baselineSpan, spanText } from "./months.js";
import { capital, counted, figureText, PERCENT, SIGNED, WHOLE } from "./numbers.js";

/**
 * The figure of one area that the map is coloured by, rounded as it is written; null when there is none.
 * @param {Figures} figures
 * @param {Measure} measure
 * @param {number} decimals
 */
export function mapValue(figures, measure, decimals) {
  if (statusOf(figures, measure) !== "value") return null;
  return Number(Number(figures[measure]).toFixed(measure === "rate" ? decimals : 0)) + 0;
}

/**
 * Which of the four states a column has in one area.
 * @param {Figures} figures
 * @param {keyof Figures} column
 * @returns {Status}
 */
export function statusOf(figures, column) {
  if (figures.status === "missing" || figures.status === "withheld") return figures.status;
  if (figures[column] !== null && figures[column] !== undefined) return "value";
  if (column === "count" && figures.status !== "notApplicable") return "missing";
  return column !== "rate" && column !== "count" && figures.baselineCount === null ? "missing" : "notApplicable";
}

/**
 * Why a figure is not there.
 * @param {Figures} figures
 * @param {keyof Figures} column
 */
export function whyNothing(figures, column) {
  const status = statusOf(figures, column);
  if (status === "withheld") return "visas inte, för att skydda enskilda";
  if (status === "missing") {
    const isAsked = figures.status === "missing" || column === "count";
    return isAsked ? "inte levererat för perioden" : "inget jämförbart tal för jämförelseperioden";
  }
  if (column === "rate") return "ingen folkbokförd att räkna per";
  if (column === "percent" && figures.baselineCount === 0) return "jämförelsetalet är 0";
  if (column === "difference" || column === "percent") return "perioderna går inte att jämföra";
  return "går inte att räkna här";
}

/**
 * The figures of an area in words, for the map's tooltip and for a screen reader.
 * @param {Figures} figures
 * @param {Drawn} drawn
 * @returns {string[]}
 */
export function figureLines(figures, { source, state, decimals }) {
  if (statusOf(figures, "count") !== "value") return [capital(whyNothing(figures, "count"))];
  const lines = [counted(Number(figures.count), source.noun)];
  const base = baselineSpan(state);
  if (state.measure === "rate") lines.push(rateLine(figures, decimals));
  if (base) lines.push(changeLine(figures, base));
  if (figures.provisional) lines.push("Preliminärt");
  return lines;
}

/**
 * @param {Figures} figures
 * @param {number} decimals
 */
function rateLine(figures, decimals) {
  if (figures.rate === null) return `Per 1 000 invånare: ${whyNothing(figures, "rate")}`;
  const interval = rateInterval(figures, decimals);
  return `${figureText(figures.rate, "rate", decimals)} per 1 000 invånare och år${interval ? ` (osäkerhet ${interval})` : ""}`;
}

/**
 * @param {Figures} figures
 * @param {number} decimals
 */
export function rateInterval(figures, decimals) {
  if (figures.rateLow === null || figures.rateHigh === null) return "";
  return `${figureText(figures.rateLow, "rate", decimals)}–${figureText(figures.rateHigh, "rate", decimals)}`;
}

/**
 * @param {Figures} figures
 * @param {Span} base
 */
function changeLine(figures, base) {
  if (figures.difference === null) return `Förändring: ${whyNothing(figures, "difference")}`;
  const percent = figures.percent === null ? "" : ` (${PERCENT.format(figures.percent / 100)})`;
  const then = figures.baselineCount === null ? "" : `, då ${WHOLE.format(figures.baselineCount)}`;
  return `${SIGNED.format(figures.difference)}${percent} mot ${spanText(base)}${then}`;
}
