// @ts-check
/**
 * Trygghetskarta, the first page: a map of Stockholm coloured by a comparison, with its table, its months and what the figures rest on.
 *
 * The address holds the whole state. A change of the form becomes a new state; a state is settled against what the source can carry, written
 * to the address, asked of the API, and drawn. Text for people is Swedish. Everything from the API is put in as text, never as markup.
 */

/**
 * @typedef {"count"|"rate"|"difference"|"percent"} Measure
 * @typedef {"value"|"missing"|"withheld"|"notApplicable"} Status
 * @typedef {{source: string, category: string, level: string, edition: string, from: string, to: string, baseline: string,
 *   measure: string, area: string, sort: string}} State
 * @typedef {{from: string, to: string}} Span
 * @typedef {{what: string, reason: string}} Refusal
 * @typedef {{id: string, name: string, description: string, noun: [string, string], public: boolean, countsBy: string, refuses: Refusal[],
 *   coverage: {from: string|null, to: string|null, missing: string[]}}} Source
 * @typedef {{code: string, name: string, children?: {code: string, name: string}[]}} Category
 * @typedef {{validFrom: string, name: string, levels: {level: string, areas: number}[], note?: string}} Edition
 * @typedef {{code: string, name: string, level: string, parent: string|null, count: number|null, baselineCount: number|null,
 *   difference: number|null, percent: number|null, rate: number|null, rateLow: number|null, rateHigh: number|null, status: Status,
 *   provisional: boolean}} Figures
 * @typedef {{placed: number, areaOnly: number, unplaced: number, outside: number, total: number}} LedgerSums
 * @typedef {LedgerSums|{[part in keyof LedgerSums]: null}|null} Ledger
 * @typedef {{source: string, from: string|null, to: string|null, missing: string[], provisional: string[]}} Coverage
 * @typedef {{features: {properties: Figures}[], ledger: Ledger, coverage: Coverage[], provenance: Record<string, unknown>,
 *   sentences: string[]}} Comparison
 * @typedef {{period: string, count: number|null, status: Status, provisional: boolean}} MonthValue
 * @typedef {{code: string, name: string, level: string, values: MonthValue[]}} Series
 * @typedef {{low: number, high: number, areas: number, shade: string}} ColourClass
 * @typedef {{code: string, name: string, path: string, x: number, y: number, top: number}} Outline
 * @typedef {{width: number, height: number, areas: Outline[]}} Outlines
 * @typedef {{type: string, coordinates: any}} Geometry
 * @typedef {{sources: Source[], editions: Edition[], sample: boolean, audience: string}} Catalogue
 * @typedef {{state: State, source: Source, categoryName: string, figures: Figures[], answer: Comparison, outlines: Outlines}} Drawn
 * @typedef {{detail: string, faults: string[]}} Problem
 */

/* ---------- Words and numbers ---------- */

const LEVELS = ["stadsdelsomrade", "stadsdel", "basomrade", "stad"];
/** @type {Record<string, {title: string, one: string, some: string, many: string}>} */
const LEVEL_WORDS = {
  basomrade: { title: "Basområde", one: "basområde", some: "ett basområde", many: "basområden" },
  stadsdel: { title: "Stadsdel", one: "stadsdel", some: "en stadsdel", many: "stadsdelar" },
  stadsdelsomrade: { title: "Stadsdelsområde", one: "stadsdelsområde", some: "ett stadsdelsområde", many: "stadsdelsområden" },
  stad: { title: "Hela staden", one: "hela staden", some: "staden", many: "städer" },
};
/** @type {Record<string, string>} */
const MEASURE_WORDS = {
  count: "Antal",
  rate: "Per 1 000 invånare och år",
  difference: "Förändring i antal",
  percent: "Förändring i procent",
};
/** @type {Record<string, string>} */
const BASELINE_WORDS = {
  "same-period-last-year": "Samma period förra året",
  previous: "Perioden före",
  none: "Ingen jämförelse",
};
/** @type {Record<string, string>} */
const STATUS_WORDS = { missing: "Inte levererat", withheld: "Skyddat, visas inte", notApplicable: "Går inte att räkna" };
const MONTH_NAMES = ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"];
const NOTHING = "–";

const WHOLE = new Intl.NumberFormat("sv-SE", { maximumFractionDigits: 0 });
const SIGNED = new Intl.NumberFormat("sv-SE", { maximumFractionDigits: 0, signDisplay: "exceptZero" });
const PERCENT = new Intl.NumberFormat("sv-SE", { style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero" });
const SHARE = new Intl.NumberFormat("sv-SE", { style: "percent", maximumFractionDigits: 0 });
const INSTANT = new Intl.DateTimeFormat("sv-SE", { dateStyle: "long", timeStyle: "short", timeZone: "Europe/Stockholm" });
const SWEDISH = new Intl.Collator("sv-SE", { numeric: true });

/**
 * Write a figure as the map, the legend and the table all write it.
 * @param {number} value
 * @param {string} measure
 * @param {number} decimals for a rate
 */
export function figureText(value, measure, decimals) {
  if (measure === "difference") return SIGNED.format(value);
  if (measure === "percent") return PERCENT.format(value / 100);
  if (measure === "rate") return value.toLocaleString("sv-SE", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return WHOLE.format(value);
}

/**
 * Decimals that keep the rates of one answer apart.
 * @param {(number|null)[]} rates
 */
function decimalsFor(rates) {
  const largest = Math.max(0, ...rates.map((rate) => rate ?? 0));
  if (largest >= 10) return 1;
  return largest >= 1 ? 2 : 3;
}

/**
 * "1 anmält brott", "2 anmälda brott".
 * @param {number} count
 * @param {[string, string]} noun
 */
const counted = (count, noun) => `${WHOLE.format(count)} ${count === 1 ? noun[0] : noun[1]}`;

/** @param {string} text */
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * "a, b och c".
 * @param {string[]} parts
 */
const listed = (parts) => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} och ${parts.at(-1)}`);

/* ---------- Months ---------- */

/** @param {string} month such as 2025-01 */
const monthNumber = (month) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1;

/** @param {number} number */
const monthOf = (number) => `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, "0")}`;

/**
 * @param {string} month
 * @param {number} months
 */
const plus = (month, months) => monthOf(monthNumber(month) + months);

/** @param {string} text */
const isMonth = (text) => /^[0-9]{4}-(0[1-9]|1[0-2])$/.test(text);

/** @param {string} month */
const monthName = (month) => MONTH_NAMES[Number(month.slice(5)) - 1] ?? month;

/** @param {string} month */
const monthText = (month) => `${monthName(month)} ${month.slice(0, 4)}`;

/** @param {Span} span */
export function spanText({ from, to }) {
  if (from === to) return monthText(from);
  if (from.slice(0, 4) === to.slice(0, 4)) return `${monthName(from)}–${monthText(to)}`;
  return `${monthText(from)}–${monthText(to)}`;
}

/** @param {Span} span */
function monthsIn({ from, to }) {
  const first = monthNumber(from);
  return Array.from({ length: monthNumber(to) - first + 1 }, (_, step) => monthOf(first + step));
}

/**
 * Write months as runs: "mars 2020 och juni–augusti 2021".
 * @param {string[]} months
 */
export function runsText(months) {
  /** @type {Span[]} */
  const runs = [];
  for (const month of [...months].sort()) {
    const last = runs.at(-1);
    if (last && plus(last.to, 1) === month) last.to = month;
    else runs.push({ from: month, to: month });
  }
  return listed(runs.map(spanText));
}

/**
 * The months compared with; null when there are none.
 * @param {State} state
 * @returns {Span|null}
 */
function baselineSpan({ from, to, baseline }) {
  const own = /^([0-9-]{7})\.\.([0-9-]{7})$/.exec(baseline);
  if (own) return { from: String(own[1]), to: String(own[2]) };
  if (baseline === "none") return null;
  const back = baseline === "previous" ? monthNumber(to) - monthNumber(from) + 1 : 12;
  return { from: plus(from, -back), to: plus(to, -back) };
}

/* ---------- Elements ---------- */

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} id */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`#${id}`);
  return found;
}

/**
 * @template {Element} T
 * @param {T} element
 * @param {Record<string, string|number|boolean|null|undefined>} attributes
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
 * @param {Record<string, string|number|boolean|null|undefined>} [attributes]
 * @param {...(Node|string|null)} children
 */
const html = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

/**
 * Make an SVG element.
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string|number|boolean|null|undefined>} [attributes]
 * @param {...(Node|string|null)} children
 */
const svg = (name, attributes = {}, ...children) => filled(document.createElementNS(SVG, name), attributes, children);

/**
 * Show these texts as the content of an element, or hide it when there are none.
 * @param {string} id
 * @param {(Node|string)[]} content
 */
function put(id, content) {
  const element = byId(id);
  element.replaceChildren(...content);
  element.hidden = content.length === 0;
}

/** @param {string} text */
const paragraph = (text) => html("p", {}, text);

/* ---------- State and address ---------- */

/** @type {(keyof State)[]} */
const STATE_KEYS = ["source", "category", "level", "edition", "from", "to", "baseline", "measure", "area", "sort"];

/**
 * @param {string} search
 * @returns {State}
 */
export function stateOf(search) {
  const query = new URLSearchParams(search);
  return /** @type {State} */ (Object.fromEntries(STATE_KEYS.map((key) => [key, query.get(key) ?? ""])));
}

/** @param {State} state */
export function addressOf(state) {
  const query = new URLSearchParams();
  for (const key of STATE_KEYS) if (state[key]) query.set(key, state[key]);
  return `?${query}`;
}

/**
 * The question of a state, as the API takes it.
 * @param {State} state
 */
function questionOf(state) {
  const query = new URLSearchParams({ level: state.level, source: state.source, from: state.from, to: state.to });
  if (state.category) query.set("category", state.category);
  if (state.edition) query.set("edition", state.edition);
  if (state.baseline !== "none") query.set("baseline", state.baseline);
  if (state.measure === "rate") query.set("measure", "rate");
  return query;
}

