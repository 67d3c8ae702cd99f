"""The example pages, in a real browser, from an origin of their own: what the map shows is what the API answers."""

from __future__ import annotations

import base64
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages import ROOT
from tests.web.browsing import chromium

pytestmark = [pytest.mark.browser, pytest.mark.npm]

Opener = Callable[..., Page]
LACKS = {"missing": "Inte levererat", "withheld": "Skyddat, visas inte", "notApplicable": "Går inte att räkna"}
VERDICTS = {
    ("higher", "strong"): "Säkerställt fler",
    ("higher", "moderate"): "Troligen fler",
    ("cannotTell", None): "Kan inte avgöras",
    ("lower", "moderate"): "Troligen färre",
    ("lower", "strong"): "Säkerställt färre",
}


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without telling of each."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The examples with what their lock file names, served as examples/README.md says."""
    folder = tmp_path_factory.mktemp("examples")
    shutil.copytree(ROOT / "examples", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True, timeout=240)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser: Browser, origin: str) -> Iterator[Opener]:
    """Open an example; afterwards, no page had a console error or asked any host but its own and the API's for anything."""
    complaints: list[str] = []
    contexts = []

    def open_page(name: str, server: str, query: str = "", state: str = "drawn") -> Page:
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}, locale="sv-SE"))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        known = (f"{origin}/", f"{server}/", "data:", f"blob:{origin}/")
        page.on("request", lambda request: None if request.url.startswith(known) else complaints.append(request.url))
        page.goto(f"{origin}/{name}/?api={server}{query}")
        page.wait_for_selector("body[data-state]", timeout=60_000)
        assert page.evaluate("document.body.dataset.state") == state, page.text_content("#error")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [text for text in complaints if "Failed to load resource" not in text] == []


def rows_of(server: str, query: str) -> dict[str, dict[str, Any]]:
    """The API's own rows, by code."""
    answer = httpx.get(
        f"{server}/v1/comparisons?source=anmalda_brott&level=stadsdel&from=2025-01&to=2025-12&format=json&{query}", timeout=60
    )
    return {row["code"]: row for row in answer.json()["items"]}


def legend_of(page: Page) -> list[dict[str, Any]]:
    """What the legend tells: colour, text and number of areas of each line."""
    found: list[dict[str, Any]] = page.eval_on_selector_all(
        "#legend li",
        """lines => lines.map((line) => ({
            colour: getComputedStyle(line.children[0]).backgroundColor,
            text: line.children[1].textContent,
            areas: parseInt(line.children[2].textContent),
        }))""",
    )
    return found


def number(text: str) -> float:
    return float(text.replace("\u00a0", "").replace(",", "."))


def in_class(rate: float, text: str) -> bool:
    ends = [number(end) for end in text.split("–")]
    return ends[0] <= round(rate, 1) <= ends[-1]


def states_of(page: Page) -> dict[str, dict[str, Any]]:
    """The state of every area on the map, by code."""
    found: dict[str, dict[str, Any]] = page.evaluate(
        """() => Object.fromEntries(map.queryRenderedFeatures({ layers: ["areas"] }).map(({ properties: { code }, state }) => [code, state]))"""
    )
    return found


def colours_at(page: Page, places: dict[str, list[float]]) -> dict[str, str]:
    """The colour that the map shows at each place, read from a picture of the page."""
    picture = base64.b64encode(page.screenshot()).decode()
    found: dict[str, str] = page.evaluate(
        """async ([picture, places]) => {
            const image = new Image();
            image.src = `data:image/png;base64,${picture}`;
            await image.decode();
            const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
            const pen = canvas.getContext("2d", { willReadFrequently: true });
            pen.drawImage(image, 0, 0);
            const { left, top } = document.getElementById("map").getBoundingClientRect();
            return Object.fromEntries(Object.entries(places).map(([code, place]) => {
                const { x, y } = map.project(place);
                return [code, `rgb(${[...pen.getImageData(left + x, top + y, 1, 1).data.slice(0, 3)].join(", ")})`];
            }));
        }""",
        [picture, places],
    )
    return found


