// @ts-check
/** The map: outlines, colours, labels, the rings round areas, and the tooltip. */

/** @import { Drawn, Figures, Outline, Outlines } from "./types.js" */

import { hatched, lookOf } from "./classes.js";
import { byId, html, svg, tabStop } from "./elements.js";
import { figureLines, mapValue } from "./figures.js";
import { figureText, NOTHING } from "./numbers.js";
import { byName } from "./outlines.js";

const AREA_LABELS_UP_TO = 20;

/** The hatchings: what has no number must not look like a small one. */
function patterns() {
  /** @param {string} id @param {number} turn @param {Element} mark */
  const pattern = (id, turn, mark) => svg("pattern",
    { id, width: 12, height: 12, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` },
    svg("rect", { width: 12, height: 12, class: "hatch-ground" }), mark);
  return svg("defs", {},
    pattern("hatch-missing", 45, svg("path", { d: "M0 0V12", class: "hatch-line" })),
    pattern("hatch-withheld", 45, svg("path", { d: "M0 0V12M0 0H12", class: "hatch-line" })),
    pattern("hatch-notApplicable", 0, svg("circle", { cx: 6, cy: 6, r: 1.8, class: "hatch-dot" })));
}

/**
 * Draw the outlines; the figures come after.
 * @param {Outlines} outlines
 */
export function buildMap({ width, height, areas }) {
  const all = areas.map((area) => area.path).join("");
  const paths = areas.map((area) =>
    svg("path", { d: area.path, role: "option", "data-code": area.code, "fill-rule": "evenodd", tabindex: -1 }));
  const map = svg("svg", { id: "map", viewBox: `0 0 ${width} ${height.toFixed(0)}`, role: "group", "aria-labelledby": "heading" },
    patterns(),
    svg("path", { d: all, class: "casing", "aria-hidden": "true" }),
    svg("g", { id: "areas", role: "listbox", "aria-label": "Områden på kartan", "aria-describedby": "map-help" }, ...paths),
    svg("g", { id: "labels", class: "labels", "aria-hidden": "true" }),
    ...["hover", "selected", "focus"].flatMap((kind) => [
      svg("path", { class: `ring under ${kind}`, "aria-hidden": "true" }),
      svg("path", { class: `ring over ${kind}`, "aria-hidden": "true" }),
    ]));
  byId("map-box").replaceChildren(map, html("div", { id: "tip", class: "tip", "aria-hidden": "true", hidden: true }));
}

/** @returns {NodeListOf<SVGPathElement>} */
const areaPaths = () => document.querySelectorAll("#areas path");

/** @param {string} code */
export const areaPath = (code) => /** @type {SVGPathElement|null} */ (document.querySelector(`#areas path[data-code="${CSS.escape(code)}"]`));

/** @param {Drawn} drawn */
export function paintMap(drawn) {
  const byCode = new Map(drawn.figures.map((figures) => [figures.code, figures]));
  for (const path of areaPaths()) paintArea(path, byCode.get(String(path.dataset.code)), drawn);
  const { areas } = drawn.outlines;
  byId("labels").replaceChildren(...(areas.length <= AREA_LABELS_UP_TO ? areas.map((area) => label(area, byCode.get(area.code), drawn)) : []));
}

/**
 * @param {SVGPathElement} path
 * @param {Figures|undefined} figures
 * @param {Drawn} drawn
 */
function paintArea(path, figures, drawn) {
  const look = figures ? lookOf(figures, drawn) : hatched("missing");
  path.setAttribute("class", look.class);
  path.setAttribute("fill", look.fill);
  const spoken = figures ? `${figures.name}: ${figureLines(figures, drawn).join(". ")}` : `${path.dataset.code}: inga siffror`;
  path.setAttribute("aria-label", spoken);
  for (const key of /** @type {const} */ (["count", "baselineCount", "difference", "percent", "rate", "status"])) {
    path.dataset[key] = String(figures?.[key] ?? "");
  }
}

/**
 * Name and figure, to stand on the map where there is room for them.
 * @param {Outline} area
 * @param {Figures|undefined} figures
 * @param {Drawn} drawn
 */
function label(area, figures, drawn) {
  const { decimals, state: { measure } } = drawn;
  const value = figures ? mapValue(figures, measure, decimals) : null;
  const look = figures ? lookOf(figures, drawn) : hatched("missing");
  const lines = [...shortLines(area.name), value === null ? NOTHING : figureText(value, measure, decimals)];
  const x = area.x.toFixed(0);
  return svg("text", { class: `on-${look.class}`, x, y: (area.y - (lines.length - 2) * 13).toFixed(0) }, ...lines.map((line, index) =>
    svg("tspan", { x, dy: index ? 26 : 0, class: index === lines.length - 1 ? "label-value" : "label-name" }, line)));
}

/**
 * Break a name at its spaces and hyphens into lines of at most about twelve letters.
 * @param {string} name
 */
function shortLines(name) {
  /** @type {string[]} */
  const lines = [];
  for (const word of name.split(/(?<=[- ])/)) {
    const last = lines.at(-1);
    if (last !== undefined && (last + word).trim().length <= 12) lines[lines.length - 1] = last + word;
    else lines.push(word);
  }
  return lines.map((line) => line.trim());
}

/**
 * Mark the chosen area, and make it the one that Tab comes to; when none is chosen, Tab comes to the first by name.
 * @param {Drawn} drawn
 */
export function markOnMap({ outlines, state: { area } }) {
  const stop = areaPath(area) ? area : byName(outlines.areas)[0]?.code;
  ring("selected", area);
  for (const path of areaPaths()) path.setAttribute("aria-selected", String(path.dataset.code === area));
  tabStop("#areas path", (path) => path.getAttribute("data-code") === stop);
}

/**
 * Move the focus to an area, and let Tab come back to it.
 * @param {Outline} area
 */
export function focusArea({ code }) {
  tabStop("#areas path", (path) => path.getAttribute("data-code") === code);
  areaPath(code)?.focus({ preventScroll: true });
}

/**
 * Draw one of the rings round an area, or none.
 * @param {"hover"|"selected"|"focus"} kind
 * @param {string} code
 */
export function ring(kind, code) {
  const path = areaPath(code)?.getAttribute("d") ?? "";
  for (const ringPath of document.querySelectorAll(`#map .ring.${kind}`)) ringPath.setAttribute("d", path);
}

/**
 * Show the tooltip of an area, near a point of the window.
 * @param {string} code
 * @param {{x: number, y: number}} point
 * @param {Drawn|null} drawn
 */
export function showTip(code, point, drawn) {
  const figures = drawn?.figures.find((one) => one.code === code);
  if (!drawn || !figures) return hideTip();
  const tip = byId("tip");
  tip.replaceChildren(html("strong", {}, figures.name), ...figureLines(figures, drawn).map((line) => html("span", {}, line)));
  tip.hidden = false;
  const box = byId("map-box");
  const { left, top } = box.getBoundingClientRect();
  const x = Math.max(0, Math.min(box.clientWidth - tip.offsetWidth, point.x - left - tip.offsetWidth / 2));
  const above = point.y - top - tip.offsetHeight - 14;
  tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(above < 0 ? point.y - top + 20 : above)}px)`;
}

export function hideTip() {
  const tip = document.getElementById("tip");
  if (tip) tip.hidden = true;
}
