// @ts-check
/**
 * The shapes that the page works with: what the API answers, what the address holds, and what is drawn. Types only; no browser asks for this file.
 */

/**
 * @typedef {"stadsdelsomrade"|"stadsdel"|"basomrade"|"stad"} Level
 * @typedef {"count"|"rate"|"difference"|"percent"} Measure
 * @typedef {"missing"|"withheld"|"notApplicable"} Lack
 * @typedef {"value"|Lack} Status
 * @typedef {{from: string, to: string}} Span
 */

/**
 * What is asked for, as the address holds it; a wish may be anything that somebody typed.
 * @typedef {{source: string, category: string, level: Level, edition: string, from: string, to: string, baseline: string,
 *   measure: Measure, area: string, sort: string}} State
 * @typedef {Record<keyof State, string>} Wish
 */

/**
 * What the API answers.
 * @typedef {{what: string, reason: string}} Refusal
 * @typedef {{id: string, name: string, description: string, noun: [string, string], public: boolean, carries: string, refuses: Refusal[],
 *   coverage: {from: string|null, to: string|null, missing: string[]}}} Source
 * @typedef {{code: string, name: string, children?: Category[]}} Category
 * @typedef {{validFrom: string, name: string, levels: {level: Level, areas: number}[], note?: string}} Edition
 * @typedef {{code: string, name: string, level: Level, parent: string|null, count: number|null, baselineCount: number|null,
 *   difference: number|null, percent: number|null, rate: number|null, rateLow: number|null, rateHigh: number|null, status: Status,
 *   provisional: boolean}} Figures
 * @typedef {{placed: number, areaOnly: number, unplaced: number, outside: number, total: number}} LedgerSums
 * @typedef {LedgerSums|{[part in keyof LedgerSums]: null}|null} Ledger
 * @typedef {{source: string, from: string|null, to: string|null, missing: string[], partial: string[],
 *   provisional: string[]}} Coverage
 * @typedef {{features: {properties: Figures}[], ledger: Ledger, coverage: Coverage[], provenance: Record<string, unknown>,
 *   sentences: string[]}} Comparison
 * @typedef {{period: string, count: number|null, status: Status, provisional: boolean}} MonthValue
 * @typedef {{code: string, name: string, level: Level, values: MonthValue[]}} Series
 * @typedef {{type: string, coordinates: any}} Geometry
 * @typedef {{properties: {code: string, name: string}, geometry: Geometry}} AreaFeature
 * @typedef {{detail: string, faults: string[]}} Problem
 */

/**
 * What is made of the answers, and drawn.
 * @typedef {{sources: Source[], editions: Edition[], sample: boolean, audience: string}} Catalogue
 * @typedef {{code: string, name: string, path: string, x: number, y: number}} Outline
 * @typedef {{width: number, height: number, areas: Outline[]}} Outlines
 * @typedef {{low: number, high: number, areas: number, shade: string}} ColourClass
 * @typedef {{class: string, fill: string}} Look
 * @typedef {{state: State, source: Source, categoryName: string, figures: Figures[], answer: Comparison, outlines: Outlines,
 *   decimals: number, classes: ColourClass[]}} Drawn
 * @typedef {{series: Series, state: State}} Charted
 */

/**
 * The page while it is open: what can be asked about, what was last asked for, what the map and the months show, the questions under way,
 * and the answers worth keeping, by path.
 * @typedef {{catalogue: Catalogue|null, current: State|null, shown: Drawn|null, charted: Charted|null, asking: AbortController|null,
 *   askingMonths: AbortController|null, kept: Map<string, Promise<any>>}} Page
 */

export {};
