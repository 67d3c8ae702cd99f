/** Every word of the page in English. */

import type { Me } from "../api/me";
import type { AreaFigures, Interval, Span, Status } from "../api/answers";
import { LEVELS, namesOf, OWN } from "../city";
import { lengthOf, runsOf } from "../figures/months";
import { findingOf, type Finding } from "../figures/figures";
import { capital, NOTHING, type Numbers } from "../figures/numbers";
import type { KeyKind } from "../charts/layers";
import type { Colour } from "../view/view";
import type { Texts, Told } from "./sv";

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const monthName = (month: string): string => MONTHS[Number(month.slice(5, 7)) - 1] ?? month;
const month = (text: string): string => `${monthName(text)} ${text.slice(0, 4)}`;

function span({ from, to }: Span): string {
  if (from === to) return month(from);
  if (from.slice(0, 4) === to.slice(0, 4) && from.endsWith("-01") && to.endsWith("-12")) return `all of ${from.slice(0, 4)}`;
  return `${from.slice(0, 4) === to.slice(0, 4) ? monthName(from) : month(from)}–${month(to)}`;
}

/** 3 April 2024 */
const date = (day: string): string => `${Number(day.slice(8))} ${month(day)}`;

const listed = (parts: string[]): string => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`);

const levels = namesOf("en", {
  stadsdelsomrade: { title: "Stadsdelsområden", one: "stadsdelsområde", each: "by stadsdelsområde", many: "stadsdelsområden" },
  stadsdel: { title: "Stadsdelar", one: "stadsdel", each: "by stadsdel", many: "stadsdelar" },
  basomrade: { title: "Basområden", one: "basområde", each: "by basområde", many: "basområden" },
  stad: { title: "The whole city", one: "the city", each: "in the whole city", many: "cities" },
});
/** The whole of the city, within a sentence. */
const wholeCity = `${levels[OWN.stad].title.charAt(0).toLocaleLowerCase()}${levels[OWN.stad].title.slice(1)}`;
/** The levels with more areas than one, as a choice between them. */
const divided = (or: string): string => {
  const names = LEVELS.filter((level) => level !== OWN.stad).map((level) => levels[level].many);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${or} ${names.at(-1)}`;
};

const intervals: Record<Interval, { name: string; each: string; per: string }> = {
  month: { name: "Month", each: "month by month", per: "per month" },
  quarter: { name: "Quarter", each: "quarter by quarter", per: "per quarter" },
  tertial: { name: "Tertial", each: "tertial by tertial", per: "per tertial" },
  year: { name: "Year", each: "year by year", per: "per year" },
  rolling12: { name: "Rolling 12 months", each: "rolling 12 months", per: "per 12 months" },
};

const colours: Record<Colour, { title: string; hint: string }> = {
  count: { title: "Number", hint: "How many there were." },
  rate: { title: "Per 1,000 and year", hint: "The number in relation to how many live there." },
  smoothedRate: {
    title: "Per 1,000 and year, smoothed",
    hint: "Small areas are drawn towards the city's level, so that chance does not single them out.",
  },
  difference: { title: "Change in number", hint: "The difference from the period compared with." },
  percent: { title: "Change in per cent", hint: "Small numbers easily give large percentages. Look at the number too." },
  verdict: { title: "Clear change", hint: "Whether the change is larger than chance tends to give. A likely change is less certain." },
  harm: { title: "Harm", hint: "Crimes weighed by the law's minimum penalty, in days." },
  harmDifference: { title: "Change in harm", hint: "The difference in weighed days from the period compared with." },
};

const statuses: Record<Status, string> = {
  value: "There is a figure",
  missing: "Not delivered",
  withheld: "Protected, not shown",
  notApplicable: "Cannot be counted here",
};

const findings: Record<Finding, string> = {
  higher: "Clear rise",
  likelyHigher: "Likely rise",
  likelyLower: "Likely fall",
  lower: "Clear fall",
  cannotTell: "Cannot tell",
  notApplicable: "Cannot be tested",
};

const MOST_NAMES = 5;
const LEAST = 1e-12;
/** A ratio whose interval reaches from below 1 to above this is of so few events that the ends tell a reader nothing. */
const TELLS_NOTHING = 10;
const STANDING: [Finding, string][] = [
  ["higher", "clearly more"],
  ["likelyHigher", "likely more"],
  ["lower", "clearly fewer"],
  ["likelyLower", "likely fewer"],
];

