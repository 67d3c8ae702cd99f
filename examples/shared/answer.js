/** What a page asks the API, and the words its answer is shown with. */

const address = new URL(location.href).searchParams;

/** Where the API is: ?api=https://..., or this machine's own. */
export const API = (address.get("api") ?? "http://127.0.0.1:8000").replace(/\/$/, "");

/**
 * The page's question, with whatever the address says otherwise: ?level=basomrade&from=2024-01.
 * @param {Record<string, string>} asked
 */
export function question(asked) {
  const found = new URLSearchParams(asked);
  for (const [name, value] of address) if (name !== "api") found.set(name, value);
  return found;
}

/**
 * Ask the API. An error tells in Swedish what to do about it.
 * @param {string} path
 */
export async function ask(path) {
  let answer;
  try {
    answer = await fetch(API + path);
  } catch {
    throw new Error(`${API} svarar inte. Starta tjänsten, eller ange dess adress med ?api=https://…`);
  }
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail);
  return body;
}

export const LEVELS = {
  basomrade: ["basområde", "basområden"],
  stadsdel: ["stadsdel", "stadsdelar"],
  stadsdelsomrade: ["stadsdelsområde", "stadsdelsområden"],
  stad: ["hela staden", "hela staden"],
};

/** Why an area has no figure. None of these is a zero, and none of them may look like one. */
export const LACKS = { missing: "Inte levererat", withheld: "Skyddat, visas inte", notApplicable: "Går inte att räkna" };

const MONTH = new Intl.DateTimeFormat("sv-SE", { month: "long", year: "numeric", timeZone: "UTC" });
const month = (text) => MONTH.format(new Date(`${text}-01T00:00:00Z`));

/** "januari 2025–december 2025", and a whole year by its number. */
export function span(from, to) {
  if (from.endsWith("-01") && to === `${from.slice(0, 4)}-12`) return from.slice(0, 4);
  return from === to ? month(from) : `${month(from)}–${month(to)}`;
}

/** A number as it is written in Swedish: 12 345,6 with a narrow space that does not break, and a true minus. */
export const number = (value, decimals = 0) =>
  value.toLocaleString("sv-SE", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });

/** A change in per cent, always with its sign. */
export const change = (percent) => `${percent.toLocaleString("sv-SE", { maximumFractionDigits: 0, signDisplay: "exceptZero" })} %`;
