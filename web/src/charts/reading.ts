/** One period of a chart in words. */

import type { AreaSeries, Interval } from "../api/answers";
import { capital } from "../figures/numbers";
import type { Desk } from "../view/desk.svelte";
import { aboutText, whyText } from "../view/saying";
import { isPartial, lackOf, type Charted } from "./layers";
import { periodText } from "./naming";

type Speaking = Pick<Desk, "t" | "n">;

/** What a period says, of the area, of the one beside it and of the base year. */
export function reading(charted: Charted, index: number, desk: Speaking): string {
  const { line, beside, interval, baseYear, ofBaseYear } = charted;
  const value = line.values[index];
  if (!value) return "";
  const others = [beside ? sayArea(beside, index, charted, desk) : "", sayBaseYear(baseYear, ofBaseYear[index], interval, desk)].filter(
    Boolean,
  );
  return [`${capital(periodText(value, interval, desk.t))}: ${sayArea(line, index, charted, desk)}`, ...others].join(". ");
}

function sayArea({ name, values }: AreaSeries, index: number, charted: Charted, desk: Speaking): string {
  const { t, n } = desk;
  const value = values[index];
  const lack = value ? lackOf(value) : "missing";
  if (!value || value.count === null || lack !== null) return `${name} ${whyText(lack ?? "missing", t)}`;
  const { expectedLow, expectedHigh, rolling12 } = value;
  const isKnown = (one: number | null | undefined): one is number => one !== null && one !== undefined;
  const notes = [
    unusualText(value.unusual, t),
    isKnown(expectedLow) && isKnown(expectedHigh) ? t.series.expected(n.whole(expectedLow), n.whole(expectedHigh)) : "",
    isPartial(value, charted) ? t.series.partial : "",
    value.provisional ? t.area.provisional : "",
    charted.interval === "rolling12" || !isKnown(rolling12) ? "" : `${t.series.rolling12} ${n.whole(rolling12)}`,
  ].filter(Boolean);
  return `${name} ${aboutText(n.whole(value.count), value.margin, desk)}${notes.length ? ` (${notes.join(", ")})` : ""}`;
}

const sayBaseYear = (year: string, value: number | null | undefined, interval: Interval, { t, n }: Speaking): string =>
  value === null || value === undefined ? "" : `${capital(t.series.sameIn(year, interval))} ${n.whole(value)}`;

/** Whether a month is unusual, in words. */
export const unusualText = (unusual: string | null | undefined, t: Desk["t"]): string =>
  unusual === "higher" ? t.series.unusualHigh : unusual === "lower" ? t.series.unusualLow : "";
