// @ts-check
/** The table: the same figures as on the map, one row per area, sorted by a column. */

/** @import { Drawn, Figures, Measure, State } from "./types.js" */
/** @typedef {{key: keyof Figures, head: string, text: (figures: Figures) => string}} Column */

import { lookOf } from "./classes.js";
import { byId, html, paragraph, put, tabStop } from "./elements.js";
import { rateInterval, statusOf, whyNothing } from "./figures.js";
import { swatch } from "./legend.js";
import { capital, figureText, NOTHING, SWEDISH } from "./numbers.js";
import { headingText, periodText } from "./words.js";

/**
 * @param {Drawn} drawn
 * @returns {Column[]}
 */
function columnsOf({ state, decimals }) {
  /** @type {(key: keyof Figures, head: string, measure: Measure) => Column} */
  const column = (key, head, measure) => ({ key, head, text: (figures) => figureText(Number(figures[key]), measure, decimals) });
  return [
    { key: "name", head: "Område", text: (figures) => figures.name },
    column("count", "Antal", "count"),
    ...(state.measure === "rate" ? [column("rate", "Per 1 000", "rate")] : []),
    ...(state.baseline === "none" ? [] : [
      column("baselineCount", "Jämförelse", "count"),
      column("difference", "Skillnad", "difference"),
      column("percent", "Procent", "percent"),
    ]),
  ];
}

/** @param {Drawn} drawn */
export function paintTable(drawn) {
  const columns = columnsOf(drawn);
  const heads = columns.map((column) => html("th", { scope: "col", "data-key": column.key },
    html("button", { type: "button", "data-sort": column.key }, column.head, html("span", { class: "arrow", "aria-hidden": "true" }))));
  byId("table-box").replaceChildren(html("table", { id: "table" },
    html("caption", {}, `${headingText(drawn)}, ${periodText(drawn.state)}. Välj rubrik för att sortera.`),
    html("thead", {}, html("tr", {}, ...heads)),
    html("tbody", {}, ...drawn.figures.map((figures) => tableRow(figures, drawn, columns)))));
  sortTable(drawn);
  put("table-notes", tableNotes(drawn, columns).map(paragraph));
}

/**
 * @param {Figures} figures
 * @param {Drawn} drawn
 * @param {Column[]} columns
 */
function tableRow(figures, drawn, columns) {
  const name = html("button", { type: "button", class: "pick", tabindex: -1, "aria-pressed": "false" },
    swatch(lookOf(figures, drawn)), html("span", {}, figures.name));
  return html("tr", { "data-code": figures.code }, html("th", { scope: "row" }, name),
    ...columns.slice(1).map((column) => tableCell(figures, column, drawn.decimals)));
}

/**
 * @param {Figures} figures
 * @param {Column} column
 * @param {number} decimals
 */
function tableCell(figures, { key, text }, decimals) {
  if (statusOf(figures, key) !== "value") {
    const why = whyNothing(figures, key);
    return html("td", { "data-key": key, class: "nothing", title: capital(why) },
      html("span", { "aria-hidden": "true" }, NOTHING), html("span", { class: "unseen" }, why));
  }
  const interval = key === "rate" ? rateInterval(figures, decimals) : "";
  return html("td", { "data-key": key }, html("span", { class: "figure" }, text(figures)),
    interval ? html("span", { class: "interval" }, html("span", { class: "unseen" }, "osäkerhet "), interval) : null);
}

/**
 * Explain the dashes that stand in the table, and only those.
 * @param {Drawn} drawn
 * @param {Column[]} columns
 */
function tableNotes({ figures, state }, columns) {
  const reasons = new Set(figures.flatMap((one) =>
    columns.filter(({ key }) => statusOf(one, key) !== "value").map(({ key }) => whyNothing(one, key))));
  const dash = `${NOTHING} betyder att det inte finns något tal: ${[...reasons].join("; ")}. Det är inte samma sak som 0.`;
  const rate = "Per 1 000 är per 1 000 invånare och år. Det mindre talet under är osäkerheten: ett 95-procentigt konfidensintervall.";
  return [...(reasons.size ? [dash] : []), ...(state.measure === "rate" ? [rate] : [])];
}

/** @param {State} state */
function sortingOf({ sort }) {
  const key = /** @type {keyof Figures} */ (sort.replace(/^-/, "") || "name");
  return { key, falling: sort.startsWith("-") };
}

/**
 * The sorting after somebody has picked a heading: the other way when it is the one in use, else the largest first, but names from A.
 * @param {State} state
 * @param {string} picked
 */
export function nextSort(state, picked) {
  const { key, falling } = sortingOf(state);
  const isFalling = key === picked ? !falling : picked !== "name";
  if (isFalling) return `-${picked}`;
  return picked === "name" ? "" : picked;
}

/**
 * Put the rows in order; rows without a figure come last either way.
 * @param {Drawn} drawn
 */
export function sortTable({ figures, state }) {
  const { key, falling } = sortingOf(state);
  const sorted = [...figures].sort((a, b) => compared(a, b, key, falling) || SWEDISH.compare(a.name, b.name));
  const rows = new Map(tableRows().map((row) => [row.getAttribute("data-code"), row]));
  document.querySelector("#table tbody")?.append(...sorted.flatMap((one) => rows.get(one.code) ?? []));
  for (const head of document.querySelectorAll("#table thead th")) {
    if (head.getAttribute("data-key") === key) head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
}

/**
 * @param {Figures} a
 * @param {Figures} b
 * @param {keyof Figures} key
 * @param {boolean} falling
 */
function compared(a, b, key, falling) {
  const turn = falling ? -1 : 1;
  if (key === "name") return turn * SWEDISH.compare(a.name, b.name);
  const [first, second] = [statusOf(a, key) === "value" ? a[key] : null, statusOf(b, key) === "value" ? b[key] : null];
  if (first === null || second === null) return Number(first === null) - Number(second === null);
  return turn * (Number(first) - Number(second));
}

export const tableRows = () => [...document.querySelectorAll("#table tbody tr")];

/**
 * Mark the row of the chosen area, and make it the one that Tab comes to; when none is chosen, Tab comes to the first.
 * @param {Drawn} drawn
 */
export function markInTable({ state: { area } }) {
  const rows = tableRows();
  const chosen = rows.find((row) => row.getAttribute("data-code") === area);
  for (const row of rows) {
    row.classList.toggle("chosen", row === chosen);
    row.querySelector(".pick")?.setAttribute("aria-pressed", String(row === chosen));
  }
  tabStop("#table .pick", (pick) => pick.closest("tr") === (chosen ?? rows[0]));
}
