/** The funnel and the rank intervals, drawn. */

import { areaY, axisX, axisY, dot, gridX, gridY, line, plot, ruleY, text, link } from "@observablehq/plot";
import { isOutside, namedOf, placedNames, type Drawn } from "../compare/funnel";
import type { Theme } from "../figures/colours";
import type { Numbers } from "../figures/numbers";

const INKS = {
  light: { paper: "#ffffff", limit: "#10222e", dot: "#1b5f96", high: "#b3580b", low: "#2367a3" },
  dark: { paper: "#141d24", limit: "#eaf1f4", dot: "#7fc0f0", high: "#f7b262", low: "#8cc9f5" },
};

/** What a funnel shows, beside its areas. */
export interface FunnelDrawing {
  drawn: Drawn[];
  target: number;
  width: number;
  height: number;
  theme: Theme;
  n: Numbers;
  decimals: number;
  labels: { people: string; rate: string; city: string };
  /** Codes of the areas with a ring and a name. */
  chosen: string[];
}

/** Draw the funnel; each dot's place in the drawing is given to whoever points at it. */
export function plotFunnel(drawing: FunnelDrawing): { chart: SVGElement | HTMLElement; places: Map<string, [number, number]> } {
  const { drawn, target, width, height, theme, n, decimals, labels, chosen } = drawing;
  const ink = INKS[theme];
  const counts = drawn.map(({ people }) => people);
  const most = Math.max(...counts) * 1.06;
  // From nobody, but for areas that are all large: they would be crowded to one side.
  const least = Math.min(...counts) > most / 8 ? Math.min(...counts) * 0.85 : 0;
  const rates = drawn.map(({ rate }) => rate);
  const top = Math.max(...rates, target) * 1.12 || 1;
  // The limits of the smallest areas are so wide that the rest would be a line along the bottom.
  const clipped = (value: number): number => Math.min(value, top);
  const limits = [0, 1, 2, 3].map((at) => drawn.map(({ people, limits }) => ({ people, limit: clipped(Number(limits[at])) })));
  const band = (low: number, high: number, opacity: number) =>
    areaY(
      drawn.map(({ people, limits }) => ({ people, low: clipped(Number(limits[low])), high: clipped(Number(limits[high])) })),
      { x: "people", y1: "low", y2: "high", fill: ink.limit, fillOpacity: opacity, curve: "monotone-x" },
    );
  const isWide = width > 560;
  const [left, right, above, below] = [52, 16, 26, 40];
  const across = (people: number): number => (Math.sqrt(people) - Math.sqrt(least)) / (Math.sqrt(most) - Math.sqrt(least));
  const isChosen = ({ code }: Drawn): boolean => chosen.includes(code);
  const far = namedOf(drawn, isWide ? 14 : 6);
  const names = placedNames(
    [...far, ...drawn.filter((one) => isChosen(one) && !far.includes(one))],
    ({ people, rate }) => [left + across(people) * (width - left - right), above + (1 - rate / top) * (height - above - below)],
    width,
  );
  const chart = plot({
    width,
    height,
    marginLeft: left,
    marginRight: right,
    marginTop: above,
    marginBottom: below,
    className: "plot",
    x: { type: "sqrt", domain: [least, most], label: null },
    y: { domain: [0, top], label: null },
    marks: [
      gridY({ strokeOpacity: 0.12 }),
      axisY({ tickFormat: (value: number) => n.decimal(value, top < 3 ? Math.max(1, decimals - 1) : 0), ticks: 5, tickSize: 0 }),
      axisX({ tickFormat: (value: number) => n.whole(value), ticks: isWide ? 6 : 4, tickSize: 4 }),
      text([labels.rate], { frameAnchor: "top-left", dx: -46, dy: -22, textAnchor: "start", fill: "currentColor", fillOpacity: 0.8 }),
      text([labels.people], { frameAnchor: "bottom-right", dy: 34, textAnchor: "end", fill: "currentColor", fillOpacity: 0.8 }),
      band(0, 3, 0.06),
      band(1, 2, 0.08),
      ...limits.map((points, at) =>
        line(points, {
          x: "people",
          y: "limit",
          stroke: ink.limit,
          strokeOpacity: 0.55,
          ...(at === 0 || at === 3 ? { strokeDasharray: "2 3" } : {}),
          curve: "monotone-x",
        }),
      ),
      ruleY([target], { stroke: ink.limit, strokeWidth: 1.5 }),
      text([labels.city], {
        frameAnchor: "right",
        x: most,
        y: target,
        textAnchor: "end",
        dy: -7,
        fill: "currentColor",
        stroke: ink.paper,
        strokeWidth: 4,
      }),
      dot(
        drawn.filter((one) => !isOutside(one)),
        { x: "people", y: "rate", r: 4, fill: ink.dot, fillOpacity: 0.25, stroke: ink.dot, strokeWidth: 1.3 },
      ),
      dot(drawn.filter(isOutside), {
        x: "people",
        y: "rate",
        r: ({ place }: Drawn) => (place.endsWith("998") ? 6 : 4.5),
        symbol: "triangle",
        rotate: ({ place }: Drawn) => (place.startsWith("above") ? 0 : 180),
        fill: ({ place }: Drawn) => (place.startsWith("above") ? ink.high : ink.low),
      }),
      ...names.map(({ one, dy, anchor }) =>
        text([one], {
          x: "people",
          y: "rate",
          text: "name",
          dy: isChosen(one) ? dy * 1.5 : dy,
          textAnchor: anchor,
          fill: "currentColor",
          stroke: ink.paper,
          strokeWidth: 4,
        }),
      ),
      dot(drawn.filter(isChosen), { x: "people", y: "rate", r: 9, stroke: "currentColor", strokeWidth: 2.5 }),
    ],
  });
  chart.querySelector("style")?.remove();
  const [x, y] = [chart.scale("x"), chart.scale("y")];
  const places = new Map(
    drawn.map((one): [string, [number, number]] => [one.code, [Number(x?.apply(one.people)), Number(y?.apply(one.rate))]]),
  );
  return { chart, places };
}

