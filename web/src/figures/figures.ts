/** What the figures of one area say: the value that colours it, and what a column lacks. */

import type { AreaFigures, Status, Verdict } from "../api/answers";
import { isHarm, isRate, type Colour } from "../view/view";

/** Which of the four states a column has in one area. */
export function statusOf(figures: AreaFigures, colour: Colour): Status {
  if (figures.status === "missing" || figures.status === "withheld") return figures.status;
  const value = figures[colour];
  if (colour === "verdict") return value === null || value === "notApplicable" ? "notApplicable" : "value";
  if (value !== null && value !== undefined) return "value";
  if (isHarm(colour)) return figures.harmStatus === "missing" || figures.harmStatus === "withheld" ? figures.harmStatus : "notApplicable";
  if (isRate(colour)) return "notApplicable";
  if (colour === "count") return figures.status === "notApplicable" ? "notApplicable" : "missing";
  return figures.baselineStatus === "missing" || figures.baselineStatus === "withheld" ? figures.baselineStatus : "notApplicable";
}

/** What is said of a change: a verdict of higher or lower is sure, or likely where the many areas that are tested leave some doubt. */
export type Finding = Verdict | "likelyHigher" | "likelyLower";

/** What there is to go by: the API grades the verdicts of areas, and gives other ones their adjusted p-value. */
interface Judged {
  verdict?: Verdict | null;
  evidence?: AreaFigures["evidence"];
  adjustedP?: number | null;
}

/** As `STRONG` of the API: an adjusted p-value up to this is strong evidence. */
const STRONG = 0.05;

/** What is said of a change. */
export function findingOf({ verdict, evidence, adjustedP }: Judged): Finding {
  const isLikely = evidence ? evidence === "moderate" : Number(adjustedP ?? 0) > STRONG;
  if (isLikely && verdict === "higher") return "likelyHigher";
  if (isLikely && verdict === "lower") return "likelyLower";
  return verdict ?? "notApplicable";
}

/** Which way a finding points: up, down, or neither. */
export const wayOf = (finding: Finding): "rise" | "fall" | "" =>
  finding === "higher" || finding === "likelyHigher" ? "rise" : finding === "lower" || finding === "likelyLower" ? "fall" : "";

/** Tell whether the number of events is known: where nobody lives there is no rate, but what happened there happened. */
export const hasCount = (row: AreaFigures): row is AreaFigures & { count: number } =>
  row.count !== null && row.status !== "missing" && row.status !== "withheld";

/** The figure that an area is coloured by, rounded as it is written, so that the legend's classes hold what the reader sees; null when there is none. */
export function valueOf(figures: AreaFigures, colour: Colour, decimals: number): number | null {
  if (colour === "verdict" || statusOf(figures, colour) !== "value") return null;
  return Number(Number(figures[colour]).toFixed(isRate(colour) ? decimals : 0)) + 0;
}
