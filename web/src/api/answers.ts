/** The API's answers, as far as the page reads them, from the types that openapi-typescript makes of openapi.json: a member that is gone or another is a fault. */

import type { components, paths } from "./schema";

type Schemas = components["schemas"];

/** Some members of an answer; one that the API leaves out where it was not asked for is null. */
type Told<T, K extends keyof T> = { [P in K]-?: Exclude<T[P], undefined> | (object extends Pick<T, P> ? null : never) };

export type ApiInfo = Pick<
  Schemas["ApiInfo"],
  "apiVersion" | "audience" | "sample" | "publisher" | "contact" | "baseMap" | "deliveryLimit"
>;
export type Problem = Schemas["Problem"];
export type Refusal = Schemas["RefusalTold"];
export type Recoding = Schemas["RecodingTold"];
export type Deliveries = Schemas["Deliveries"];
export type Delivery = Schemas["DeliveryTold"];
export type DeliveryStatus = Delivery["status"];
export type Rejected = Schemas["Rejected"];
export type Edition = Pick<Schemas["EditionTold"], "validFrom" | "name" | "schematic" | "levels">;
export type Category = Told<Schemas["CategoryTold"], "code" | "name" | "nameEn"> & { children?: Category[] };
export type Group = Omit<Schemas["GroupTold"], "reference">;

type SourceWords = "name" | "nameEn" | "description" | "descriptionEn" | "noun";
export type Source = Pick<Schemas["SourceTold"], SourceWords | "carries" | "public" | "countsBy" | "refuses" | "recodings"> & {
  id: string;
  coverage: Pick<Schemas["SourceCoverage"], "from" | "to" | "missing">;
  /** How many events there are; null when whoever asks may not see them one by one, and so not in hexagons either. */
  events?: number | null;
};

export interface Categories {
  items: (Category & { source: string })[];
  groups: Group[];
}

type Statistical = "pValue" | "adjustedP" | "verdict" | "evidence" | "expected" | "rankLow" | "rankHigh";
type Rated = "rate" | "rateLow" | "rateHigh" | "smoothedRate" | "personYears" | "ratio" | "ratioLow" | "ratioHigh";
type Funnelled = "funnel" | "funnelLow95" | "funnelHigh95" | "funnelLow998" | "funnelHigh998";
type Weighed = "harm" | "harmLow" | "harmHigh" | "harmDifference" | "harmPercent" | "baselineHarm" | "harmStatus";
type Counted =
  | "count"
  | "margin"
  | "baselineCount"
  | "baselineMargin"
  | "difference"
  | "percent"
  | "status"
  | "baselineStatus"
  | "provisional"
  | "estimated";
type Named = "code" | "name" | "level" | "parent";
export type AreaFigures = Told<Schemas["ComparisonRow"], Named | Counted | Rated | Statistical | Funnelled | Weighed>;

export type Ledger = Schemas["LedgerTold"];
export type Coverage = Omit<Schemas["CoverageTold"], "incomplete">;

/** What stands beside the figures of every answer. */
export type Head = Pick<Schemas["Comparison"], "question" | "ledger" | "denominator" | "provenance" | "protection" | "sentences"> & {
  coverage: Coverage[];
};
export type Comparison = Head & Pick<Schemas["Comparison"], "statistics" | "total"> & { items: AreaFigures[] };

type Followed =
  "count" | "margin" | "rolling12" | "expected" | "expectedLow" | "expectedHigh" | "unusual" | "trendFit" | "samePeriodLastYear";
export type PeriodFigures = Told<Schemas["SeriesValue"], Followed | "period" | "from" | "to" | "status" | "provisional">;
export type Break = Schemas["Break"];
export type CalendarEntry = Schemas["CalendarEntry"];
export type SumBeside = Schemas["SumFound"];
export type Trend = Schemas["TrendFound"];
export type AreaSeries = Pick<Schemas["SeriesLine"], "code" | "name" | "level" | "breaks" | "rolling12" | "yearToDate" | "trend"> & {
  values: PeriodFigures[];
};
export type Series = Head & Pick<Schemas["Series"], "calendar"> & { series: AreaSeries[] };

/** A drawn polygon as the one area of a comparison. */
export type PolygonComparison = Comparison & Pick<Schemas["PolygonComparison"], "polygon">;
export type PolygonParts = Pick<Schemas["Decomposition"], "items">;

export type Ground = Schemas["Ground"];
export type Measure = Schemas["MeasureTold"];
export type Measures = Pick<Schemas["Measures"], "items">;
export type MeasureFeatures = Pick<Schemas["MeasuresFeatures"], "features">;
export type Effect = Pick<Schemas["Effect"], "verdict" | "design" | "sentences" | "items" | "goals">;
export type EffectRow = Schemas["EffectRow"];
export type EffectVerdict = Effect["verdict"];
export type GoalVerdict = Effect["goals"][number]["verdict"];
export interface AreaNames {
  items: { code: string; name: string }[];
}

export type HourFigures = Pick<Schemas["HourRow"], "weekday" | "hour" | "count" | "share">;
export type Hours = Head & Pick<Schemas["Hours"], "peak" | "timed" | "untimed" | "spread"> & { items: HourFigures[] };

/** Events by cell of a grid of hexagons; a cell without any is not there. */
export type Hexagons = Head &
  Pick<Schemas["HexagonsFeatures"], "resolution" | "withoutPoint" | "baselineWithoutPoint"> & { features: Hexagon[] };
export interface Hexagon {
  id: string;
  /** Corners as longitude and latitude; the last is the first. */
  geometry: { type: "Polygon"; coordinates: [number, number][][] };
  properties: Schemas["HexagonRow"];
}

export interface Outlines {
  type: "FeatureCollection";
  features: Outline[];
}
export interface Outline {
  type: "Feature";
  id: string;
  geometry: object;
  properties: Pick<Schemas["AreasFeature"]["properties"], Named>;
}

export type Level = AreaFigures["level"];
export type Status = AreaFigures["status"];
export type Verdict = NonNullable<AreaFigures["verdict"]>;
/** Where an area lies in the funnel. */
export type Place = NonNullable<AreaFigures["funnel"]>;
export type Audience = ApiInfo["audience"];

/** Months, from one to another, both included. */
export interface Span {
  from: string;
  to: string;
}

/** A path of the API that answers a GET. */
export type Path = { [P in keyof paths]: paths[P] extends { get: object } ? P : never }[keyof paths];

/** What a GET of a path takes as parameters. */
export type Question<P extends Path> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? NonNullable<Q> : never;

/** How a series is cut into periods. */
export type Interval = NonNullable<Question<"/v1/series">["interval"]>;
