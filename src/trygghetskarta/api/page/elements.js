// @ts-check
/** Making elements, and putting them on the page: always as text, never as markup. */

/** @typedef {Record<string, string|number|boolean|null|undefined>} Attributes */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} id */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`#${id}`);
  return found;
}

/**
 * @template {Element} T
 * @param {T} element
 * @param {Attributes} attributes
 * @param {(Node|string|null)[]} children
 * @returns {T}
 */
function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Make an HTML element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Attributes} [attributes]
 * @param {...(Node|string|null)} children
 */
export const html = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

/**
 * Make an SVG element.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Attributes} [attributes]
 * @param {...(Node|string|null)} children
 */
export const svg = (name, attributes = {}, ...children) => filled(document.createElementNS(SVG, name), attributes, children);

/** @param {string} text */
export const paragraph = (text) => html("p", {}, text);

/**
 * The first row of a table.
 * @param {string[]} heads
 */
export const headRow = (heads) => html("tr", {}, ...heads.map((head) => html("th", { scope: "col" }, head)));

/**
 * Show these texts as the content of an element, or hide it when there are none.
 * @param {string} id
 * @param {(Node|string)[]} content
 */
export function put(id, content) {
  const element = byId(id);
  element.replaceChildren(...content);
  element.hidden = content.length === 0;
}

/**
 * Let Tab come to one of many elements only.
 * @param {string} selector
 * @param {(element: Element) => boolean} isStop
 */
export function tabStop(selector, isStop) {
  for (const element of document.querySelectorAll(selector)) element.setAttribute("tabindex", isStop(element) ? "0" : "-1");
}