def test_maplibre_joins_the_figures_to_the_tiles(opened: Opener, live_server: str) -> None:
    page = opened("maplibre", live_server)
    rows = rows_of(live_server, "measure=rate")
    legend = legend_of(page)
    states = states_of(page)

    assert set(states) == set(rows)
    for code, row in rows.items():
        if row["status"] == "value":
            assert in_class(row["rate"], legend[states[code]["shade"]]["text"]), code
        else:
            assert states[code] == {"lack": row["status"]}, code
    shown = Counter(legend[state["shade"]]["text"] if "shade" in state else LACKS[state["lack"]] for state in states.values())
    assert shown == {line["text"]: line["areas"] for line in legend}
    expect(page.locator("h1")).to_have_text("Anmälda brott per stadsdel")
    expect(page.locator(".maplibregl-ctrl-attrib")).to_contain_text("Schematiska områden")
    expect(page.locator("#source")).to_contain_text("Påhittade exempeldata")


def test_maplibre_paints_every_area_in_the_colour_of_its_class(opened: Opener, live_server: str) -> None:
    page = opened("maplibre", live_server)
    legend = legend_of(page)
    states = states_of(page)
    areas = httpx.get(f"{live_server}/v1/areas?level=stadsdel&limit=1000").json()["items"]
    largest = [area["code"] for area in sorted(areas, key=lambda area: -float(area["squareMetres"])) if "shade" in states[area["code"]]]
    found = {code: httpx.get(f"{live_server}/v1/areas/{code}").json()["properties"] for code in largest[:25]}
    # Some share their code with the larger area around them, whose middle is elsewhere.
    places = {code: area["labelPoint"] for code, area in found.items() if area["level"] == "stadsdel"}

    seen = colours_at(page, places)

    assert seen == {code: legend[states[code]["shade"]]["colour"] for code in places}
    assert len(set(seen.values())) >= 4


def test_maplibre_asks_for_tiles_that_may_be_kept_for_ever(live_server: str, browser: Browser, origin: str) -> None:
    page = browser.new_context().new_page()
    tiles = []
    page.on("response", lambda response: tiles.append(response) if ".mvt" in response.url else None)
    page.goto(f"{origin}/maplibre/?api={live_server}")
    page.wait_for_selector('body[data-state="drawn"]', timeout=60_000)
    assert tiles
    assert {tile.headers["cache-control"] for tile in tiles} == {"public, max-age=31536000, immutable"}
    assert all(tile.status in (200, 204) for tile in tiles)
    page.context.close()


def test_maplibre_shows_what_the_table_has_reached(opened: Opener, live_server: str) -> None:
    page = opened("maplibre", live_server)
    page.get_by_role("button", name="Gamla Stan").focus()
    expect(page.locator("#chosen")).to_contain_text("Gamla Stan: 36,0")
    assert {code for code, state in states_of(page).items() if state.get("chosen")} == {"gamla-stan"}
    page.keyboard.press("Tab")
    assert {code for code, state in states_of(page).items() if state.get("chosen")} == {"norrmalm"}


@pytest.mark.parametrize("name", ["maplibre", "leaflet"])
def test_what_is_withheld_is_hatched_and_told_and_has_no_figure(opened: Opener, unreleased_server: str, name: str) -> None:
    page = opened(name, unreleased_server)
    assert [(line["text"], line["areas"]) for line in legend_of(page)] == [("Skyddat, visas inte", 117)]
    cells = page.eval_on_selector_all("#table tbody td", "cells => cells.map((cell) => cell.textContent)")
    assert set(cells) == {"–", "Skyddat, visas inte"}
    if name == "maplibre":
        assert set(map(str, states_of(page).values())) == {"{'lack': 'withheld'}"}
    else:
        fills = page.eval_on_selector_all("path.area", "paths => paths.map((path) => path.getAttribute('fill'))")
        assert set(fills) == {"url(#withheld)"}
        assert page.locator("pattern#withheld image").count() == 1


