// @ts-check
/** The classes of colours that the values of an answer fall into. */

/** @import { ColourClass, Drawn, Figures, Look, Measure, Status } from "./types.js" */

import { mapValue, statusOf } from "./figures.js";

/** Which of five shades to use when there are fewer classes, so that they stay apart. @type {number[][]} */
const SHADES = [[], [3], [2, 4], [1, 3, 5], [1, 2, 4, 5], [1, 2, 3, 4, 5]];

/** @param {Measure} measure */
export const isChange = (measure) => measure === "difference" || measure === "percent";

/**
 * @param {Figures[]} figures
 * @param {Measure} measure
 * @param {number} decimals
 */
export function classesOf(figures, measure, decimals) {
  const values = figures.flatMap((one) => mapValue(one, measure, decimals) ?? []);
  return isChange(measure) ? changeClasses(values) : amountClasses(values);
}

/**
 * Classes of amounts: 0 alone, the rest by quantiles, five at most together.
 * @param {number[]} values
 * @returns {ColourClass[]}
 */
export function amountClasses(values) {
  const zeros = values.filter((value) => value === 0);
  const parts = quantileParts(values.filter((value) => value !== 0), zeros.length ? 4 : 5);
  const shades = SHADES[parts.length] ?? [];
  const rest = parts.map((part, index) => colourClass(part, `amount-${shades[index]}`));
  return zeros.length ? [colourClass(zeros, "amount-0"), ...rest] : rest;
}

/**
 * Classes of changes: small and large fall, none, small and large rise. Small and large part at the middle of all changes, up and down alike.
 * @param {number[]} values
 * @returns {ColourClass[]}
 */
export function changeClasses(values) {
  const parts = quantileParts(values.filter((value) => value !== 0).map(Math.abs), 2);
  const large = parts.length === 2 ? Number(parts[1]?.[0]) : Infinity;
  /** @type {[string, (value: number) => boolean][]} */
  const kinds = [
    ["change-down-2", (value) => value <= -large],
    ["change-down-1", (value) => value < 0 && value > -large],
    ["change-0", (value) => value === 0],
    ["change-up-1", (value) => value > 0 && value < large],
    ["change-up-2", (value) => value >= large],
  ];
  const sorted = [...values].sort((a, b) => a - b);
  return kinds.flatMap(([shade, belongs]) => {
    const members = sorted.filter(belongs);
    return members.length ? [colourClass(members, shade)] : [];
  });
}

/**
 * Cut values into classes of about the same number of areas. Equal values never part, and every end is a value that occurs.
 * @param {number[]} values
 * @param {number} most
 * @returns {number[][]} the values of each class, ascending
 */
function quantileParts(values, most) {
  const sorted = [...values].sort((a, b) => a - b);
  const distinct = [...new Set(sorted)];
  const starts = distinct.length <= most
    ? distinct
    : [...new Set(Array.from({ length: most }, (_, part) => Number(sorted[Math.round((sorted.length * part) / most)])))];
  return starts.map((start, part) => {
    const next = starts[part + 1] ?? Infinity;
    return sorted.filter((value) => value >= start && value < next);
  });
}

/**
 * @param {number[]} values sorted, not empty
 * @param {string} shade
 * @returns {ColourClass}
 */
const colourClass = (values, shade) => ({ low: Number(values[0]), high: Number(values.at(-1)), areas: values.length, shade });

/**
 * How an area looks: the shade of its class, or the hatching of what it lacks.
 * @param {Figures} figures
 * @param {Drawn} drawn
 * @returns {Look}
 */
export function lookOf(figures, { state, decimals, classes }) {
  const value = mapValue(figures, state.measure, decimals);
  const found = classes.find((one) => value !== null && value >= one.low && value <= one.high);
  return found ? shaded(found.shade) : hatched(statusOf(figures, state.measure));
}

/**
 * @param {string} shade
 * @returns {Look}
 */
export const shaded = (shade) => ({ class: shade, fill: "none" });

/**
 * @param {Status} status
 * @returns {Look}
 */
export const hatched = (status) => ({ class: "no-value", fill: `url(#hatch-${status})` });
