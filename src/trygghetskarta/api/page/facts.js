// @ts-check
/** What stands round the figures: the heading and its cautions, the ledger, the source's caveats, the files, and whose figures they are. */

/** @import { Catalogue, Coverage, Drawn, LedgerSums, Source, State } from "./types.js" */

import { comparisonAddress } from "./address.js";
import { shaded } from "./classes.js";
import { byId, headRow, html, paragraph, put, svg } from "./elements.js";
import { swatch } from "./legend.js";
import { baselineSpan, monthsIn, monthText, runsText, spanText } from "./months.js";
import { counted, INSTANT, SHARE, WHOLE } from "./numbers.js";
import { headingText, LEVEL_WORDS, MEASURE_WORDS, periodText } from "./words.js";

/** @param {Drawn} drawn */
export function paintHeading(drawn) {
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
  const { answer, state } = drawn;
  const months = provisionalMonths(drawn);
  const base = baselineSpan(state);
  const isSaid = answer.sentences.some((sentence) => /preliminär/i.test(sentence));
  const lines = months.length && !isSaid ? [`Preliminära siffror: ${runsText(months)}.`] : [];
  if (base && base.from <= state.to && base.to >= state.from) {
    lines.push("Perioden och jämförelsen överlappar varandra: samma månader räknas i båda.");
  }
  return lines;
}

/** @param {Drawn} drawn */
function provisionalMonths({ answer, figures, state }) {
  const months = [...new Set(answer.coverage.flatMap((coverage) => coverage.provisional))];
  return months.length === 0 && figures.some((one) => one.provisional) ? monthsIn(state) : months;
}

/** @param {Drawn} drawn */
export function paintLedger({ answer: { ledger }, source, state }) {
  if (!ledger || ledger.total === null) {
    return put("ledger", [paragraph("Avstämningen mellan kartan och källan visas inte för skyddade siffror.")]);
  }
  const area = LEVEL_WORDS[state.level].some;
  /** @type {[string, string, number, string][]} */
  const rows = [
    ["placed", "Placerade på kartan", ledger.placed, `Platsen är känd och ligger i ${area}.`],
    ["areaOnly", "Bara större område", ledger.areaOnly,
      `Platsen är bara känd som något större än ${area}, så de syns inte på den här nivån.`],
    ["unplaced", "Utan plats", ledger.unplaced, "Ingen plats är känd, som för många bedrägerier på nätet."],
    ["outside", "Utanför staden", ledger.outside, "Platsen ligger utanför Stockholms stad."],
  ];
  put("ledger", [
    paragraph(ledgerText(ledger, source)),
    ledgerBar(rows.map(([kind, , count]) => [kind, count])),
    html("table", { class: "ledger" }, html("caption", { class: "unseen" }, "Var alla händelser i frågan tog vägen"),
      html("thead", { class: "unseen" }, headRow(["Del", "Antal", "Förklaring"])),
      html("tbody", {}, ...rows.map(([kind, name, count, why]) => ledgerRow(kind, [swatch(shaded(`part-${kind}`)), name], count, why))),
      html("tfoot", {}, ledgerRow("total", ["Totalt"], ledger.total, "Allt som källan har för perioden."))),
  ]);
}

/**
 * @param {string} part
 * @param {(Node|string)[]} head
 * @param {number} count
 * @param {string} why
 */
const ledgerRow = (part, head, count, why) => html("tr", { "data-part": part },
  html("th", { scope: "row" }, ...head), html("td", {}, WHOLE.format(count)), html("td", { class: "quiet" }, why));

/**
 * @param {LedgerSums} ledger
 * @param {Source} source
 */
