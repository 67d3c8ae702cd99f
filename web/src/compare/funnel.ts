/** The funnel: which areas can be drawn in it, which lie outside, and which are named. */

import type { AreaFigures, Place } from "../api/answers";

/** An area in the funnel. */
export interface Drawn {
  code: string;
  name: string;
  /** Inhabitants on average over the period, or whatever the rate is per. */
  people: number;
  rate: number;
  place: Place;
  limits: [low998: number, low95: number, high95: number, high998: number];
}

const FAR: Record<Place, number> = { above998: 2, below998: 2, above95: 1, below95: 1, inside: 0 };

/** The areas that have a rate, those with the fewest inhabitants first. */
export function drawnOf(rows: AreaFigures[], months: number): Drawn[] {
  return rows
    .flatMap((row): Drawn[] => {
      const { personYears, rate, funnel, funnelLow998, funnelLow95, funnelHigh95, funnelHigh998 } = row;
      const isKnown = row.status === "value" && isNumber(personYears) && personYears > 0 && isNumber(rate);
      if (!isKnown || !funnel || !isNumber(funnelLow998) || !isNumber(funnelLow95) || !isNumber(funnelHigh95) || !isNumber(funnelHigh998))
        return [];
      return [
        {
          code: row.code,
          name: row.name,
          people: (personYears * 12) / months,
          rate,
          place: funnel,
          limits: [funnelLow998, funnelLow95, funnelHigh95, funnelHigh998],
        },
      ];
    })
    .sort((a, b) => a.people - b.people || (a.code < b.code ? -1 : 1));
}

const isNumber = (value: number | null | undefined): value is number => typeof value === "number";

/** Tell whether an area lies outside the inner limits. */
export const isOutside = ({ place }: Drawn): boolean => place !== "inside";

/** The areas whose names are written: of those outside the ones that lie farthest out, so many as can be read. */
export function namedOf(drawn: Drawn[], most: number): Drawn[] {
  const howFar = ({ place, rate, limits: [, low, high] }: Drawn): number => FAR[place] * 1e6 + Math.max(rate - high, low - rate);
  return drawn
    .filter(isOutside)
    .sort((a, b) => howFar(b) - howFar(a))
    .slice(0, most);
}

/** A name beside its dot, in pixels from it. */
export interface PlacedName {
  one: Drawn;
  dy: number;
  anchor: "start" | "middle" | "end";
}

const LETTER = 6.6;
const LINE = 14;

/**
 * The names that can be written without one lying on another, the first of the list before the rest.
 *
 * @param place Where an area's dot is, in pixels.
 */
export function placedNames(named: Drawn[], place: (one: Drawn) => [number, number], width: number): PlacedName[] {
  const taken: [left: number, top: number, right: number, bottom: number][] = [];
  const isFree = (box: (typeof taken)[number]): boolean =>
    taken.every(([left, top, right, bottom]) => box[2] < left || box[0] > right || box[3] < top || box[1] > bottom);
  return named.flatMap((one): PlacedName[] => {
    const [x, y] = place(one);
    const wide = one.name.length * LETTER;
    const anchor = x + wide / 2 > width ? "end" : x - wide / 2 < LINE * 3 ? "start" : "middle";
    const left = anchor === "end" ? x - wide : anchor === "start" ? x : x - wide / 2;
    const side = one.place.startsWith("above") ? -1 : 1;
    for (const dy of [12 * side, -12 * side]) {
      const box: (typeof taken)[number] = [left, y + dy - LINE / 2, left + wide, y + dy + LINE / 2];
      if (!isFree(box)) continue;
      taken.push(box);
      return [{ one, dy, anchor }];
    }
    return [];
  });
}