/**
 * What an answer says, in sentences: those of the API are Swedish. They are made of the same figures, and say the same as far as they go; none where
 * nothing can be told of the areas together.
 */
const sentences = (told: Told): string[] => [levelOf(told), changeOf(told), standingOut(told)].filter(Boolean);

function sumOf(rows: AreaFigures[], part: "count" | "baselineCount"): number | null {
  const known = rows.flatMap((row) => (row.status === "value" ? (row[part] ?? []) : []));
  return rows.length && known.length === rows.length ? known.reduce((sum, count) => sum + count, 0) : null;
}

function levelOf({ rows, span, noun, n }: Told): string {
  const count = sumOf(rows, "count");
  if (count === null) return "";
  const where = rows.length === 1 ? rows[0]?.name : `${n.whole(rows.length)} areas`;
  return `${capital(span)}: ${n.whole(count)} ${count === 1 ? noun[0] : noun[1]} in ${where}.`;
}

function changeOf(told: Told): string {
  const { rows, base, n } = told;
  const [now, before] = [sumOf(rows, "count"), sumOf(rows, "baselineCount")];
  // Periods that cannot be compared have no difference.
  if (!base || now === null || before === null || rows.some(({ difference }) => difference === null)) return "";
  const difference = now - before;
  const sure = certaintyOf(told, difference);
  if (!difference) return `That is as many as in ${base}${sure}.`;
  const percent = before ? ` (${n.decimal((100 * Math.abs(difference)) / before, 1)} per cent)` : "";
  return `That is ${n.whole(Math.abs(difference))} ${difference > 0 ? "more" : "fewer"} than in ${base}${percent}${sure}.`;
}

function certaintyOf({ statistics, per, n }: Told, difference: number): string {
  const total = statistics?.total;
  const ratio = total?.ratio ?? null;
  // More of more days, or of more people, can be fewer of each: then the number alone is told.
  if (!total || ratio === null || difference * (ratio - 1) < 0) return "";
  const interval = ((): string => {
    const [low, high] = [total.ratioLow, total.ratioHigh];
    if (low === null || high === null) return "";
    if (low < 1 && high > TELLS_NOTHING) return " (there are too few events to say more)";
    if (total.verdict !== "cannotTell" && low < 1 && high > 1) return " (there are too few events to say how large it is)";
    const [from, to] = [low, high].map((end) => n.finePercent(100 * (end - 1)));
    return ` (with 95 per cent certainty between ${from} and ${to}, counted per ${total.per === "days" ? "day" : `1,000 ${per}`})`;
  })();
  const change = difference > 0 ? "rise" : "fall";
  if (total.verdict === "higher" || total.verdict === "lower") return `; the ${change} is clear${interval}`;
  if (total.verdict !== "cannotTell") return "";
  return `; whether ${difference ? `it is a real ${change}` : "anything has changed"} cannot be told${interval}`;
}

function standingOut({ rows, statistics, base, n }: Told): string {
  if (!base || rows.length < 2 || statistics?.against !== "baseline" || !statistics.tested) return "";
  const found = STANDING.map(([finding, words]) => ({ words, rows: rows.filter((row) => findingOf(row) === finding) })).filter(
    (part) => part.rows.length,
  );
  if (!found.length) {
    return `In none of the ${n.whole(statistics.tested)} areas that could be tested can it be told that anything has changed since ${base}.`;
  }
  const rest = statistics.tested - found.reduce((sum, part) => sum + part.rows.length, 0);
  const said = found.map((part) => `${part.words} in ${foremost(part.rows, n)}`).join("; ");
  return `Compared with ${base} there are ${said}.${rest ? ` In ${rest === 1 ? "one area" : `${n.whole(rest)} areas`} it cannot be told.` : ""}`;
}

/** The names of areas, those that differ most first. */
function foremost(rows: AreaFigures[], n: Numbers): string {
  const size = ({ ratio }: AreaFigures): number => Math.abs(Math.log(Math.max(ratio ?? 1, LEAST)));
  const names = [...rows].sort((a, b) => size(b) - size(a)).map(({ name }) => name);
  const more = names.length - MOST_NAMES;
  const shown = more > 0 ? [...names.slice(0, MOST_NAMES), more === 1 ? "one other area" : `${n.whole(more)} other areas`] : names;
  return listed(shown);
}

