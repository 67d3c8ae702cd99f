/** Draws a chart of periods: bars, or a line for rolling years, with all that stands beside them. */

import { axisX, axisY, barY, dot, gridY, line as lineMark, plot, ruleX, ruleY, text, tickY, type Markish } from "@observablehq/plot";
import type { PeriodFigures } from "../api/answers";
import type { Theme } from "../figures/colours";
import type { Numbers } from "../figures/numbers";
import { hatchings } from "../map/hatching";
import type { Texts } from "../texts/sv";
import { BAND_OPACITY, BESIDE_DASHES, INK, NOTE_DASHES, PARTIAL, PROVISIONAL, type Ink } from "./ink";
import { hasBand, isPartial, lackOf, notesOf, roleOf, rollingOf, topOf, type Charted } from "./layers";
import { ticksOf } from "./naming";

/** In what language and theme a chart is drawn. */
export interface Manner {
  t: Texts;
  n: Numbers;
  theme: Theme;
}

/** A drawn chart, and where the middle of each period stands, in pixels. */
export interface Drawn {
  svg: SVGSVGElement;
  middles: number[];
}

const RIGHT = 12;
const PADDING = 0.15;
const WIDEST_BAR = 56;
const DIGIT = 7;
/** Up to so many points a line has a mark at each of them. */
const MARKED = 24;

/** Draw a chart. Its style sheet is taken away: the policy of the page lets no element bring one, and a saved file brings its own. */
export function plotPeriods(charted: Charted, width: number, height: number, manner: Manner): Drawn {
  const { line, interval } = charted;
  const { t, n } = manner;
  const ink = INK[manner.theme];
  const top = topOf(charted);
  const left = 20 + DIGIT * n.whole(top).length;
  const room = width - left - RIGHT;
  const ticks = ticksOf(line.values, interval, room, t);
  const band = (room * (1 - PADDING)) / (line.values.length + PADDING);
  const chart = plot({
    width,
    height,
    marginLeft: left,
    marginRight: RIGHT,
    marginTop: 26,
    className: "plot",
    x: { type: "band", domain: line.values.map(({ period }) => period), padding: PADDING, label: null },
    y: { label: null, domain: [0, top], nice: true },
    marks: [
      gridY({ ticks: 4, strokeOpacity: 0.12 }),
      axisY({ tickFormat: (value: number) => (Number.isInteger(value) ? n.whole(value) : ""), ticks: Math.min(4, top), tickSize: 0 }),
      axisX(
        ticks.map(({ period }) => period),
        { tickFormat: (period: string) => ticks.find((tick) => tick.period === period)?.text ?? "", tickSize: 4 },
      ),
      ...marksOf(charted, ink, band, top),
      ...noteMarks(charted, band),
      ruleY([0], { stroke: "currentColor", strokeOpacity: 0.5 }),
    ],
  }) as SVGSVGElement & { scale(name: "x"): { apply(period: string): number; bandwidth?: number } };
  chart.querySelector("style")?.remove();
  chart.prepend(hatchings(ink.quiet, 0.6));
  const scale = chart.scale("x");
  return { svg: chart, middles: line.values.map(({ period }) => scale.apply(period) + Number(scale.bandwidth) / 2) };
}

const orGap = (value: number | null | undefined): number => value ?? NaN;

