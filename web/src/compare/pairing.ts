/** What stands beside what in a comparison: spans of years, parts of a whole, and the question put to another source. */

import type { AreaFigures, Categories, Category, Comparison, Source, Span } from "../api/answers";
import { findingOf, hasCount, wayOf, type Finding } from "../figures/figures";
import { lengthOf, plus } from "../figures/months";
import { findCategory, isCounted, settle, type Catalogue, type Settled } from "../view/settling";
import { isHarm, isRate, type Colour, type View } from "../view/view";

/** The most small maps that stand together, and the most parts that are asked for to find the largest. */
export const MOST_YEARS = 8;
export const MOST_PARTS = 12;
const MOST_ASKED = 30;

/** The amount that a colouring by change is a change of. */
export function amountOf(colour: Colour): Colour {
  if (isHarm(colour)) return "harm";
  return isRate(colour) ? colour : "count";
}

/** What the map of the change shows: what was chosen when that is a change, or else the verdict. */
export function changeOf(colour: Colour): Colour {
  if (colour === "harm") return "harmDifference";
  return isRate(colour) || colour === "count" ? "verdict" : colour;
}

/** The same view as of another period, by itself. */
export const settledAt = (settled: Settled, span: Span, colour: Colour): Settled => ({
  ...settled,
  span,
  notices: [],
  view: { ...settled.view, period: span, baseline: "none", colour },
});

/** The same months of this year and of the years before that are wholly covered, the oldest first; a span longer than a year goes back by whole years. */
export function yearsOf(span: Span, covered: Span): Span[] {
  const step = Math.ceil(lengthOf(span) / 12) * 12;
  return Array.from({ length: MOST_YEARS }, (_, back) => ({ from: plus(span.from, -step * back), to: plus(span.to, -step * back) }))
    .filter(({ from }, back) => back === 0 || from >= covered.from)
    .reverse();
}

/** What is asked about can be divided into: the kinds below the chosen one, those of the chosen group, or the main kinds; none of several sources. */
export function partsOf({ view, sources }: Settled, { items, groups }: Categories): Category[] {
  const [source, another] = sources;
  if (!source || another) return [];
  const tree = items.filter((item) => item.source === source.id);
  const find = (code: string): Category[] => tree.flatMap((item) => findCategory(code, item) ?? []).slice(0, 1);
  const group = groups.find(({ code }) => code === view.group);
  const chosen = group ? (group.categories[source.id] ?? []).flatMap(find) : view.category.flatMap(find);
  if (!group && !view.category.length) return tree.slice(0, MOST_ASKED);
  const [only] = chosen;
  return (chosen.length === 1 && only ? (only.children ?? []) : chosen).slice(0, MOST_ASKED);
}

/** The sum of what areas have; null where none has any figure. */
export function sumOf(rows: AreaFigures[]): number | null {
  const counts = rows.filter(hasCount).map(({ count }) => count);
  return counts.length ? counts.reduce((sum, count) => sum + count, 0) : null;
}

/** The source on the other side: the one asked for, or one of those already chosen, or one that has the same group, or any; null when there is none. */
export function otherSource(view: View, sources: Source[], { groups }: Categories): Source | null {
  const others = sources.filter((source) => isCounted(source) && source.id !== view.source[0]);
  const group = groups.find(({ code }) => code === view.group);
  return (
    others.find(({ id }) => id === view.other) ??
    others.find(({ id }) => view.source.includes(id)) ??
    others.find(({ id }) => group && id in group.categories) ??
    others[0] ??
    null
  );
}

/** The question as it can be put to one source: the same months, areas and group; a category is one source's own. */
export function putTo(source: Source, settled: Settled, catalogue: Catalogue, categories: Categories): Settled {
  const group = categories.groups.find(({ code }) => code === settled.view.group);
  const isSame = settled.sources[0]?.id === source.id;
  const wish: View = {
    ...settled.view,
    source: [source.id],
    category: isSame ? settled.view.category : [],
    group: group && source.id in group.categories ? group.code : "",
    period: settled.span,
  };
  return settle(wish, catalogue, [source], categories, []);
}

/** What must be minded when two sources are looked at together: what the groups that hold both say. */
export function cautionsOf(view: View, pair: [Source, Source], { groups }: Categories): { caution: string; cautionEn: string }[] {
  const [left, right] = pair;
  const shared = groups.filter(({ categories, caution }) => caution !== null && left.id in categories && right.id in categories);
  const chosen = shared.filter(({ code }) => code === view.group);
  return (chosen.length ? chosen : shared.slice(0, 1)).map(({ caution, cautionEn }) => ({
    caution: String(caution),
    cautionEn: cautionEn ?? String(caution),
  }));
}

const NONE = { status: "missing", count: null, rate: null, smoothedRate: null, harm: null, provisional: false } as const;

/** The figures of a period before anything was delivered, or after: none, which is another thing than zero. */
export const undelivered = (comparison: Comparison): Comparison => ({
  ...comparison,
  // Made of the row, not copied: of a hexagon most is told once for all of them.
  items: comparison.items.map((row) => Object.assign(Object.create(row) as AreaFigures, NONE)),
});

/** Tell whether nothing of a span can have been delivered. */
export const isOutsideOf = (span: Span, covered: Span): boolean => span.to < covered.from || span.from > covered.to;

/** The areas that are said to have changed. */
export const changedOf = (rows: AreaFigures[]): AreaFigures[] => rows.filter((row) => hasCount(row) && wayOf(findingOf(row)));

/** In how many areas each thing is said of the change; what is withheld is counted nowhere. */
export function findingsOf(rows: AreaFigures[]): Record<Finding, number> {
  const found = { higher: 0, likelyHigher: 0, cannotTell: 0, likelyLower: 0, lower: 0, notApplicable: 0 };
  for (const row of rows) if (hasCount(row) && row.verdict) found[findingOf(row)] += 1;
  return found;
}
