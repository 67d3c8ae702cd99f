/** Every word of the page in Swedish. Other languages have the same shape. */

import type { Me, Role as Held } from "../api/me";
import type { AreaFigures, Comparison, EffectVerdict, GoalVerdict, Interval, Level, Place, Span, Status } from "../api/answers";
import { LEVELS, namesOf, OWN } from "../city";
import { lengthOf, runsOf } from "../figures/months";
import type { Finding } from "../figures/figures";
import { capital, NOTHING, type Numbers } from "../figures/numbers";
import type { Breaks } from "../figures/classes";
import type { Relative } from "../view/periods";
import type { Fault } from "../places/polygons";
import type { Role, Stage } from "../places/signs";
import type { Colour, Compare, Counted, Part, Resolution, Show } from "../view/view";
import type { KeyKind } from "../charts/layers";

const MONTHS = ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"];
const monthName = (month: string): string => MONTHS[Number(month.slice(5, 7)) - 1] ?? month;
const month = (text: string): string => `${monthName(text)} ${text.slice(0, 4)}`;

function span({ from, to }: Span): string {
  if (from === to) return month(from);
  if (from.slice(0, 4) === to.slice(0, 4) && from.endsWith("-01") && to.endsWith("-12")) return `hela ${from.slice(0, 4)}`;
  return `${from.slice(0, 4) === to.slice(0, 4) ? monthName(from) : month(from)}–${month(to)}`;
}

/** 3 april 2024 */
const date = (day: string): string => `${Number(day.slice(8))} ${month(day)}`;

const listed = (parts: string[]): string => (parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} och ${parts.at(-1)}`);

const levels = namesOf("sv", {
  stadsdelsomrade: { title: "Stadsdelsområden", one: "stadsdelsområde", each: "per stadsdelsområde", many: "stadsdelsområden" },
  stadsdel: { title: "Stadsdelar", one: "stadsdel", each: "per stadsdel", many: "stadsdelar" },
  basomrade: { title: "Basområden", one: "basområde", each: "per basområde", many: "basområden" },
  stad: { title: "Hela staden", one: "staden", each: "i hela staden", many: "städer" },
});
/** The whole of the city, within a sentence. */
const wholeCity = `${levels[OWN.stad].title.charAt(0).toLocaleLowerCase()}${levels[OWN.stad].title.slice(1)}`;
/** The levels with more areas than one, as a choice between them. */
const divided = (or: string): string => {
  const names = LEVELS.filter((level) => level !== OWN.stad).map((level) => levels[level].many);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${or} ${names.at(-1)}`;
};

const intervals: Record<Interval, { name: string; each: string; per: string }> = {
  month: { name: "Månad", each: "månad för månad", per: "per månad" },
  quarter: { name: "Kvartal", each: "kvartal för kvartal", per: "per kvartal" },
  tertial: { name: "Tertial", each: "tertial för tertial", per: "per tertial" },
  year: { name: "År", each: "år för år", per: "per år" },
  rolling12: { name: "Rullande 12 månader", each: "rullande 12 månader", per: "per 12 månader" },
};

const colours: Record<Colour, { title: string; hint: string }> = {
  count: { title: "Antal", hint: "Hur många det var." },
  rate: { title: "Per 1 000 och år", hint: "Antal i förhållande till hur många som bor där." },
  smoothedRate: { title: "Per 1 000 och år, utjämnat", hint: "Små områden dras mot stadens nivå, så att slumpen inte pekar ut dem." },
  difference: { title: "Förändring i antal", hint: "Skillnaden mot perioden att jämföra med." },
  percent: { title: "Förändring i procent", hint: "Små tal ger lätt stora procent. Se även antalet." },
  verdict: {
    title: "Säkerställd förändring",
    hint: "Om förändringen är större än slumpen brukar ge. En trolig förändring är mindre säker.",
  },
  harm: { title: "Allvarlighet", hint: "Brotten vägda efter lagens lägsta straff, i dagar." },
  harmDifference: { title: "Förändring i allvarlighet", hint: "Skillnaden i vägda dagar mot perioden att jämföra med." },
};

const statuses: Record<Status, string> = {
  value: "Siffra finns",
  missing: "Inte levererat",
  withheld: "Skyddat, visas inte",
  notApplicable: "Går inte att räkna här",
};

const findings: Record<Finding, string> = {
  higher: "Säkerställd ökning",
  likelyHigher: "Trolig ökning",
  likelyLower: "Trolig minskning",
  lower: "Säkerställd minskning",
  cannotTell: "Kan inte avgöras",
  notApplicable: "Går inte att pröva",
};

/** An answer, with the words that are needed to tell of it. */
export interface Told {
  /** The API's own sentences, which are Swedish. */
  said: string[];
  rows: AreaFigures[];
  statistics: Comparison["statistics"];
  span: string;
  /** What the period is compared with; empty for nothing. */
  base: string;
  noun: [string, string];
  /** What rates are per. */
  per: string;
  n: Numbers;
}