def test_leaflet_colours_what_has_changed_for_certain(opened: Opener, live_server: str) -> None:
    page = opened("leaflet", live_server)
    rows = rows_of(live_server, "baseline=same-period-last-year")
    fills = dict(page.eval_on_selector_all("path.area", "paths => paths.map((path) => [path.dataset.code, path.getAttribute('fill')])"))
    said = dict(
        page.eval_on_selector_all("#table tbody tr", "rows => rows.map((row) => [row.dataset.code, row.lastElementChild.textContent])")
    )
    words = {code: VERDICTS[row["verdict"], row["evidence"]] for code, row in rows.items()}

    assert said == words
    assert Counter(words.values()) == {line["text"]: line["areas"] for line in legend_of(page)}
    by_word = {word: {fills[code] for code in words if words[code] == word} for word in words.values()}
    assert all(len(fills) == 1 for fills in by_word.values())
    assert len({fill for fills in by_word.values() for fill in fills}) == len(by_word)
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("Anmälda brott")


def test_leaflet_shows_what_the_table_has_reached(opened: Opener, live_server: str) -> None:
    page = opened("leaflet", live_server)
    page.get_by_role("button", name="Rinkeby").focus()
    expect(page.locator("#chosen")).to_contain_text("Troligen färre.")
    assert page.locator("path.area[data-code=rinkeby]").get_attribute("stroke") == "#101718"


@pytest.mark.parametrize("name", ["maplibre", "leaflet"])
def test_a_question_that_cannot_be_answered_is_told_of_in_swedish(opened: Opener, live_server: str, name: str) -> None:
    page = opened(name, live_server, "&from=2030-01&to=2030-12", state="error")
    expect(page.get_by_role("alert")).to_contain_text("har inte levererats")


def test_an_api_that_does_not_answer_is_told_of_in_swedish(opened: Opener) -> None:
    page = opened("leaflet", "http://127.0.0.1:9", state="error")
    expect(page.get_by_role("alert")).to_contain_text("svarar inte")


def test_openlayers_follows_the_links_of_ogc_tiles(browser: Browser, origin: str, public_server: str) -> None:
    page = browser.new_context(viewport={"width": 800, "height": 800}).new_page()
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url.removeprefix(f"{public_server}/ogc/v1/")) if "/ogc/v1/" in request.url else None
    )
    page.goto(f"{origin}/shared/page.css")
    page.set_content('<div id="map" style="width: 800px; height: 800px"></div>')
    page.add_script_tag(url=f"{origin}/node_modules/ol/dist/ol.js")
    codes = page.evaluate(
        """async (url) => {
            const source = new ol.source.OGCVectorTile({ url, format: new ol.format.MVT() });
            await new Promise((ready) => source.on("change", () => source.getState() === "ready" && ready()));
            const layer = new ol.layer.VectorTile({ source });
            const view = new ol.View({ center: ol.proj.fromLonLat([17.994, 59.3305]), zoom: 11 });
            const map = new ol.Map({ target: "map", layers: [layer], view });
            await new Promise((done) => map.once("rendercomplete", done));
            return [...new Set(layer.getFeaturesInExtent(view.calculateExtent()).map((feature) => feature.get("code")))];
        }""",
        f"{public_server}/ogc/v1/collections/stadsdelsomrade/tiles/WebMercatorQuad",
    )
    page.context.close()
    assert set(codes) == {area["code"] for area in httpx.get(f"{public_server}/v1/areas?level=stadsdelsomrade").json()["items"]}
    assert asked[:2] == ["collections/stadsdelsomrade/tiles/WebMercatorQuad", "tileMatrixSets/WebMercatorQuad"]
    assert all(address.startswith("collections/stadsdelsomrade/tiles/WebMercatorQuad/") for address in asked[2:])
