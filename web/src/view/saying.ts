/** What a question is called, and its figures in words. */

import type { AreaFigures, Categories, Comparison, Span, Status } from "../api/answers";
import { decimalsFor, type Numbers } from "../figures/numbers";
import { baselineSpan } from "../figures/months";
import { findingOf, hasCount, statusOf, valueOf } from "../figures/figures";
import type { Texts } from "../texts/sv";
import type { Desk } from "./desk.svelte";
import { findCategory, type Notice, type Settled } from "./settling";
import { isChange, isHexagons, isRate, type Colour } from "./view";

/** What is counted: the group or the categories, or else the sources. */
export function whatText({ view, sources }: Settled, { items, groups }: Categories, desk: Desk): string {
  const names = sources.map(({ name, nameEn }) => desk.words(name, nameEn));
  const group = groups.find(({ code }) => code === view.group);
  if (group) return desk.words(group.name, group.nameEn);
  const categories = view.category.flatMap((code) => items.map((item) => findCategory(code, item)).find(Boolean) ?? []);
  if (categories.length) return desk.t.listed(categories.map(({ name, nameEn }) => desk.words(name, nameEn)));
  return desk.t.listed(names);
}

/** What the figures are of, and of what areas: the heading of the page. */
export function headingOf(settled: Settled, categories: Categories, desk: Desk): string {
  const what = whatText(settled, categories, desk);
  return isHexagons(settled.view) ? desk.t.hexagons.heading(what) : desk.t.heading(what, settled.view.level);
}

/** The months compared with; null when nothing is. */
export const baseOf = ({ view, span }: Settled): Span | null => baselineSpan(span, view.baseline);

/** The noun of what is counted: one, and several. */
export function nounOf({ sources }: Settled, desk: Desk): [string, string] {
  if (desk.language === "en") return ["event", "events"];
  return sources.length === 1 && sources[0] ? sources[0].noun : ["händelse", "händelser"];
}

/** Decimals for the rates of an answer. */
export const decimalsOf = (rows: AreaFigures[], colour: Colour): number =>
  isRate(colour) ? decimalsFor(rows.map((row) => row[colour as "rate"])) : 0;

/** A figure as the map, the legend and the table all write it. */
export function figureText(value: number, colour: Colour, decimals: number, n: Numbers): string {
  if (colour === "percent") return n.percent(value);
  if (isChange(colour)) return n.signed(value);
  return isRate(colour) ? n.decimal(value, decimals) : n.whole(value);
}

/** The figure that colours an area in words, or why there is none. */
export function shownText(row: AreaFigures, colour: Colour, decimals: number, desk: Desk): string {
  const status = statusOf(row, colour);
  if (status !== "value") return whyText(status, desk.t);
  if (colour === "verdict") return desk.t.findings[findingOf(row)];
  return figureText(Number(valueOf(row, colour, decimals)), colour, decimals, desk.n);
}

/** Why there is no figure. */
export const whyText = (status: Status, t: Texts): string => (status === "value" ? "" : t.why[status]);

/** A protected count tells how far from the exact one it may be; an exact one nothing. */
export const marginText = (margin: number | null | undefined, { t, n }: Pick<Desk, "t" | "n">): string =>
  margin ? t.protected.margin(n.whole(margin)) : "";

/** A count in words, and how far from the exact one it may be where it is protected. */
export const aboutText = (counted: string, margin: number | null | undefined, { t, n }: Pick<Desk, "t" | "n">): string =>
  margin ? t.protected.about(counted, t.protected.margin(n.whole(margin))) : counted;

/** A sum over areas in words: of protected counts each is off by its own noise, and the sum is told to be rough. */
export const sumText = (counted: string, { protection }: Comparison, { t }: Pick<Desk, "t">): string =>
  protection?.periods.some(({ margin }) => margin) ? t.protected.roughly(counted) : counted;

/** All that is known of an area, a line each: for the tooltip and for a screen reader. */
export function linesOf(row: AreaFigures, settled: Settled, decimals: number, desk: Desk): string[] {
  const { t, n } = desk;
  const { colour, per } = settled.view;
  if (!hasCount(row)) return [whyText(row.status === "value" ? "missing" : row.status, t)];
  const lines = [aboutText(t.counted(row.count, nounOf(settled, desk), n), row.margin, desk)];
  const base = baseOf(settled);
  if (isRate(colour)) lines.push(`${t.area.rate(String(t.per[per]))}: ${shownText(row, colour, decimals, desk)}`);
  if (base && row.difference !== null) lines.push(changeText(row, t, n, base));
  if (colour === "harm" || colour === "harmDifference") lines.push(`${t.area.harm}: ${shownText(row, colour, decimals, desk)}`);
  if (row.verdict && base && row.verdict !== "notApplicable") lines.push(t.findings[findingOf(row)]);
  if (row.provisional) lines.push(t.area.provisional);
  return lines;
}

/** The change of an area in numbers, and what it is against where that is not told beside it. */
export function changeText(row: AreaFigures, t: Texts, n: Numbers, base?: Span): string {
  if (row.difference === null) return t.nothing;
  const percent = row.percent === null ? "" : ` (${n.percent(row.percent)})`;
  return `${n.signed(row.difference)}${percent}${base ? ` ${t.legend.against(base)}` : ""}`;
}

/** A notice in words. */
export function noticeText(notice: Notice, desk: Desk): string {
  const { t } = desk;
  switch (notice.kind) {
    case "source":
      return t.notices.source(notice.was, desk.words(notice.now.name, notice.now.nameEn));
    case "category":
      return t.notices.category(notice.was);
    case "period":
      return t.notices.period(notice.source, notice.covered, notice.now);
    case "released":
      return t.notices.released(notice.level, notice.now);
    case "level":
      return t.notices.level(notice.was, notice.now, notice.reason ? desk.words(notice.reason.reason, notice.reason.reasonEn) : "");
    case "colour":
      return t.notices.colour(notice.was, notice.reason ? desk.words(notice.reason.reason, notice.reason.reasonEn) : "");
    case "units":
      return t.notices.units(notice.reason ? desk.words(notice.reason.reason, notice.reason.reasonEn) : t.ask.noHexagons);
    case "points":
      return t.notices.points(desk.n.share(notice.now), desk.n.share(notice.then));
    case "baseYear":
      return t.notices.baseYear(notice.was, notice.covered);
    case "edition":
      return t.notices.edition(notice.was, notice.now.name);
  }
}
