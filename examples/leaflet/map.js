/** A change in Leaflet: one GeoJSON answer with outlines, figures and verdicts. Coloured is only what is more than chance; the rest cannot be told. */

import * as L from "../node_modules/leaflet/dist/leaflet-src.esm.js";
import { ask, change, LACKS, LEVELS, number, question, span } from "../shared/answer.js";
import { HATCH, hatching } from "../shared/classes.js";
import { paintChosen, paintError, paintHeading, paintLegend, paintSources, paintTable, roomForLegend } from "../shared/panel.js";

const ASKED = {
  source: "anmalda_brott", level: "stadsdel", from: "2025-01", to: "2025-12", baseline: "same-period-last-year", format: "geojson", geometry: "25m",
};

/** What a verdict looks like and is called, from more to fewer. Blue and orange part in every common kind of colour blindness. */
const VERDICTS = [
  { verdict: "higher", evidence: "strong", colour: "#b15a1a", text: "Säkerställt fler" },
  { verdict: "higher", evidence: "moderate", colour: "#efc283", text: "Troligen fler" },
  { verdict: "cannotTell", evidence: null, colour: "#dde3e5", text: "Kan inte avgöras" },
  { verdict: "lower", evidence: "moderate", colour: "#8ec2e6", text: "Troligen färre" },
  { verdict: "lower", evidence: "strong", colour: "#1c5d98", text: "Säkerställt färre" },
];

async function show() {
  const path = `/v1/comparisons?${question(ASKED)}`;
  const answer = await ask(path);
  const { level, source: [sourceId], from, to, baseline } = answer.question;
  const source = await ask(`/v1/sources/${sourceId}`);
  const areas = answer.features.map((feature) => feature.properties);

  const layers = new Map();
  const map = L.map("map", { zoomSnap: 0.25, renderer: L.svg({ padding: 0.5 }) });
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  map.zoomControl.setPosition("topright");
  // Under the areas, so that only the half of it outside the city shows.
  L.geoJSON(answer, { interactive: false, style: { color: "#5d6b70", weight: 3, fill: false } }).addTo(map);
  const outlines = L.geoJSON(answer, {
    attribution: `${source.name}, ${escaped(answer.provenance.editionName)}`,
    style: ({ properties }) => ({ className: "area", color: "#ffffff", weight: 1, fillOpacity: 1, fillColor: lookOf(properties).fill }),
    onEachFeature: ({ properties }, layer) => layers.set(properties.code, layer),
  }).addTo(map);
  map.fitBounds(outlines.getBounds(), { paddingTopLeft: [roomForLegend(), 20], paddingBottomRight: [20, 30] });
  addHatching(map);
  for (const [code, layer] of layers) layer.getElement().dataset.code = code;

  const years = `${span(from, to)} mot ${span(...baseline.split(".."))}`;
  paintHeading(`${source.name} per ${LEVELS[level][0]}: har det ändrats?`, `${years}. Färg bara där skillnaden är större än vad slumpen brukar ge.`);
  paintLegend(years, VERDICTS.map((look) => ({
    text: look.text, colour: look.colour, areas: areas.filter((area) => lookOf(area).text === look.text).length,
  })).filter((look) => look.areas), counted(areas.map(lackOf).filter(Boolean)));

  const byCode = Object.fromEntries(areas.map((area) => [area.code, area]));
  const choose = choosing(layers, (code) => described(byCode[code], source.noun[1]));
  const ranked = [...areas].sort((a, b) => rank(a) - rank(b) || (b.percent ?? -1e9) - (a.percent ?? -1e9) || a.name.localeCompare(b.name, "sv"));
  paintTable([capital(LEVELS[level][0]), "Antal", "Före", "Ändring", "Utslag"], ranked.map((area) => ({
    code: area.code,
    cells: [area.name, text(area.count), text(area.baselineCount), area.percent === null ? "–" : change(area.percent), lookOf(area).text],
  })), choose);
  for (const [code, layer] of layers) layer.on({ mouseover: () => choose(code), mouseout: () => choose(null) });
  await paintSources(answer, source.name, path);
  document.body.dataset.state = "drawn";
}

/** Why an area has no verdict; null when it has one. */
function lackOf(area) {
  if (area.status !== "value") return area.status;
  if (area.baselineStatus !== "value") return area.baselineStatus;
  return area.verdict === "notApplicable" ? "notApplicable" : null;
}

function lookOf(area) {
  const lack = lackOf(area);
  if (lack !== null) return { fill: `url(#${lack})`, text: LACKS[lack] };
  const look = VERDICTS.find(({ verdict, evidence }) => verdict === area.verdict && (evidence === null || evidence === area.evidence));
  return { fill: look.colour, text: look.text };
}

/** Put the hatchings into the drawing, as patterns that an area's fill can name. */
function addHatching(map) {
  const drawing = map.getPanes().overlayPane.querySelector("svg");
  const svg = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  for (const lack of Object.keys(LACKS)) {
    const pattern = svg("pattern", { id: lack, width: HATCH, height: HATCH, patternUnits: "userSpaceOnUse" });
    pattern.append(svg("image", { href: hatching(lack).toDataURL(), width: HATCH, height: HATCH }));
    drawing.prepend(pattern);
  }
}

/** Give what marks one area at a time, on the map and in the table. */
function choosing(layers, told) {
  let before = null;
  return (code) => {
    if (before !== null) layers.get(before).setStyle({ color: "#ffffff", weight: 1 });
    if (code !== null) layers.get(code).setStyle({ color: "#101718", weight: 3 }).bringToFront();
    before = code;
    paintChosen(code, code === null ? "" : told(code));
  };
}

function described(area, noun) {
  const lack = lackOf(area);
  if (lack !== null) return `${area.name}: ${LACKS[lack].toLowerCase()}`;
  const by = area.percent === null ? "" : `, ${change(area.percent)}`;
  return `${area.name}: ${text(area.count)} ${noun} mot ${text(area.baselineCount)}${by}. ${lookOf(area).text}.`;
}

const rank = (area) => { const at = VERDICTS.findIndex((look) => look.text === lookOf(area).text); return at < 0 ? VERDICTS.length : at; };
const text = (count) => (count === null ? "–" : number(count));
const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);
const counted = (texts) => texts.reduce((found, one) => ({ ...found, [one]: (found[one] ?? 0) + 1 }), {});
const escaped = (words) => words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

try {
  await show();
} catch (error) {
  paintError(error);
}
