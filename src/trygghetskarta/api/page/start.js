// @ts-check
/**
 * Trygghetskarta, the first page: a map of Stockholm coloured by a comparison, with its table, its months and what the figures rest on.
 *
 * The address holds the whole state. A change of the form becomes a new state; a state is settled against what the source can carry, written
 * to the address, asked of the API, and drawn. Text for people is Swedish. Everything from the API is put in as text, never as markup.
 *
 * This module holds what people do: the form, the pointer, the keyboard and the browser's own buttons.
 */

/** @import { Outline } from "./types.js" */

import { wishOf } from "./address.js";
import { drawChart } from "./chart.js";
import { byId, tabStop } from "./elements.js";
import { buildForm } from "./form.js";
import { areaPath, focusArea, hideTip, ring, showTip } from "./map.js";
import { presetSpan } from "./months.js";
import { byName, neighbour } from "./outlines.js";
import { coveredSpan } from "./settling.js";
import { page } from "./state.js";
import { tableRows } from "./table.js";
import { choose, sortBy, turnTo } from "./turns.js";

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * The nearest element, from where something happened and outwards, that a selector finds.
 * @param {Event} event
 * @param {string} selector
 */
const near = (event, selector) => /** @type {Element} */ (event.target).closest(selector);

/** @param {Event} event */
const codeAt = (event) => near(event, "[data-code]")?.getAttribute("data-code") ?? "";

/* ---------- The form ---------- */

function watchForm() {
  byId("form").addEventListener("change", formChanged);
  byId("form").addEventListener("submit", (event) => event.preventDefault());
  byId("presets").addEventListener("click", presetChosen);
}

/** @param {Event} event */
function formChanged(event) {
  if (!page.current) return;
  const wish = { ...page.current, ...Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (byId("form")))) };
  const changed = /** @type {HTMLInputElement} */ (event.target).name;
  if (changed === "from" && wish.from > wish.to) wish.to = wish.from;
  if (changed === "to" && wish.to < wish.from) wish.from = wish.to;
  if (changed === "source") wish.category = "";
  if (changed === "level" || changed === "edition") wish.area = "";
  void turnTo(wish, "push");
}

/** @param {Event} event */
function presetChosen(event) {
  const { catalogue, current } = page;
  const preset = near(event, "button")?.getAttribute("data-preset");
  const source = catalogue?.sources.find((one) => one.id === current?.source);
  if (preset && source && current) void turnTo({ ...current, ...presetSpan(preset, coveredSpan(source)) }, "push");
}

/* ---------- The map ---------- */

function watchMap() {
  const box = byId("map-box");
  box.addEventListener("pointermove", mapHovered);
  box.addEventListener("pointerleave", () => (ring("hover", ""), hideTip()));
  box.addEventListener("click", areaClicked);
  box.addEventListener("focusin", mapFocused);
  box.addEventListener("focusout", () => (ring("focus", ""), hideTip()));
  box.addEventListener("keydown", mapKey);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
}

/** @param {PointerEvent} event */
function mapHovered(event) {
  const code = codeAt(event);
  ring("hover", code);
  showTip(code, { x: event.clientX, y: event.clientY }, page.shown);
}

/** @param {Event} event */
function mapFocused(event) {
  const code = codeAt(event);
  const path = areaPath(code);
  if (!path?.matches(":focus-visible")) return;
  ring("focus", code);
  const area = path.getBoundingClientRect();
  showTip(code, { x: area.left + area.width / 2, y: area.top }, page.shown);
}

/** @param {Event} event */
function areaClicked(event) {
  const code = codeAt(event);
  if (code) choose(code);
}

/** @param {KeyboardEvent} event */
function mapKey(event) {
  const code = codeAt(event);
  if (!code || event.ctrlKey || event.metaKey || event.altKey) return;
  const next = areaByKey(code, event.key);
  if (next) focusArea(next);
  else if (event.key === "Enter" || event.key === " ") choose(code);
  else return;
  event.preventDefault();
}

/**
 * @param {string} code
 * @param {string} key
 * @returns {Outline|undefined}
 */
function areaByKey(code, key) {
  const areas = byName(page.shown?.outlines.areas ?? []);
  const index = areas.findIndex((area) => area.code === code);
  const [here, arrow] = [areas[index], ARROWS[key]];
  if (here && arrow) return neighbour(areas, here, ...arrow);
  if (key === "Home") return areas[0];
  if (key === "End") return areas.at(-1);
  if (key === "PageDown") return areas[Math.min(areas.length - 1, index + 1)];
  return key === "PageUp" ? areas[Math.max(0, index - 1)] : undefined;
}

/* ---------- The table ---------- */

function watchTable() {
  const box = byId("table-box");
  box.addEventListener("click", tableClicked);
  box.addEventListener("keydown", tableKey);
  box.addEventListener("pointerover", (event) => ring("hover", codeAt(event)));
  box.addEventListener("pointerleave", () => ring("hover", ""));
}

/** @param {Event} event */
function tableClicked(event) {
  const key = near(event, "[data-sort]")?.getAttribute("data-sort");
  if (key) sortBy(key);
  else areaClicked(event);
}

/** @param {KeyboardEvent} event */
function tableKey(event) {
  const rows = tableRows();
  const index = rows.findIndex((row) => row === near(event, "tbody tr"));
  if (index < 0) return;
  /** @type {Record<string, Element|undefined>} */
  const moves = { ArrowUp: rows[index - 1], ArrowDown: rows[index + 1], Home: rows[0], End: rows.at(-1) };
  const pick = /** @type {HTMLElement|null|undefined} */ (moves[event.key]?.querySelector(".pick"));
  if (!pick) return;
  event.preventDefault();
  tabStop("#table .pick", (one) => one === pick);
  pick.focus();
}

/* ---------- The rest of the page ---------- */

/** @param {Event} event */
async function copyClicked(event) {
  const button = near(event, "[data-copy]");
  if (!button) return;
  const isCopied = await navigator.clipboard?.writeText(String(button.getAttribute("data-copy"))).then(() => true, () => false);
  button.textContent = isCopied ? "Kopierad" : "Markera adressen och kopiera den";
}

/** The form is folded away on a narrow screen, where the map comes first; the bars of the months follow the width. */
function watchWidth() {
  const wide = matchMedia("(min-width: 48rem)");
  const choices = /** @type {HTMLDetailsElement} */ (byId("choices"));
  const follow = () => (choices.open = wide.matches);
  wide.addEventListener("change", follow);
  follow();
  new ResizeObserver(() => page.charted && drawChart(page.charted)).observe(byId("series-box"));
}

/** Turn to what the address says. */
const turnToAddress = () => void turnTo(wishOf(location.search), "replace");

buildForm();
watchForm();
watchMap();
watchTable();
watchWidth();
byId("clear").addEventListener("click", () => choose(""));
byId("take").addEventListener("click", copyClicked);
byId("problem").addEventListener("click", (event) => near(event, "#again") && turnToAddress());
addEventListener("popstate", turnToAddress);
turnToAddress();
