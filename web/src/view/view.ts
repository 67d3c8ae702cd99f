/** What the page shows, as its address holds it, and the questions to the API that it stands for. */

import type { DeliveryStatus, Interval, Level, Span } from "../api/answers";
import { queryOf } from "../api/client";
import { LEVELS, OWN } from "../city";
import { BREAKS, type Breaks } from "../figures/classes";
import { isRelative, type Period } from "./periods";

/** What an area can be coloured by. */
export const COLOURS = ["count", "rate", "smoothedRate", "difference", "percent", "verdict", "harm", "harmDifference"] as const;
export type Colour = (typeof COLOURS)[number];
export const SHOWS = ["map", "compare", "time", "hours", "places", "table", "grounds", "deliveries", "methods", "accessibility"] as const;
export type Show = (typeof SHOWS)[number];
/** What is read and holds no figures. */
export const DOCUMENTS = ["methods", "accessibility"] as const satisfies Show[];
/** Tell whether a page asks for no figures: the steward's, and what is read. */
export const isApart = (show: Show): boolean => show === "deliveries" || DOCUMENTS.some((one) => one === show);
/** What stands side by side in a comparison, and what its small maps are one each of. */
export const COMPARES = ["periods", "areas", "sources"] as const;
export type Compare = (typeof COMPARES)[number];
export const PARTS = ["years", "categories"] as const;
export type Part = (typeof PARTS)[number];
export const DENOMINATORS = ["residents", "residents65plus", "dayPopulation", "dwellings"] as const;
export const BASELINES = ["same-period-last-year", "previous", "none"] as const;

export const INTERVALS = ["month", "quarter", "tertial", "year", "rolling12"] as const satisfies Interval[];
/** What the map is divided into: the areas of a level, or a grid of hexagons. */
export const UNITS = ["areas", "hexagons"] as const;
export type Units = (typeof UNITS)[number];
/** The sizes of hexagons, as h3 numbers them; the finest would be as many as a page can hold. */
export const RESOLUTIONS = ["6", "7", "8", "9"] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** What a delivery may have come to. */
export const DELIVERY_STATUSES = ["received", "held", "published", "unchanged", "refused", "withdrawn"] as const satisfies DeliveryStatus[];
/** What a measure's effect is counted in: what its first goal says, or what is chosen on the page. */
export const COUNTED = ["goal", "asked"] as const;
export type Counted = (typeof COUNTED)[number];

/** The whole state of the page. */
export interface View {
  source: string[];
  category: string[];
  group: string;
  level: Level;
  edition: string;
  period: Period;
  baseline: string;
  colour: Colour;
  per: string;
  asOf: string;
  area: string;
  beside: string;
  show: Show;
  compare: Compare;
  /** The source on the other side when two are compared; empty for the one that lies nearest. */
  other: string;
  parts: Part;
  breaks: Breaks;
  sort: string;
  units: Units;
  resolution: Resolution;
  interval: Interval;
  /** A year to set every period beside; empty for none. */
  baseYear: string;
  /** On the steward's page: the number of the delivery whose receipt is open, and which deliveries are listed. */
  delivery: string;
  deliverySource: string;
  deliveryStatus: string;
  /** A polygon that somebody has drawn, as well-known text; empty for none. */
  polygon: string;
  /** The number of the measure that is looked at; empty for none. */
  place: string;
  counted: Counted;
}

export const START: View = {
  source: [],
  category: [],
  group: "",
  level: OWN.stadsdelsomrade,
  edition: "",
  period: "last12",
  baseline: "same-period-last-year",
  colour: "count",
  per: "residents",
  asOf: "",
  area: "",
  beside: "",
  show: "map",
  compare: "periods",
  other: "",
  parts: "years",
  breaks: "quantile",
  sort: "",
  units: "areas",
  resolution: "8",
  interval: "month",
  baseYear: "",
  delivery: "",
  deliverySource: "",
  deliveryStatus: "",
  polygon: "",
  place: "",
  counted: "goal",
};

const among = <T extends string>(text: string | null, known: readonly T[], otherwise: T): T =>
  known.includes(text as T) ? (text as T) : otherwise;