/**
 * @param {Source} source
 * @param {string} what
 */
const refusal = (source, what) => source.refuses.find((refused) => refused.what === what)?.reason ?? null;

/** @param {Source} source */
const isCovered = (source) => source.coverage.from !== null && source.coverage.to !== null;

/**
 * @param {State} wish
 * @param {Catalogue} catalogue
 * @param {string[]} notices
 */
function settledSource(wish, catalogue, notices) {
  const usable = catalogue.sources.filter(isCovered);
  const found = usable.find((source) => source.id === wish.source);
  if (found) return found;
  const first = usable.find((source) => source.id === "anmalda_brott") ?? usable[0];
  if (!first) throw { detail: "Inga siffror är inlästa än.", faults: [] };
  if (wish.source) notices.push(`Källan ”${wish.source}” har inga siffror här. Du ser ${first.name} i stället.`);
  return first;
}

/**
 * @param {State} wish
 * @param {Source} source
 * @param {Edition} edition
 * @param {string[]} notices
 */
function settledLevel(wish, source, edition, notices) {
  const offered = LEVELS.filter((level) => edition.levels.some((one) => one.level === level));
  const usable = offered.filter((level) => refusal(source, level) === null);
  if (usable.includes(wish.level)) return wish.level;
  const coarser = wish.level === "basomrade" && usable.includes("stadsdel") ? "stadsdel" : (usable[0] ?? "");
  if (wish.level) {
    const reason = refusal(source, wish.level) ?? `Nivån ”${LEVEL_WORDS[wish.level]?.one ?? wish.level}” finns inte i den här indelningen.`;
    notices.push(`${reason} Nivån är nu ${LEVEL_WORDS[coarser]?.one ?? coarser}.`);
  }
  return coarser;
}

/**
 * @param {State} wish
 * @param {Source} source
 * @param {string[]} notices
 * @returns {Span}
 */
function settledSpan(wish, source, notices) {
  const covered = { from: String(source.coverage.from), to: String(source.coverage.to) };
  const latest = presetSpan("year", covered);
  if (!wish.from && !wish.to) return latest;
  const extent = `${source.name} finns från ${monthText(covered.from)} till ${monthText(covered.to)}.`;
  const asked = [wish.from || wish.to, wish.to || wish.from].sort();
  const [from, to] = [String(asked[0]), String(asked[1])];
  if (!isMonth(from) || !isMonth(to) || from > covered.to || to < covered.from) {
    notices.push(`${extent} Perioden är nu ${spanText(latest)}.`);
    return latest;
  }
  const span = { from: from < covered.from ? covered.from : from, to: to > covered.to ? covered.to : to };
  if (span.from !== from || span.to !== to) notices.push(`${extent} Perioden är nu ${spanText(span)}.`);
  return span;
}

/**
 * @param {State} wish
 * @param {Source} source
 * @param {string} baseline
 * @param {string[]} notices
 */
function settledMeasure(wish, source, baseline, notices) {
  if (!(wish.measure in MEASURE_WORDS)) return "count";
  const reason = whyNoMeasure(wish.measure, source, baseline);
  if (reason === null) return wish.measure;
  notices.push(`${reason} Måttet är nu antal.`);
  return "count";
}

/**
 * Why a measure cannot be chosen; null when it can.
 * @param {string} measure
 * @param {Source} source
 * @param {string} baseline
 */
function whyNoMeasure(measure, source, baseline) {
  if (measure === "rate") return refusal(source, "rate");
  if (measure !== "count" && baseline === "none") return "En förändring kräver en period att jämföra med.";
  return null;
}

/** @param {string} baseline */
function settledBaseline(baseline) {
  const own = baseline.split("..");
  const isOwn = own.length === 2 && own.every(isMonth) && String(own[0]) <= String(own[1]);
  return baseline in BASELINE_WORDS || isOwn ? baseline : "same-period-last-year";
}

/**
 * @param {State} wish
 * @param {Category[]} tree
 * @param {string[]} notices
 */
function settledCategory(wish, tree, notices) {
  if (!wish.category || categoryName(wish.category, tree)) return wish.category;
  notices.push(`Kategorin ”${wish.category}” finns inte i den här källan. Du ser alla kategorier.`);
  return "";
}

/**
 * @param {string} code
 * @param {Category[]} tree
 */
function categoryName(code, tree) {
  const all = tree.flatMap((group) => [group, ...(group.children ?? [])]);
  return all.find((category) => category.code === code)?.name ?? "";
}

/**
 * Make a wished state one that can be asked, and say in Swedish what had to change.
 * @param {State} wish
 * @param {Catalogue} catalogue
 * @returns {Promise<{state: State, notices: string[], source: Source, tree: Category[]}>}
 */
async function settled(wish, catalogue) {
  /** @type {string[]} */
  const notices = [];
  const source = settledSource(wish, catalogue, notices);
  const tree = await categoriesOf(source.id);
  const edition = editionOf(wish.edition, catalogue);
  const baseline = settledBaseline(wish.baseline);
  const state = {
    ...wish,
    ...settledSpan(wish, source, notices),
    source: source.id,
    category: settledCategory(wish, tree, notices),
    edition: edition.validFrom,
    level: settledLevel(wish, source, edition, notices),
    baseline,
    measure: settledMeasure(wish, source, baseline, notices),
  };
  return { state, notices, source, tree };
}

/**
 * @param {string} validFrom
 * @param {Catalogue} catalogue
 * @returns {Edition}
 */
function editionOf(validFrom, catalogue) {
  const found = catalogue.editions.find((edition) => edition.validFrom === validFrom) ?? catalogue.editions[0];
  if (!found) throw { detail: "Inga områden är inlästa än.", faults: [] };
  return found;
}

/**
 * @param {string} preset
 * @param {Span} covered
 * @returns {Span}
 */
function presetSpan(preset, covered) {
  const to = covered.to;
  const from = preset === "month" ? to : preset === "toDate" ? `${to.slice(0, 4)}-01` : plus(to, -11);
  return { from: from < covered.from ? covered.from : from, to };
}

/* ---------- The API ---------- */

/**
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
async function ask(path, signal) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, { headers: { Accept: "application/json, application/geo+json, application/problem+json" }, signal: signal ?? null });
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

/** @type {Map<string, Promise<any>>} */
const kept = new Map();

/**
 * Ask once and keep the answer; a failure is forgotten.
 * @param {string} path
 * @returns {Promise<any>}
 */
function askOnce(path) {
  const known = kept.get(path);
  if (known) return known;
  const asked = ask(path);
  kept.set(path, asked);
  asked.catch(() => kept.delete(path));
  return asked;
}

/**
 * @param {string} source
 * @returns {Promise<Category[]>}
 */
async function categoriesOf(source) {
  return (await askOnce(`/v1/categories?source=${encodeURIComponent(source)}&limit=100`)).items;
}

/**
 * @param {State} state
 * @returns {Promise<Outlines>}
 */
async function outlinesOf(state) {
  const query = new URLSearchParams({ level: state.level, edition: state.edition, format: "geojson" });
  const collection = await askOnce(`/v1/areas?${query}`);
  collection.drawn ??= outlinesFrom(collection.features);
  return collection.drawn;
}

/** @returns {Promise<Catalogue>} */
async function catalogueOf() {
  const [sources, editions, info] = await Promise.all([askOnce("/v1/sources"), askOnce("/v1/editions"), askOnce("/v1/api-info")]);
  return { sources: sources.items, editions: editions.items, sample: info.sample === true, audience: info.audience };
}

/* ---------- Colour classes ---------- */

/** Which of five shades to use when there are fewer classes, so that they stay apart. @type {number[][]} */
const SHADES = [[], [3], [2, 4], [1, 3, 5], [1, 2, 4, 5], [1, 2, 3, 4, 5]];

/**
 * Cut values into classes of about the same number of areas. Equal values never part, and every end is a value that occurs.
 * @param {number[]} values
 * @param {number} most
 * @returns {number[][]} the values of each class, ascending
 */
export function quantileParts(values, most) {
  const sorted = [...values].sort((a, b) => a - b);
  const distinct = [...new Set(sorted)];
  const starts = distinct.length <= most
    ? distinct
    : [...new Set(Array.from({ length: most }, (_, part) => Number(sorted[Math.round((sorted.length * part) / most)])))];
  return starts.map((start, part) => {
    const next = starts[part + 1] ?? Infinity;
    return sorted.filter((value) => value >= start && value < next);
  });
}

/**
 * @param {number[]} values sorted, not empty
 * @param {string} shade
 * @returns {ColourClass}
 */
const colourClass = (values, shade) => ({ low: Number(values[0]), high: Number(values.at(-1)), areas: values.length, shade });

/**
 * Classes of amounts: 0 alone, the rest by quantiles, five at most together.
 * @param {number[]} values
 * @returns {ColourClass[]}
 */
export function amountClasses(values) {
  const zeros = values.filter((value) => value === 0);
  const parts = quantileParts(values.filter((value) => value !== 0), zeros.length ? 4 : 5);
  const shades = SHADES[parts.length] ?? [];
  const rest = parts.map((part, index) => colourClass(part, `amount-${shades[index]}`));
  return zeros.length ? [colourClass(zeros, "amount-0"), ...rest] : rest;
}

/**
 * Classes of changes: small and large fall, none, small and large rise. Small and large part at the middle of all changes, up and down alike.
 * @param {number[]} values
 * @returns {ColourClass[]}
 */
