// @ts-check
/** The form: what can be chosen, what is chosen, and why the rest cannot be. */

/** @import { Catalogue, Category, Edition, Source, Span, State } from "./types.js" */

import { byId, html, paragraph, put } from "./elements.js";
import { baselineSpan, monthsIn, monthText, presetSpan, spanText } from "./months.js";
import { capital } from "./numbers.js";
import { categoryName, coveredSpan, editionOf, isCovered, isNamedBaseline, levelsOf, refusal, whyNoMeasure } from "./settling.js";
import { BASELINE_WORDS, LEVEL_WORDS, MEASURE_WORDS, PRESET_WORDS } from "./words.js";

/** Make the parts of the form that are the same for every source. */
export function buildForm() {
  byId("measures").append(...Object.entries(MEASURE_WORDS).map(([value, text]) =>
    html("label", {}, html("input", { type: "radio", name: "measure", value, disabled: true }), html("span", {}, text))));
  byId("presets").append(...Object.entries(PRESET_WORDS).map(([preset, text]) =>
    html("button", { type: "button", class: "button", "data-preset": preset, "aria-pressed": "false" }, text)));
}

/**
 * @param {State} state
 * @param {{catalogue: Catalogue, source: Source, tree: Category[]}} context
 */
export function fillForm(state, { catalogue, source, tree }) {
  fillSelect("source", catalogue.sources.map(sourceOption), state.source);
  fillSelect("category", categoryOptions(state, tree), state.category);
  fillLevels(state, source, editionOf(state.edition, catalogue));
  fillEditions(state, catalogue);
  fillPeriod(state, source);
  fillSelect("baseline", baselineOptions(state), state.baseline);
  fillMeasures(state, source);
}

/**
 * @param {string} id
 * @param {Node[]} options
 * @param {string} value
 */
function fillSelect(id, options, value) {
  const select = /** @type {HTMLSelectElement} */ (byId(id));
  select.replaceChildren(...options);
  select.value = value;
  select.disabled = false;
}

/**
 * @param {string} value
 * @param {string} text
 * @param {boolean} [disabled]
 */
const option = (value, text, disabled = false) => html("option", { value, disabled }, text);

/** @param {Source} source */
const sourceOption = (source) => option(source.id, `${source.name}${isCovered(source) ? "" : " (inga siffror än)"}`, !isCovered(source));

/**
 * @param {State} state
 * @param {Category[]} tree
 */
function categoryOptions({ category }, tree) {
  const groups = groupOptions(tree, 0);
  const isKind = category !== "" && !groups.some((group) => group.value === category);
  return [option("", "Alla kategorier"), ...groups, ...(isKind ? [option(category, categoryName(category, tree))] : [])];
}

/**
 * The groups of a tree: the outermost, and indented under each those inside it. The kinds at the ends are too many to choose among here.
 * @param {Category[]} tree
 * @param {number} depth
 * @returns {HTMLOptionElement[]}
 */
function groupOptions(tree, depth) {
  const groups = tree.filter((group) => depth === 0 || group.children);
  return groups.flatMap((group) => [
    option(group.code, "\u2003".repeat(depth) + group.name),
    ...groupOptions(group.children ?? [], depth + 1),
  ]);
}

/**
 * @param {State} state
 * @param {Source} source
 * @param {Edition} edition
 */
function fillLevels(state, source, edition) {
  const offered = levelsOf(edition).map((level) => ({ level, reason: refusal(source, level) }));
  const options = offered.map(({ level, reason }) => {
    const title = `${LEVEL_WORDS[level].title}${reason === null ? "" : " (går inte att välja)"}`;
    return option(level, title, reason !== null);
  });
  fillSelect("level", options, state.level);
  put("level-hint", offered.flatMap(({ reason }) => reason ?? []));
}

/**
 * @param {State} state
 * @param {Catalogue} catalogue
 */
function fillEditions(state, catalogue) {
  byId("edition-field").hidden = catalogue.editions.length < 2;
  fillSelect("edition", catalogue.editions.map((one) => option(one.validFrom, `${one.name} (från ${one.validFrom})`)), state.edition);
  const note = editionOf(state.edition, catalogue).note;
  put("edition-hint", note ? [note] : []);
}

/**
 * @param {State} state
 * @param {Source} source
 */
function fillPeriod(state, source) {
  const covered = coveredSpan(source);
  fillSelect("from", monthOptions(covered), state.from);
  fillSelect("to", monthOptions(covered), state.to);
  for (const button of byId("presets").querySelectorAll("button")) {
    const span = presetSpan(String(button.dataset.preset), covered);
    button.setAttribute("aria-pressed", String(span.from === state.from && span.to === state.to));
  }
}

/** @param {Span} covered */
function monthOptions(covered) {
  const months = monthsIn(covered).reverse();
  const years = [...new Set(months.map((month) => month.slice(0, 4)))];
  return years.map((year) =>
    html("optgroup", { label: year }, ...months.filter((month) => month.startsWith(year)).map((month) => option(month, monthText(month)))));
}

/** @param {State} state */
function baselineOptions(state) {
  const named = Object.entries(BASELINE_WORDS).map(([value, text]) => option(value, text));
  const own = isNamedBaseline(state.baseline) ? null : baselineSpan(state);
  return own ? [...named, option(state.baseline, capital(spanText(own)))] : named;
}

/**
 * @param {State} state
 * @param {Source} source
 */
function fillMeasures(state, source) {
  /** @type {Set<string>} */
  const reasons = new Set();
  for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (byId("measures").querySelectorAll("input"))) {
    const reason = whyNoMeasure(radio.value, source, state);
    radio.disabled = reason !== null;
    radio.checked = radio.value === state.measure;
    if (reason) reasons.add(reason);
  }
  put("measure-hint", [...reasons].map(paragraph));
}
