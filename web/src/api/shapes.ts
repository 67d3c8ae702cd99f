/** What the API answers, as far as the page reads it. The names are the API's own; docs and examples are at /openapi.json. */

export type Level = "stad" | "stadsdelsomrade" | "stadsdel" | "basomrade";
export type Status = "value" | "missing" | "withheld" | "notApplicable";
export type Verdict = "higher" | "lower" | "cannotTell" | "notApplicable";
export type Audience = "public" | "analyst";
export type Interval = "month" | "quarter" | "tertial" | "year" | "rolling12";

export interface Span {
  from: string;
  to: string;
}

export interface Refusal {
  what: string;
  reason: string;
  reasonEn: string;
}

export interface Recoding {
  when: string;
  what: string;
  whatEn: string;
  breaks: string;
  reference: string;
}

export interface Source {
  id: string;
  name: string;
  nameEn: string;
  description: string;
  descriptionEn: string;
  carries: "events" | "indicator" | "denominator";
  noun: [string, string];
  public: boolean;
  countsBy: "reported" | "happened" | null;
  refuses: Refusal[];
  recodings: Recoding[];
  coverage: { from: string | null; to: string | null; missing: string[] };
  lastDelivery: { deliveryId: number; publishedAt: string } | null;
  /** How many events there are; null when whoever asks may not see them one by one, and so not in hexagons either. */
  events?: number | null;
}

export interface Category {
  code: string;
  name: string;
  nameEn: string;
  children?: Category[];
}

export interface Group {
  code: string;
  name: string;
  nameEn: string;
  description: string;
  descriptionEn: string;
  caution: string | null;
  cautionEn: string | null;
  addable: boolean;
  categories: Record<string, string[]>;
}

export interface Categories {
  items: (Category & { source: string })[];
  groups: Group[];
}

export interface Edition {
  validFrom: string;
  name: string;
  schematic: boolean;
  levels: { level: Level; areas: number }[];
}

export interface ApiInfo {
  apiVersion: string;
  audience: Audience;
  sample: boolean;
}

/** Where an area lies in the funnel. */
export type Place = "inside" | "above95" | "above998" | "below95" | "below998";

export interface AreaFigures {
  code: string;
  name: string;
  level: Level;
  parent: string | null;
  count: number | null;
  baselineCount: number | null;
  difference: number | null;
  percent: number | null;
  rate: number | null;
  rateLow: number | null;
  rateHigh: number | null;
  smoothedRate: number | null;
  ratio: number | null;
  ratioLow: number | null;
  ratioHigh: number | null;
  pValue: number | null;
  adjustedP: number | null;
  verdict: Verdict | null;
  evidence: "strong" | "moderate" | null;
  rankLow: number | null;
  rankHigh: number | null;
  /** What the rate is per: inhabitants times years. */
  personYears: number | null;
  expected: number | null;
  funnel: Place | null;
  funnelLow95: number | null;
  funnelHigh95: number | null;
  funnelLow998: number | null;
  funnelHigh998: number | null;
  harm: number | null;
  harmLow: number | null;
  harmHigh: number | null;
  harmDifference: number | null;
  harmPercent: number | null;
  baselineHarm: number | null;
  harmStatus: Status | null;
  status: Status;
  baselineStatus: Status | null;
  provisional: boolean;
  estimated: number | null;
}

export interface Ledger {
  placed: number | null;
  areaOnly: number | null;
  unplaced: number | null;
  outside: number | null;
  undated: number | null;
  estimated: number | null;
  withheld: boolean;
  withheldBySource: number | null;
  total: number | null;
}

export interface Coverage {
  source: string;
  countsBy: string;
  from: string | null;
  to: string | null;
  missing: string[];
  partial: string[];
  provisional: string[];
}

