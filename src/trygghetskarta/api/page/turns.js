// @ts-check
/** The turns of the page: a wish becomes the state, is asked of the API and drawn; an area is chosen; the table is sorted. */

/** @import { Catalogue, Category, Comparison, Drawn, Outlines, Problem, Source, State, Wish } from "./types.js" */
/** @typedef {{catalogue: Catalogue, source: Source, tree: Category[]}} Context */

import { comparisonAddress, seriesAddress, writeAddress } from "./address.js";
import { ask, catalogueOf, categoriesOf, outlinesOf } from "./api.js";
import { classesOf } from "./classes.js";
import { byId, html, paragraph, put } from "./elements.js";
import { paintCaveats, paintHeading, paintLedger, paintMarks, paintTake } from "./facts.js";
import { fillForm } from "./form.js";
import { paintLegend } from "./legend.js";
import { buildMap, hideTip, markOnMap, paintMap } from "./map.js";
import { decimalsFor } from "./numbers.js";
import { chartSpan, clearSeries, paintSeries } from "./series.js";
import { categoryName, editionOf, levelsOf, settled, settledSource } from "./settling.js";
import { page } from "./state.js";
import { markInTable, nextSort, paintTable, sortTable } from "./table.js";
import { headingText, periodText } from "./words.js";

/**
 * Make a wish the page's state: settle it, write it to the address, fill the form, ask and draw.
 * @param {Wish} wish
 * @param {"push"|"replace"} how the address is written
 */
export async function turnTo(wish, how) {
  page.asking?.abort();
  const own = (page.asking = new AbortController());
  byId("answer").setAttribute("aria-busy", "true");
  try {
    const catalogue = (page.catalogue ??= await catalogueOf());
    paintMarks(catalogue);
    /** @type {string[]} */
    const notices = [];
    const source = settledSource(wish, catalogue, notices);
    const context = { catalogue, source, tree: await categoriesOf(source.id, page.kept) };
    if (own.signal.aborted) return;
    const state = settled(wish, context, notices);
    page.current = state;
    writeAddress(state, how);
    fillForm(state, context);
    put("notice", notices.length ? [notices.join(" ")] : []);
    await takeAnswer(state, context, own.signal);
  } catch (error) {
    if (!own.signal.aborted) showProblem(error);
  } finally {
    if (page.asking === own) byId("answer").setAttribute("aria-busy", "false");
  }
}

/**
 * Ask what a state asks, and draw the answer. An area may be chosen and the table sorted before it comes, so it is drawn as the state is then.
 * @param {State} asked
 * @param {Context} context
 * @param {AbortSignal} signal
 */
async function takeAnswer(asked, { catalogue, source, tree }, signal) {
  /** @type {[Outlines, Comparison]} */
  const [outlines, answer] = await Promise.all([outlinesOf(asked, page.kept), ask(`${comparisonAddress(asked)}&geometry=none`, signal)]);
  if (signal.aborted) return;
  const state = keepArea(page.current ?? asked, outlines);
  const figures = answer.features.map((feature) => feature.properties);
  const decimals = decimalsFor(figures.map((one) => one.rate));
  const classes = classesOf(figures, state.measure, decimals);
  if (page.shown?.outlines !== outlines) buildMap(outlines);
  page.shown = { state, source, categoryName: categoryName(state.category, tree), figures, answer, outlines, decimals, classes };
  paint(page.shown);
  put("problem", []);
  await showSeries(state, source, catalogue);
}

/**
 * An area of another level is no longer chosen.
 * @param {State} state
 * @param {Outlines} outlines
 */
function keepArea(state, outlines) {
  if (!state.area || outlines.areas.some((area) => area.code === state.area)) return state;
  page.current = { ...state, area: "" };
  writeAddress(page.current, "replace");
  return page.current;
}

/**
 * Draw an answer; nothing here asks or waits.
 * @param {Drawn} drawn
 */
function paint(drawn) {
  hideTip();
  paintHeading(drawn);
  paintMap(drawn);
  paintLegend(drawn);
  paintTable(drawn);
  paintLedger(drawn);
  paintCaveats(drawn);
  paintTake(drawn.state);
  markOnMap(drawn);
  markInTable(drawn);
}

/**
 * Show the months of the chosen area, or of the city when none is chosen.
 * @param {State} state
 * @param {Source} source
 * @param {Catalogue} catalogue
 */
async function showSeries(state, source, catalogue) {
  page.askingMonths?.abort();
  const { signal } = (page.askingMonths = new AbortController());
  byId("clear").hidden = !state.area;
  if (!state.area && !levelsOf(editionOf(state.edition, catalogue)).includes("stad")) {
    return clearSeries("Välj ett område på kartan eller i tabellen för att se det månad för månad.");
  }
  try {
    const [series] = (await ask(seriesAddress(state, chartSpan(state, source)), signal)).series;
    if (signal.aborted) return;
    if (!series) return clearSeries("Det finns inga månader att visa.");
    page.charted = { series, state };
    paintSeries(page.charted, source);
  } catch (error) {
    if (!signal.aborted) clearSeries(/** @type {Problem} */ (error).detail ?? "Månaderna kunde inte hämtas.");
  }
}

/** @param {unknown} error */
function showProblem(error) {
  const { detail, faults = [] } = /** @type {Partial<Problem>} */ (error);
  if (!detail) console.error(error);
  const content = [html("p", {}, html("strong", {}, detail ?? "Något gick fel på sidan.")), ...faults.map(paragraph)];
  if (page.shown) content.push(paragraph(`Kartan och tabellen visar fortfarande ${headingText(page.shown)}, ${periodText(page.shown.state)}.`));
  else byId("heading").textContent = "Inga siffror att visa";
  content.push(html("p", {}, html("button", { type: "button", class: "button", id: "again" }, "Försök igen")));
  put("problem", content);
}

/**
 * Choose an area, or none: only the marks and the months change. An answer to another question that is under way, or failed, is given up for it.
 * @param {string} area
 */
export function choose(area) {
  const { catalogue, current, shown } = page;
  if (!catalogue || !current || !shown || shown.state.area === area) return;
  if (comparisonAddress(current) !== comparisonAddress(shown.state)) return void turnTo({ ...shown.state, area }, "push");
  const changed = alter(current, shown, { area }, "push");
  markOnMap(changed);
  markInTable(changed);
  const name = shown.outlines.areas.find((one) => one.code === area)?.name ?? area;
  byId("status").textContent = area ? `${name} är valt.` : "Inget område är valt.";
  void showSeries({ ...current, area }, shown.source, catalogue);
}

/**
 * Sort the table by a column.
 * @param {string} key
 */
export function sortBy(key) {
  const { current, shown } = page;
  if (!current || !shown) return;
  const changed = alter(current, shown, { sort: nextSort(shown.state, key) }, "replace");
  sortTable(changed);
  markInTable(changed);
}

/**
 * Change a part of the state that needs no new figures.
 * @param {State} current
 * @param {Drawn} shown
 * @param {Partial<State>} change
 * @param {"push"|"replace"} how the address is written
 */
function alter(current, shown, change, how) {
  page.current = { ...current, ...change };
  page.shown = { ...shown, state: { ...shown.state, ...change } };
  writeAddress(page.current, how);
  return page.shown;
}