export const sv = {
  locale: "sv",
  name: "Trygghetskarta",
  tagline: "Vad som har anmälts och hänt, område för område.",
  skipToMap: "Hoppa till kartan",
  skipToContent: "Hoppa till innehållet",
  toMap: "Till kartan",
  loading: "Hämtar siffrorna …",
  show: "Visa som",
  moreSentences: (count: number): string => (count === 1 ? "Visa en mening till" : `Visa ${count} meningar till`),
  again: "Försök igen",
  close: "Stäng",
  language: { label: "Språk", sv: "Svenska", en: "English" },
  theme: { label: "Utseende", auto: "Som datorn", light: "Ljust", dark: "Mörkt" },
  marks: { sample: "Påhittade exempeldata", staff: "Exakta siffror, internt", public: "Skyddade värden" },
  me: {
    signIn: "Logga in",
    signOut: "Logga ut",
    roles: {
      public: "allmänhet",
      reader: "läsare",
      coordinator: "samordnare",
      analyst: "analytiker",
      ingest: "leverantör",
      admin: "förvaltare",
      auditor: "granskare",
    } satisfies Record<Held, string>,
    as: (roles: string) => (roles ? `Du är inloggad som ${roles}.` : "Du är inloggad, men har ingen roll här."),
    sees: ({ audience, areas, lacksPurpose }: Me): string => {
      if (audience === "staff") return "Du ser exakta siffror. De är för internt bruk.";
      if (lacksPurpose) return "Du ser skyddade värden tills du har skrivit vad de exakta siffrorna ska användas till.";
      return areas.length
        ? `Du ser exakta siffror för dina egna ${levels[OWN.stadsdelsomrade].many}, när du väljer bara dem. Annars ser du skyddade värden.`
        : "Du ser skyddade värden: små antal är ändrade lite, så att ingen kan pekas ut.";
    },
    purpose: "Vad ska siffrorna användas till?",
    purposeHint: "Det skrivs i loggen, med vad du frågar efter.",
    purposeIs: (purpose: string) => `Ändamål: ${purpose}`,
    showExact: "Visa exakta siffror",
    changePurpose: "Byt ändamål",
  },

  month,
  monthName,
  span,
  listed,
  runs: (months: string[]): string => listed(runsOf(months).map(span)),

  levels,
  colours,
  statuses,
  findings,
  /** What an answer says: the API's own sentences. */
  sentences: ({ said }: Told): string[] => said,
  shows: {
    map: "Karta",
    compare: "Jämför",
    time: "Över tid",
    hours: "Dygn och vecka",
    places: "Platser",
    table: "Tabell",
    grounds: "Underlag",
    deliveries: "Leveranser",
    methods: "Så räknas det",
    accessibility: "Tillgänglighetsredogörelse",
  } satisfies Record<Show, string>,
  breaks: { quantile: "Lika många områden", natural: "Naturliga grupper", equal: "Lika breda steg" } satisfies Record<Breaks, string>,
  per: {
    residents: "invånare",
    residents65plus: "invånare 65 år eller äldre",
    dayPopulation: "personer som vistas där på dagen",
    dwellings: "bostäder",
  } as Record<string, string>,
  presets: {
    last12: "Senaste 12 månaderna",
    yearToDate: "Året hittills",
    lastYear: "Senaste hela året",
    lastQuarter: "Senaste kvartalet",
    lastTertial: "Senaste tertialet",
    lastMonth: "Senaste månaden",
  } satisfies Record<Relative, string>,
  baselines: {
    "same-period-last-year": "Samma period förra året",
    previous: "Perioden före",
    none: "Ingen jämförelse",
  } as Record<string, string>,

  ask: {
    title: "Välj vad du vill se",
    change: "Ändra urval",
    source: "Källa",
    sources: "Källor",
    several: "Flera källor",
    severalHint: "Samma händelse kan stå i flera källor. Siffrorna läggs ihop som de är.",
    what: "Vad",
    everything: "Allt",
    searchCategory: "Sök brott eller händelse",
    noCategory: "Inget heter så.",
    groups: "Grupper",
    categories: "Alla slag",
    clear: "Rensa",
    level: "Områden",
    edition: "Områdesindelning",
    newest: "den nu gällande",
    period: "Period",
    from: "Från",
    to: "Till",
    baseline: "Jämför med",
    colour: "Kartan visar",
    per: "Räkna per 1 000",
    asOf: "Som det var känt den",
    asOfHint: "Lämna tomt för det som är känt i dag.",
    more: "Fler val",
    notPossible: "går inte att välja",
    noBaseline: "Välj först vad perioden ska jämföras med.",
    noHarm: "Allvarlighet finns bara för anmälda brott.",
    hexagons: "Sexhörningar (rutnät)",
    resolution: "Sexhörningarnas storlek",
    noHexagons: "Källan visas bara för behöriga som punkter, och därför inte i sexhörningar.",
    hexagonColour: "I sexhörningar visas bara antal och skillnad i antal.",
  },

  find: { label: "Sök område", none: "Inget område heter så.", hint: "Skriv ett namn" },

  hexagons: {
    title: "Sexhörningar",
    nothing: "Ingen händelse med känd plats i perioden.",
    heading: (what: string): string => `${what} per sexhörning`,
    count: (count: number, n: Numbers): string => `${n.whole(count)} ${count === 1 ? "ruta" : "rutor"}`,
    column: "Ruta",
    none: "Välj en ruta på kartan, i tabellen eller i sökrutan.",
    sizes: {
      "6": "omkring 6 km tvärs över",
      "7": "drygt 2 km tvärs över",
      "8": "knappt 1 km tvärs över",
      "9": "omkring 350 m tvärs över",
    } satisfies Record<Resolution, string>,
  },
  intervals,
  /** A quarter or a tertial on an axis, and in a sentence. */
  parts: {
    quarter: {
      short: (number: number): string => `K${number}`,
      long: (number: number, year: string): string => `kvartal ${number} ${year}`,
    },
    tertial: {
      short: (number: number): string => `T${number}`,
      long: (number: number, year: string): string => `tertial ${number} ${year}`,
    },
  },
  yearUpTo: (text: string): string => `12 månader till och med ${month(text)}`,

  heading: (what: string, level: Level): string => `${what} ${levels[level].each}`,
  period: (asked: Span, base: Span | null): string => (base ? `${span(asked)} jämfört med ${span(base)}` : span(asked)),
  months: (length: number): string => (length === 1 ? "1 månad" : `${length} månader`),
  provisional: (months: string): string => `Preliminärt: siffrorna för ${months} kan komma att öka när fler anmälningar registreras.`,
  asOf: (day: string): string => `Siffrorna visas som de var kända den ${day}.`,
  counted: (count: number, noun: [string, string], n: Numbers): string => `${n.whole(count)} ${count === 1 ? noun[0] : noun[1]}`,
  areas: (count: number, n: Numbers): string => `${n.whole(count)} ${count === 1 ? "område" : "områden"}`,

  notices: {
    source: (was: string, now: string): string => `Källan ”${was}” har inga siffror här. Du ser ${now}.`,
    category: (was: string): string => `Kategorin ”${was}” finns inte i källan. Du ser allt.`,
    period: (source: string, covered: Span, now: Span): string =>
      `${source} finns från ${month(covered.from)} till ${month(covered.to)}. Perioden är nu ${span(now)}.`,
    level: (was: Level, now: Level, reason: string): string =>
      `${reason || `Indelningen har inga ${levels[was].many}.`} Du ser ${levels[now].many} i stället.`,
    released: (level: Level, now: Span): string =>
      `Av ${levels[level].many} får alla se ${level === "stadsdel" ? "hela kvartal och kalenderår" : "hela kalenderår"}, men inte enstaka månader. Perioden är nu ${span(now)}.`,
    colour: (was: Colour, reason: string): string =>
      `${reason || "Det finns inget att jämföra med."} Kartan visar antal i stället för ”${colours[was].title}”.`,
    edition: (was: string, now: string): string => `Det finns ingen områdesindelning från ${was}. Du ser ${now}.`,
    units: (reason: string): string => `${reason} Du ser områden i stället för sexhörningar.`,
    points: (now: string, before: string): string =>
      `Av händelserna har ${now} en punkt, men i perioden att jämföra med ${before}. Rutorna jämförs därför inte.`,
    baseYear: (was: string, covered: Span): string =>
      `Hela ${was} är inte levererat; siffrorna finns för ${span(covered)}. Ingen årslinje visas.`,
  },

  map: {
    label: "Områden på kartan",
    labelOf: (what: string): string => `Områden på kartan: ${what}`,
    keys: "Pilarna flyttar mellan grannar. Bokstäver hoppar till namn. Enter väljer, plus och minus zoomar.",
    zoomIn: "Zooma in",
    zoomOut: "Zooma ut",
    whole: "Visa hela kartan",
    toArea: "Zooma till området",
    ground: "Bakgrundskarta",
    chosen: (name: string): string => `${name} är valt.`,
    none: "Inget område är valt.",
  },
  legend: {
    title: "Teckenförklaring",
    unchanged: "Oförändrat",
    range: (low: string, high: string, isChange: boolean): string => `${low}${isChange ? " till " : "–"}${high}`,
    outlier: (name: string, value: string, next: string): string => `${name} sticker ut med ${value}. Näst högst är ${next}.`,
    breaks: "Färgstegen delas i",
    against: (base: Span): string => `mot ${span(base)}`,
  },
  area: {
    none: "Välj ett område på kartan, i tabellen eller i sökrutan.",
    clear: "Visa hela staden",
    value: "Nu",
    before: "Då",
    change: "Förändring",
    verdict: "Bedömning",
    rate: (per: string): string => `Per 1 000 ${per} och år`,
    interval: (low: string, high: string): string => `osäkerhet ${low}–${high}`,
    rank: (low: number, high: number, of: number): string => (low === high ? `plats ${low} av ${of}` : `plats ${low}–${high} av ${of}`),
    rankTitle: "Rang bland områdena",
    harm: "Allvarlighet (dagar)",
    provisional: "preliminärt",
  },
  protected: {
    title: "Skyddade värden",
    margin: (margin: string): string => `±\u00a0${margin}`,
    about: (counted: string, margin: string): string => `ungefär ${counted} (${margin})`,
    roughly: (counted: string): string => `ungefär ${counted}`,
    told: (margin: string): string => `Skyddade värden: varje antal är ungefärligt, i 95 fall av 100 högst ${margin} från det exakta.`,
    both: (margin: string): string => `Antalen är ungefärliga (${margin}).`,
    columns: { count: "Felmarginal", baselineCount: "Felmarginal då" },
  },
  why: {
    withheld: "visas inte, för att skydda enskilda",
    missing: "inte levererat för perioden",
    notApplicable: "går inte att räkna här",
  },
  table: {
    caption: "Samma siffror som på kartan. Välj en rubrik för att sortera. Pilarna upp och ner går mellan områdena.",
    filter: "Sök i tabellen",
    none: "Inget område heter så.",
    copy: "Kopiera tabellen",
    copied: "Tabellen är kopierad. Klistra in den i till exempel Excel.",
    sortedBy: (column: string, isFalling: boolean): string =>
      `Sorterad efter ${column.toLowerCase()}, ${isFalling ? "högst först" : "lägst först"}.`,
    columns: {
      name: "Område",
      count: "Antal",
      baselineCount: "Då",
      difference: "Skillnad",
      percent: "Procent",
      rate: "Per 1 000 och år",
      interval: "Osäkerhet",
      verdict: "Bedömning",
      harm: "Allvarlighet",
      smoothedRate: "Utjämnat tal",
      harmDifference: "Ändrad allvarlighet",
      status: "Läge",
    },
  },
  series: {
    title: (name: string, interval: Interval): string => `${name}, ${intervals[interval].each}`,
    city: levels[OWN.stad].title,
    key: "Förklaring till diagrammet",
    keysOf: (kind: KeyKind, interval: Interval, { beside, baseYear }: { beside: string; baseYear: string }): string => {
      const texts: Record<KeyKind, string> = {
        asked: "Vald period",
        base: "Jämförelseperiod",
        other: interval === "month" ? "Andra månader" : "Annan tid",
        year12: "Summan av 12 månader",
        provisional: "Preliminärt",
        partial: "Bara en del av perioden",
        rolling: `Snitt ${intervals[interval].per}, senaste 12 månaderna`,
        expected: "Så mycket som brukar vara vanligt",
        high: "Ovanligt högt",
        low: "Ovanligt lågt",
        beside,
        baseYear: interval === "year" || interval === "rolling12" ? `Hela ${baseYear}` : `Samma tid ${baseYear}`,
        change: "Något att tänka på, se listan",
        missing: statuses.missing,
        withheld: statuses.withheld,
        notApplicable: statuses.notApplicable,
      };
      return texts[kind];
    },
    label: (name: string, interval: Interval): string =>
      `Diagram: ${name}, ${intervals[interval].each}. Samma siffror finns i tabellen under diagrammet.`,
    asTable: "Visa siffrorna som tabell",
    period: "Tid",
    keys: "Pilarna läser upp en stapel eller punkt i taget.",
    hint: "Peka i diagrammet, eller gå med pilarna, för att läsa en period i taget.",
    unusualHigh: "ovanligt högt",
    unusualLow: "ovanligt lågt",
    rolling12: "senaste 12 månaderna",
    partial: "bara en del av perioden",
    expected: (low: string, high: string): string => `vanligt är ${low}–${high}`,
    sameIn: (year: string, interval: Interval): string =>
      interval === "year" || interval === "rolling12" ? `hela ${year}` : `samma tid ${year}`,
    noneFor: (status: Status): string => `Det finns inga siffror att visa (${statuses[status].toLowerCase()}).`,
    usual: "Vanligt",
    allZero: "Noll hela tiden: inget har hänt eller anmälts.",
    notes: "Att tänka på i kurvan",
    noNotes: "Inget sätt att räkna har ändrats under tiden, och nivån har inte ändrats tvärt.",
    when: (from: string, to: string): string => (from === to ? month(from) : span({ from, to })),
    break: (name: string, percent: string, low: string, high: string, within: Span): string =>
      `${name}: nivån ändrades tvärt, ${percent} (osäkerhet ${low} till ${high}), ${within.from === within.to ? "i" : "någon gång"} ${span(within)}.`,
    breakBecause: (reasons: string): string => `Kan hänga ihop med: ${reasons}`,
    breakUnexplained: "Ingen känd ändring i sättet att räkna ligger nära.",
    interval: "Dela in tiden i",
    baseYear: "Jämför med året",
    noBaseYear: "Inget år",
    beside: "Lägg till ett område",
    noBeside: "Inget område",
    yearToDate: "Året hittills",
    last12: "Senaste 12 månaderna",
    notSummed: "Hela periodens skyddade värde. Månaderna är skyddade var för sig, så deras summa är en annan.",
    summed: "Summan av skyddade månader. Kartans värde för hela perioden kan vara ett annat, och är närmare det exakta.",
    trend: "Utveckling per år",
    against: (before: string): string => `${before} samma tid året före`,
    uncertainty: (low: string, high: string): string => `osäkerhet ${low} till ${high}`,
    trendOver: (asked: Span): string => `räknat på ${span(asked)}`,
    unusualMonths: (months: string): string => `Ovanliga månader: ${months}. Omkring en månad av hundra ser ovanlig ut av en slump.`,
    noUnusual: "Ingen månad är ovanlig.",
    save: "Spara diagrammet",
    foot: (sources: string, when: string): string => `Källa: ${sources}. Publicerat ${when}.`,
  },
  hours: {
    title: (name: string): string => `${name}, veckodag och timme`,
    label: (name: string): string => `Antal per veckodag och timme: ${name}`,
    keys: "Pilarna flyttar mellan rutorna.",
    days: ["Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag"],
    hour: "Klockan",
    clock: (hour: number, hours = 1): string => `${String(hour).padStart(2, "0")}–${String((hour + hours) % 24).padStart(2, "0")}`,
    sum: "Summa",
    known: (timed: string, total: string, share: string): string => `Klockslaget är känt för ${timed} av ${total} (${share}).`,
    allKnown: (total: string): string => `Klockslaget är känt för alla ${total}.`,
    untimed: (count: string): string => `${count} utan känt klockslag är inte med i rutorna.`,
    mostUntimed: "Klockslaget saknas för så många att rutorna kan ge en skev bild.",
    spread: (count: string): string =>
      `${count} är bara kända till ett tidsrum och fördelas jämnt över timmarna i det. Därför är siffrorna avrundade.`,
    peak: (day: string, clock: string, share: string, even: string): string =>
      `Tätast är det ${day.toLowerCase()} klockan ${clock}: där ligger ${share} procent, mot ${even} om allt var jämnt fördelat.`,
    noPeak: "Det är för få, eller för jämnt fördelat, för att det ska gå att avgöra när i veckan det är tätast.",
    none: "Inget har hänt eller anmälts under perioden.",
    noneTimed: (total: string): string => `Klockslaget är inte känt för någon av ${total}, så det finns inget att visa här.`,
    cell: (day: string, clock: string, count: string, share: string): string =>
      `${day} kl. ${clock}: ${count} (${share} av alla med känt klockslag)`,
    total: (what: string, count: string, share: string): string => `${what}: ${count} (${share} av alla med känt klockslag)`,
    hidden: "Veckodag och timme är så detaljerat att det bara visas för behöriga.",
    hint: "Peka på en ruta, eller gå med pilarna, för att läsa den.",
    at: (clock: string): string => `Kl. ${clock}`,
    legend: "Antal per ruta",
    less: "<1",
  },
  compare: {
    how: "Vad som jämförs",
    kinds: { periods: "Två perioder", areas: "Två områden", sources: "Två källor" } satisfies Record<Compare, string>,
    before: "Då",
    now: "Nu",
    change: "Förändringen",
    changed: "Här är en förändring säkerställd eller trolig",
    moreInTable: "Fler finns i tabellen.",
    inAreas: "Här jämförs områden med varandra, och kartan visar sexhörningar.",
    toAreas: "Visa områden",
    sameSteps: "Samma färgsteg i båda kartorna, så att samma färg betyder samma sak.",
    noBase: "Välj vad perioden ska jämföras med.",
    baseMissing: (base: Span): string => `Källan har inga siffror för ${span(base)}.`,
    findings: ({ higher, likelyHigher, cannotTell, likelyLower, lower, notApplicable }: Record<Finding, number>): string => {
      const areas = (count: number): string => (count === 1 ? "1 område" : `${count} områden`);
      const changed = higher + likelyHigher + likelyLower + lower;
      if (changed + cannotTell === 0) return "Förändringen går inte att pröva i något område.";
      if (changed === 0) return "I inget område som kunde prövas kan en förändring avgöras.";
      const said = [
        ...(higher ? [`säkerställd ökning i ${areas(higher)}`] : []),
        ...(likelyHigher ? [`trolig ökning i ${areas(likelyHigher)}`] : []),
        ...(lower ? [`säkerställd minskning i ${areas(lower)}`] : []),
        ...(likelyLower ? [`trolig minskning i ${areas(likelyLower)}`] : []),
        ...(cannotTell ? [`i ${areas(cannotTell)} kan det inte avgöras`] : []),
        ...(notApplicable ? [`i ${areas(notApplicable)} går det inte att pröva`] : []),
      ];
      return capital(`${listed(said)}.`);
    },
    multiples: { years: "År för år", categories: "Slag för slag" } satisfies Record<Part, string>,
    parts: { years: "En karta per år", categories: "En karta per slag" } satisfies Record<Part, string>,
    multiplesHint: {
      years: "Samma månader varje år och samma färgsteg i alla kartor.",
      categories: "De vanligaste slagen först. Samma färgsteg i alla kartor.",
    } satisfies Record<Part, string>,
    nothingToDivide: {
      years: "Det finns inga tidigare år att visa.",
      categories: "Det som är valt går inte att dela upp i fler slag.",
    } satisfies Record<Part, string>,
    moreParts: (count: number): string => (count === 1 ? "Ett ovanligare slag visas inte." : `${count} ovanligare slag visas inte.`),
    nothingCounted: "Ingenting hände i något område under perioden.",
    together: "Tillsammans",
    asTable: "Visa kartorna som tabell",
    pick: { area: "Område", beside: "Jämför med" },
    choose: "Välj ett område",
    twoNeeded: "Välj två områden, i listorna eller på kartan.",
    oneArea: `${levels[OWN.stad].title} är ett enda område. Välj ${divided("eller")} för att jämföra två.`,
    difference: (first: string, second: string): string => `${first} och ${second}`,
    counts: (first: string, one: number, second: string, other: number, n: Numbers): string =>
      one === other
        ? `Lika många i båda: ${n.whole(one)}.`
        : `${n.whole(one)} i ${first} och ${n.whole(other)} i ${second}: ${n.whole(Math.abs(one - other))} ${one > other ? "fler" : "färre"} i ${first}.`,
    rates: (per: string): string => `Per 1 000 ${per} och år, med osäkerhet`,
    cityRate: (rate: string): string => `Alla områden tillsammans: ${rate}`,
    pairVerdicts: {
      higher: (first: string, second: string): string => `▲ Säkerställt högre i ${first} än i ${second}.`,
      lower: (first: string, second: string): string => `▼ Säkerställt lägre i ${first} än i ${second}.`,
      cannotTell: (): string => "○ Skillnaden kan bero på slumpen.",
    },
    ratio: (first: string, second: string, times: string, per: string): string =>
      `Per 1 000 ${per} är talet i ${first} ${times} gånger talet i ${second}.`,
    ratioInterval: (low: string, high: string): string => `Med osäkerheten inräknad är det mellan ${low} och ${high} gånger.`,
    untested: "Det går inte att pröva om skillnaden är slump.",
    noRate: "Det går inte att räkna i förhållande till hur många som bor där.",
    funnel: "Sticker något område ut?",
    funnelHint:
      "Varje prick är ett område: hur många som bor där och hur högt talet är. Slumpen ger små områden höga eller låga tal oftare än stora, och därför är tratten bred till vänster. Områden utanför tratten skiljer sig från staden mer än slumpen brukar ge.",
    outside: (count: number, of: number): string =>
      count === 0 ? `Inget av ${of} områden ligger utanför tratten.` : `${count} av ${of} områden ligger utanför tratten.`,
    funnelWithheld: "Siffrorna visas inte, för att skydda enskilda.",
    funnelKeys:
      "Höger- och vänsterpil går från minsta till största område. Upp- och nedpil går mellan områden utanför tratten. Enter väljer.",
    funnelTable: "Visa tratten som tabell",
    notInFunnel: (count: number): string =>
      count === 1 ? "Ett område har inget tal och är inte med." : `${count} områden har inget tal och är inte med.`,
    people: (per: string): string => `Antal ${per}`,
    peopleOf: (count: string, per: string): string => `${count} ${per}.`,
    expected: (low: string, high: string): string => `Väntat ${low}–${high}.`,
    limits95: "Inre gränser (95 %)",
    limits998: "Yttre gränser (99,8 %)",
    place: "Läge",
    places: {
      inside: "inom det väntade",
      above95: "högre än väntat",
      above998: "klart högre än väntat",
      below95: "lägre än väntat",
      below998: "klart lägre än väntat",
    } satisfies Record<Place, string>,
    ranksHint:
      "Strecket visar vilka platser området kan ha när slumpen räknas in. Områden vars streck går över varandra kan inte rangordnas säkert.",
    rankAxis: "Plats, 1 är högst tal",
    showRanks: (count: number): string => `Visa ${count} områden`,
    notAdded: (left: string, right: string): string =>
      `${left} och ${right} räknar olika saker. Lägg inte ihop siffrorna och jämför inte färgerna: varje karta har sina egna färgsteg.`,
    oneSource: "Det finns bara en källa med siffror.",
    sideLeft: "Källa till vänster",
    sideRight: "Källa till höger",
  },
  places: {
    drawTitle: "Rita en egen yta",
    drawHint: "Rita på kartan, eller skriv hörnen, så räknas det som är valt till vänster i just den ytan.",
    staffOnly:
      "En egen yta kan ritas så att siffran pekar ut en person. Därför visas siffror för egna ytor bara för behöriga, och inte här på den offentliga kartan.",
    drawByPointer: "Rita med musen",
    drawByKeys: "Rita med tangentbordet",
    drawing: "Rita en yta",
    byPointer: "Klicka på kartan för varje hörn. Klicka på det första hörnet, eller dubbelklicka, för att bli klar.",
    byKeys:
      "Pilarna flyttar kartan under korset, med Skift i små steg. Enter sätter ett hörn, Backsteg tar bort det senaste, Escape avbryter.",
    noCorner: "Inget hörn är satt än.",
    corner: (count: number, latitude: string, longitude: string): string =>
      `${count === 1 ? "1 hörn" : `${count} hörn`}, det senaste vid ${latitude} nord, ${longitude} öst.`,
    done: "Klar",
    undo: "Ta bort hörnet",
    cancel: "Avbryt",
    write: "Skriv, klistra in eller öppna en fil",
    corners: "Ytans hörn",
    cornersHint: "Ett hörn per rad, som 59,3312 18,0611 eller i SWEREF 99. Det går också att klistra in eller släppa GeoJSON.",
    showFigures: "Visa ytan",
    open: "Öppna en GeoJSON-fil",
    remove: "Ta bort ytan",
    faults: (fault: Fault, most: number): string => {
      const texts: Record<Fault, string> = {
        empty: "Skriv minst tre hörn.",
        unreadable: "Det går inte att läsa som hörn. Skriv två tal på varje rad.",
        noPolygon: "Det finns ingen yta i det. En linje eller punkt räcker inte.",
        few: "En yta behöver minst tre hörn.",
        outside: "Ytan ligger inte i Sverige. Kontrollera talen.",
        crossing: "Ytans kanter korsar varandra. Skriv hörnen i den ordning de följer runt ytan.",
        many: `Ytan har fler än ${most} hörn. Förenkla den först.`,
      };
      return texts[fault];
    },
    polygon: "Den ritade ytan",
    size: (hectares: string): string => `${hectares} hektar`,
    geojson: "GeoJSON",
    toIt: "Visa på kartan",
    maybe: (counted: string): string => `${counted} till kan ha hänt i ytan, men är bara kända till ett större område. De är inte med.`,
    kinds: "Vad det är",
    key: "Linjer på kartan",
    drawn: "Ritad yta",
    cooperation: "Platssamverkan",
    measures: "Åtgärder och platssamverkan",
    noMeasures: "Inga åtgärder är registrerade.",
    noSuch: (id: string): string => `Det finns ingen åtgärd ${id} i registret.`,
    kind: "Slag",
    allKinds: "Alla slag",
    when: (from: string, to: string | null, stage: Stage): string => {
      const span = to ? `${date(from)}–${date(to)}` : `från ${date(from)}`;
      return { planned: `börjar ${date(from)}`, ongoing: to ? span : `${span}, pågår`, ended: span }[stage];
    },
    roles: {
      target: "Målområde",
      control: "Jämförelseområde",
      displacement: "Spridningsområde",
      displacementControl: "Spridningsområdets jämförelse",
    } satisfies Record<Role, string>,
    ground: (size: string): string => `en yta på ${size}`,
    responsible: "Ansvarig",
    time: "Tid",
    cost: "Kostnad",
    crowns: (amount: string): string => `${amount} kr`,
    decision: "Beslut",
    late: (roles: string): string => `Anmält först efter att åtgärden hade börjat: ${roles}. Det kan ha valts efter hur det gick.`,
    effect: "Hade åtgärden effekt?",
    effectHidden: "Effekten räknas på exakta siffror, som bara visas för behöriga.",
    countedIn: "Räkna",
    counted: (what: Counted, asked: string): string => (what === "goal" ? "det som första målet gäller" : `det som är valt: ${asked}`),
    verdicts: {
      lower: "▼ Ja: färre än väntat, mer än slumpen kan förklara",
      higher: "▲ Nej: fler än väntat, mer än slumpen kan förklara",
      cannotTell: "○ Kan inte avgöras: skillnaden kan bero på slumpen",
      tooSmallToTell: "○ Kan inte avgöras: det är för få händelser",
      notApplicable: "– Går inte att pröva: det finns inget att jämföra med",
    } satisfies Record<EffectVerdict, string>,
    against: "Skillnad i antal mot vad jämförelseområdet ger skäl att vänta",
    parts: { wddLocal: "I målområdet", wddDisplacement: "I spridningsområdet", wddTotal: "Tillsammans" },
    estimate: (value: string, low: string, high: string): string => `${value} (osäkerhet ${low} till ${high})`,
    zero: "0 är ingen skillnad",
    where: "Var",
    goals: "Blev målen nådda?",
    goalVerdicts: {
      reached: "✓ Nått",
      notShown: "○ Inte visat",
      worse: "▲ Inte nått, det har blivit sämre",
      tooSmallToTell: "○ Kan inte avgöras: för få händelser",
      notYet: "– Bedöms senare",
      notApplicable: "– Går inte att bedöma",
      withheld: "– Visas inte, för att skydda enskilda",
    } satisfies Record<GoalVerdict, string>,
    fromTo: (before: string, after: string): string => `från ${before} till ${after}`,
  },
  grounds: {
    ledger: "Allt som räknats",
    ledgerIntro: "Varje händelse i perioden finns i en av raderna. Summan går alltid ihop.",
    parts: {
      placed: "Placerade i områdena",
      areaOnly: "Kända bara för ett större område",
      unplaced: "Utan plats",
      outside: "Utanför staden",
      withheldBySource: "Skyddade av källan",
      undated: "Utan datum",
      total: "Tillsammans",
    },
    withheld: "Avstämningen är skyddad.",
    coverage: "Vad som är levererat",
    delivered: (source: string, covered: Span): string => `${source}: levererat ${span(covered)}.`,
    missing: (months: string): string => `Saknas: ${months}.`,
    partial: (months: string): string => `Bara delvis levererat: ${months}.`,
    provisional: (months: string): string => `Preliminärt: ${months}.`,
    complete: "Inga månader saknas i perioden.",
    refuses: "Det här kan källan inte svara på",
    recodings: "Ändrat sätt att räkna",
    denominator: (name: string, days: string, isHeld: boolean): string =>
      `Räknat per 1 000 ${name}, folkmängd ${days}${isHeld ? " (senast kända)" : ""}.`,
    methods: "Så är siffrorna räknade",
    version: (number: number, when: string): string => `Dataversion ${number}, publicerad ${when}.`,
    edition: (name: string): string => `Områdesindelning: ${name}.`,
    weights: (name: string): string => `Vikter för allvarlighet: ${name}.`,
  },
  methods: {
    title: "Så räknas det",
    intro:
      "Här står vad varje sätt att räkna är, i korthet hur det görs, och vad du bör tänka på när du läser siffrorna. Alla finns inte på kartan: en del används i rapporter och av den som frågar tjänsten direkt.",
    explain: (name: string): string => `Så räknas det: ${name}`,
    what: "Vad det är",
    how: "Så räknas det",
    mind: "Tänk på",
    all: "Alla sätt att räkna",
  },
  foot: "Om sidan",
  take: {
    title: "Ta med siffrorna",
    report: "Lägesbild",
    reportOf: (of: string) => `Lägesbild för ${of}.`,
    city: wholeCity,
    sharingClass: "Vem den är för",
    sharingClasses: {
      delbar: { title: "Att dela", hint: "Siffror som alla får se. Kan lämnas ut." },
      intern: { title: "Intern", hint: "Exakta siffror, bara för behöriga i staden. Märkt med vem som tog ut dem och när." },
    },
    reportMade: "Lägesbilden görs och laddas ned. Det tar några sekunder.",
    reportForms: { docx: "Word", pdf: "PDF", xlsx: "Excel", pptx: "PowerPoint", html: "Webbsida" },
    excel: "Excel",
    csv: "CSV",
    geopackage: "GeoPackage",
    map: (kind: string) => `Kartan som bild (${kind})`,
    mapFile: "karta",
    chartFile: "diagram",
    copyLink: "Kopiera länk hit",
    copied: "Länken är kopierad.",
    showQuestion: "Visa frågan",
    address: "Adressen i API:et",
    command: "Kommandot",
  },
  nothing: NOTHING,
  length: (asked: Span): string => {
    const months = lengthOf(asked);
    return months === 1 ? "1 månad" : `${months} månader`;
  },
};

/** The texts of the page in any language. */
export type Texts = typeof sv;
