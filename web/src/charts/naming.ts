/** Periods of every interval in words, and on an axis. */

import type { Interval, PeriodFigures } from "../api/answers";
import { monthNumber } from "../figures/months";
import type { Texts } from "../texts/sv";
import { isCut, MONTHS } from "./layers";

type Dated = Pick<PeriodFigures, "from" | "to">;

/** A period in words: "mars 2024", "kvartal 1 2024", "2024", or its months where it is cut short. */
export function periodText(value: PeriodFigures, interval: Interval, t: Texts): string {
  if (interval === "rolling12") return t.yearUpTo(value.to);
  if (isCut(value, interval)) return t.span(value);
  if (interval === "month") return t.month(value.from);
  const year = value.from.slice(0, 4);
  return interval === "year" ? year : t.parts[interval].long(placeInYear(value, interval) + 1, year);
}

/** Where a period stands among those of its kind: of a rolling year by its last month, of others by their first. */
const place = ({ from, to }: Dated, interval: Interval): number =>
  interval === "rolling12" ? monthNumber(to) : Math.floor(monthNumber(from) / MONTHS[interval]);

const perYear = (interval: Interval): number => (interval === "rolling12" ? 12 : 12 / MONTHS[interval]);

const placeInYear = (value: Dated, interval: Interval): number => place(value, interval) % perYear(interval);

/** So wide is the text of a tick, with the room round it, in pixels. */
const TICK = 46;

/**
 * The ticks of an axis of periods: as many as there is room for, at even steps that fall on the beginnings of years.
 *
 * @param room The width of the axis in pixels.
 */
export function ticksOf(values: PeriodFigures[], interval: Interval, room: number, t: Texts): { period: string; text: string }[] {
  const year = perYear(interval);
  const parts = [1, 2, 3, 4, 6].filter((step) => step < year && year % step === 0);
  const steps = [...parts, ...[1, 2, 5, 10, 25, 50, 100].map((years) => years * year)];
  const step = steps.find((one) => (values.length / one) * TICK <= room) ?? year * 100;
  const found = values.filter((value) => place(value, interval) % step === 0);
  const shown = found.length ? found : values.slice(0, 1);
  const hasYear = shown.some((value) => placeInYear(value, interval) === 0);
  return shown.map((value, index) => {
    const date = interval === "rolling12" ? value.to : value.from;
    const number = placeInYear(value, interval);
    if (number === 0) return { period: value.period, text: date.slice(0, 4) };
    const short = interval === "quarter" || interval === "tertial" ? t.parts[interval].short(number + 1) : t.monthName(date).slice(0, 3);
    return { period: value.period, text: index === 0 && !hasYear ? `${short} ${date.slice(0, 4)}` : short };
  });
}