/** Read a view out of an address; whether it can be asked is for settling.ts to say. */
export function viewOf(search: string): View {
  const query = new URLSearchParams(search);
  const text = (name: string): string => query.get(name) ?? "";
  return {
    source: query.getAll("source"),
    category: query.getAll("category"),
    group: text("group"),
    level: among(query.get("level"), LEVELS, START.level),
    edition: text("edition"),
    period: periodOf(query),
    baseline: text("baseline") || START.baseline,
    colour: among(query.get("colour"), COLOURS, START.colour),
    per: among(query.get("per"), DENOMINATORS, "residents"),
    asOf: text("asOf"),
    area: text("area"),
    beside: text("beside"),
    show: among(query.get("show"), SHOWS, START.show),
    compare: among(query.get("compare"), COMPARES, START.compare),
    other: text("other"),
    parts: among(query.get("parts"), PARTS, START.parts),
    breaks: among(query.get("breaks"), BREAKS, START.breaks),
    sort: text("sort"),
    units: among(query.get("units"), UNITS, START.units),
    resolution: among(query.get("resolution"), RESOLUTIONS, START.resolution),
    interval: among(query.get("interval"), INTERVALS, START.interval),
    baseYear: /^[0-9]{4}$/.test(text("baseYear")) ? text("baseYear") : "",
    delivery: /^[1-9][0-9]{0,14}$/.test(text("delivery")) ? text("delivery") : "",
    deliverySource: text("deliverySource"),
    deliveryStatus: among(query.get("deliveryStatus"), ["", ...DELIVERY_STATUSES], ""),
    polygon: text("polygon"),
    place: /^[0-9]{1,9}$/.test(text("place")) ? text("place") : "",
    counted: among(query.get("counted"), COUNTED, START.counted),
  };
}

function periodOf(query: URLSearchParams): Period {
  const named = query.get("period") ?? "";
  if (isRelative(named)) return named;
  const [from, to] = [query.get("from"), query.get("to")];
  return from || to ? { from: from ?? to ?? "", to: to ?? from ?? "" } : START.period;
}

/** The address of a view; what stands as at the start is left out. */
export function addressOf(view: View): string {
  const { period, ...rest } = view;
  const changed = Object.entries(rest).filter(([name, value]) => String(value) !== String(START[name as keyof View]));
  const parts = typeof period === "string" ? { period: period === START.period ? "" : period } : { ...period };
  const query = queryOf({ ...Object.fromEntries(changed), ...parts });
  return query ? `?${query}` : location.pathname;
}

/** What the API is asked, of a view whose months are known. */
export function questionOf(view: View, span: Span): Record<string, string | string[]> {
  return {
    level: view.level,
    source: view.source,
    category: view.category,
    group: view.group,
    edition: view.edition,
    from: span.from,
    to: span.to,
    per: view.per === "residents" ? "" : view.per,
    asOf: view.asOf,
  };
}

/** Tell whether a colouring is of changes, and so needs something to compare with. */
export const isChange = (colour: Colour): boolean => ["difference", "percent", "verdict", "harmDifference"].includes(colour);

/** Tell whether a colouring is of events per inhabitant. */
export const isRate = (colour: Colour): boolean => colour === "rate" || colour === "smoothedRate";

/** Tell whether a colouring is of the crimes' weights. */
export const isHarm = (colour: Colour): boolean => colour === "harm" || colour === "harmDifference";

const measureOf = (colour: Colour): string => (isRate(colour) ? "rate" : isHarm(colour) ? "harm" : "");

/** Tell whether the map shows hexagons. */
export const isHexagons = ({ units }: View): boolean => units === "hexagons";

/** The area that is chosen, and the one beside it; none where the map shows hexagons, which are no areas. */
export const areaOf = (view: View): string => (isHexagons(view) ? "" : view.area);
export const besideOf = (view: View): string => (isHexagons(view) ? "" : view.beside);

/** The address of the figures that the map and the table show. */
export const figuresAddress = (view: View, span: Span): string =>
  isHexagons(view) ? hexagonsAddress(view, span) : comparisonAddress(view, span);

/** The address of the hexagons, of the whole city. */
export const hexagonsAddress = (view: View, span: Span): string =>
  `/v1/hexagons?${queryOf({
    ...questionOf(view, span),
    level: OWN.stad,
    baseline: view.baseline === "none" ? "" : view.baseline,
    resolution: view.resolution,
    format: "geojson",
  })}`;

/** The address of the areas' comparison. */
export const comparisonAddress = (view: View, span: Span): string =>
  `/v1/comparisons?${queryOf({
    ...questionOf(view, span),
    baseline: view.baseline === "none" ? "" : view.baseline,
    measure: measureOf(view.colour),
    format: "json",
  })}`;

/** The forms that a lagesbild can be had in, those that are worked in first. */
export const REPORT_FORMS = ["docx", "pdf", "xlsx", "pptx", "html"] as const;
export type ReportForm = (typeof REPORT_FORMS)[number];