export function changeClasses(values) {
  const parts = quantileParts(values.filter((value) => value !== 0).map(Math.abs), 2);
  const large = parts.length === 2 ? Number(parts[1]?.[0]) : Infinity;
  /** @type {[string, (value: number) => boolean][]} */
  const kinds = [
    ["change-down-2", (value) => value <= -large],
    ["change-down-1", (value) => value < 0 && value > -large],
    ["change-0", (value) => value === 0],
    ["change-up-1", (value) => value > 0 && value < large],
    ["change-up-2", (value) => value >= large],
  ];
  const sorted = [...values].sort((a, b) => a - b);
  return kinds.flatMap(([shade, belongs]) => {
    const members = sorted.filter(belongs);
    return members.length ? [colourClass(members, shade)] : [];
  });
}

/**
 * @param {number|null} value
 * @param {ColourClass[]} classes
 */
const classOf = (value, classes) => (value === null ? undefined : classes.find((one) => value >= one.low && value <= one.high));

/** @param {string} measure */
const isChange = (measure) => measure === "difference" || measure === "percent";

/**
 * The figure of one area that the map is coloured by, rounded as it is written; null when there is none.
 * @param {Figures} figures
 * @param {string} measure
 * @param {number} decimals
 */
function mapValue(figures, measure, decimals) {
  if (figures.status === "missing" || figures.status === "withheld") return null;
  const value = figures[/** @type {Measure} */ (measure)];
  if (value === null || value === undefined) return null;
  return Number(value.toFixed(measure === "rate" ? decimals : 0)) + 0;
}

/**
 * Which of the four states a column has in one area.
 * @param {Figures} figures
 * @param {keyof Figures} column
 * @returns {Status}
 */
function statusOf(figures, column) {
  if (figures.status === "missing" || figures.status === "withheld") return figures.status;
  if (figures[column] !== null && figures[column] !== undefined) return "value";
  if (column === "count" && figures.status !== "notApplicable") return "missing";
  return column !== "rate" && column !== "count" && figures.baselineCount === null ? "missing" : "notApplicable";
}

/**
 * Why a figure is not there.
 * @param {Figures} figures
 * @param {keyof Figures} column
 */
function whyNothing(figures, column) {
  const status = statusOf(figures, column);
  if (status === "withheld") return "visas inte, för att skydda enskilda";
  if (figures.status === "missing") return "inte levererat för perioden";
  if (status === "missing") return column === "count" ? "inte levererat för perioden" : "inget jämförbart tal för jämförelseperioden";
  if (column === "rate") return "ingen folkbokförd att räkna per";
  if (column === "percent" && figures.baselineCount === 0) return "jämförelsetalet är 0";
  if (column === "difference" || column === "percent") return "perioderna går inte att jämföra";
  return "går inte att räkna här";
}

/* ---------- Outlines ---------- */

const MAP_WIDTH = 1000;
const MAP_EDGE = 8;

/**
 * Turn longitude and latitude into paths in a plane where a metre is as long in both directions.
 * @param {{properties: {code: string, name: string}, geometry: Geometry}[]} features
 * @returns {Outlines}
 */
export function outlinesFrom(features) {
  const rings = features.map((feature) => ringsOf(feature.geometry));
  const points = rings.flat(2);
  const [west, east] = ends(points.map((point) => point[0]));
  const [south, north] = ends(points.map((point) => point[1]));
  const narrowing = Math.cos(((south + north) / 2) * (Math.PI / 180));
  const scale = (MAP_WIDTH - 2 * MAP_EDGE) / ((east - west) * narrowing || 1);
  /** @param {number[]} point @returns {[number, number]} */
  const place = ([lon = 0, lat = 0]) => [
    MAP_EDGE + (lon - west) * narrowing * scale,
    MAP_EDGE + (north - lat) * scale,
  ];
  const areas = features.map((feature, index) => outline(feature.properties, (rings[index] ?? []).map((ring) => ring.map(place))));
  return { width: MAP_WIDTH, height: 2 * MAP_EDGE + (north - south) * scale, areas };
}

/**
 * @param {Geometry} geometry
 * @returns {[number, number][][]}
 */
function ringsOf(geometry) {
  return geometry.type === "MultiPolygon" ? geometry.coordinates.flat() : geometry.coordinates;
}

/**
 * @param {number[]} values
 * @returns {[number, number]}
 */
function ends(values) {
  return values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
}

/**
 * @param {{code: string, name: string}} area
 * @param {[number, number][][]} rings
 * @returns {Outline}
 */
function outline({ code, name }, rings) {
  const path = rings.map((ring) => `M${ring.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`).join("");
  const [top] = ends(rings.flat().map((point) => point[1]));
  return { code, name, path, top, ...innerPoint(rings) };
}

/**
 * A point well inside the area: for the label and for the arrow keys.
 * @param {[number, number][][]} rings
 */
function innerPoint(rings) {
  const [top, bottom] = ends(rings.flat().map((point) => point[1]));
  const lines = Array.from({ length: 15 }, (_, step) => top + ((bottom - top) * (step + 1)) / 16);
  let best = { x: 0, y: (top + bottom) / 2, room: -1 };
  for (const y of lines) {
    const crossings = rings.flatMap((ring) => crossingsOf(ring, y)).sort((a, b) => a - b);
    for (let index = 0; index + 1 < crossings.length; index += 2) {
      const x = (Number(crossings[index]) + Number(crossings[index + 1])) / 2;
      const room = roomAt(rings, x, y);
      if (room > best.room) best = { x, y, room };
    }
  }
  return { x: best.x, y: best.y };
}

/**
 * How far it is from a point to the nearest edge; sideways counts half, for a label is wider than it is high.
 * @param {[number, number][][]} rings
 * @param {number} x
 * @param {number} y
 */
function roomAt(rings, x, y) {
  let least = Infinity;
  for (const ring of rings) {
    for (let index = 0; index < ring.length; index += 1) {
      const [x1, y1] = /** @type {[number, number]} */ (ring[index]);
      const [x2, y2] = ring[(index + 1) % ring.length] ?? [x1, y1];
      const [dx, dy, px, py] = [(x2 - x1) / 2, y2 - y1, (x - x1) / 2, y - y1];
      const along = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy || 1)));
      least = Math.min(least, Math.hypot(px - along * dx, py - along * dy));
    }
  }
  return least;
}

/**
 * @param {[number, number][]} ring
 * @param {number} y
 */
function crossingsOf(ring, y) {
  return ring.flatMap(([x1, y1], index) => {
    const [x2, y2] = ring[(index + 1) % ring.length] ?? [x1, y1];
    return y1 > y === y2 > y ? [] : [x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)];
  });
}

/**
 * The area one comes to by going in a direction; the same area where there is none.
 * @param {Outline[]} areas
 * @param {Outline} here
 * @param {number} dx
 * @param {number} dy
 */
export function neighbour(areas, here, dx, dy) {
  let best = here;
  let least = Infinity;
  for (const area of areas) {
    const along = (area.x - here.x) * dx + (area.y - here.y) * dy;
    const across = Math.abs((area.x - here.x) * dy - (area.y - here.y) * dx);
    if (along <= 0 || across > along || along + 2 * across >= least) continue;
    least = along + 2 * across;
    best = area;
  }
  return best;
}

/* ---------- The form ---------- */

const form = /** @type {HTMLFormElement} */ (byId("form"));

/**
 * @param {string} id
 * @param {Node[]} options
 * @param {string} value
 */
function fillSelect(id, options, value) {
  const select = /** @type {HTMLSelectElement} */ (byId(id));
  select.replaceChildren(...options);
  select.value = value;
  select.disabled = false;
}

/**
 * @param {string} value
 * @param {string} text
 * @param {boolean} [disabled]
 */
const option = (value, text, disabled = false) => html("option", { value, disabled }, text);

/**
 * @param {State} state
 * @param {Catalogue} catalogue
 * @param {Source} source
 * @param {Category[]} tree
 */
function fillForm(state, catalogue, source, tree) {
  const sourceOptions = catalogue.sources.map((one) => option(one.id, isCovered(one) ? one.name : `${one.name} (inga siffror än)`, !isCovered(one)));
  fillSelect("source", sourceOptions, state.source);
  fillSelect("category", categoryOptions(state, tree), state.category);
  fillLevels(state, source, editionOf(state.edition, catalogue));
  fillEditions(state, catalogue);
  fillPeriod(state, source);
  const own = state.baseline in BASELINE_WORDS ? [] : [option(state.baseline, capital(spanText(/** @type {Span} */ (baselineSpan(state)))))];
  fillSelect("baseline", [...Object.entries(BASELINE_WORDS).map(([value, text]) => option(value, text)), ...own], state.baseline);
  fillMeasures(state, source);
}

/**
 * @param {State} state
 * @param {Category[]} tree
 */
function categoryOptions(state, tree) {
  const groups = tree.map((group) => option(group.code, group.name));
  const isKind = state.category !== "" && !tree.some((group) => group.code === state.category);
  return [option("", "Alla kategorier"), ...groups, ...(isKind ? [option(state.category, categoryName(state.category, tree))] : [])];
}

/**
 * @param {State} state
 * @param {Source} source
 * @param {Edition} edition
 */
function fillLevels(state, source, edition) {
  const offered = LEVELS.filter((level) => edition.levels.some((one) => one.level === level));
  const reasons = offered.flatMap((level) => refusal(source, level) ?? []);
  const options = offered.map((level) => {
    const refused = refusal(source, level) !== null;
    return option(level, `${LEVEL_WORDS[level]?.title}${refused ? " (går inte att välja)" : ""}`, refused);
  });
  fillSelect("level", options, state.level);
  put("level-hint", reasons);
}

/**
 * @param {State} state
 * @param {Catalogue} catalogue
 */
function fillEditions(state, catalogue) {
  byId("edition-field").hidden = catalogue.editions.length < 2;
  fillSelect("edition", catalogue.editions.map((one) => option(one.validFrom, `${one.name} (från ${one.validFrom})`)), state.edition);
  const note = editionOf(state.edition, catalogue).note;
  put("edition-hint", note ? [note] : []);
}

/**
 * @param {State} state
 * @param {Source} source
 */
