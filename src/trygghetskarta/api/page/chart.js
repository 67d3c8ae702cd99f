// @ts-check
/** The bars of the months, as wide as there is room, so that their text is never scaled. */

/** @import { Charted, Lack, MonthValue, State } from "./types.js" */

import { hatched } from "./classes.js";
import { byId, svg } from "./elements.js";
import { baselineSpan, monthName, monthNumber, monthText } from "./months.js";
import { capital, WHOLE } from "./numbers.js";
import { LACK_WORDS } from "./words.js";

const HEIGHT = 210;
const LEFT = 46;
const RIGHT = 6;
const TOP = 10;
const FLOOR = HEIGHT - 36;

/**
 * What a month lacks; null when it has a count.
 * @param {MonthValue} value
 * @returns {Lack|null}
 */
export function lackOf({ status, count }) {
  if (status !== "value") return status;
  return count === null ? "missing" : null;
}

/**
 * Which bar a month has: of the period, of what it is compared with, or of neither.
 * @param {MonthValue} value
 * @param {State} state
 */
export function barKind({ period, provisional }, state) {
  const base = baselineSpan(state);
  const isAsked = period >= state.from && period <= state.to;
  const isBase = base !== null && period >= base.from && period <= base.to;
  return `${isAsked ? "asked" : isBase ? "base" : "other"}${provisional ? " provisional" : ""}`;
}

/** @param {Charted} charted */
export function drawChart({ series: { values }, state }) {
  const box = document.getElementById("chart");
  if (!box) return;
  const width = Math.max(240, box.clientWidth);
  const ticks = axisTicks(Math.max(0, ...values.map((value) => value.count ?? 0)));
  const slot = (width - LEFT - RIGHT) / values.length;
  /** @param {number} count */
  const level = (count) => FLOOR - (count / Number(ticks.at(-1))) * (FLOOR - TOP);
  const bars = values.map((value, index) => bar(value, state, { x: LEFT + index * slot, slot, y: level(value.count ?? 0) }));
  const title = `Stapeldiagram: ${byId("series-title").textContent}. Samma siffror finns i tabellen under.`;
  box.replaceChildren(svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": title },
    ...ticks.flatMap((tick) => [
      svg("path", { d: `M${LEFT} ${level(tick).toFixed(1)}H${width - RIGHT}`, class: tick ? "grid" : "axis" }),
      svg("text", { x: LEFT - 7, y: level(tick) + 4, class: "tick", "text-anchor": "end" }, WHOLE.format(tick)),
    ]),
    ...bars, ...values.flatMap((value, index) => monthLabels(value, slot, { isAlone: index === 0 && values.length < 12, index }))));
}

/**
 * Round numbers for an axis from 0, at most five steps.
 * @param {number} largest
 */
function axisTicks(largest) {
  const rough = Math.max(1, largest) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power);
  const ticks = Math.max(1, Math.ceil(largest / step));
  return Array.from({ length: ticks + 1 }, (_, index) => index * step);
}

/**
 * @param {MonthValue} value
 * @param {State} state
 * @param {{x: number, slot: number, y: number}} place
 */
function bar(value, state, { x, slot, y }) {
  const lack = lackOf(value);
  const left = x.toFixed(2);
  const width = Math.max(0.5, slot - Math.min(2, slot * 0.2)).toFixed(2);
  const whole = { y: TOP, height: FLOOR - TOP };
  const drawn = lack
    ? svg("rect", { x: left, width, ...whole, ...hatched(lack) })
    : svg("rect", { x: left, y: y.toFixed(1), width, height: Math.max(0, FLOOR - y).toFixed(1), class: `bar ${barKind(value, state)}` });
  const text = lack ? LACK_WORDS[lack].toLowerCase() : `${WHOLE.format(Number(value.count))}${value.provisional ? ", preliminärt" : ""}`;
  const hit = svg("rect", { x: left, width: slot.toFixed(2), ...whole, class: "hit" },
    svg("title", {}, `${capital(monthText(value.period))}: ${text}`));
  return svg("g", { "data-period": value.period, "data-count": value.count ?? "" }, drawn, hit);
}

/**
 * Years under the axis, and months where they fit.
 * @param {MonthValue} value
 * @param {number} slot
 * @param {{isAlone: boolean, index: number}} place alone: the year of a short chart, which may have no January
 */
function monthLabels({ period }, slot, { isAlone, index }) {
  const every = [1, 3, 6].find((months) => months * slot >= 30) ?? 12;
  const yearEvery = Math.max(1, Math.ceil(34 / (12 * slot)));
  const number = monthNumber(period);
  const isJanuary = number % 12 === 0;
  const isYear = isJanuary && Math.floor(number / 12) % yearEvery === 0;
  const x = (LEFT + (index + 0.5) * slot).toFixed(1);
  /** @param {number} y @param {string} kind @param {string} text */
  const tick = (y, kind, text) => svg("text", { x, y, class: kind, "text-anchor": "middle" }, text);
  return [
    ...(isJanuary ? [svg("path", { d: `M${x} ${FLOOR}v5`, class: "axis" })] : []),
    ...(every < 12 && number % every === 0 ? [tick(FLOOR + 16, "tick", monthName(period).slice(0, 3))] : []),
    ...(isYear || isAlone ? [tick(FLOOR + (every < 12 ? 31 : 18), "tick year", period.slice(0, 4))] : []),
  ];
}