export interface Head {
  question: { from: string; to: string; baseline: string | null; edition: string; level: Level; interval: Interval; statistics: string };
  ledger: Ledger;
  coverage: Coverage[];
  denominator: { kind: string; name: string; nameEn: string; dates: string[]; held: boolean } | null;
  provenance: {
    dataVersion: number;
    publishedAt: string;
    edition: string;
    editionName: string;
    asOf: string | null;
    audience: Audience;
    weights: string | null;
    methods: string[];
  };
  sentences: string[];
}

export interface Comparison extends Head {
  items: AreaFigures[];
  total: number;
  statistics?: {
    against: string;
    reason: string | null;
    reasonEn: string | null;
    total: { ratio: number | null; ratioLow: number | null; ratioHigh: number | null; pValue: number | null; verdict: Verdict } | null;
    rate?: {
      reason: string | null;
      reasonEn: string | null;
      funnel: { target: number | null; dispersion: number; adjusted: boolean } | null;
      ranking: { areas: number } | null;
    } | null;
  } | null;
}

export interface PeriodFigures {
  period: string;
  from: string;
  to: string;
  count: number | null;
  status: Status;
  provisional: boolean;
  rolling12: number | null;
  expected: number | null;
  expectedLow: number | null;
  expectedHigh: number | null;
  unusual: Verdict | null;
  trendFit: number | null;
  samePeriodLastYear: number | null;
}

/** A sum of months beside the same months a year earlier, or why there is none. */
export interface SumBeside {
  status: Status;
  reason?: string;
  reasonEn?: string;
  from?: string;
  to?: string;
  count?: number | null;
  lastYear?: number | null;
  difference?: number | null;
  percent?: number | null;
  percentPerDayLow?: number | null;
  percentPerDayHigh?: number | null;
  verdict?: Verdict;
}

/** A growth per year, or why it cannot be told. */
export interface Trend {
  status: Status;
  reason?: string;
  reasonEn?: string;
  from?: string;
  to?: string;
  percentPerYear?: number | null;
  low?: number | null;
  high?: number | null;
  verdict: Verdict;
}

/** A month from which the level is another; `calendar` holds, in Swedish, what happened near it. */
export interface Break {
  month: string;
  earliest: string;
  latest: string;
  percent: number | null;
  low: number | null;
  high: number | null;
  calendar: string[];
}

export interface AreaSeries {
  code: string;
  name: string;
  level: Level;
  values: PeriodFigures[];
  breaks?: { status: Status; reason?: string; reasonEn?: string; items: Break[] };
  rolling12?: SumBeside;
  yearToDate?: SumBeside;
  trend?: Trend;
}

export interface CalendarEntry {
  month: string;
  to: string;
  kind: string;
  text: string;
  textEn: string;
}

export interface Series extends Head {
  series: AreaSeries[];
  calendar?: CalendarEntry[];
}

export interface HourFigures {
  /** 1 for Monday. */
  weekday: number;
  hour: number;
  count: number;
  share: number | null;
}

/** Events by weekday and hour. Those known to an interval are spread over its hours, so a count need not be whole. */
export interface Hours extends Head {
  items: HourFigures[];
  /** The three hours in a row that hold the most, with their share in per cent; null where no time of day is known. */
  peak: { weekday: number; hour: number; hours: number; share: number; even: number; isSure: boolean } | null;
  timed: number;
  untimed: number;
  spread: number;
}

/** Events by cell of a grid of hexagons; a cell without any is not there. */
export interface Hexagons extends Head {
  features: {
    type: "Feature";
    id: string;
    geometry: { type: "Polygon"; coordinates: [number, number][][] };
    properties: { cell: string; count: number; baselineCount?: number; difference?: number };
  }[];
  resolution: number;
  withoutPoint: number;
  baselineWithoutPoint?: number;
}

export interface Outline {
  type: "Feature";
  id: string;
  geometry: object;
  properties: { code: string; name: string; level: Level; parent: string | null };
}

export interface Outlines {
  type: "FeatureCollection";
  features: Outline[];
}