function fillPeriod(state, source) {
  const covered = { from: String(source.coverage.from), to: String(source.coverage.to) };
  fillSelect("from", monthOptions(covered), state.from);
  fillSelect("to", monthOptions(covered), state.to);
  for (const button of byId("presets").querySelectorAll("button")) {
    const span = presetSpan(String(button.dataset.preset), covered);
    button.setAttribute("aria-pressed", String(span.from === state.from && span.to === state.to));
  }
}

/** @param {Span} covered */
function monthOptions(covered) {
  const months = monthsIn(covered).reverse();
  const years = [...new Set(months.map((month) => month.slice(0, 4)))];
  return years.map((year) =>
    html("optgroup", { label: year }, ...months.filter((month) => month.startsWith(year)).map((month) => option(month, monthText(month)))));
}

/**
 * @param {State} state
 * @param {Source} source
 */
function fillMeasures(state, source) {
  /** @type {Set<string>} */
  const reasons = new Set();
  for (const radio of /** @type {NodeListOf<HTMLInputElement>} */ (byId("measures").querySelectorAll("input"))) {
    const reason = whyNoMeasure(radio.value, source, state.baseline);
    radio.disabled = reason !== null;
    radio.checked = radio.value === state.measure;
    if (reason) reasons.add(reason);
  }
  put("measure-hint", [...reasons].map(paragraph));
}

/** Make the parts of the form that are the same for every source. */
function buildForm() {
  byId("measures").append(...Object.entries(MEASURE_WORDS).map(([value, text]) =>
    html("label", {}, html("input", { type: "radio", name: "measure", value, disabled: true }), html("span", {}, text))));
  const presets = { year: "Senaste 12 månaderna", toDate: "Året hittills", month: "Senaste månaden" };
  byId("presets").append(...Object.entries(presets).map(([preset, text]) =>
    html("button", { type: "button", class: "button", "data-preset": preset, "aria-pressed": "false" }, text)));
}

/* ---------- The map ---------- */

const AREA_LABELS_UP_TO = 20;
/** @type {Outlines|null} */
let mapOutlines = null;

/** The hatchings: what has no number must not look like a small one. */
function patterns() {
  /** @param {string} id @param {number} turn @param {Element[]} marks */
  const pattern = (id, turn, ...marks) => svg("pattern",
    { id, width: 12, height: 12, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` },
    svg("rect", { width: 12, height: 12, class: "hatch-ground" }), ...marks);
  return svg("defs", {},
    pattern("hatch-missing", 45, svg("path", { d: "M0 0V12", class: "hatch-line" })),
    pattern("hatch-withheld", 45, svg("path", { d: "M0 0V12M0 0H12", class: "hatch-line" })),
    pattern("hatch-notApplicable", 0, svg("circle", { cx: 6, cy: 6, r: 1.8, class: "hatch-dot" })));
}

/**
 * Draw the outlines; the figures come after.
 * @param {Outlines} outlines
 */
function buildMap(outlines) {
  const { width, height, areas } = outlines;
  const all = areas.map((area) => area.path).join("");
  const paths = areas.map((area) => svg("path", { d: area.path, role: "option", "data-code": area.code, "fill-rule": "evenodd", tabindex: -1 }));
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
  mapOutlines = outlines;
}

/** @returns {NodeListOf<SVGPathElement>} */
const areaPaths = () => document.querySelectorAll("#areas path");

/** @param {string} code */
const areaPath = (code) => /** @type {SVGPathElement|null} */ (document.querySelector(`#areas path[data-code="${CSS.escape(code)}"]`));

/**
 * @param {Drawn} drawn
 * @param {ColourClass[]} classes
 * @param {number} decimals
 */
function paintMap(drawn, classes, decimals) {
  if (mapOutlines !== drawn.outlines) buildMap(drawn.outlines);
  const byCode = new Map(drawn.figures.map((figures) => [figures.code, figures]));
  for (const path of areaPaths()) paintArea(path, byCode.get(String(path.dataset.code)), drawn, classes, decimals);
  paintLabels(drawn, byCode, classes, decimals);
}

/**
 * @param {SVGPathElement} path
 * @param {Figures|undefined} figures
 * @param {Drawn} drawn
 * @param {ColourClass[]} classes
 * @param {number} decimals
 */
function paintArea(path, figures, drawn, classes, decimals) {
  const { measure } = drawn.state;
  const value = figures ? mapValue(figures, measure, decimals) : null;
  const found = classOf(value, classes);
  const status = figures ? statusOf(figures, /** @type {Measure} */ (measure)) : "missing";
  path.setAttribute("class", found?.shade ?? "no-value");
  path.setAttribute("fill", found ? "none" : `url(#hatch-${status})`);
  path.setAttribute("aria-label", figures ? spokenFigures(figures, drawn, decimals) : `${path.dataset.code}: inga siffror`);
  for (const key of /** @type {const} */ (["count", "baselineCount", "difference", "percent", "rate", "status"])) {
    path.dataset[key] = String(figures?.[key] ?? "");
  }
}

/**
 * Write name and figure on the map where there is room for them.
 * @param {Drawn} drawn
 * @param {Map<string, Figures>} byCode
 * @param {ColourClass[]} classes
 * @param {number} decimals
 */
function paintLabels(drawn, byCode, classes, decimals) {
  const areas = drawn.outlines.areas.length <= AREA_LABELS_UP_TO ? drawn.outlines.areas : [];
  byId("labels").replaceChildren(...areas.map((area) => {
    const figures = byCode.get(area.code);
    const value = figures ? mapValue(figures, drawn.state.measure, decimals) : null;
    const shade = classOf(value, classes)?.shade ?? "no-value";
    const lines = [...shortLines(area.name), value === null ? NOTHING : figureText(value, drawn.state.measure, decimals)];
    return svg("text", { class: `on-${shade}`, x: area.x.toFixed(0), y: (area.y - (lines.length - 2) * 13).toFixed(0) }, ...lines.map((line, index) =>
      svg("tspan", { x: area.x.toFixed(0), dy: index ? 26 : 0, class: index === lines.length - 1 ? "label-value" : "label-name" }, line)));
  }));
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
 * The figures of an area in words, for the map's tooltip and for a screen reader.
 * @param {Figures} figures
 * @param {Drawn} drawn
 * @param {number} decimals
 * @returns {string[]}
 */
function figureLines(figures, { source, state }, decimals) {
  if (statusOf(figures, "count") !== "value") return [capital(whyNothing(figures, "count"))];
  const lines = [counted(Number(figures.count), source.noun)];
  if (state.measure === "rate") lines.push(rateLine(figures, decimals));
  if (state.baseline !== "none") lines.push(changeLine(figures, /** @type {Span} */ (baselineSpan(state))));
  if (figures.provisional) lines.push("Preliminärt");
  return lines;
}

/**
 * @param {Figures} figures
 * @param {number} decimals
 */
function rateLine(figures, decimals) {
  if (figures.rate === null) return `Per 1 000 invånare: ${whyNothing(figures, "rate")}`;
  const interval = rateInterval(figures, decimals);
  return `${figureText(figures.rate, "rate", decimals)} per 1 000 invånare och år${interval ? ` (osäkerhet ${interval})` : ""}`;
}

/**
 * @param {Figures} figures
 * @param {number} decimals
 */
function rateInterval(figures, decimals) {
  if (figures.rateLow === null || figures.rateHigh === null) return "";
  return `${figureText(figures.rateLow, "rate", decimals)}–${figureText(figures.rateHigh, "rate", decimals)}`;
}

/**
 * @param {Figures} figures
 * @param {Span} base
 */
function changeLine(figures, base) {
  if (figures.difference === null) return `Förändring: ${whyNothing(figures, "difference")}`;
  const percent = figures.percent === null ? "" : ` (${PERCENT.format(figures.percent / 100)})`;
  const compared = figures.baselineCount === null ? "" : `, då ${WHOLE.format(figures.baselineCount)}`;
  return `${SIGNED.format(figures.difference)}${percent} mot ${spanText(base)}${compared}`;
}

/**
 * @param {Figures} figures
 * @param {Drawn} drawn
 * @param {number} decimals
 */
const spokenFigures = (figures, drawn, decimals) => `${figures.name}: ${figureLines(figures, drawn, decimals).join(". ")}`;

/**
 * Draw one of the rings (hover, selected, focus) round an area, or none.
 * @param {"hover"|"selected"|"focus"} kind
 * @param {string} code
 */
function ring(kind, code) {
  const path = areaPath(code)?.getAttribute("d") ?? "";
  for (const ringPath of document.querySelectorAll(`#map .ring.${kind}`)) ringPath.setAttribute("d", path);
}

/**
 * Show the tooltip of an area, near a point of the map box.
 * @param {string} code
 * @param {{x: number, y: number}} point
 */
function showTip(code, point) {
  const figures = shown?.figures.find((one) => one.code === code);
  if (!shown || !figures) return hideTip();
  const tip = byId("tip");
  const lines = figureLines(figures, shown, decimalsOf(shown));
  tip.replaceChildren(html("strong", {}, figures.name), ...lines.map((line) => html("span", {}, line)));
  tip.hidden = false;
  const room = byId("map-box").clientWidth - tip.offsetWidth;
  const left = Math.max(0, Math.min(room, point.x - tip.offsetWidth / 2));
  const above = point.y - tip.offsetHeight - 14;
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(above < 0 ? point.y + 20 : above)}px)`;
}

function hideTip() {
  const tip = document.getElementById("tip");
  if (tip) tip.hidden = true;
}

/** @param {Drawn} drawn */
const decimalsOf = (drawn) => decimalsFor(drawn.figures.map((figures) => figures.rate));

/* ---------- The legend ---------- */

/**
 * @param {string} shade
 * @param {string} fill
 */
const swatch = (shade, fill = "none") => svg("svg", { class: "swatch", viewBox: "0 0 24 16", "aria-hidden": "true" },
  svg("rect", { x: 0.5, y: 0.5, width: 23, height: 15, rx: 3, class: shade, fill }));

/** @param {number} areas */
const areasText = (areas) => `${WHOLE.format(areas)} ${areas === 1 ? "område" : "områden"}`;

/**
 * @param {Drawn} drawn
 * @param {ColourClass[]} classes
 * @param {number} decimals
 */
function paintLegend(drawn, classes, decimals) {
  const { measure } = drawn.state;
  const rows = classes.map((one) => html("li", {}, swatch(one.shade), html("span", { class: "break" }, classText(one, measure, decimals)),
    html("span", { class: "quiet" }, areasText(one.areas))));
  const states = drawn.figures.map((figures) => statusOf(figures, /** @type {Measure} */ (measure)));
  for (const status of /** @type {const} */ (["missing", "withheld", "notApplicable"])) {
    const areas = states.filter((one) => one === status).length;
    if (areas) rows.push(html("li", {}, swatch("no-value", `url(#hatch-${status})`), html("span", { class: "break" }, String(STATUS_WORDS[status])),
      html("span", { class: "quiet" }, areasText(areas))));
  }
  const notes = [outlierText(drawn, decimals), measure === "percent" ? "Små tal ger lätt stora procent. Läs antalet i tabellen bredvid." : ""];
  byId("legend").replaceChildren(html("h4", {}, legendTitle(drawn)), html("ul", {}, ...rows),
    ...notes.filter(Boolean).map((text) => html("p", { class: "quiet" }, text)));
}

