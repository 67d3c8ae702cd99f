/** The months of an area as bars, with what was expected, the rolling year, unusual months and changed ways of counting. */

import { axisX, axisY, barY, gridY, line as lineMark, plot, ruleX, ruleY, dot, areaY, text } from "@observablehq/plot";
import type { AreaSeries, CalendarEntry, PeriodFigures, Span } from "../api/shapes";
import type { Desk } from "../view/desk.svelte";

/** What a chart of months shows. */
export interface Charted {
  line: AreaSeries;
  beside: AreaSeries | undefined;
  calendar: CalendarEntry[];
  span: Span;
  base: Span | null;
  width: number;
  height: number;
  /** The month that is read out, by its place; −1 for none. */
  read: number;
}

const LEFT = 48;
const RIGHT = 8;
const COLOURS = {
  light: {
    asked: "#1b5f96",
    base: "#8cbcd6",
    other: "#c9d3d9",
    rolling: "#10222e",
    beside: "#b3580b",
    unusual: "#b3580b",
    band: "#10222e",
  },
  dark: { asked: "#7fc0f0", base: "#3a6d90", other: "#33424d", rolling: "#eaf1f4", beside: "#f7b262", unusual: "#f7b262", band: "#eaf1f4" },
};

/** Draw the chart. Its style sheet is the page's own: the policy of the page lets no element bring one. */
export function plotMonths(charted: Charted, { t, n, theme }: Desk): SVGElement | HTMLElement {
  const { line, beside, width, height, read } = charted;
  const ink = COLOURS[theme];
  const months = line.values.map(({ period }) => period);
  const known = line.values.filter(({ count }) => count !== null);
  const missing = line.values.filter(({ count }) => count === null);
  const kindOf = ({ period }: PeriodFigures): string =>
    within(period, charted.span) ? ink.asked : charted.base && within(period, charted.base) ? ink.base : ink.other;
  const changes = charted.calendar.filter(({ month }) => months.includes(month));
  const years = months.filter((month) => month.endsWith("-01"));
  const chart = plot({
    width,
    height,
    marginLeft: LEFT,
    marginRight: RIGHT,
    marginTop: 18,
    className: "plot",
    x: { type: "band", domain: months, padding: 0.15, label: null },
    y: { label: null, zero: true, nice: true },
    marks: [
      gridY({ strokeOpacity: 0.12 }),
      axisY({ tickFormat: (value: number) => n.whole(value), ticks: 4, tickSize: 0 }),
      axisX(years.length > 1 ? years : months.filter((_, index) => index % Math.ceil(months.length / 6) === 0), {
        tickFormat: (month: string) => (years.length > 1 ? month.slice(0, 4) : t.monthName(month).slice(0, 3)),
        tickSize: 4,
      }),
      areaY(
        known.filter(({ expectedLow }) => expectedLow !== null && expectedLow !== undefined),
        { x: "period", y1: "expectedLow", y2: "expectedHigh", fill: ink.band, fillOpacity: 0.1, curve: "step" },
      ),
      barY(known, { x: "period", y: "count", fill: kindOf, fillOpacity: ({ provisional }: PeriodFigures) => (provisional ? 0.55 : 1) }),
      lineMark(
        known.filter(({ rolling12 }) => rolling12 !== null && rolling12 !== undefined),
        {
          x: "period",
          y: ({ rolling12 }: PeriodFigures) => Number(rolling12) / 12,
          stroke: ink.rolling,
          strokeWidth: 2,
        },
      ),
      ...(beside
        ? [
            lineMark(
              beside.values.filter(({ count }) => count !== null),
              { x: "period", y: "count", stroke: ink.beside, strokeWidth: 2, strokeDasharray: "5 3" },
            ),
          ]
        : []),
      text(missing, { x: "period", y: 0, text: () => "?", dy: -8, fill: "currentColor" }),
      dot(
        known.filter(({ unusual }) => unusual === "higher" || unusual === "lower"),
        {
          x: "period",
          y: "count",
          dy: -9,
          r: 5,
          symbol: ({ unusual }: PeriodFigures) => (unusual === "higher" ? "triangle" : "triangle2"),
          fill: ink.unusual,
        },
      ),
      ruleX(changes, { x: "month", stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.7 }),
      ...(read >= 0 ? [ruleX([months[read]], { stroke: "currentColor", strokeWidth: 1.5 })] : []),
      ruleY([0], { stroke: "currentColor", strokeOpacity: 0.5 }),
    ],
  });
  chart.querySelector("style")?.remove();
  chart.dataset.left = String(LEFT);
  chart.dataset.right = String(RIGHT);
  return chart;
}

const within = (month: string, { from, to }: Span): boolean => month >= from && month <= to;
