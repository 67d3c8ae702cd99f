// @ts-check
/**
 * What the sources and the editions can carry, and how a wish is settled against it: changed as little as makes it a state that can be asked,
 * with a notice in Swedish of everything that was asked for and had to change.
 */

/** @import { Catalogue, Category, Edition, Level, Measure, Source, Span, State, Wish } from "./types.js" */

import { isMonth, monthText, presetSpan, spanText } from "./months.js";
import { BASELINE_WORDS, LEVEL_WORDS, MEASURE_WORDS } from "./words.js";

/**
 * Make a wish a state, and add what had to change to the notices.
 * @param {Wish} wish
 * @param {{catalogue: Catalogue, source: Source, tree: Category[]}} context the source and its categories, as settledSource gave them
 * @param {string[]} notices
 * @returns {State}
 */
export function settled(wish, { catalogue, source, tree }, notices) {
  const edition = editionOf(wish.edition, catalogue);
  const baseline = settledBaseline(wish.baseline);
  const level = settledLevel(wish, source, edition, notices);
  return {
    ...wish,
    ...settledSpan(wish, source, notices),
    source: source.id,
    category: settledCategory(wish, tree, notices),
    edition: edition.validFrom,
    level,
    baseline,
    measure: settledMeasure({ ...wish, level, baseline }, source, notices),
  };
}

/**
 * @param {Wish} wish
 * @param {Catalogue} catalogue
 * @param {string[]} notices
 */
export function settledSource(wish, catalogue, notices) {
  const usable = catalogue.sources.filter(isCovered);
  const found = usable.find((source) => source.id === wish.source);
  if (found) return found;
  const first = usable.find((source) => source.id === "anmalda_brott") ?? usable[0];
  if (!first) throw { detail: "Inga siffror är inlästa än.", faults: [] };
  if (wish.source) notices.push(`Källan ”${wish.source}” har inga siffror här. Du ser ${first.name} i stället.`);
  return first;
}

/**
 * @param {Wish} wish
 * @param {Source} source
 * @param {string[]} notices
 * @returns {Span}
 */
function settledSpan(wish, source, notices) {
  const covered = coveredSpan(source);
  const latest = presetSpan("year", covered);
  if (!wish.from && !wish.to) return latest;
  const extent = `${source.name} finns från ${monthText(covered.from)} till ${monthText(covered.to)}.`;
  const asked = [wish.from || wish.to, wish.to || wish.from].sort();
  const [from, to] = [String(asked[0]), String(asked[1])];
  if (!isMonth(from) || !isMonth(to) || from > covered.to || to < covered.from) {
    notices.push(`${extent} Perioden är nu ${spanText(latest)}.`);
    return latest;
  }
  const span = { from: from < covered.from ? covered.from : from, to: to > covered.to ? covered.to : to };
  if (span.from !== from || span.to !== to) notices.push(`${extent} Perioden är nu ${spanText(span)}.`);
  return span;
}

/**
 * @param {Wish} wish
 * @param {Category[]} tree
 * @param {string[]} notices
 */
function settledCategory(wish, tree, notices) {
  if (!wish.category || categoryName(wish.category, tree)) return wish.category;
  notices.push(`Kategorin ”${wish.category}” finns inte i den här källan. Du ser alla kategorier.`);
  return "";
}

/**
 * @param {Wish} wish
 * @param {Source} source
 * @param {Edition} edition
 * @param {string[]} notices
 */
function settledLevel(wish, source, edition, notices) {
  const usable = levelsOf(edition).filter((level) => refusal(source, level) === null);
  const found = usable.find((level) => level === wish.level);
  if (found) return found;
  const other = wish.level === "basomrade" && usable.includes("stadsdel") ? "stadsdel" : usable[0];
  if (!other) throw { detail: "Inga områden är inlästa än.", faults: [] };
  if (wish.level) {
    const name = isLevel(wish.level) ? LEVEL_WORDS[wish.level].one : wish.level;
    const reason = refusal(source, wish.level) ?? `Nivån ”${name}” finns inte i den här indelningen.`;
    notices.push(`${reason} Nivån är nu ${LEVEL_WORDS[other].one}.`);
  }
  return other;
}

/** @param {string} baseline */
function settledBaseline(baseline) {
  const own = baseline.split("..");
  const isOwn = own.length === 2 && own.every(isMonth) && String(own[0]) <= String(own[1]);
  return isNamedBaseline(baseline) || isOwn ? baseline : "same-period-last-year";
}

/**
 * @param {Wish} wish its level and baseline settled
 * @param {Source} source
 * @param {string[]} notices
 * @returns {Measure}
 */
function settledMeasure(wish, source, notices) {
  if (!isMeasure(wish.measure)) return "count";
  const reason = whyNoMeasure(wish.measure, source, wish);
  if (reason === null) return wish.measure;
  notices.push(`${reason} Måttet är nu antal.`);
  return "count";
}

/**
 * Why a measure cannot be chosen; null when it can.
 * @param {string} measure
 * @param {Source} source
 * @param {{level: string, baseline: string}} asked
 */
export function whyNoMeasure(measure, source, { level, baseline }) {
  if (measure === "rate") return refusal(source, "rate") ?? (level === "basomrade" ? refusal(source, "rateBasomrade") : null);
  if (measure !== "count" && baseline === "none") return "En förändring kräver en period att jämföra med.";
  return null;
}

/** @type {(text: string) => text is Level} */
const isLevel = (text) => Object.hasOwn(LEVEL_WORDS, text);

/** @type {(text: string) => text is Measure} */
const isMeasure = (text) => Object.hasOwn(MEASURE_WORDS, text);

/** @param {string} baseline */
export const isNamedBaseline = (baseline) => Object.hasOwn(BASELINE_WORDS, baseline);

/** @param {Source} source */
export const isCovered = (source) => source.coverage.from !== null && source.coverage.to !== null;

/**
 * The months from the first to the last of a source that is covered.
 * @param {Source} source
 * @returns {Span}
 */
export const coveredSpan = ({ coverage }) => ({ from: String(coverage.from), to: String(coverage.to) });

/**
 * Why a source refuses a level or a measure; null when it does not.
 * @param {Source} source
 * @param {string} what
 */
export const refusal = (source, what) => source.refuses.find((refused) => refused.what === what)?.reason ?? null;

/**
 * @param {string} validFrom
 * @param {Catalogue} catalogue
 * @returns {Edition}
 */
export function editionOf(validFrom, catalogue) {
  const found = catalogue.editions.find((edition) => edition.validFrom === validFrom) ?? catalogue.editions[0];
  if (!found) throw { detail: "Inga områden är inlästa än.", faults: [] };
  return found;
}

/**
 * The levels of an edition, in the order in which they are offered.
 * @param {Edition} edition
 */
export function levelsOf(edition) {
  const all = /** @type {Level[]} */ (Object.keys(LEVEL_WORDS));
  return all.filter((level) => edition.levels.some((one) => one.level === level));
}

/**
 * All of a tree at every depth, each before what stands below it.
 * @param {Category[]} tree
 * @returns {Category[]}
 */
const everyCategory = (tree) => tree.flatMap((category) => [category, ...everyCategory(category.children ?? [])]);

/**
 * @param {string} code
 * @param {Category[]} tree
 */
export function categoryName(code, tree) {
  return everyCategory(tree).find((category) => category.code === code)?.name ?? "";
}