/** @param {Drawn} drawn */
function legendTitle({ source, state }) {
  if (state.measure === "count") return `Antal ${source.noun[1]}`;
  if (state.measure === "rate") return `${capital(source.noun[1])} per 1 000 invånare och år`;
  const base = spanText(/** @type {Span} */ (baselineSpan(state)));
  return `${MEASURE_WORDS[state.measure]} mot ${base}`;
}

/**
 * @param {ColourClass} one
 * @param {string} measure
 * @param {number} decimals
 */
function classText({ low, high }, measure, decimals) {
  const first = figureText(low, measure, decimals);
  if (low === 0 && high === 0 && isChange(measure)) return "Oförändrat";
  if (low === high) return first;
  return `${first}${isChange(measure) ? " till " : "–"}${figureText(high, measure, decimals)}`;
}

/**
 * Name the one area that stands out so much that its class hides it.
 * @param {Drawn} drawn
 * @param {number} decimals
 */
function outlierText({ figures, state }, decimals) {
  if (isChange(state.measure)) return "";
  const ranked = figures.map((one) => ({ name: one.name, value: mapValue(one, state.measure, decimals) ?? 0 })).sort((a, b) => b.value - a.value);
  const [first, second] = ranked;
  if (!first || !second || second.value === 0 || first.value < 2 * second.value) return "";
  return `${first.name} sticker ut med ${figureText(first.value, state.measure, decimals)}. Näst högst är ${figureText(second.value, state.measure, decimals)}.`;
}

/* ---------- The table ---------- */

/**
 * @typedef {{key: keyof Figures, head: string, text: (figures: Figures) => string}} Column
 */

/**
 * @param {State} state
 * @param {number} decimals
 * @returns {Column[]}
 */
function columnsOf(state, decimals) {
  /** @type {(key: keyof Figures, head: string, measure: string) => Column} */
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

/**
 * @param {Drawn} drawn
 * @param {ColourClass[]} classes
 * @param {number} decimals
 */
function paintTable(drawn, classes, decimals) {
  const columns = columnsOf(drawn.state, decimals);
  const heads = columns.map((column) => html("th", { scope: "col", "data-key": column.key },
    html("button", { type: "button", "data-sort": column.key }, column.head, html("span", { class: "arrow", "aria-hidden": "true" }))));
  const rows = drawn.figures.map((figures) => tableRow(figures, drawn, columns, classes, decimals));
  byId("table-box").replaceChildren(html("table", { id: "table" },
    html("caption", {}, `${headingText(drawn)}, ${periodText(drawn.state)}. Välj rubrik för att sortera.`),
    html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...rows)));
  sortTable(drawn);
  put("table-notes", tableNotes(drawn).map(paragraph));
}

/**
 * @param {Figures} figures
 * @param {Drawn} drawn
 * @param {Column[]} columns
 * @param {ColourClass[]} classes
 * @param {number} decimals
 */
function tableRow(figures, drawn, columns, classes, decimals) {
  const value = mapValue(figures, drawn.state.measure, decimals);
  const found = classOf(value, classes);
  const status = statusOf(figures, /** @type {Measure} */ (drawn.state.measure));
  const mark = swatch(found?.shade ?? "no-value", found ? "none" : `url(#hatch-${status})`);
  const name = html("th", { scope: "row" }, html("button", { type: "button", class: "pick", tabindex: -1, "aria-pressed": "false" }, mark, html("span", {}, figures.name)));
  return html("tr", { "data-code": figures.code }, name, ...columns.slice(1).map((column) => tableCell(figures, column, decimals)));
}

/**
 * @param {Figures} figures
 * @param {Column} column
 * @param {number} decimals
 */
function tableCell(figures, column, decimals) {
  if (statusOf(figures, column.key) !== "value") {
    const why = whyNothing(figures, column.key);
    return html("td", { "data-key": column.key, class: "nothing", title: capital(why) }, html("span", { "aria-hidden": "true" }, NOTHING), html("span", { class: "unseen" }, why));
  }
  const interval = column.key === "rate" ? rateInterval(figures, decimals) : "";
  return html("td", { "data-key": column.key }, html("span", { class: "figure" }, column.text(figures)),
    interval ? html("span", { class: "interval" }, html("span", { class: "unseen" }, "osäkerhet "), interval) : null);
}

/**
 * Explain the dashes that stand in the table, and only those.
 * @param {Drawn} drawn
 */
function tableNotes({ figures, state }) {
  const columns = columnsOf(state, 0).map((column) => column.key);
  const reasons = new Set(figures.flatMap((one) => columns.filter((key) => statusOf(one, key) !== "value").map((key) => whyNothing(one, key))));
  const notes = reasons.size ? [`${NOTHING} betyder att det inte finns något tal: ${[...reasons].join("; ")}. Det är inte samma sak som 0.`] : [];
  if (state.measure === "rate") notes.push("Per 1 000 är per 1 000 invånare och år. Det mindre talet under är osäkerheten: ett 95-procentigt konfidensintervall.");
  return notes;
}

/** @param {State} state */
function sortingOf({ sort }) {
  const key = /** @type {keyof Figures} */ (sort.replace(/^-/, "") || "name");
  return { key, falling: sort.startsWith("-") };
}

/**
 * Put the rows in order; rows without a figure come last either way.
 * @param {Drawn} drawn
 */
