/** What stands beside the map: heading, legend, the figures as a table, and where they come from. */

import { API, ask, LACKS, LEVELS, number } from "./answer.js";
import { HATCH, hatching } from "./classes.js";

const byId = (id) => document.getElementById(id);

/** An element with its children; texts are texts, never HTML. */
function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/**
 * @param {string} title
 * @param {string} below
 */
export function paintHeading(title, below) {
  document.title = title;
  byId("title").textContent = title;
  byId("below").textContent = below;
}

/**
 * Tell what every colour and hatching on the map means; what occurs on no area is left out.
 * @param {string} title
 * @param {{ text: string, colour: string, areas: number }[]} classes
 * @param {Record<string, number>} lacking how many areas lack a figure, and why
 */
export function paintLegend(title, classes, lacking) {
  const rows = classes.map(({ text, colour, areas }) => row({ background: colour }, text, areas));
  for (const [lack, text] of Object.entries(LACKS)) {
    if (lacking[lack]) rows.push(row({ background: `url(${hatching(lack).toDataURL()}) 0 0 / ${HATCH}px` }, text, lacking[lack]));
  }
  byId("legend").replaceChildren(element("h2", {}, title), element("ul", {}, ...rows));
}

function row(look, text, areas) {
  const swatch = element("span", { className: "swatch" });
  Object.assign(swatch.style, look);
  return element("li", {}, swatch, element("span", {}, text), element("span", { className: "quiet" }, `${number(areas)} st`));
}

/**
 * Show the figures as a table: what the map shows, for whoever does not see or point at it.
 * @param {string[]} columns their headings, the area's first
 * @param {{ code: string, cells: string[] }[]} rows
 * @param {(code: string | null) => void} choose told of the area that is pointed at or reached with the keyboard
 */
export function paintTable(columns, rows, choose) {
  const head = element("tr", {}, ...columns.map((text) => element("th", { scope: "col" }, text)));
  const body = rows.map(({ code, cells: [name, ...figures] }) => {
    const button = element("button", { type: "button" }, name);
    const made = element("tr", {}, element("th", { scope: "row" }, button), ...figures.map((text) => element("td", {}, text)));
    made.dataset.code = code;
    made.addEventListener("mouseenter", () => choose(code));
    made.addEventListener("mouseleave", () => choose(null));
    button.addEventListener("focus", () => choose(code));
    button.addEventListener("blur", () => choose(null));
    return made;
  });
  byId("table").replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
}

/**
 * Mark an area's row in the table, and tell of it over the map.
 * @param {string | null} code
 * @param {string} text
 */
export function paintChosen(code, text) {
  for (const chosen of document.querySelectorAll("tr.chosen")) chosen.classList.remove("chosen");
  if (code !== null) document.querySelector(`tr[data-code="${CSS.escape(code)}"]`)?.classList.add("chosen");
  byId("chosen").textContent = text;
}

/**
 * Say where the figures come from: the answer's own sentences, what it rests on, and the question itself as a link.
 * @param {{ sentences: string[], provenance: Record<string, string>, question: { level: string } }} answer
 * @param {string} source
 * @param {string} path
 */
export async function paintSources({ sentences, provenance, question }, source, path) {
  const [, many] = LEVELS[question.level];
  const { sample } = await ask("/v1/api-info");
  byId("sentences").replaceChildren(...sentences.map((text) => element("p", {}, text)));
  byId("source").replaceChildren(
    sample ? "Påhittade exempeldata på en schematisk karta. " : "",
    `Källa: ${source}. Områden: ${many}, ${provenance.editionName}. Data version ${provenance.dataVersion}. `,
    element("a", { href: API + path }, "Frågan"),
  );
}

/** How many pixels to leave free at the left of the map: the legend lies there, but on a narrow screen below. */
export const roomForLegend = () => (matchMedia("(max-width: 56rem)").matches ? 20 : 200);

/** @param {Error} error */
export function paintError(error) {
  byId("error").textContent = error.message;
  byId("error").hidden = false;
  document.body.dataset.state = "error";
}
