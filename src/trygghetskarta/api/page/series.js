// @ts-check
/** The months of an area or of the city: which to show, and them in words, in a key and in a table. */

/** @import { Charted, MonthValue, Series, Source, Span, State } from "./types.js" */

import { barKind, drawChart, lackOf } from "./chart.js";
import { hatched, shaded } from "./classes.js";
import { byId, headRow, html, paragraph } from "./elements.js";
import { swatch } from "./legend.js";
import { baselineSpan, monthText, plus, runsText, spanText } from "./months.js";
import { capital, counted, ends, NOTHING, WHOLE } from "./numbers.js";
import { LACK_WORDS } from "./words.js";

const MONTHS_SHOWN = 36;

/**
 * The months to show: three years up to the end of the period, and all of the period and what it is compared with.
 * @param {State} state
 * @param {Source} source
 * @returns {Span}
 */
export function chartSpan(state, source) {
  const starts = [state.from, plus(state.to, 1 - MONTHS_SHOWN), baselineSpan(state)?.from ?? state.from].sort();
  const first = String(source.coverage.from);
  return { from: String(starts[0]) < first ? first : String(starts[0]), to: state.to };
}

/**
 * Say why there are no months.
 * @param {string} text
 */
export function clearSeries(text) {
  byId("series-title").textContent = "Månad för månad";
  byId("series-box").replaceChildren(paragraph(text));
}

/**
 * @param {Charted} charted
 * @param {Source} source
 */
export function paintSeries({ series, state }, source) {
  const name = state.area ? series.name : "Hela staden";
  const lacks = lacksOf(series);
  const known = series.values.filter((value) => lackOf(value) === null);
  if (known.length === 0) {
    return clearSeries(`${name}: ingen av månaderna har någon siffra. ${lacks.map((lack) => `${LACK_WORDS[lack]}.`).join(" ")}`);
  }
  const extent = spanText({ from: String(series.values[0]?.period), to: String(series.values.at(-1)?.period) });
  const hint = state.area ? "" : " Välj ett område för att se det i stället.";
  byId("series-title").textContent = `${name}, månad för månad`;
  byId("series-box").replaceChildren(
    html("p", { class: "quiet" }, `Antal ${source.noun[1]} per månad, ${extent}.${hint}`),
    html("div", { id: "chart", class: "chart" }),
    html("ul", { class: "key" }, ...barKeys(known, state), ...lacks.map((lack) =>
      html("li", {}, swatch(hatched(lack)), LACK_WORDS[lack].toLowerCase()))),
    html("p", {}, seriesText(series, known, source)),
    html("details", {}, html("summary", {}, "Visa månaderna som tabell"), seriesTable(series, source, name)));
  drawChart({ series, state });
}

/** @param {Series} series */
const lacksOf = ({ values }) => [...new Set(values.flatMap((value) => lackOf(value) ?? []))];

/**
 * @param {MonthValue[]} known
 * @param {State} state
 */
function barKeys(known, state) {
  const kinds = new Set(known.flatMap((value) => barKind(value, state).split(" ")));
  /** @type {[string, string, string][]} */
  const keys = [
    ["asked", "bar asked", "vald period"],
    ["base", "bar base", "jämförelseperiod"],
    ["other", "bar other", "andra månader"],
    ["provisional", "bar asked provisional", "preliminär"],
  ];
  return keys.filter(([kind]) => kinds.has(kind)).map(([, shade, text]) => html("li", {}, swatch(shaded(shade)), text));
}

/**
 * The chart in words.
 * @param {Series} series
 * @param {MonthValue[]} known its months that have a count, one at least
 * @param {Source} source
 */
function seriesText({ values }, known, source) {
  const last = /** @type {MonthValue} */ (known.at(-1));
  const [least, most] = ends(known.map((value) => Number(value.count)));
  const gap = values.filter((value) => lackOf(value) !== null).map((value) => value.period);
  const extremes = least === most
    ? `Alla månader har ${counted(most, source.noun)}.`
    : `Flest är ${counted(most, source.noun)} (${whenText(known, most)}), färst ${WHOLE.format(least)} (${whenText(known, least)}).`;
  const newest = ` I ${monthText(last.period)} är det ${WHOLE.format(Number(last.count))}${last.provisional ? ", preliminärt" : ""}.`;
  return `${extremes}${newest}${gap.length ? ` Siffra saknas för ${runsText(gap)}.` : ""}`;
}

/**
 * The month that has a count, or how many have it and which was the last.
 * @param {MonthValue[]} values
 * @param {number} count
 */
function whenText(values, count) {
  const months = values.filter((value) => value.count === count).map((value) => value.period);
  const last = monthText(String(months.at(-1)));
  return months.length === 1 ? last : `${WHOLE.format(months.length)} månader, senast ${last}`;
}

/**
 * @param {Series} series
 * @param {Source} source
 * @param {string} name
 */
function seriesTable({ values }, source, name) {
  const rows = [...values].reverse().map((value) => {
    const lack = lackOf(value);
    const text = lack ? `${NOTHING} ${LACK_WORDS[lack].toLowerCase()}` : WHOLE.format(Number(value.count));
    return html("tr", {}, html("th", { scope: "row" }, capital(monthText(value.period))), html("td", {}, text),
      html("td", {}, value.provisional ? "preliminär" : ""));
  });
  return html("table", { class: "months" }, html("caption", { class: "unseen" }, `${name}: ${source.noun[1]} per månad`),
    html("thead", {}, headRow(["Månad", "Antal", "Läge"])), html("tbody", {}, ...rows));
}