function sortTable({ figures, state }) {
  const { key, falling } = sortingOf(state);
  const sorted = [...figures].sort((a, b) => compared(a, b, key, falling) || SWEDISH.compare(a.name, b.name));
  const body = document.querySelector("#table tbody");
  const rows = new Map([...document.querySelectorAll("#table tbody tr")].map((row) => [row.getAttribute("data-code"), row]));
  body?.append(...sorted.flatMap((one) => rows.get(one.code) ?? []));
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

/* ---------- The months ---------- */

const CHART = { height: 210, left: 46, right: 6, top: 10, bottom: 36 };
const MONTHS_SHOWN = 36;
/** @type {{series: Series, state: State}|null} */
let charted = null;
/** Counts what has been asked for, so that a late answer is not drawn over a newer one. */
let seriesAsked = 0;

/**
 * The months to show: three years up to the end of the period, and all of the period and what it is compared with.
 * @param {State} state
 * @param {Source} source
 * @returns {Span}
 */
function chartSpan(state, source) {
  const starts = [state.from, plus(state.to, 1 - MONTHS_SHOWN), baselineSpan(state)?.from ?? state.from].sort();
  const first = String(source.coverage.from);
  return { from: String(starts[0]) < first ? first : String(starts[0]), to: state.to };
}

/**
 * Show the months of the chosen area, or of the city when none is chosen.
 * @param {State} state
 * @param {Source} source
 * @param {Catalogue} catalogue
 */
async function showSeries(state, source, catalogue) {
  const own = (seriesAsked += 1);
  const hasCity = editionOf(state.edition, catalogue).levels.some((one) => one.level === "stad");
  byId("clear").hidden = !state.area;
  if (!state.area && !hasCity) return clearSeries("Välj ett område på kartan eller i tabellen för att se det månad för månad.");
  const query = new URLSearchParams({ level: state.area ? state.level : "stad", source: state.source, ...chartSpan(state, source), interval: "month" });
  if (state.area) query.set("area", state.area);
  if (state.category) query.set("category", state.category);
  if (state.edition) query.set("edition", state.edition);
  try {
    const answer = await ask(`/v1/series?${query}`);
    if (own === seriesAsked) paintSeries(answer.series[0], state, source);
  } catch (error) {
    if (own === seriesAsked) clearSeries(/** @type {Problem} */ (error).detail ?? "Månaderna kunde inte hämtas.");
  }
}

/** @param {string} text */
function clearSeries(text) {
  charted = null;
  byId("series-title").textContent = "Månad för månad";
  byId("series-box").replaceChildren(paragraph(text));
}

/**
 * @param {Series|undefined} series
 * @param {State} state
 * @param {Source} source
 */
function paintSeries(series, state, source) {
  if (!series) return clearSeries("Det finns inga månader att visa.");
  const name = state.area ? series.name : "Hela staden";
  const extent = spanText({ from: String(series.values[0]?.period), to: String(series.values.at(-1)?.period) });
  const statuses = new Set(series.values.map((value) => value.status));
  if (!statuses.has("value")) return clearSeries(`${name}: ingen av månaderna har någon siffra. ${[...statuses].map((status) => `${STATUS_WORDS[status]}.`).join(" ")}`);
  byId("series-title").textContent = `${name}, månad för månad`;
  byId("series-box").replaceChildren(
    html("p", { class: "quiet" }, `Antal ${source.noun[1]} per månad, ${extent}.${state.area ? "" : " Välj ett område för att se det i stället."}`),
    html("div", { id: "chart", class: "chart" }),
    seriesKey(series, state),
    html("p", {}, seriesText(series, source)),
    html("details", {}, html("summary", {}, "Visa månaderna som tabell"), seriesTable(series, source, name)));
  charted = { series, state };
  drawChart();
}

/**
 * @param {Series} series
 * @param {State} state
 */
function seriesKey({ values }, state) {
  const kinds = new Set(values.filter((value) => value.status === "value").flatMap((value) => barKind(value, state).split(" ")));
  /** @type {[string, string][]} */
  const keys = [["asked", "vald period"], ["base", "jämförelseperiod"], ["other", "andra månader"], ["provisional", "preliminär"]];
  const items = keys.filter(([kind]) => kinds.has(kind)).map(([kind, text]) => html("li", {}, swatch(`bar ${kind === "provisional" ? "asked provisional" : kind}`, "none"), text));
  for (const status of new Set(values.map((value) => value.status).filter((one) => one !== "value"))) {
    items.push(html("li", {}, swatch("no-value", `url(#hatch-${status})`), String(STATUS_WORDS[status]).toLowerCase()));
  }
  return html("ul", { class: "key" }, ...items);
}

/**
 * @param {MonthValue} value
 * @param {State} state
 */
function barKind(value, state) {
  const base = baselineSpan(state);
  const isAsked = value.period >= state.from && value.period <= state.to;
  const isBase = base !== null && value.period >= base.from && value.period <= base.to;
  return `${isAsked ? "asked" : isBase ? "base" : "other"}${value.provisional ? " provisional" : ""}`;
}

/**
 * The chart in words.
 * @param {Series} series
 * @param {Source} source
 */
function seriesText({ values }, source) {
  const known = values.filter((value) => value.status === "value" && value.count !== null);
  const last = known.at(-1);
  if (!last) return "";
  const [least, most] = ends(known.map((value) => Number(value.count)));
  const gap = values.filter((value) => value.status !== "value").map((value) => value.period);
  const extremes = least === most
    ? `Alla månader har ${counted(most, source.noun)}.`
    : `Flest är ${counted(most, source.noun)} (${whenText(known, most)}), färst ${WHOLE.format(least)} (${whenText(known, least)}).`;
  const newest = ` I ${monthText(last.period)} är det ${WHOLE.format(Number(last.count))}${last.provisional ? ", preliminärt" : ""}.`;
  return `${extremes}${newest}${gap.length ? ` Siffra saknas för ${runsText(gap)}.` : ""}`;
}

/**
 * The month that has a count, or how many have it and which was the last.
 * @param {MonthValue[]} values
 * @param {number} count
 */
function whenText(values, count) {
  const months = values.filter((value) => value.count === count).map((value) => value.period);
  const last = monthText(String(months.at(-1)));
  return months.length === 1 ? last : `${WHOLE.format(months.length)} månader, senast ${last}`;
}

/**
 * @param {Series} series
 * @param {Source} source
 * @param {string} name
 */
function seriesTable({ values }, source, name) {
  const rows = [...values].reverse().map((value) => html("tr", {}, html("th", { scope: "row" }, capital(monthText(value.period))),
    html("td", {}, value.status === "value" && value.count !== null ? WHOLE.format(value.count) : `${NOTHING} ${(STATUS_WORDS[value.status] ?? "saknas").toLowerCase()}`),
    html("td", {}, value.provisional ? "preliminär" : "")));
  return html("table", { class: "months" }, html("caption", { class: "unseen" }, `${name}: ${source.noun[1]} per månad`),
    html("thead", {}, html("tr", {}, ...["Månad", "Antal", "Läge"].map((head) => html("th", { scope: "col" }, head)))), html("tbody", {}, ...rows));
}

/**
 * Round numbers for an axis from 0, at most five steps.
 * @param {number} largest
 */
export function axisTicks(largest) {
  const rough = Math.max(1, largest) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power);
  const ticks = Math.max(1, Math.ceil(largest / step));
  return Array.from({ length: ticks + 1 }, (_, index) => index * step);
}

/** Draw the bars as wide as there is room, so that the text is never scaled. */
function drawChart() {
  const box = document.getElementById("chart");
  if (!charted || !box) return;
  const { series, state } = charted;
  const width = Math.max(240, box.clientWidth);
  const ticks = axisTicks(Math.max(0, ...series.values.map((value) => value.count ?? 0)));
  const floor = CHART.height - CHART.bottom;
  const slot = (width - CHART.left - CHART.right) / series.values.length;
  /** @param {number} count */
  const level = (count) => floor - (count / Number(ticks.at(-1))) * (floor - CHART.top);
  const bars = series.values.map((value, index) => chartBar(value, state, { x: CHART.left + index * slot, slot, floor, y: level(value.count ?? 0) }));
  box.replaceChildren(svg("svg", { width, height: CHART.height, viewBox: `0 0 ${width} ${CHART.height}`, role: "img", "aria-label": `Stapeldiagram: ${byId("series-title").textContent}. Samma siffror finns i tabellen under.` },
    ...ticks.flatMap((tick) => [
      svg("path", { d: `M${CHART.left} ${level(tick).toFixed(1)}H${width - CHART.right}`, class: tick ? "grid" : "axis" }),
      svg("text", { x: CHART.left - 7, y: level(tick) + 4, class: "tick", "text-anchor": "end" }, WHOLE.format(tick)),
    ]),
    ...bars, ...chartLabels(series.values, slot, floor)));
}

/**
 * @param {MonthValue} value
 * @param {State} state
 * @param {{x: number, slot: number, floor: number, y: number}} place
 */
function chartBar(value, state, { x, slot, floor, y }) {
  const gap = Math.min(2, slot * 0.2);
  const known = value.status === "value" && value.count !== null;
  const text = known ? `${WHOLE.format(Number(value.count))}${value.provisional ? ", preliminärt" : ""}` : (STATUS_WORDS[value.status] ?? "saknas").toLowerCase();
  const width = Math.max(0.5, slot - gap).toFixed(2);
  const bar = known
    ? svg("rect", { x: x.toFixed(2), y: y.toFixed(1), width, height: Math.max(0, floor - y).toFixed(1), class: `bar ${barKind(value, state)}` })
    : svg("rect", { x: x.toFixed(2), y: CHART.top, width, height: floor - CHART.top, class: "no-value", fill: `url(#hatch-${value.status})` });
  const hit = svg("rect", { x: x.toFixed(2), y: CHART.top, width: slot.toFixed(2), height: floor - CHART.top, class: "hit" }, svg("title", {}, `${capital(monthText(value.period))}: ${text}`));
  return svg("g", { "data-period": value.period, "data-count": value.count ?? "" }, bar, hit);
}

/**
 * Years under the axis, and months where they fit.
 * @param {MonthValue[]} values
 * @param {number} slot
 * @param {number} floor
 */
function chartLabels(values, slot, floor) {
  const every = [1, 3, 6].find((months) => months * slot >= 30) ?? 12;
  const yearEvery = Math.max(1, Math.ceil(34 / (12 * slot)));
  return values.flatMap((value, index) => {
    const x = CHART.left + (index + 0.5) * slot;
    const number = monthNumber(value.period);
    const isYear = number % 12 === 0 && Math.floor(number / 12) % yearEvery === 0;
    /** @type {SVGElement[]} */
    const labels = [];
    if (number % 12 === 0) labels.push(svg("path", { d: `M${x.toFixed(1)} ${floor}v5`, class: "axis" }));
    if (every < 12 && number % every === 0) labels.push(svg("text", { x: x.toFixed(1), y: floor + 16, class: "tick", "text-anchor": "middle" }, monthName(value.period).slice(0, 3)));
    if (isYear || (index === 0 && values.length < 12)) labels.push(svg("text", { x: x.toFixed(1), y: floor + (every < 12 ? 31 : 18), class: "tick year", "text-anchor": "middle" }, value.period.slice(0, 4)));
    return labels;
  });
}

/* ---------- What the figures rest on ---------- */

/** @param {Drawn} drawn */
function headingText({ source, categoryName: category, state }) {
  const where = state.level === "stad" ? "i hela staden" : `per ${LEVEL_WORDS[state.level]?.one}`;
  return `${source.name}${category ? `: ${category},` : ""} ${where}`;
}

/** @param {State} state */
function periodText(state) {
  const base = baselineSpan(state);
  return base ? `${spanText(state)} jämfört med ${spanText(base)}` : spanText(state);
}

/** @param {Drawn} drawn */
function paintHeading(drawn) {
  const heading = headingText(drawn);
  byId("heading").textContent = heading;
  byId("span").textContent = `${MEASURE_WORDS[drawn.state.measure]}, ${periodText(drawn.state)}`;
  document.title = `${heading}, ${spanText(drawn.state)} – Trygghetskarta`;
  byId("status").textContent = `Kartan visar ${heading}, ${periodText(drawn.state)}.`;
  put("provisional", cautions(drawn).map(paragraph));
  put("sentences", drawn.answer.sentences.map((sentence) => html("li", {}, sentence)));
}

/**
 * What to know before the figures are read, unless the API's own sentences already say it.
 * @param {Drawn} drawn
 */
function cautions(drawn) {
  const months = provisionalMonths(drawn);
  const base = baselineSpan(drawn.state);
  const isSaid = drawn.answer.sentences.some((sentence) => /preliminär/i.test(sentence));
  const lines = months.length && !isSaid ? [`Preliminära siffror: ${runsText(months)}.`] : [];
  if (base && base.from <= drawn.state.to && base.to >= drawn.state.from) lines.push("Perioden och jämförelsen överlappar varandra: samma månader räknas i båda.");
  return lines;
}