export const en: Texts = {
  locale: "en",
  name: "Trygghetskarta",
  tagline: "What has been reported and has happened, area by area.",
  skipToMap: "Skip to the map",
  skipToContent: "Skip to the content",
  toMap: "To the map",
  loading: "Fetching the figures …",
  show: "Show as",
  moreSentences: (count) => (count === 1 ? "Show one more sentence" : `Show ${count} more sentences`),
  again: "Try again",
  close: "Close",
  language: { label: "Language", sv: "Svenska", en: "English" },
  theme: { label: "Appearance", auto: "Automatic", light: "Light", dark: "Dark" },
  marks: { sample: "Made-up sample data", staff: "Exact figures, internal", public: "Protected values" },
  me: {
    signIn: "Sign in",
    signOut: "Sign out",
    roles: {
      public: "the public",
      reader: "reader",
      coordinator: "coordinator",
      analyst: "analyst",
      ingest: "supplier",
      admin: "administrator",
      auditor: "auditor",
    },
    as: (roles: string) => (roles ? `You are signed in as ${roles}.` : "You are signed in, but have no role here."),
    sees: ({ audience, areas, lacksPurpose }: Me): string => {
      if (audience === "staff") return "You see exact figures. They are for internal use.";
      if (lacksPurpose) return "You see protected values until you have said what the exact figures are for.";
      return areas.length
        ? "You see exact figures of your own areas, when you choose those alone. Otherwise you see protected values."
        : "You see protected values: small counts are changed a little, so that nobody can be pointed out.";
    },
    purpose: "What are the figures for?",
    purposeHint: "It is written in the log, with what you ask for.",
    purposeIs: (purpose: string) => `Purpose: ${purpose}`,
    showExact: "Show exact figures",
    changePurpose: "Change purpose",
  },
  month,
  monthName,
  span,
  listed,
  runs: (months) => listed(runsOf(months).map(span)),
  levels,
  colours,
  statuses,
  findings,
  sentences,
  shows: {
    map: "Map",
    compare: "Compare",
    time: "Over time",
    hours: "Day and week",
    places: "Places",
    table: "Table",
    grounds: "Grounds",
    deliveries: "Deliveries",
    methods: "How it is counted",
    accessibility: "Accessibility statement",
  },
  breaks: { quantile: "Equally many areas", natural: "Natural groups", equal: "Equally wide steps" },
  per: {
    residents: "residents",
    residents65plus: "residents aged 65 or more",
    dayPopulation: "people present by day",
    dwellings: "dwellings",
  },
  presets: {
    last12: "Latest 12 months",
    lastYear: "Latest whole year",
    yearToDate: "Year to date",
    lastTertial: "Latest tertial",
    lastQuarter: "Latest quarter",
    lastMonth: "Latest month",
  },
  baselines: { "same-period-last-year": "Same period last year", previous: "The period before", none: "No comparison" },
  ask: {
    title: "Choose what to see",
    change: "Change the choice",
    source: "Source",
    sources: "Sources",
    several: "Several sources",
    severalHint: "One event may stand in several sources. The figures are added as they are.",
    what: "What",
    everything: "Everything",
    searchCategory: "Search crimes or events",
    noCategory: "Nothing has that name.",
    groups: "Groups",
    categories: "All kinds",
    clear: "Clear",
    level: "Areas",
    edition: "Division into areas",
    newest: "the one now in force",
    period: "Period",
    from: "From",
    to: "To",
    baseline: "Compare with",
    colour: "The map shows",
    per: "Count per 1,000",
    asOf: "As it was known on",
    asOfHint: "Leave empty for what is known today.",
    more: "More choices",
    notPossible: "cannot be chosen",
    noBaseline: "First choose what to compare the period with.",
    noHarm: "Harm is there for reported crimes only.",
    hexagons: "Hexagons (a grid)",
    resolution: "Size of the hexagons",
    noHexagons: "The source is shown as points to staff only, and so not in hexagons.",
    hexagonColour: "Hexagons show the number and the change in number only.",
  },
  find: { label: "Find an area", none: "No area has that name.", hint: "Type a name" },
  hexagons: {
    title: "Hexagons",
    nothing: "No event with a known place in the period.",
    heading: (what) => `${what} by hexagon`,
    count: (count, n) => `${n.whole(count)} ${count === 1 ? "hexagon" : "hexagons"}`,
    column: "Hexagon",
    none: "Choose a hexagon on the map, in the table or in the search field.",
    sizes: { "6": "about 6 km across", "7": "just over 2 km across", "8": "just under 1 km across", "9": "about 350 m across" },
  },
  intervals,
  parts: {
    quarter: { short: (number) => `Q${number}`, long: (number, year) => `quarter ${number} of ${year}` },
    tertial: { short: (number) => `T${number}`, long: (number, year) => `tertial ${number} of ${year}` },
  },
  yearUpTo: (text) => `12 months up to ${month(text)}`,
  heading: (what, level) => `${what} ${levels[level].each}`,
  period: (asked, base) => (base ? `${span(asked)} compared with ${span(base)}` : span(asked)),
  months: (length) => (length === 1 ? "1 month" : `${length} months`),
  provisional: (months) => `Provisional: the figures of ${months} may grow as more reports are registered.`,
  asOf: (day) => `The figures are shown as they were known on ${day}.`,
  counted: (count, noun, n) => `${n.whole(count)} ${count === 1 ? noun[0] : noun[1]}`,
  areas: (count, n) => `${n.whole(count)} ${count === 1 ? "area" : "areas"}`,
  notices: {
    source: (was, now) => `The source “${was}” has no figures here. You see ${now}.`,
    category: (was) => `The category “${was}” is not in the source. You see everything.`,
    period: (source, covered, now) =>
      `${source} is there from ${month(covered.from)} to ${month(covered.to)}. The period is now ${span(now)}.`,
    released: (level, now) =>
      `Of ${levels[level].many} everyone may see only whole ${level === "stadsdel" ? "quarters and calendar years" : "calendar years"}. The period is now ${span(now)}.`,
    level: (was, now, reason) => `${reason || `The division has no ${levels[was].many}.`} You see ${levels[now].many} instead.`,
    colour: (was, reason) =>
      `${reason || "There is nothing to compare with."} The map shows the number instead of “${colours[was].title}”.`,
    edition: (was, now) => `There is no division into areas from ${was}. You see ${now}.`,
    units: (reason) => `${reason} You see areas instead of hexagons.`,
    points: (now, before) =>
      `Of the events ${now} have a point, but in the period compared with ${before}. The hexagons are therefore not compared.`,
    baseYear: (was, covered) => `Not all of ${was} has been delivered; there are figures for ${span(covered)}. No line of a year is shown.`,
  },
  map: {
    label: "Areas on the map",
    labelOf: (what) => `Areas on the map: ${what}`,
    keys: "The arrows move between neighbours. Letters jump to names. Enter chooses, plus and minus zoom.",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    whole: "Show the whole map",
    ground: "Base map",
    toArea: "Zoom to the area",
    chosen: (name) => `${name} is chosen.`,
    none: "No area is chosen.",
  },
  legend: {
    title: "Legend",
    unchanged: "Unchanged",
    range: (low, high, isChange) => `${low}${isChange ? " to " : "–"}${high}`,
    outlier: (name, value, next) => `${name} stands out with ${value}. The next is ${next}.`,
    breaks: "The colours are divided into",
    against: (base) => `against ${span(base)}`,
  },
  area: {
    none: "Choose an area on the map, in the table or in the search field.",
    clear: "Show the whole city",
    value: "Now",
    before: "Then",
    change: "Change",
    verdict: "Verdict",
    rate: (per) => `Per 1,000 ${per} and year`,
    interval: (low, high) => `uncertainty ${low}–${high}`,
    rank: (low, high, of) => (low === high ? `place ${low} of ${of}` : `place ${low}–${high} of ${of}`),
    rankTitle: "Rank among the areas",
    harm: "Harm (days)",
    provisional: "provisional",
  },
  protected: {
    title: "Protected values",
    margin: (margin) => `±\u00a0${margin}`,
    about: (counted, margin) => `about ${counted} (${margin})`,
    roughly: (counted) => `about ${counted}`,
    told: (margin) => `Protected values: each count is approximate, in 95 cases of 100 at most ${margin} from the exact one.`,
    both: (margin) => `The counts are approximate (${margin}).`,
    columns: { count: "Margin of error", baselineCount: "Margin of error, then" },
  },
  why: { withheld: "not shown, to protect people", missing: "not delivered for the period", notApplicable: "cannot be counted here" },
  table: {
    caption: "The same figures as on the map. Choose a heading to sort. The arrows up and down go between the areas.",
    filter: "Search the table",
    none: "No area has that name.",
    copy: "Copy the table",
    copied: "The table has been copied. Paste it into Excel, for example.",
    sortedBy: (column, isFalling) => `Sorted by ${column.toLowerCase()}, ${isFalling ? "highest first" : "lowest first"}.`,
    columns: {
      name: "Area",
      count: "Number",
      baselineCount: "Then",
      difference: "Difference",
      percent: "Per cent",
      rate: "Per 1,000 and year",
      interval: "Uncertainty",
      verdict: "Verdict",
      harm: "Harm",
      smoothedRate: "Smoothed rate",
      harmDifference: "Change in harm",
      status: "State",
    },
  },
  series: {
    title: (name, interval) => `${name}, ${intervals[interval].each}`,
    city: levels[OWN.stad].title,
    key: "Key to the chart",
    keysOf: (kind, interval, { beside, baseYear }) => {
      const texts: Record<KeyKind, string> = {
        asked: "Chosen period",
        base: "Period compared with",
        other: interval === "month" ? "Other months" : "Other times",
        year12: "The sum of 12 months",
        provisional: "Provisional",
        partial: "A part of the period only",
        rolling: `Mean ${intervals[interval].per}, latest 12 months`,
        expected: "As much as is usual",
        high: "Unusually high",
        low: "Unusually low",
        beside,
        baseYear: interval === "year" || interval === "rolling12" ? `All of ${baseYear}` : `The same time of ${baseYear}`,
        change: "Something to mind, see the list",
        missing: statuses.missing,
        withheld: statuses.withheld,
        notApplicable: statuses.notApplicable,
      };
      return texts[kind];
    },
    label: (name, interval) => `Chart: ${name}, ${intervals[interval].each}. The same figures are in the table below it.`,
    asTable: "Show the figures as a table",
    period: "Time",
    keys: "The arrows read one bar or point at a time.",
    hint: "Point at the chart, or use the arrows, to read one period at a time.",
    unusualHigh: "unusually high",
    unusualLow: "unusually low",
    rolling12: "latest 12 months",
    partial: "a part of the period only",
    expected: (low, high) => `usual is ${low}–${high}`,
    sameIn: (year, interval) => (interval === "year" || interval === "rolling12" ? `all of ${year}` : `the same time of ${year}`),
    noneFor: (status) => `There are no figures to show (${statuses[status].toLowerCase()}).`,
    usual: "Usual",
    allZero: "Zero all the time: nothing has happened or been reported.",
    notes: "To mind in the chart",
    noNotes: "No way of counting has changed meanwhile, and the level has not changed abruptly.",
    when: (from, to) => (from === to ? month(from) : span({ from, to })),
    break: (name, percent, low, high, within) =>
      `${name}: the level changed abruptly, ${percent} (uncertainty ${low} to ${high}), ${within.from === within.to ? "in" : "some time in"} ${span(within)}.`,
    breakBecause: (reasons) => `May go with: ${reasons}`,
    breakUnexplained: "No known change in the way of counting is near.",
    interval: "Divide time by",
    baseYear: "Compare with the year",
    noBaseYear: "No year",
    beside: "Add an area",
    noBeside: "No area",
    yearToDate: "Year to date",
    last12: "Latest 12 months",
    notSummed: "The protected value of the whole period. The months are protected one by one, so their sum is another.",
    summed: "The sum of protected months. The map's value of the whole period may be another, and is nearer the exact one.",
    trend: "Growth per year",
    against: (before) => `${before} in the same time of the year before`,
    uncertainty: (low, high) => `uncertainty ${low} to ${high}`,
    trendOver: (asked) => `found in ${span(asked)}`,
    unusualMonths: (months) => `Unusual months: ${months}. About one month in a hundred looks unusual by chance.`,
    noUnusual: "No month is unusual.",
    save: "Save the chart",
    foot: (sources, when) => `Source: ${sources}. Published ${when}.`,
  },
  hours: {
    title: (name) => `${name}, weekday and hour`,
    label: (name) => `Number by weekday and hour: ${name}`,
    keys: "The arrows move between the cells.",
    days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    hour: "Hour",
    clock: (hour, hours = 1) => `${String(hour).padStart(2, "0")}–${String((hour + hours) % 24).padStart(2, "0")}`,
    sum: "Sum",
    known: (timed, total, share) => `The time of day is known for ${timed} of ${total} (${share}).`,
    allKnown: (total) => `The time of day is known for all ${total}.`,
    untimed: (count) => `${count} without a known time of day are not in the cells.`,
    mostUntimed: "The time of day is missing for so many that the cells may give a false picture.",
    spread: (count) =>
      `${count} are known to a stretch of time only and are spread evenly over its hours. That is why the figures are rounded.`,
    peak: (day, clock, share, even) =>
      `It is densest on ${day} at ${clock}: ${share} per cent lie there, against ${even} if all were evenly spread.`,
    noPeak: "They are too few, or too evenly spread, to tell when in the week they are densest.",
    none: "Nothing has happened or been reported in the period.",
    noneTimed: (total) => `The time of day is known for none of ${total}, so there is nothing to show here.`,
    cell: (day, clock, count, share) => `${day} ${clock}: ${count} (${share} of all with a known time of day)`,
    total: (what, count, share) => `${what}: ${count} (${share} of all with a known time of day)`,
    hidden: "Weekday and hour are so detailed that they are shown to staff only.",
    hint: "Point at a cell, or go with the arrows, to read it.",
    at: (clock) => `At ${clock}`,
    legend: "Number per cell",
    less: "<1",
  },
  compare: {
    how: "What is compared",
    kinds: { periods: "Two periods", areas: "Two areas", sources: "Two sources" },
    before: "Then",
    now: "Now",
    change: "The change",
    changed: "Where a change is clear or likely",
    moreInTable: "There are more in the table.",
    inAreas: "Areas are compared here, and the map shows hexagons.",
    toAreas: "Show areas",
    sameSteps: "Both maps have the same colour steps, so the same colour means the same thing.",
    noBase: "Choose what the period is to be compared with.",
    baseMissing: (base) => `The source has no figures for ${span(base)}.`,
    findings: ({ higher, likelyHigher, cannotTell, likelyLower, lower, notApplicable }) => {
      const areas = (count: number): string => (count === 1 ? "1 area" : `${count} areas`);
      const changed = higher + likelyHigher + likelyLower + lower;
      if (changed + cannotTell === 0) return "The change cannot be tested in any area.";
      if (changed === 0) return "In none of the areas that could be tested can a change be told.";
      const said = [
        ...(higher ? [`a clear rise in ${areas(higher)}`] : []),
        ...(likelyHigher ? [`a likely rise in ${areas(likelyHigher)}`] : []),
        ...(lower ? [`a clear fall in ${areas(lower)}`] : []),
        ...(likelyLower ? [`a likely fall in ${areas(likelyLower)}`] : []),
        ...(cannotTell ? [`in ${areas(cannotTell)} it cannot be told`] : []),
        ...(notApplicable ? [`in ${areas(notApplicable)} it cannot be tested`] : []),
      ];
      return capital(`${listed(said)}.`);
    },
    multiples: { years: "Year by year", categories: "Kind by kind" },
    parts: { years: "One map per year", categories: "One map per kind" },
    multiplesHint: {
      years: "The same months of every year, and the same colour steps in all maps.",
      categories: "The most common kinds first. The same colour steps in all maps.",
    },
    nothingToDivide: { years: "There are no earlier years to show.", categories: "What is chosen cannot be divided into more kinds." },
    moreParts: (count) => (count === 1 ? "One less common kind is not shown." : `${count} less common kinds are not shown.`),
    nothingCounted: "Nothing happened in any area during the period.",
    together: "Together",
    asTable: "Show the maps as a table",
    pick: { area: "Area", beside: "Compare with" },
    choose: "Choose an area",
    twoNeeded: "Choose two areas, in the lists or on the map.",
    oneArea: `${levels[OWN.stad].title} is one single area. Choose ${divided("or")} to compare two.`,
    difference: (first, second) => `${first} and ${second}`,
    counts: (first, one, second, other, n) =>
      one === other
        ? `The same number in both: ${n.whole(one)}.`
        : `${n.whole(one)} in ${first} and ${n.whole(other)} in ${second}: ${n.whole(Math.abs(one - other))} ${one > other ? "more" : "fewer"} in ${first}.`,
    rates: (per) => `Per 1,000 ${per} and year, with uncertainty`,
    cityRate: (rate) => `All areas together: ${rate}`,
    pairVerdicts: {
      higher: (first, second) => `▲ Clearly higher in ${first} than in ${second}.`,
      lower: (first, second) => `▼ Clearly lower in ${first} than in ${second}.`,
      cannotTell: () => "○ The difference may be due to chance.",
    },
    ratio: (first, second, times, per) => `Per 1,000 ${per} the rate in ${first} is ${times} times that in ${second}.`,
    ratioInterval: (low, high) => `With the uncertainty it is between ${low} and ${high} times.`,
    untested: "Whether the difference is chance cannot be tested.",
    noRate: "It cannot be counted in relation to how many live there.",
    funnel: "Does any area stand out?",
    funnelHint:
      "Each dot is an area: how many live there and how high the rate is. Chance gives small areas high or low rates more often than large ones, which is why the funnel is wide on the left. Areas outside the funnel differ from the city by more than chance usually gives.",
    outside: (count, of) =>
      count === 0 ? `None of ${of} areas lies outside the funnel.` : `${count} of ${of} areas lie outside the funnel.`,
    funnelWithheld: "The figures are not shown, to protect individuals.",
    funnelKeys: "Right and left go from the smallest to the largest area. Up and down go between areas outside the funnel. Enter chooses.",
    funnelTable: "Show the funnel as a table",
    notInFunnel: (count) => (count === 1 ? "One area has no rate and is left out." : `${count} areas have no rate and are left out.`),
    people: (per) => `Number of ${per}`,
    peopleOf: (count, per) => `${count} ${per}.`,
    expected: (low, high) => `Expected ${low}–${high}.`,
    limits95: "Inner limits (95%)",
    limits998: "Outer limits (99.8%)",
    place: "Place",
    places: {
      inside: "within the expected",
      above95: "higher than expected",
      above998: "clearly higher than expected",
      below95: "lower than expected",
      below998: "clearly lower than expected",
    },
    ranksHint:
      "The line shows which ranks the area may have once chance is counted in. Areas whose lines overlap cannot be ranked for certain.",
    rankAxis: "Rank, 1 is the highest rate",
    showRanks: (count) => `Show ${count} areas`,
    notAdded: (left, right) =>
      `${left} and ${right} count different things. Do not add the figures or compare the colours: each map has colour steps of its own.`,
    oneSource: "There is only one source with figures.",
    sideLeft: "Source on the left",
    sideRight: "Source on the right",
  },
  places: {
    drawTitle: "Draw an area of your own",
    drawHint: "Draw on the map, or write its corners, and what is chosen on the left is counted in just that area.",
    staffOnly:
      "An area can be drawn so that its figure points at a person. Figures for areas of one's own are therefore shown to staff only, not here on the public map.",
    drawByPointer: "Draw with the mouse",
    drawByKeys: "Draw with the keyboard",
    drawing: "Draw an area",
    byPointer: "Click on the map for each corner. Click on the first corner, or double-click, to finish.",
    byKeys:
      "The arrows move the map under the cross, with Shift in small steps. Enter sets a corner, Backspace takes the last away, Escape cancels.",
    noCorner: "No corner is set yet.",
    corner: (count, latitude, longitude) =>
      `${count === 1 ? "1 corner" : `${count} corners`}, the last at ${latitude} north, ${longitude} east.`,
    done: "Done",
    undo: "Remove the corner",
    cancel: "Cancel",
    write: "Write, paste or open a file",
    corners: "Corners of the area",
    cornersHint: "One corner per line, as 59.3312 18.0611 or in SWEREF 99. GeoJSON can be pasted or dropped too.",
    showFigures: "Show the area",
    open: "Open a GeoJSON file",
    remove: "Remove the area",
    faults: (fault, most) =>
      ({
        empty: "Write at least three corners.",
        unreadable: "That cannot be read as corners. Write two numbers on each line.",
        noPolygon: "There is no area in it. A line or a point is not enough.",
        few: "An area needs at least three corners.",
        outside: "The area is not in Sweden. Check the numbers.",
        crossing: "The edges of the area cross. Write the corners in the order in which they follow round it.",
        many: `The area has more than ${most} corners. Simplify it first.`,
      })[fault],
    polygon: "The drawn area",
    size: (hectares) => `${hectares} hectares`,
    geojson: "GeoJSON",
    toIt: "Show on the map",
    maybe: (counted) => `${counted} more may have happened in the area, but are known to a larger area only. They are not included.`,
    kinds: "What it is",
    key: "Lines on the map",
    drawn: "Drawn area",
    cooperation: "Cooperation about a place",
    measures: "Measures and cooperation about places",
    noMeasures: "No measures are registered.",
    noSuch: (id) => `There is no measure ${id} in the register.`,
    kind: "Kind",
    allKinds: "All kinds",
    when: (from, to, stage) => {
      const span = to ? `${date(from)}–${date(to)}` : `from ${date(from)}`;
      return { planned: `begins ${date(from)}`, ongoing: to ? span : `${span}, goes on`, ended: span }[stage];
    },
    roles: {
      target: "Target area",
      control: "Control area",
      displacement: "Displacement area",
      displacementControl: "Control of the displacement area",
    },
    ground: (size) => `a drawn area of ${size}`,
    responsible: "Responsible",
    time: "Time",
    cost: "Cost",
    crowns: (amount) => `SEK ${amount}`,
    decision: "Decision",
    late: (roles) => `Declared only when the measure had begun: ${roles}. It may have been chosen by how things went.`,
    effect: "Did the measure work?",
    effectHidden: "The effect is worked out from exact figures, which are shown to staff only.",
    countedIn: "Count",
    counted: (what, asked) => (what === "goal" ? "what the first goal is about" : `what is chosen: ${asked}`),
    verdicts: {
      lower: "▼ Yes: fewer than expected, more than chance can explain",
      higher: "▲ No: more than expected, more than chance can explain",
      cannotTell: "○ Cannot tell: the difference may be chance",
      tooSmallToTell: "○ Cannot tell: there are too few events",
      notApplicable: "– Cannot be tested: there is nothing to compare with",
    },
    against: "Difference in number from what the control area leads one to expect",
    parts: { wddLocal: "In the target area", wddDisplacement: "In the displacement area", wddTotal: "Together" },
    estimate: (value, low, high) => `${value} (uncertainty ${low} to ${high})`,
    zero: "0 is no difference",
    where: "Where",
    goals: "Were the goals reached?",
    goalVerdicts: {
      reached: "✓ Reached",
      notShown: "○ Not shown",
      worse: "▲ Not reached, it has become worse",
      tooSmallToTell: "○ Cannot tell: too few events",
      notYet: "– Judged later",
      notApplicable: "– Cannot be judged",
      withheld: "– Not shown, to protect individuals",
    },
    fromTo: (before, after) => `from ${before} to ${after}`,
  },
  grounds: {
    ledger: "All that was counted",
    ledgerIntro: "Every event of the period is in one of the rows. The sum always closes.",
    parts: {
      placed: "Placed in the areas",
      areaOnly: "Known for a larger area only",
      unplaced: "Without a place",
      outside: "Outside the city",
      withheldBySource: "Protected by the source",
      undated: "Without a date",
      total: "Together",
    },
    withheld: "The ledger is protected.",
    coverage: "What has been delivered",
    delivered: (source, covered) => `${source}: delivered ${span(covered)}.`,
    missing: (months) => `Missing: ${months}.`,
    partial: (months) => `Delivered in part only: ${months}.`,
    provisional: (months) => `Provisional: ${months}.`,
    complete: "No months of the period are missing.",
    refuses: "What the source cannot answer",
    recodings: "Changed ways of counting",
    denominator: (name, days, isHeld) => `Counted per 1,000 ${name}, population of ${days}${isHeld ? " (the latest known)" : ""}.`,
    methods: "How the figures are made",
    version: (number, when) => `Data version ${number}, published ${when}.`,
    edition: (name) => `Division into areas: ${name}.`,
    weights: (name) => `Weights of harm: ${name}.`,
  },
  methods: {
    title: "How it is counted",
    intro:
      "Here it is told what each way of counting is, in short how it is done, and what to keep in mind when reading the figures. Not all are on the map: some are used in reports and by those who ask the service directly.",
    explain: (name) => `How it is counted: ${name}`,
    what: "What it is",
    how: "How it is counted",
    mind: "Keep in mind",
    all: "All ways of counting",
  },
  foot: "About the page",
  take: {
    title: "Take the figures with you",
    report: "Lägesbild",
    reportOf: (of: string) => `Lägesbild (situation report) of ${of}. In Swedish.`,
    city: wholeCity,
    sharingClass: "Whom it is for",
    sharingClasses: {
      delbar: { title: "To share", hint: "Figures that anyone may see. May be given to others." },
      intern: { title: "Internal", hint: "Exact figures, for the city’s own staff. Marked with who took them out and when." },
    },
    reportMade: "The report is being made and downloaded. It takes a few seconds.",
    reportForms: { docx: "Word", pdf: "PDF", xlsx: "Excel", pptx: "PowerPoint", html: "Web page" },
    excel: "Excel",
    csv: "CSV",
    geopackage: "GeoPackage",
    map: (kind: string) => `The map as a picture (${kind})`,
    mapFile: "map",
    chartFile: "chart",
    copyLink: "Copy a link to this",
    copied: "The link has been copied.",
    showQuestion: "Show the question",
    address: "The address in the API",
    command: "The command",
  },
  nothing: NOTHING,
  length: (asked) => (lengthOf(asked) === 1 ? "1 month" : `${lengthOf(asked)} months`),
};
