/** What months anyone may see of areas of a level: those that are small are released by quarter and year, or by year alone. */

import type { Audience, Level, Source, Span } from "../api/answers";
import { lengthOf, monthNumber } from "../figures/months";
import { spanOf, type Relative } from "./periods";

/** The presets of who sees exact figures, and of areas that are released month by month. */
const EVERY: Relative[] = ["last12", "yearToDate", "lastTertial", "lastMonth"];
/** Those of smaller areas: whole years and quarters too, in the order that they are offered in. */
const SMALL: Relative[] = ["lastYear", "lastQuarter", "last12", "yearToDate", "lastTertial", "lastMonth"];

/** What a question is of, as far as it decides which months are released. */
export interface Asked {
  level: Level;
  sources: Source[];
  /** Whether single kinds are counted, and not all or a group of them. */
  hasKinds: boolean;
}

/** Of how many months the shortest released periods are. */
function stepOf({ level, sources, hasKinds }: Asked): number {
  if (sources.every((source) => source.public)) return 1;
  if (level === "basomrade") return 12;
  return level === "stadsdel" ? (hasKinds ? 12 : 3) : 1;
}

/** Tell whether a period is made up of released ones. */
export function isReleased(span: Span, asked: Asked): boolean {
  const step = stepOf(asked);
  return monthNumber(span.from) % step === 0 && lengthOf(span) % step === 0;
}

/** The presets that are offered, those that anyone may see first. */
export function presetsOf(audience: Audience, covered: Span, asked: Asked): Relative[] {
  if (audience === "staff" || stepOf(asked) === 1) return EVERY;
  const isSeen = (period: Relative): boolean => isReleased(spanOf(period, covered), asked);
  return [...SMALL.filter(isSeen), ...SMALL.filter((period) => !isSeen(period))];
}

/** The preset that is nearest to the one asked for, of those that anyone may see; itself where it is one, or none is. */
export function nearestReleased(period: Relative, covered: Span, asked: Asked): Relative {
  const near: Relative[] = period === "last12" || period === "yearToDate" ? ["lastYear", "lastQuarter"] : ["lastQuarter", "lastYear"];
  return [period, ...near].find((one) => isReleased(spanOf(one, covered), asked)) ?? period;
}
