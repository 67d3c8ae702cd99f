/**
 * What can be asked: a wish, which may be anything that somebody typed or saved long ago, is changed as little as makes it a question that the
 * sources can answer, and the reader is told of each change.
 */

import type { Audience, Categories, Category, Edition, Level, Source, Span } from "../api/answers";
import { isSmallest, LEVELS, OWN } from "../city";
import { commonSpan, monthsOf, spanOf, type Period } from "./periods";
import { nearestReleased, type Asked } from "./released";
import { COLOURS, isChange, isHarm, isHexagons, isRate, type Colour, type Units, type View } from "./view";

/** What the service has: the sources of events, the editions, and the categories of the chosen sources. */
export interface Catalogue {
  sources: Source[];
  editions: Edition[];
  /** Whom the figures are for. */
  audience: Audience;
}

/** Something that had to change; the texts of it are in the catalogue of texts. */
export type Notice =
  | { kind: "source"; was: string; now: Source }
  | { kind: "category"; was: string }
  | { kind: "period"; source: string; covered: Span; now: Span }
  | { kind: "released"; level: Level; now: Span }
  | { kind: "level"; was: Level; now: Level; reason: Refused | null }
  | { kind: "colour"; was: Colour; reason: Refused | null }
  | { kind: "units"; reason: Refused | null }
  | { kind: "points"; now: number; then: number }
  | { kind: "baseYear"; was: string; covered: Span }
  | { kind: "edition"; was: string; now: Edition };

/** A reason in both languages, as the source gives it. */
export interface Refused {
  reason: string;
  reasonEn: string;
}

/** A question that can be asked: the view, its months, and the sources it is put to. */
export interface Settled {
  view: View;
  span: Span;
  covered: Span;
  sources: Source[];
  notices: Notice[];
}

/** Tell whether a source has anything to count. */
export const isCounted = (source: Source): boolean =>
  source.carries === "events" && source.coverage.from !== null && source.coverage.to !== null;

const coveredBy = (source: Source): Span => ({ from: String(source.coverage.from), to: String(source.coverage.to) });

/** The sources of a view: those it names that have something, or else the one that most come for. */
export function settledSources(view: View, catalogue: Catalogue, notices: Notice[]): Source[] {
  const usable = catalogue.sources.filter(isCounted);
  const first = usable.find(({ id }) => id === "anmalda_brott") ?? usable[0];
  if (!first) return [];
  const found = usable.filter(({ id }) => view.source.includes(id));
  const lost = view.source.filter((id) => !found.some((source) => source.id === id));
  for (const was of lost) notices.push({ kind: "source", was, now: found[0] ?? first });
  return found.length ? found : [first];
}

/**
 * Make a wish a question.
 *
 * @param wish What the address asks for.
 * @param catalogue What there is.
 * @param sources The sources, as settledSources gave them; at least one.
 * @param categories The categories of those sources.
 */
export function settle(wish: View, catalogue: Catalogue, sources: Source[], categories: Categories, notices: Notice[]): Settled {
  const edition = catalogue.editions.find(({ validFrom }) => validFrom === wish.edition) ?? catalogue.editions[0];
  if (edition && wish.edition && edition.validFrom !== wish.edition) notices.push({ kind: "edition", was: wish.edition, now: edition });
  const covered = commonSpan(sources.map(coveredBy)) ?? coveredBy(sources[0] as Source);
  const level = settledLevel(wish.level, sources, edition, notices);
  const group = categories.groups.some(({ code }) => code === wish.group) ? wish.group : "";
  const category = group ? [] : wish.category.filter((code) => isKnown(code, categories, notices));
  const period =
    catalogue.audience === "staff" ? wish.period : releasedPeriod(wish.period, covered, askedOf({ level, category }, sources, categories));
  const span = settledSpan(period, covered, sources, notices);
  if (period !== wish.period) notices.push({ kind: "released", level, now: span });
  const view = {
    ...wish,
    period,
    source: sources.map(({ id }) => id),
    category,
    group,
    edition: wish.edition && edition ? edition.validFrom : "",
    level,
    area: level === wish.level ? wish.area : "",
    beside: level === wish.level ? wish.beside : "",
    units: settledUnits(wish.units, sources, notices),
    baseYear: settledYear(wish.baseYear, covered, notices),
  };
  return { view: { ...view, colour: settledColour(view, sources, notices) }, span, covered, sources, notices };
}