/** An area's interval: of its rank, or of its rate. */
export interface Ranged {
  code: string;
  name: string;
  low: number;
  high: number;
  at: number | null;
}

/** What a chart of intervals shows. */
export interface RangeDrawing {
  ranged: Ranged[];
  width: number;
  theme: Theme;
  format: (value: number) => string;
  from: number;
  target: number | null;
  chosen: string[];
}

/** Draw a line from low to high for each area, with a dot where it most likely is. */
export function plotRanges({ ranged, width, theme, format, from, target, chosen }: RangeDrawing): SVGElement | HTMLElement {
  const ink = INKS[theme];
  const left = Math.min(12 + 7 * Math.max(...ranged.map(({ name }) => name.length)), width * 0.36);
  const chart = plot({
    width,
    height: ranged.length * 22 + 34,
    marginLeft: left,
    marginRight: 18,
    marginTop: 6,
    marginBottom: 26,
    className: "plot",
    x: { domain: [from, Math.max(...ranged.map(({ high }) => high), target ?? 0) * 1.02], label: null },
    y: { type: "band", domain: ranged.map(({ code }) => code), label: null },
    marks: [
      gridX({ strokeOpacity: 0.12 }),
      axisX({ tickFormat: format, ticks: width > 480 ? 6 : 3, tickSize: 0 }),
      axisY({ tickFormat: (code: string) => ranged.find((one) => one.code === code)?.name ?? "", tickSize: 0 }),
      ...(target === null
        ? []
        : [link([target], { x1: target, x2: target, y1: () => ranged[0]?.code, y2: () => ranged.at(-1)?.code, strokeDasharray: "2 3" })]),
      link(ranged, {
        x1: "low",
        x2: "high",
        y1: "code",
        y2: "code",
        stroke: ink.dot,
        strokeOpacity: ({ code }: Ranged) => (chosen.includes(code) ? 1 : 0.45),
        strokeWidth: ({ code }: Ranged) => (chosen.includes(code) ? 5 : 3),
        strokeLinecap: "round",
      }),
      dot(
        ranged.flatMap(({ at, low, high, code }) => (at === null ? [low, high] : [at]).map((value) => ({ value, code }))),
        { x: "value", y: "code", r: ranged.some(({ at }) => at !== null) ? 5 : 3, fill: ink.dot },
      ),
    ],
  });
  chart.querySelector("style")?.remove();
  return chart;
}
