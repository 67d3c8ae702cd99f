/** What the figures of one area say: the value that colours it, and what a column lacks. */

import type { AreaFigures, Status } from "../api/answers";
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

/** Tell whether the number of events is known: where nobody lives there is no rate, but what happened there happened. */
export const hasCount = (row: AreaFigures): row is AreaFigures & { count: number } =>
  row.count !== null && row.status !== "missing" && row.status !== "withheld";

/** The figure that an area is coloured by, rounded as it is written, so that the legend's classes hold what the reader sees; null when there is none. */
export function valueOf(figures: AreaFigures, colour: Colour, decimals: number): number | null {
  if (colour === "verdict" || statusOf(figures, colour) !== "value") return null;
  return Number(Number(figures[colour]).toFixed(isRate(colour) ? decimals : 0)) + 0;
}
