/** One month of a series in words. */

import type { AreaSeries } from "../api/shapes";
import { capital } from "../figures/numbers";
import type { Desk } from "../view/desk.svelte";
import { whyText } from "../view/saying";

/** What a month of a series says. */
export function reading({ name, values }: AreaSeries, index: number, { t, n }: Desk): string {
  const value = values[index];
  if (!value) return "";
  const head = `${name}, ${capital(t.month(value.period))}`;
  if (value.count === null) return `${head}: ${whyText(value.status === "value" ? "missing" : value.status, t)}`;
  const notes = [
    value.unusual === "higher" ? t.series.unusualHigh : value.unusual === "lower" ? t.series.unusualLow : "",
    value.provisional ? t.area.provisional : "",
    value.rolling12 === null || value.rolling12 === undefined ? "" : `${t.presets.last12.toLowerCase()} ${n.whole(value.rolling12)}`,
  ].filter(Boolean);
  return `${head}: ${n.whole(value.count)}${notes.length ? ` (${notes.join(", ")})` : ""}`;
}
