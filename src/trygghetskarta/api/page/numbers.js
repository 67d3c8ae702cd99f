// @ts-check
/** Numbers, amounts and enumerations as Swedish text. */

/** @import { Measure } from "./types.js" */

export const WHOLE = new Intl.NumberFormat("sv-SE", { maximumFractionDigits: 0 });
export const SIGNED = new Intl.NumberFormat("sv-SE", { maximumFractionDigits: 0, signDisplay: "exceptZero" });
export const PERCENT = new Intl.NumberFormat("sv-SE", { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });
export const SHARE = new Intl.NumberFormat("sv-SE", { style: "percent", maximumFractionDigits: 0 });
export const INSTANT = new Intl.DateTimeFormat("sv-SE", { dateStyle: "long", timeStyle: "short", timeZone: "Europe/Stockholm" });
export const SWEDISH = new Intl.Collator("sv-SE", { numeric: true });

/** What stands where there is no number. */
export const NOTHING = "–";

/**
 * Write a figure as the map, the legend and the table all write it.
 * @param {number} value
 * @param {Measure} measure
 * @param {number} decimals for a rate
 */
export function figureText(value, measure, decimals) {
  if (measure === "difference") return SIGNED.format(value);
  if (measure === "percent") return PERCENT.format(value / 100);
  if (measure === "rate") return value.toLocaleString("sv-SE", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return WHOLE.format(value);
}

/**
 * Decimals that keep the rates of one answer apart.
 * @param {(number|null)[]} rates
 */
export function decimalsFor(rates) {
  const largest = Math.max(0, ...rates.map((rate) => rate ?? 0));
  if (largest >= 10) return 1;
  return largest >= 1 ? 2 : 3;
}

/**
 * "1 anmält brott", "2 anmälda brott".
 * @param {number} count
 * @param {[string, string]} noun
 */
export const counted = (count, noun) => `${WHOLE.format(count)} ${count === 1 ? noun[0] : noun[1]}`;

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * "a, b och c".
 * @param {string[]} parts
 */
export const listed = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} och ${parts.at(-1)}`);

/**
 * The least and the largest; Infinity and -Infinity of none.
 * @param {number[]} values
 * @returns {[number, number]}
 */
export function ends(values) {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}