/** Who a report or a file is for: anyone, with the figures that anyone may see; or staff, with exact ones. */
export type SharingClass = "delbar" | "intern";

/** The address of the figures that the map and the table show, as a file. */
export const fileAddress = (view: View, span: Span, format: "xlsx" | "csv" | "gpkg", sort: SharingClass): string => {
  const address = figuresAddress(view, span).replace(/format=(geo)?json/, `format=${format}`);
  return isHexagons(view) ? address : `${address.replace("/v1/", "/v1/exports/")}&class=${sort}`;
};

/** The address of the lagesbild of the chosen area, or of the whole city when none is. */
export const reportAddress = (view: View, span: Span, format: ReportForm, sort: SharingClass): string => {
  const area = areaOf(view);
  const { edition, asOf } = view;
  const level = area ? view.level : "";
  return `/v1/lagesbilder?${queryOf({ area, level, from: span.from, to: span.to, edition, asOf, class: sort, format })}`;
};

/** The address of the lagesbild of a place: a polygon, or the ground of a measure. */
export const placeReportAddress = (
  place: { polygon: string } | { measureId: string },
  { edition, asOf }: View,
  span: Span,
  format: ReportForm,
): string => `/v1/lagesbilder?${queryOf({ ...place, from: span.from, to: span.to, edition, asOf, class: "intern", format })}`;

/** The address of the figures of one period by themselves: no tests and nothing to compare with, for maps that stand beside others. */
export const plainAddress = (view: View, span: Span): string =>
  `${comparisonAddress({ ...view, baseline: "none" }, span)}${view.colour === "smoothedRate" ? "" : "&statistics=none"}`;

/** The address of two areas, the first tested against the second. */
export const pairAddress = (view: View, span: Span, area: string, beside: string): string =>
  `${comparisonAddress({ ...view, baseline: "none", colour: "count" }, span)}&${queryOf({ area: [area, beside], against: beside })}`;

/** The address of the periods of areas on a level, or of the city when none is named. */
export const seriesAddress = (view: View, span: Span, areas: string[], include: string[], interval: Interval = "month"): string =>
  `/v1/series?${queryOf({
    ...questionOf(view, span),
    level: areas.length ? view.level : OWN.stad,
    area: areas,
    interval,
    include,
    format: "json",
  })}`;

/** The address of the trees of categories of some sources, and of the groups across them. */
export const categoriesAddress = (sources: { id: string }[]): string =>
  `/v1/categories?${queryOf({ source: sources.map(({ id }) => id), limit: "1000" })}`;

/** The address of the names of a level's areas, without their outlines. */
export const namesAddress = (level: Level, edition: string): string =>
  `/v1/areas?${queryOf({ level, edition, geometry: "none", limit: "1000", format: "json" })}`;

/** The address of weekday and hour, of an area or of the city. */
export const hoursAddress = (view: View, span: Span): string =>
  `/v1/hours?${queryOf({ ...questionOf(view, span), level: areaOf(view) ? view.level : OWN.stad, area: areaOf(view), format: "json" })}`;

/** The address of the outlines of a level. */
export const outlinesAddress = ({ level, edition }: Pick<View, "level" | "edition">): string =>
  `/v1/areas?${queryOf({ level, edition, format: "geojson" })}`;

/** The address of a polygon's figures: its comparison, its months or its kinds. */
export const polygonAddress = (
  what: "comparisons" | "series" | "decompositions",
  polygon: string,
  view: View,
  span: Span,
  include: string[] = [],
): string => {
  const { level: _, per: __, ...question } = questionOf(view, span);
  const baseline = what === "series" || view.baseline === "none" ? "" : view.baseline;
  return `/v1/polygons/${what}?${queryOf({ ...question, polygon, baseline, include, format: "json" })}`;
};

/** The address of the measures of the register, as they were known on a day. */
export const measuresAddress = (asOf: string): string => `/v1/measures?${queryOf({ asOf, limit: "1000" })}`;

/** The address of their target areas. */
export const measureFeaturesAddress = (asOf: string): string => `/v1/measures?${queryOf({ asOf, limit: "1000", format: "geojson" })}`;

/** The address of the effect of a measure. */
export const effectAddress = (id: number, counted: Counted, view: View): string => {
  const asked = counted === "asked" ? { source: view.source, category: view.category, group: view.group } : {};
  return `/v1/measures/${id}/effect?${queryOf({ ...asked, asOf: view.asOf, format: "json" })}`;
};