/** What a question is of, as far as it decides which months anyone may see. */
export const askedOf = (view: Pick<View, "level" | "category">, sources: Source[], { items }: Categories): Asked => ({
  level: view.level,
  sources,
  // What is a group of kinds has a name in English too.
  hasKinds: view.category.some((code) => items.some((item) => findCategory(code, item)?.nameEn === null)),
});

/** A preset that anyone may see of such areas; months that somebody chose stand, and what is not shown of them is told. */
const releasedPeriod = (period: Period, covered: Span, asked: Asked): Period =>
  typeof period === "string" ? nearestReleased(period, covered, asked) : period;

function settledSpan(asked: Period, covered: Span, sources: Source[], notices: Notice[]): Span {
  const now = monthsOf(asked, covered) ?? spanOf("last12", covered);
  const isChanged = typeof asked !== "string" && (now.from !== asked.from || now.to !== asked.to);
  if (isChanged) notices.push({ kind: "period", source: sources.map(({ name }) => name).join(", "), covered, now });
  return now;
}

function isKnown(code: string, categories: Categories, notices: Notice[]): boolean {
  const known = categories.items.some((item) => findCategory(code, item) !== null);
  if (!known) notices.push({ kind: "category", was: code });
  return known;
}

/** The category of a code in a tree; null when it is not there. */
export function findCategory(code: string, tree: Category): Category | null {
  if (tree.code === code) return tree;
  for (const child of tree.children ?? []) {
    const found = findCategory(code, child);
    if (found) return found;
  }
  return null;
}

/** Why a level cannot be asked for; null when it can. */
export function whyNoLevel(level: Level, sources: Source[]): Refused | null {
  return sources.flatMap((source) => source.refuses).find(({ what }) => what === level) ?? null;
}

/** The levels that an edition has, from the largest areas that a city is divided into. */
export const levelsOf = (edition: Edition | undefined): Level[] =>
  LEVELS.filter((level) => edition?.levels.some((one) => one.level === level));

function settledLevel(was: Level, sources: Source[], edition: Edition | undefined, notices: Notice[]): Level {
  const there = levelsOf(edition);
  const usable = there.filter((level) => whyNoLevel(level, sources) === null);
  if (usable.includes(was)) return was;
  const now = (isSmallest(was) && usable.includes(OWN.stadsdel) ? OWN.stadsdel : usable[0]) ?? OWN.stad;
  notices.push({ kind: "level", was, now, reason: whyNoLevel(was, sources) });
  return now;
}

/** Why there are no hexagons; null when there are: a source may have no points, or show them to staff only. */
export function whyNoHexagons(sources: Source[]): Refused | "noHexagons" | null {
  const refused = sources.flatMap((source) => source.refuses).find(({ what }) => what === "point");
  return refused ?? (sources.some(({ events }) => events === null) ? "noHexagons" : null);
}

function settledUnits(was: Units, sources: Source[], notices: Notice[]): Units {
  const reason = was === "hexagons" ? whyNoHexagons(sources) : null;
  if (reason === null) return was;
  notices.push({ kind: "units", reason: typeof reason === "string" ? null : reason });
  return "areas";
}

function settledYear(was: string, covered: Span, notices: Notice[]): string {
  if (was === "" || isYearIn(was, covered)) return was;
  notices.push({ kind: "baseYear", was, covered });
  return "";
}

/** Tell whether all months of a year are covered. */
export const isYearIn = (year: string, covered: Span): boolean => covered.from <= `${year}-01` && covered.to >= `${year}-12`;

/** Why the map cannot be coloured by something; null when it can. An empty reason means that nothing is compared with. */
export function whyNoColour(colour: Colour, view: View, sources: Source[]): Refused | "noBaseline" | "noHarm" | "hexagonColour" | null {
  if (isHexagons(view) && colour !== "count" && colour !== "difference") return "hexagonColour";
  if (isChange(colour) && view.baseline === "none") return "noBaseline";
  if (isHarm(colour) && sources.some(({ id }) => id !== "anmalda_brott")) return "noHarm";
  if (!isRate(colour)) return null;
  const refusals = sources.flatMap((source) => source.refuses);
  return refusals.find(({ what }) => what === "rate" || (what === "rateBasomrade" && isSmallest(view.level))) ?? null;
}

function settledColour(view: View, sources: Source[], notices: Notice[]): Colour {
  const reason = whyNoColour(view.colour, view, sources);
  if (reason === null) return view.colour;
  notices.push({ kind: "colour", was: view.colour, reason: typeof reason === "string" ? null : reason });
  return COLOURS[0];
}
