/** A choropleth in MapLibre: outlines as vector tiles that the browser keeps for a year, and figures as a small answer that is joined by code. */

import { AttributionControl, Map, NavigationControl } from "../node_modules/maplibre-gl/dist/maplibre-gl.mjs";
import { ask, LACKS, LEVELS, number, question, span } from "../shared/answer.js";
import { classesOf, HATCH, hatching } from "../shared/classes.js";
import { paintChosen, paintError, paintHeading, paintLegend, paintSources, paintTable, roomForLegend } from "../shared/panel.js";

const ASKED = { source: "anmalda_brott", level: "stadsdel", measure: "rate", from: "2025-01", to: "2025-12" };

async function show() {
  const path = `/v1/comparisons?${question({ ...ASKED, format: "json" })}`;
  const answer = await ask(path);
  const { level, source: [sourceId], from, to } = answer.question;
  // The tiles of the very division of the city that the figures are of.
  const [source, tiles] = await Promise.all([
    ask(`/v1/sources/${sourceId}`),
    ask(`/v1/tiles/${answer.provenance.edition}/${level}/tilejson.json`),
  ]);

  const areas = answer.items;
  const known = areas.filter((area) => area.status === "value").sort((a, b) => b.rate - a.rate);
  const lacking = areas.filter((area) => area.status !== "value").sort(byName);
  const decimals = decimalsFor(known[0]?.rate ?? 0);
  const classes = classesOf(known.map((area) => Number(area.rate.toFixed(decimals))));
  const classOf = (area) => classes.findIndex(({ low, high }) => low <= area.rate.toFixed(decimals) && area.rate.toFixed(decimals) <= high);
  const map = await draw(tiles, level, classes);
  for (const area of areas) {
    const state = area.status === "value" ? { shade: classOf(area) } : { lack: area.status };
    map.setFeatureState({ source: "areas", sourceLayer: level, id: area.code }, state);
  }

  const noun = source.noun[1];
  const where = LEVELS[level][0];
  paintHeading(`${source.name} per ${where}`, `${span(from, to)}, antal per 1 000 ${answer.denominator.name} och år`);
  paintLegend(`Per 1 000 ${answer.denominator.name} och år`, classes.map(({ low, high, colour }, part) => ({
    text: high === 0 ? "0" : low === high ? number(low, decimals) : `${number(low, decimals)}–${number(high, decimals)}`,
    colour,
    areas: known.filter((area) => classOf(area) === part).length,
  })), counted(lacking.map((area) => area.status)));

  const found = Object.fromEntries(areas.map((area) => [area.code, area]));
  const choose = choosing(map, level, (code) => described(found[code], noun, decimals));
  paintTable([capital(where), "Per 1\u00a0000", "Osäkerhet", "Antal"], [...known, ...lacking].map((area) => ({
    code: area.code,
    cells: area.status === "value"
      ? [area.name, number(area.rate, decimals), interval(area, decimals), number(area.count)]
      : [area.name, "–", LACKS[area.status], area.count === null ? "–" : number(area.count)],
  })), choose);
  map.on("mousemove", "areas", ({ features: [feature] }) => choose(feature.properties.code));
  map.on("mouseleave", "areas", () => choose(null));
  await paintSources(answer, source.name, path);
  await map.once("idle");
  // For whoever wants to try things in the console.
  window.map = map;
  document.body.dataset.state = "drawn";
}

/** Draw the areas without figures; the colour of each is a state of it, which no tile holds. */
async function draw(tiles, level, classes) {
  const shades = classes.flatMap(({ colour }, shade) => [shade, colour]);
  const [west, south, east, north] = tiles.bounds;
  const map = new Map({
    container: "map",
    bounds: [west, south, east, north],
    fitBoundsOptions: { padding: { top: 30, right: 30, bottom: 30, left: roomForLegend() } },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    locale: {
      "NavigationControl.ZoomIn": "Zooma in",
      "NavigationControl.ZoomOut": "Zooma ut",
      "AttributionControl.ToggleAttribution": "Visa källor",
      "Map.Title": "Karta",
    },
    style: {
      version: 8,
      sources: { areas: { type: "vector", ...tiles, promoteId: "code" } },
      layers: [
        { id: "ground", type: "background", paint: { "background-color": "#f3f6f6" } },
        // Under the areas, so that only the half of it outside the city shows.
        { id: "casing", type: "line", source: "areas", "source-layer": level, paint: { "line-color": "#5d6b70", "line-width": 3 } },
        {
          id: "areas",
          type: "fill",
          source: "areas",
          "source-layer": level,
          paint: { "fill-color": shades.length ? ["match", ["coalesce", ["feature-state", "shade"], -1], ...shades, "#f3f3f1"] : "#f3f3f1" },
        },
      ],
    },
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new AttributionControl({ compact: false, customAttribution: '<a href="https://maplibre.org/">MapLibre</a>' }), "bottom-right");
  await map.once("load");
  // A pattern cannot hang on a state, but how strongly it shows can.
  for (const lack of Object.keys(LACKS)) {
    map.addImage(lack, hatching(lack).getContext("2d").getImageData(0, 0, 2 * HATCH, 2 * HATCH), { pixelRatio: 2 });
    map.addLayer({
      id: lack,
      type: "fill",
      source: "areas",
      "source-layer": level,
      paint: { "fill-pattern": lack, "fill-opacity": ["case", ["==", ["feature-state", "lack"], lack], 1, 0] },
    });
  }
  const chosen = (yes, no) => ["case", ["boolean", ["feature-state", "chosen"], false], yes, no];
  const outline = (id, colour, width) =>
    map.addLayer({ id, type: "line", source: "areas", "source-layer": level, layout: { "line-join": "round" }, paint: { "line-color": colour, "line-width": width } });
  outline("borders", "#ffffff", 1);
  outline("ring-under", "#ffffff", chosen(6, 0));
  outline("ring", "#101718", chosen(3, 0));
  return map;
}

/** Give what marks one area at a time, on the map and in the table. */
function choosing(map, level, told) {
  let before = null;
  const mark = (code, chosen) => map.setFeatureState({ source: "areas", sourceLayer: level, id: code }, { chosen });
  return (code) => {
    if (code === before) return;
    if (before !== null) mark(before, false);
    if (code !== null) mark(code, true);
    before = code;
    paintChosen(code, code === null ? "" : told(code));
  };
}

function described(area, noun, decimals) {
  if (area.status !== "value") return `${area.name}: ${LACKS[area.status].toLowerCase()}`;
  return `${area.name}: ${number(area.rate, decimals)} (${interval(area, decimals)}), ${number(area.count)} ${noun}`;
}

const interval = ({ rateLow, rateHigh }, decimals) =>
  rateLow === null ? "–" : `${number(rateLow, decimals)}–${number(rateHigh, decimals)}`;

/** Decimals that keep the rates of one answer apart. */
const decimalsFor = (largest) => (largest >= 10 ? 1 : largest >= 1 ? 2 : 3);

const byName = (a, b) => a.name.localeCompare(b.name, "sv");
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const counted = (texts) => texts.reduce((found, text) => ({ ...found, [text]: (found[text] ?? 0) + 1 }), {});

try {
  await show();
} catch (error) {
  paintError(error);
}
