// @ts-check
/** The one thing that changes while the page is open, besides the document: turns.js changes it, start.js reads it. */

/** @import { Page } from "./types.js" */

/** @type {Page} */
export const page = { catalogue: null, current: null, shown: null, charted: null, asking: null, askingMonths: null, kept: new Map() };