function marksOf(charted: Charted, ink: Ink, band: number, top: number): Markish[] {
  const { line, interval, beside, ofBaseYear } = charted;
  const { values } = line;
  const inset = Math.max(0, (band - WIDEST_BAR) / 2);
  const aside = { insetLeft: inset, insetRight: inset };
  const colourOf = (value: PeriodFigures): string => ink[roleOf(value, charted)];
  /** A sum of twelve months of which some are lacking would look like a fall. */
  const countOf = (value: PeriodFigures): number => orGap(interval === "rolling12" && isPartial(value, charted) ? null : value.count);
  const bars = values.filter(({ count }) => count !== null);
  const whole = bars.filter((value) => !isPartial(value, charted));
  const lacks = ["missing", "withheld", "notApplicable"] as const;
  const marker = values.length <= MARKED ? "circle" : "none";
  const counts: Markish[] =
    interval === "rolling12"
      ? [
          lineMark(values, {
            x: "period",
            y: countOf,
            stroke: ink.asked,
            strokeWidth: 2.5,
            marker,
          }),
        ]
      : [
          barY(
            whole.filter(({ provisional }) => !provisional),
            { x: "period", y: "count", fill: colourOf, ...aside },
          ),
          barY(
            whole.filter(({ provisional }) => provisional),
            { x: "period", y: "count", fill: colourOf, stroke: colourOf, ...PROVISIONAL, ...aside },
          ),
          barY(
            bars.filter((value) => isPartial(value, charted)),
            { x: "period", y: "count", fill: colourOf, stroke: colourOf, ...PARTIAL, ...aside },
          ),
        ];
  const judged = hasBand(charted) ? values.filter(({ expectedLow }) => expectedLow !== null && expectedLow !== undefined) : [];
  const gap = (band * PADDING) / (1 - PADDING) / 2;
  return [
    barY(judged, {
      x: "period",
      y1: "expectedLow",
      y2: "expectedHigh",
      fill: ink.text,
      fillOpacity: BAND_OPACITY,
      insetLeft: -gap,
      insetRight: -gap,
    }),
    ...lacks.map((lack) =>
      barY(
        values.filter((value) => lackOf(value) === lack),
        { x: "period", y1: 0, y2: top, fill: `url(#hatching-${lack})`, ...aside },
      ),
    ),
    ...counts,
    ...(["expectedLow", "expectedHigh"] as const).map((edge) =>
      tickY(judged, { x: "period", y: edge, stroke: ink.quiet, strokeWidth: 0.9, insetLeft: -gap, insetRight: -gap }),
    ),
    tickY(
      values.filter((_, index) => typeof ofBaseYear[index] === "number"),
      { x: "period", y: ofBaseYear.filter((value) => value !== null), stroke: ink.baseYear, strokeWidth: 2.5 },
    ),
    lineMark(values, {
      x: "period",
      y: (value: PeriodFigures) => orGap(rollingOf(value, interval)),
      stroke: ink.rolling,
      strokeWidth: 2,
      marker: values.length === 1 ? "circle" : "none",
    }),
    lineMark(beside?.values ?? [], {
      x: "period",
      y: countOf,
      stroke: ink.beside,
      strokeWidth: 2,
      strokeDasharray: BESIDE_DASHES,
      marker,
    }),
    ...(["higher", "lower"] as const).map((way) =>
      dot(
        bars.filter(({ unusual }) => unusual === way),
        {
          x: "period",
          y: "count",
          dy: -9,
          r: 4.5,
          symbol: "triangle",
          rotate: way === "higher" ? 0 : 180,
          fill: ink.unusual,
          stroke: ink.paper,
          strokeWidth: 1,
        },
      ),
    ),
  ];
}

/** A dashed line where something is to be minded, and its number over it; several in one period share a line. */
function noteMarks(charted: Charted, band: number): Markish[] {
  const notes = notesOf(charted);
  const places = [...new Set(notes.map(({ at }) => at))].map((at) => ({
    period: charted.line.values[at]?.period,
    numbers: notes
      .filter((note) => note.at === at)
      .map(({ number }) => number)
      .join(", "),
  }));
  // What changes with a month changes at its beginning, so the line stands before the bar.
  const dx = charted.interval === "rolling12" ? 0 : -band / 2 - 1;
  return [
    ruleX(places, { x: "period", dx, stroke: "currentColor", strokeDasharray: NOTE_DASHES, strokeOpacity: 0.75 }),
    text(places, { x: "period", text: "numbers", dx, frameAnchor: "top", dy: -12, fontWeight: "bold", fill: "currentColor" }),
  ];
}