/** @param {Drawn} drawn */
function provisionalMonths({ answer, figures, state }) {
  const months = [...new Set(answer.coverage.flatMap((coverage) => coverage.provisional))];
  return months.length === 0 && figures.some((one) => one.provisional) ? monthsIn(state) : months;
}

/** @param {Drawn} drawn */
function paintLedger({ answer, source, state }) {
  const ledger = answer.ledger;
  if (!ledger || ledger.total === null) return put("ledger", [paragraph("Avstämningen mellan kartan och källan visas inte för skyddade siffror.")]);
  const level = LEVEL_WORDS[state.level] ?? { some: "ett område" };
  /** @type {[string, string, number, string][]} */
  const rows = [
    ["placed", "Placerade på kartan", ledger.placed, `Platsen är känd och ligger i ${level.some}.`],
    ["areaOnly", "Bara större område", ledger.areaOnly, `Platsen är bara känd som något större än ${level.some}, så de syns inte på den här nivån.`],
    ["unplaced", "Utan plats", ledger.unplaced, "Ingen plats är känd, som för många bedrägerier på nätet."],
    ["outside", "Utanför staden", ledger.outside, "Platsen ligger utanför Stockholms stad."],
  ];
  put("ledger", [
    paragraph(ledgerText(ledger, source)),
    ledgerBar(rows.map(([kind, , count]) => [kind, count])),
    html("table", { class: "ledger" }, html("caption", { class: "unseen" }, "Var alla händelser i frågan tog vägen"),
      html("thead", { class: "unseen" }, html("tr", {}, ...["Del", "Antal", "Förklaring"].map((head) => html("th", { scope: "col" }, head)))),
      html("tbody", {}, ...rows.map(([kind, name, count, why]) => html("tr", { "data-part": kind },
        html("th", { scope: "row" }, swatch(`part-${kind}`), name), html("td", {}, WHOLE.format(count)), html("td", { class: "quiet" }, why)))),
      html("tfoot", {}, html("tr", { "data-part": "total" }, html("th", { scope: "row" }, "Totalt"), html("td", {}, WHOLE.format(ledger.total)), html("td", { class: "quiet" }, "Allt som källan har för perioden.")))),
  ]);
}

/**
 * @param {LedgerSums} ledger
 * @param {Source} source
 */
function ledgerText(ledger, source) {
  if (ledger.total === 0) return `Källan har inga ${source.noun[1]} för perioden.`;
  if (ledger.total === 1 && ledger.placed === 1) return `Källan har ${counted(1, source.noun)} för perioden. Platsen är känd.`;
  if (ledger.placed === ledger.total) return `Alla ${counted(ledger.total, source.noun)} finns på kartan.`;
  return `Av ${counted(ledger.total, source.noun)} finns ${WHOLE.format(ledger.placed)} (${SHARE.format(ledger.placed / ledger.total)}) på kartan. Resten redovisas här.`;
}

/** @param {[string, number][]} parts */
function ledgerBar(parts) {
  const total = parts.reduce((sum, [, count]) => sum + count, 0) || 1;
  let x = 0;
  const rects = parts.map(([kind, count]) => {
    const width = (count / total) * 100;
    x += width;
    return svg("rect", { x: (x - width).toFixed(3), y: 0, width: width.toFixed(3), height: 4, class: `part-${kind}` });
  });
  return svg("svg", { class: "ledger-bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" }, ...rects);
}

/** @param {Drawn} drawn */
function paintCaveats(drawn) {
  const { answer, source, state } = drawn;
  const months = provisionalMonths(drawn);
  const provisional = months.length ? [`Preliminära månader: ${runsText(months)}. De kan ändras när fler händelser registreras eller rättas.`] : [];
  const covered = answer.coverage.flatMap((coverage) => coverageLines(coverage));
  const dated = source.countsBy === "reported" ? "Varje händelse räknas den månad den anmäldes." : "Varje händelse räknas den månad den inträffade.";
  const asked = new Set(answer.coverage.flatMap((coverage) => coverage.missing));
  const holes = source.coverage.missing.filter((month) => !asked.has(month));
  const elsewhere = holes.length ? [`Utanför perioden saknar källan ${runsText(holes)}.`] : [];
  const level = state.level === "stad" ? [] : ["Områden är olika stora. Ett högt antal kan bero på att många bor eller rör sig där."];
  byId("caveats").replaceChildren(html("h4", {}, source.name), paragraph(source.description),
    html("ul", {}, ...[dated, ...covered, ...provisional, ...elsewhere, ...level].map((text) => html("li", {}, text))),
    html("p", { class: "quiet" }, provenanceText(answer.provenance)));
}

/** @param {Coverage} coverage */
function coverageLines({ from, to, missing }) {
  const lines = from && to ? [`Siffror finns från ${monthText(from)} till ${monthText(to)}.`] : ["Källan har inte levererat några siffror."];
  if (missing.length) lines.push(`I perioden eller jämförelsen saknas ${runsText(missing)}. De månaderna är inte noll: de fattas i summan.`);
  return lines;
}

/** @param {Record<string, unknown>} provenance */
function provenanceText({ editionName, publishedAt, dataVersion, asOf }) {
  const parts = [];
  if (editionName) parts.push(`Områden: ${editionName}.`);
  const instant = new Date(String(publishedAt));
  if (publishedAt && !Number.isNaN(instant.valueOf())) parts.push(`Siffrorna är publicerade ${INSTANT.format(instant)}${dataVersion ? ` (version ${dataVersion})` : ""}.`);
  if (asOf) parts.push(`Så som de var kända ${asOf}.`);
  return parts.join(" ");
}

/** @param {State} state */
function paintTake(state) {
  const address = `/v1/comparisons?${questionOf(state)}`;
  const whole = new URL(address, location.href).href;
  const copy = html("button", { type: "button", class: "button", "data-copy": whole }, "Kopiera frågans adress");
  byId("take").replaceChildren(
    html("p", { class: "links" },
      html("a", { class: "button strong", href: `${address}&format=csv`, download: true }, "Hämta som CSV"),
      html("a", { class: "button strong", href: address, download: "jamforelse.geojson" }, "Hämta som GeoJSON")),
    paragraph("Filerna har samma siffror som kartan och tabellen. CSV-filen öppnas i Excel, GeoJSON i QGIS. Sidans adress innehåller hela urvalet: spara den eller skicka den vidare."),
    html("details", { id: "question" }, html("summary", {}, "Visa frågan"),
      paragraph("Kartan frågar tjänsten så här. Samma adress ger samma siffror i andra program."),
      html("p", { class: "address" }, html("a", { href: address }, html("code", {}, whole))),
      html("p", {}, copy)));
}

/** @param {Catalogue} catalogue */
function paintMarks({ sample, audience }) {
  const marks = [];
  if (sample) marks.push(html("li", { class: "mark sample" }, html("strong", {}, "Påhittade siffror. "), "Siffrorna är till för att prova tjänsten, och kartan är schematisk: gränserna är ritade av ett program. Dra inga slutsatser om något område."));
  if (audience === "analyst") marks.push(html("li", { class: "mark intern" }, html("strong", {}, "Intern. "), "Exakta siffror visas, även små tal. Dela dem inte utanför staden."));
  if (audience === "public") marks.push(html("li", { class: "mark" }, html("strong", {}, "Öppna siffror. "), "Siffror som kan peka ut någon enskild är skyddade."));
  byId("marks").replaceChildren(...marks);
}

/* ---------- Bringing it together ---------- */

/** @type {Drawn|null} What the map shows. */
let shown = null;
/** @type {State|null} What was last asked for. */
let current = null;
/** @type {AbortController|null} */
let asking = null;
/** @type {Catalogue|null} */
let known = null;

/**
 * Make a wish the page's state: settle it, write it to the address, fill the form, ask and draw.
 * @param {State} wish
 * @param {"push"|"replace"} history
 */
async function turnTo(wish, history) {
  asking?.abort();
  const own = (asking = new AbortController());
  byId("answer").setAttribute("aria-busy", "true");
  try {
    known ??= await catalogueOf();
    paintMarks(known);
    const { state, notices, source, tree } = await settled(wish, known);
    if (own.signal.aborted) return;
    await takeState(state, notices, history, { catalogue: known, source, tree, signal: own.signal });
  } catch (error) {
    if (!own.signal.aborted) showProblem(error);
  } finally {
    if (asking === own) byId("answer").setAttribute("aria-busy", "false");
  }
}

/**
 * @param {State} state
 * @param {string[]} notices
 * @param {"push"|"replace"} history
 * @param {{catalogue: Catalogue, source: Source, tree: Category[], signal: AbortSignal}} context
 */
async function takeState(state, notices, history, { catalogue, source, tree, signal }) {
  current = state;
  writeAddress(state, history);
  fillForm(state, catalogue, source, tree);
  put("notice", notices.length ? [notices.join(" ")] : []);
  const [outlines, answer] = await Promise.all([outlinesOf(state), ask(`/v1/comparisons?${questionOf(state)}&geometry=none`, signal)]);
  if (signal.aborted) return;
  const figures = answer.features.map((/** @type {{properties: Figures}} */ feature) => feature.properties);
  shown = { state, source, categoryName: categoryName(state.category, tree), figures, answer, outlines };
  paint(shown);
  put("problem", []);
  keepArea(state);
  await showSeries(state, source, catalogue);
}

/**
 * Draw an answer; nothing here asks or waits.
 * @param {Drawn} drawn
 */
function paint(drawn) {
  const { measure } = drawn.state;
  const decimals = decimalsOf(drawn);
  const values = drawn.figures.flatMap((figures) => mapValue(figures, measure, decimals) ?? []);
  const classes = isChange(measure) ? changeClasses(values) : amountClasses(values);
  hideTip();
  paintHeading(drawn);
  paintMap(drawn, classes, decimals);
  paintLegend(drawn, classes, decimals);
  paintTable(drawn, classes, decimals);
  paintLedger(drawn);
  paintCaveats(drawn);
  paintTake(drawn.state);
  markArea(drawn.state.area);
}

