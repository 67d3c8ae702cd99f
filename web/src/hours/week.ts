/** The week as a grid of weekdays and hours: sums, and how its figures are written. */

import type { HourFigures } from "../api/answers";
import type { Numbers } from "../figures/numbers";

export const DAYS = 7;
export const DAY_HOURS = 24;

/** The counts of a week, and its sums. */
export interface Week {
  /** By weekday from Monday, then by hour. */
  cells: number[][];
  ofDay: number[];
  ofHour: number[];
  total: number;
  /** Whether every count is whole: none is spread over several hours. */
  isWhole: boolean;
}

const sumOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Make a week of the figures of its hours; an hour that is not there has none. */
export function weekOf(items: HourFigures[]): Week {
  const byHour = new Map(items.map(({ weekday, hour, count }) => [(weekday - 1) * DAY_HOURS + hour, count]));
  const cells = Array.from({ length: DAYS }, (_, day) =>
    Array.from({ length: DAY_HOURS }, (_, hour) => byHour.get(day * DAY_HOURS + hour) ?? 0),
  );
  const ofDay = cells.map(sumOf);
  return {
    cells,
    ofDay,
    ofHour: Array.from({ length: DAY_HOURS }, (_, hour) => sumOf(cells.map((day) => day[hour] ?? 0))),
    total: sumOf(ofDay),
    isWhole: items.every(({ count }) => Number.isInteger(count)),
  };
}

/** A count as the grid writes it: whole where all are, or where there are many; else with one decimal. What is not zero is never written so. */
export function countText(count: number, { isWhole, cells }: Week, n: Numbers, less: string): string {
  if (isWhole) return n.whole(count);
  const isMany = Math.max(...cells.flat()) >= 10;
  if (count > 0 && count < (isMany ? 0.5 : 0.05)) return less;
  return isMany ? n.whole(count) : n.decimal(count, 1);
}

/** A count as it is coloured: rounded as it is written, so that the legend holds what the reader sees. */
export function roundedCount(count: number, { isWhole, cells }: Week): number {
  if (isWhole) return count;
  const isMany = Math.max(...cells.flat()) >= 10;
  return Number(count.toFixed(isMany ? 0 : 1)) || count;
}

/** The cell one comes to from another by a key; the same where the key is none of the grid's. */
export function cellBy(key: string, [row, column]: [number, number], rows: number, columns: number): [number, number] {
  const moves: Record<string, [number, number]> = {
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    Home: [row, 0],
    End: [row, columns - 1],
    PageUp: [0, column],
    PageDown: [rows - 1, column],
  };
  const [toRow, toColumn] = moves[key] ?? [row, column];
  return [Math.min(rows - 1, Math.max(0, toRow)), Math.min(columns - 1, Math.max(0, toColumn))];
}