function ledgerText({ placed, total }, source) {
  if (total === 0) return `Källan har inga ${source.noun[1]} för perioden.`;
  if (total === 1 && placed === 1) return `Källan har ${counted(1, source.noun)} för perioden. Platsen är känd.`;
  if (placed === total) return `Alla ${counted(total, source.noun)} finns på kartan.`;
  const share = `${WHOLE.format(placed)} (${SHARE.format(placed / total)})`;
  return `Av ${counted(total, source.noun)} finns ${share} på kartan. Resten redovisas här.`;
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
export function paintCaveats(drawn) {
  const { answer, source, state } = drawn;
  const months = provisionalMonths(drawn);
  const asked = new Set(answer.coverage.flatMap((coverage) => coverage.missing));
  const elsewhere = source.coverage.missing.filter((month) => !asked.has(month));
  const lines = [
    source.countsBy === "reported" ? "Varje händelse räknas den månad den anmäldes." : "Varje händelse räknas den månad den inträffade.",
    ...answer.coverage.flatMap(coverageLines),
    months.length ? `Preliminära månader: ${runsText(months)}. De kan ändras när fler händelser registreras eller rättas.` : "",
    elsewhere.length ? `Utanför perioden saknar källan ${runsText(elsewhere)}.` : "",
    state.level === "stad" ? "" : "Områden är olika stora. Ett högt antal kan bero på att många bor eller rör sig där.",
  ];
  byId("caveats").replaceChildren(html("h4", {}, source.name), paragraph(source.description),
    html("ul", {}, ...lines.filter(Boolean).map((line) => html("li", {}, line))),
    html("p", { class: "quiet" }, provenanceText(answer.provenance)));
}

/** @param {Coverage} coverage */
function coverageLines({ from, to, missing, partial }) {
  const extent = from && to ? `Siffror finns från ${monthText(from)} till ${monthText(to)}.` : "Källan har inte levererat några siffror.";
  return [
    extent,
    missing.length ? `I perioden eller jämförelsen saknas ${runsText(missing)}. De månaderna är inte noll: de fattas i summan.` : "",
    partial.length ? `Bara delvis levererat: ${runsText(partial)}. Där fattas dagar i summan.` : "",
  ];
}

/** @param {Record<string, unknown>} provenance */
function provenanceText({ editionName, publishedAt, dataVersion, asOf }) {
  const parts = [];
  if (editionName) parts.push(`Områden: ${editionName}.`);
  const instant = new Date(String(publishedAt));
  if (publishedAt && !Number.isNaN(instant.valueOf())) {
    parts.push(`Siffrorna är publicerade ${INSTANT.format(instant)}${dataVersion ? ` (version ${dataVersion})` : ""}.`);
  }
  if (asOf) parts.push(`Så som de var kända ${asOf}.`);
  return parts.join(" ");
}

/** @param {State} state */
export function paintTake(state) {
  const address = comparisonAddress(state);
  const whole = new URL(address, location.href).href;
  byId("take").replaceChildren(
    html("p", { class: "links" },
      html("a", { class: "button strong", href: `${address}&format=xlsx`, download: "jamforelse.xlsx" }, "Hämta som Excel"),
      html("a", { class: "button strong", href: `${address}&format=csv`, download: true }, "Hämta som CSV"),
      html("a", { class: "button strong", href: address, download: "jamforelse.geojson" }, "Hämta som GeoJSON")),
    paragraph("Filerna har samma siffror som kartan och tabellen. Excelfilen har ett diagram och en flik om siffrorna. CSV är för andra program, GeoJSON för QGIS. "
      + "Sidans adress innehåller hela urvalet: spara den eller skicka den vidare."),
    html("details", { id: "question" }, html("summary", {}, "Visa frågan"),
      paragraph("Kartan frågar tjänsten så här. Samma adress ger samma siffror i andra program."),
      html("p", { class: "address" }, html("a", { href: address }, html("code", {}, whole))),
      html("p", {}, html("button", { type: "button", class: "button", "data-copy": whole }, "Kopiera frågans adress"))));
}

/** @param {Catalogue} catalogue */
export function paintMarks({ sample, audience }) {
  /** @param {string} kind @param {string} name @param {string} text */
  const mark = (kind, name, text) => html("li", { class: kind }, html("strong", {}, `${name} `), text);
  const marks = [];
  if (sample) {
    marks.push(mark("mark sample", "Påhittade siffror.", "Siffrorna är till för att prova tjänsten, och kartan är schematisk: "
      + "gränserna är ritade av ett program. Dra inga slutsatser om något område."));
  }
  if (audience === "analyst") marks.push(mark("mark intern", "Intern.", "Exakta siffror visas, även små tal. Dela dem inte utanför staden."));
  if (audience === "public") marks.push(mark("mark", "Öppna siffror.", "Siffror som kan peka ut någon enskild är skyddade."));
  byId("marks").replaceChildren(...marks);
}