/**
 * An area of another level is no longer chosen.
 * @param {State} state
 */
function keepArea(state) {
  if (!state.area || areaPath(state.area)) return;
  state.area = "";
  writeAddress(state, "replace");
}

/**
 * @param {State} state
 * @param {"push"|"replace"} how
 */
function writeAddress(state, how) {
  const address = addressOf(state);
  if (address === location.search) return;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

/** @param {unknown} error */
function showProblem(error) {
  const problem = /** @type {Partial<Problem>} */ (error);
  if (!problem.detail) console.error(error);
  const content = [html("p", {}, html("strong", {}, problem.detail ?? "Något gick fel på sidan."))];
  content.push(...(problem.faults ?? []).map(paragraph));
  if (shown) content.push(paragraph(`Kartan och tabellen visar fortfarande ${headingText(shown)}, ${periodText(shown.state)}.`));
  else byId("heading").textContent = "Inga siffror att visa";
  content.push(html("p", {}, html("button", { type: "button", class: "button", id: "again" }, "Försök igen")));
  put("problem", content);
}

/**
 * Mark an area as chosen on the map and in the table, and make it the one that Tab comes to.
 * @param {string} code
 */
function markArea(code) {
  const first = [...(shown?.outlines.areas ?? [])].sort((a, b) => SWEDISH.compare(a.name, b.name))[0]?.code ?? "";
  ring("selected", code);
  for (const path of areaPaths()) path.setAttribute("aria-selected", String(path.dataset.code === code));
  for (const row of document.querySelectorAll("#table tbody tr")) {
    row.classList.toggle("chosen", row.getAttribute("data-code") === code);
    row.querySelector(".pick")?.setAttribute("aria-pressed", String(row.getAttribute("data-code") === code));
  }
  const stop = areaPath(code) ? code : first;
  tabStop("#areas path", (path) => path.getAttribute("data-code") === stop);
  const firstRow = document.querySelector("#table tbody tr")?.getAttribute("data-code");
  tabStop("#table .pick", (pick) => pick.closest("tr")?.getAttribute("data-code") === (areaPath(code) ? code : firstRow));
}

/**
 * Let Tab come to one of many elements only.
 * @param {string} selector
 * @param {(element: Element) => boolean} isStop
 */
function tabStop(selector, isStop) {
  for (const element of document.querySelectorAll(selector)) element.setAttribute("tabindex", isStop(element) ? "0" : "-1");
}

/**
 * Choose an area, or none: only the marks and the months change.
 * @param {string} area
 */
function choose(area) {
  if (!shown || !known || !current || shown.state.area === area) return;
  if (`${questionOf(current)}` !== `${questionOf(shown.state)}`) return void turnTo({ ...shown.state, area }, "push");
  current = { ...current, area };
  shown = { ...shown, state: { ...shown.state, area } };
  writeAddress(current, "push");
  markArea(area);
  byId("status").textContent = area ? `${areaName(area)} är valt.` : "Inget område är valt.";
  void showSeries(current, shown.source, known);
}

/** @param {string} code */
const areaName = (code) => shown?.outlines.areas.find((area) => area.code === code)?.name ?? code;

/** @param {string} key */
function sortBy(key) {
  if (!shown || !current) return;
  const { key: now, falling } = sortingOf(current);
  const isFalling = now === key ? !falling : key !== "name";
  const sort = isFalling ? `-${key}` : key === "name" ? "" : key;
  current = { ...current, sort };
  shown = { ...shown, state: { ...shown.state, sort } };
  writeAddress(current, "replace");
  sortTable(shown);
  markArea(current.area);
}

/* ---------- What people do ---------- */

/** @param {Event} event */
function formChanged(event) {
  if (!current) return;
  const wish = { ...current, ...Object.fromEntries(new FormData(form)) };
  const changed = /** @type {HTMLInputElement} */ (event.target).name;
  if (changed === "from" && wish.from > wish.to) wish.to = wish.from;
  if (changed === "to" && wish.to < wish.from) wish.from = wish.to;
  if (changed === "source") wish.category = "";
  if (changed === "level" || changed === "edition") wish.area = "";
  void turnTo(wish, "push");
}

/** @param {MouseEvent} event */
function presetChosen(event) {
  const preset = /** @type {Element} */ (event.target).closest("button")?.dataset.preset;
  const source = known?.sources.find((one) => one.id === current?.source);
  if (!preset || !source || !current) return;
  const covered = { from: String(source.coverage.from), to: String(source.coverage.to) };
  void turnTo({ ...current, ...presetSpan(preset, covered) }, "push");
}

/** @param {Event} event */
const codeAt = (event) => /** @type {Element} */ (event.target).closest("[data-code]")?.getAttribute("data-code") ?? "";

/** @param {PointerEvent} event */
function mapHovered(event) {
  const code = codeAt(event);
  ring("hover", code);
  const box = byId("map-box").getBoundingClientRect();
  if (code) showTip(code, { x: event.clientX - box.left, y: event.clientY - box.top });
  else hideTip();
}

/** @param {FocusEvent} event */
function mapFocused(event) {
  const code = codeAt(event);
  const path = areaPath(code);
  if (!path?.matches(":focus-visible")) return;
  ring("focus", code);
  const [area, box] = [path.getBoundingClientRect(), byId("map-box").getBoundingClientRect()];
  showTip(code, { x: area.left + area.width / 2 - box.left, y: area.top - box.top });
}

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {KeyboardEvent} event */
function mapKey(event) {
  const code = codeAt(event);
  if (!code || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" || event.key === " ") choose(code);
  else if (event.key === "Escape") hideTip();
  else if (!focusArea(areaByKey(code, event.key))) return;
  event.preventDefault();
}

/**
 * @param {string} code
 * @param {string} key
 * @returns {Outline|undefined}
 */
function areaByKey(code, key) {
  const areas = [...(shown?.outlines.areas ?? [])].sort((a, b) => SWEDISH.compare(a.name, b.name));
  const index = areas.findIndex((area) => area.code === code);
  const [here, arrow] = [areas[index], ARROWS[key]];
  if (here && arrow) return neighbour(areas, here, ...arrow);
  if (key === "Home") return areas[0];
  if (key === "End") return areas.at(-1);
  if (key === "PageDown") return areas[Math.min(areas.length - 1, index + 1)];
  return key === "PageUp" ? areas[Math.max(0, index - 1)] : undefined;
}

/** @param {Outline|undefined} area */
function focusArea(area) {
  if (!area) return false;
  tabStop("#areas path", (path) => path.getAttribute("data-code") === area.code);
  areaPath(area.code)?.focus({ preventScroll: true });
  return true;
}

/** @param {MouseEvent} event */
function tableClicked(event) {
  const target = /** @type {Element} */ (event.target);
  const key = target.closest("[data-sort]")?.getAttribute("data-sort");
  if (key) sortBy(key);
  else if (codeAt(event)) choose(codeAt(event));
}

/** @param {KeyboardEvent} event */
function tableKey(event) {
  const row = /** @type {Element} */ (event.target).closest("tbody tr");
  const rows = [...document.querySelectorAll("#table tbody tr")];
  if (!row) return;
  const index = rows.indexOf(row);
  /** @type {Record<string, Element|undefined>} */
  const moves = { ArrowUp: rows[index - 1], ArrowDown: rows[index + 1], Home: rows[0], End: rows.at(-1) };
  const pick = /** @type {HTMLElement|null|undefined} */ (moves[event.key]?.querySelector(".pick"));
  if (!pick) return;
  event.preventDefault();
  tabStop("#table .pick", (one) => one === pick);
  pick.focus();
}

/** @param {MouseEvent} event */
async function copyClicked(event) {
  const button = /** @type {Element} */ (event.target).closest("[data-copy]");
  if (!button) return;
  const isCopied = await navigator.clipboard?.writeText(String(button.getAttribute("data-copy"))).then(() => true, () => false);
  button.textContent = isCopied ? "Kopierad" : "Markera adressen och kopiera den";
}

function watchMap() {
  const box = byId("map-box");
  box.addEventListener("pointermove", mapHovered);
  box.addEventListener("pointerleave", () => (ring("hover", ""), hideTip()));
  box.addEventListener("click", (event) => choose(codeAt(event) || (current?.area ?? "")));
  box.addEventListener("focusin", mapFocused);
  box.addEventListener("focusout", () => (ring("focus", ""), hideTip()));
  box.addEventListener("keydown", mapKey);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
}

function watchTable() {
  const box = byId("table-box");
  box.addEventListener("click", tableClicked);
  box.addEventListener("keydown", tableKey);
  box.addEventListener("pointerover", (event) => ring("hover", codeAt(event)));
  box.addEventListener("pointerleave", () => ring("hover", ""));
}

/** The form is folded away on a narrow screen, where the map comes first. */
function watchWidth() {
  const wide = matchMedia("(min-width: 48rem)");
  const choices = /** @type {HTMLDetailsElement} */ (byId("choices"));
  const follow = () => (choices.open = wide.matches);
  wide.addEventListener("change", follow);
  follow();
  new ResizeObserver(drawChart).observe(byId("series-box"));
}

function start() {
  buildForm();
  watchMap();
  watchTable();
  watchWidth();
  form.addEventListener("change", formChanged);
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("presets").addEventListener("click", presetChosen);
  byId("clear").addEventListener("click", () => choose(""));
  byId("take").addEventListener("click", copyClicked);
  byId("problem").addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).id === "again") void turnTo(stateOf(location.search), "replace");
  });
  addEventListener("popstate", () => void turnTo(stateOf(location.search), "replace"));
  void turnTo(stateOf(location.search), "replace");
}

start();
