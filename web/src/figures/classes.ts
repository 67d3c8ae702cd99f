/** Classes of a choropleth: which values share a colour. */

import { ckmeans } from "simple-statistics";

export const BREAKS = ["quantile", "natural", "equal"] as const;
export type Breaks = (typeof BREAKS)[number];

/** A class: the least and the largest value in it, how many areas it holds, and its place in the ramp. */
export interface ColourClass {
  low: number;
  high: number;
  areas: number;
  /** From 0 up in a sequential ramp; in a diverging one from −2 to 2, 0 for what has not changed. */
  shade: number;
}

/** Shades of a sequential ramp, and on each side of a diverging one. */
export const SHADES = 5;
export const SIDE = 2;
const ALIKE = 0.9;

/**
 * Classes of amounts, from the lowest.
 *
 * No class is empty, no value is in two, and equal values share one. Zero stands alone where there are other values: nothing at all is another
 * thing than little. The shades are spread over the ramp, so that three classes differ as much as five; but what is nearly alike looks so: where
 * the least is within a tenth of the largest, there are two classes at most, with shades beside each other.
 */
export function sequential(values: number[], breaks: Breaks): ColourClass[] {
  const zeros = values.filter((value) => value === 0);
  const others = values.filter((value) => value !== 0);
  const isAlike = Math.min(...values) > ALIKE * Math.max(...values);
  const parts = others.length ? partsOf(others, breaks, isAlike ? 2 : zeros.length ? SHADES - 1 : SHADES) : [];
  const all = zeros.length ? [zeros, ...parts] : parts;
  if (isAlike) return all.map((part, index) => classOf(part, SIDE + index));
  const most = Math.max(1, all.length - 1);
  return all.map((part, index) => classOf(part, all.length === 1 && !zeros.length ? SIDE : Math.round((index * (SHADES - 1)) / most)));
}

/** Classes of changes, from the largest fall to the largest rise; both sides have the same breaks, so that equal changes are equally strong. */
export function diverging(values: number[], breaks: Breaks): ColourClass[] {
  const sizes = values.filter((value) => value !== 0).map(Math.abs);
  const parts = sizes.length ? partsOf(sizes, breaks, SIDE) : [];
  const limit = parts.length > 1 ? Math.max(...(parts[0] ?? [])) : 0;
  const shadeOf = (value: number): number => Math.sign(value) * (value === 0 ? 0 : Math.abs(value) > limit ? SIDE : 1);
  const shades = [-2, -1, 0, 1, 2];
  return shades
    .map((shade) => values.filter((value) => shadeOf(value) === shade))
    .flatMap((part, index) => (part.length ? [classOf(part, Number(shades[index]))] : []));
}

function classOf(part: number[], shade: number): ColourClass {
  return { low: Math.min(...part), high: Math.max(...part), areas: part.length, shade };
}

/** Divide values, at least one, into at most so many parts; equal values stay together and no part is empty. */
function partsOf(values: number[], breaks: Breaks, most: number): number[][] {
  const sorted = [...values].sort((a, b) => a - b);
  const parts = Math.min(most, new Set(sorted).size);
  if (breaks === "natural") return ckmeans(sorted, parts);
  const first = Number(sorted[0]);
  const width = (Number(sorted.at(-1)) - first) / parts;
  const ends = Array.from({ length: parts }, (_, index) =>
    breaks === "equal" ? first + width * (index + 1) : Number(sorted[Math.ceil(((index + 1) * sorted.length) / parts) - 1]),
  );
  ends[ends.length - 1] = Infinity;
  return ends
    .map((end, index) => sorted.filter((value) => value <= end && value > (index ? Number(ends[index - 1]) : -Infinity)))
    .filter((part) => part.length > 0);
}

/** The class a value falls in. */
export const classFor = (value: number, classes: ColourClass[]): ColourClass | undefined =>
  classes.find(({ low, high }) => value >= low && value <= high);
