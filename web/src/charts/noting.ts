/** What is to be minded in a chart, in words. */

import { capital } from "../figures/numbers";
import type { Desk } from "../view/desk.svelte";
import type { Note } from "./layers";

/** A note as a sentence or two: when, what, and for a changed level how much and why. */
export function noteText({ span, text, textEn, change }: Note, name: string, desk: Pick<Desk, "t" | "n" | "words">): string {
  const { t, n } = desk;
  const reason = desk.words(text, textEn);
  if (!change) return `${capital(t.series.when(span.from, span.to))}: ${reason}`;
  const percent = (value: number | null): string => (value === null ? t.nothing : n.finePercent(value));
  const what = t.series.break(name, percent(change.percent), percent(change.low), percent(change.high), span);
  return `${what} ${reason ? t.series.breakBecause(reason) : t.series.breakUnexplained}`;
}
