// @ts-check
/** Asking the API. What goes wrong is thrown as a Problem, in Swedish. */

/** @import { AreaFeature, Catalogue, Category, Outlines, Page, Problem, Source, State } from "./types.js" */

import { outlinesFrom } from "./outlines.js";

const ACCEPTED = "application/json, application/geo+json, application/problem+json";

/**
 * @param {string} path
 * @param {AbortSignal|null} signal
 * @returns {Promise<any>}
 */
export async function ask(path, signal = null) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, { headers: { Accept: ACCEPTED }, signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw { detail: "Det går inte att nå tjänsten just nu.", faults: [] };
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw problemOf(response.status, body);
}

/**
 * @param {number} status
 * @param {any} body
 * @returns {Problem}
 */
function problemOf(status, body) {
  const detail = body?.detail ?? body?.title ?? `Tjänsten kunde inte svara (${status}).`;
  const faults = (body?.invalidParameters ?? []).map((/** @type {{reason?: string}} */ fault) => fault.reason ?? "");
  return { detail: String(detail), faults: faults.filter((/** @type {string} */ reason) => reason && reason !== detail) };
}

/**
 * Ask once and keep what is made of the answer; a failure is forgotten.
 * @param {Page["kept"]} kept
 * @param {string} path
 * @param {(answer: any) => any} made
 */
function askOnce(kept, path, made) {
  const known = kept.get(path);
  if (known) return known;
  const asked = ask(path).then(made);
  kept.set(path, asked);
  asked.catch(() => kept.delete(path));
  return asked;
}

/**
 * @param {string} source
 * @param {Page["kept"]} kept
 * @returns {Promise<Category[]>}
 */
export function categoriesOf(source, kept) {
  return askOnce(kept, `/v1/categories?source=${encodeURIComponent(source)}&limit=100`, (answer) => answer.items);
}

/**
 * The outlines of a level: the same object every time, so that the map is drawn anew only when they change.
 * @param {State} state
 * @param {Page["kept"]} kept
 * @returns {Promise<Outlines>}
 */
export function outlinesOf({ level, edition }, kept) {
  const query = new URLSearchParams({ level, edition, format: "geojson" });
  return askOnce(kept, `/v1/areas?${query}`, (/** @type {{features: AreaFeature[]}} */ { features }) => outlinesFrom(features));
}

/** @returns {Promise<Catalogue>} */
export async function catalogueOf() {
  const [sources, editions, info] = await Promise.all([ask("/v1/sources"), ask("/v1/editions"), ask("/v1/api-info")]);
  // Only events can be counted on a map.
  const counted = sources.items.filter((/** @type {Source} */ { carries }) => carries === "events");
  return { sources: counted, editions: editions.items, sample: info.sample === true, audience: info.audience };
}
