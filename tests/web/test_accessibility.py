"""The page for everyone: no fault that axe finds in any view or theme, everything by keyboard, enlarged, without motion and without colour."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.browsing import VIEWS, Opener, api, asked_of, change, in_table, number, on_map, settle, whole

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
AXE = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
LEAST_CONTRAST = 3.0
MOST_TABS = 400


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds wrong with the page as it stands."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })", TAGS)
    return [(fault["id"], [node["html"][:150] for node in fault["nodes"]][:3]) for fault in found["violations"]]


def faults_in_both_themes(page: Page) -> dict[str, list[tuple[str, list[str]]]]:
    found = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
        found[scheme] = faults(page)
    return found


NONE: dict[str, list[Any]] = {"light": [], "dark": []}


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_no_fault_in_any_view_in_either_theme(opened: Opener, view: str) -> None:
    page = opened(VIEWS[view])
    whole(page)

    assert faults_in_both_themes(page) == NONE


def test_axe_finds_no_fault_in_what_is_opened(opened: Opener) -> None:
    page = opened("?area=jarva", width=390)
    whole(page)
    page.get_by_text("Ändra urval").click()
    page.get_by_role("button", name=re.compile("^Vad")).click()
    expect(page.locator("#what-search")).to_be_focused()
    assert faults_in_both_themes(page) == NONE, "the kinds to choose among"
    page.keyboard.press("Escape")

    page.get_by_text("Ta med siffrorna").click()
    assert faults_in_both_themes(page) == NONE, "the files"
    page.get_by_role("button", name="Visa frågan").click()
    assert faults_in_both_themes(page) == NONE, "the question"
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Så räknas det: Rang bland områdena").click()
    expect(page.get_by_role("dialog", name="Rang med osäkerhet")).to_be_visible()
    assert faults_in_both_themes(page) == NONE, "the explanation of a method"


@pytest.mark.parametrize("state", ["under way", "refused", "nothing loaded", "not reached"])
def test_axe_finds_no_fault_before_there_are_figures_or_when_there_are_none(browser: Browser, live_server: str, state: str) -> None:
    page = browser.new_page(locale="sv-SE")
    told = {"status": 422, "title": "Går inte", "detail": "Frågan går inte att besvara just nu.", "detailEn": "It cannot be answered just now."}
    answers = {
        "refused": lambda route: route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(told)),
        "under way": lambda _: None,
        "not reached": lambda route: route.abort(),
        "nothing loaded": lambda route: route.fulfill(json={"items": [], "total": 0}),
    }
    words = {
        "under way": "Hämtar siffrorna",
        "refused": "Frågan går inte att besvara just nu.",
        "nothing loaded": "Inga siffror är inlästa än.",
        "not reached": "Det går inte att nå tjänsten just nu.",
    }
    page.route("**/v1/sources?*" if state in ("nothing loaded", "not reached") else "**/v1/comparisons?*", answers[state])
    page.goto(f"{live_server}/")

    expect(page.locator("main")).to_contain_text(words[state])
    assert faults_in_both_themes(page) == NONE
    expect(page.get_by_role("link", name="Tillgänglighetsredogörelse")).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")
    page.close()


SEEN = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    let behind = one.parentElement;
    while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    return {
        what: one.outerHTML.replace(/\\s+/g, " ").slice(0, 120),
        wide: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        ring: style.outlineColor,
        ground: behind ? getComputedStyle(behind).backgroundColor : "rgb(255, 255, 255)",
        isInView: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
}"""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, as WCAG has it."""

    def light(colour: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("view", VIEWS)
def test_focus_is_seen_on_everything_and_nothing_holds_it(opened: Opener, view: str) -> None:
    page = opened(VIEWS[view], color_scheme="dark" if len(view) % 2 else "light")
    whole(page)
    controls = page.locator(":is(a[href], button, input, select, summary, [tabindex='0']):visible:not(:disabled)").count()
    page.evaluate("document.activeElement.blur()")

    met = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        seen = page.evaluate(SEEN)
        if seen is None:
            break
        met.append(seen)
    assert 0 < len(met) < MOST_TABS, "who goes by the tabulator comes round"
    # Of a group of radio buttons only one is gone to; every other control is met.
    assert len(met) >= controls
    assert [one["what"] for one in met if one["wide"] < 2 or not one["isInView"]] == []
    assert [one for one in met if contrast(one["ring"], one["ground"]) < LEAST_CONTRAST] == []


def test_every_area_is_chosen_with_the_keyboard(opened: Opener) -> None:
    page = opened()
    keys = page.locator("#map-areas")
    keys.focus()
    keys.press("Home")

    chosen = []
    for _ in on_map(page):
        code = cast("str", keys.get_attribute("aria-activedescendant")).removeprefix("on-map-")
        keys.press("Enter")
        page.wait_for_function("code => new URLSearchParams(location.search).get('area') === code", arg=code)
        expect(page.locator(f'#map-areas [data-code="{code}"]')).to_have_attribute("aria-selected", "true")
        expect(keys).to_be_focused()
        chosen.append(code)
        keys.press("PageDown")
    assert sorted(chosen) == sorted(on_map(page))


@pytest.mark.parametrize("colour", ["count", "rate", "smoothedRate", "difference", "percent", "verdict", "harm", "harmDifference"])
def test_the_table_has_the_figure_that_colours_the_map_whatever_it_is(opened: Opener, colour: str) -> None:
    page = opened(f"?level=stadsdel&colour={colour}&from=2025-01&to=2025-12")
    shapes, cells = on_map(page), in_table(page)

    assert set(shapes) == set(cells)
    assert {code: cells[code][colour].strip("▲▼○– ") or "–" for code in cells} == {
        code: shapes[code]["shown"].strip("▲▼○– ") or "–" for code in shapes
    }


@pytest.mark.parametrize("colour", ["count", "difference", "verdict"])
def test_what_a_colour_says_is_said_in_words_as_well(opened: Opener, colour: str) -> None:
    page = opened(f"?level=stadsdel&colour={colour}&from=2025-01&to=2025-12")
    shapes = on_map(page)

    shade_of: dict[str, str] = {}
    for area in shapes.values():
        assert shade_of.setdefault(area["shown"], area["shade"]) == area["shade"], "one figure has one colour"
        assert area["shown"] in area["says"] or number(area["shown"]) is not None
    keys = page.locator(".legend li").all_inner_texts()
    assert len(set(keys)) == len(keys)
    assert all(re.search(r"\w", key) for key in keys)


def test_without_colours_of_its_own_the_page_still_shows_what_is_chosen(opened: Opener) -> None:
    page = opened("?show=time&area=jarva", forced_colors="active")
    whole(page)

    def border(selector: str) -> str:
        return cast("str", page.locator(selector).first.evaluate("one => getComputedStyle(one).outlineWidth + getComputedStyle(one).fontWeight"))

    assert border('nav.shows .button[aria-pressed="true"]') != border('nav.shows .button[aria-pressed="false"]')


ENLARGED = ["200 %", "320", "spaced"]
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }");
    document.adoptedStyleSheets = [sheet];
}"""
CLIPPED = """() => [...document.querySelectorAll("body *")].filter((one) => {
    const style = getComputedStyle(one);
    const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const isShown = one.checkVisibility({ visibilityProperty: true }) && style.clipPath === "none" && !one.closest(".unseen, [role=listbox], svg, datalist, select");
    const hides = (way) => ["hidden", "clip"].includes(way);
    if (!hasText || !isShown) return false;
    const isCut = (hides(style.overflowX) && one.scrollWidth > one.clientWidth + 1) || (hides(style.overflowY) && one.scrollHeight > one.clientHeight + 1);
    const box = one.getBoundingClientRect();
    return isCut || ((box.right > innerWidth + 1 || box.left < -1) && !one.closest(".scroll, [tabindex='0']"));
}).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("view", VIEWS)
def test_enlarged_narrow_or_spaced_nothing_is_cut_off(opened: Opener, view: str) -> None:
    page = opened(VIEWS[view])
    whole(page)
    for way, width in (("200 %", 1440), ("320", 320), ("spaced", 1024)):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("size => document.documentElement.style.fontSize = size", "200%" if way == "200 %" else "")
        if way == "spaced":
            page.evaluate(SPACED)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, way
        assert page.evaluate(CLIPPED) == [], way


MOVED = """async () => {
    const canvas = document.querySelector(".sheet canvas");
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const looks = [];
    document.querySelector(".map .buttons button").click();
    for (let turn = 0; turn < 30; turn++) { await frame(); looks.push(canvas.toDataURL()); }
    return new Set(looks.slice(2)).size;
}"""


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_map_moves_only_for_who_wants_it_to(opened: Opener, motion: str) -> None:
    page = opened(reduced_motion=motion)
    page.wait_for_function("document.querySelector('.sheet canvas')?.width > 100")

    assert (page.evaluate(MOVED) > 1) == (motion == "no-preference")
    if motion == "reduce":
        assert page.evaluate("document.getAnimations().length") == 0


def test_the_statement_of_accessibility_has_what_the_law_asks_for(opened: Opener, live_server: str) -> None:
    page = opened()
    page.get_by_role("contentinfo").get_by_role("link", name="Tillgänglighetsredogörelse").click()
    heading = page.get_by_role("heading", name="Tillgänglighetsredogörelse")
    expect(heading).to_be_focused()
    assert asked_of(page) == {"show": "accessibility"}

    info = api(live_server, "/v1/api-info")
    statement = page.locator("main").inner_text()
    for part in (
        info["publisher"]["name"],
        "Trygghetskarta",
        "delvis förenlig med lagen om tillgänglighet till digital offentlig service",
        "Innehåll som inte är tillgängligt",
        "Oskäligt betungande anpassning",
        "Innehåll som inte omfattas av lagen",
        "självskattning",
        "uppdaterades senast den",
    ):
        assert part in statement, part
    assert re.search(r"bedömningen gjordes den \d+ \w+ 20\d\d", statement)
    expect(page.get_by_role("link", name=info["contact"]["name"]).first).to_have_attribute("href", info["contact"]["url"])
    expect(page.get_by_role("link", name=re.compile("^Anmäl bristande tillgänglighet"))).to_have_attribute(
        "href", "https://www.digg.se/tdosanmalan"
    )
    page.get_by_role("link", name="Till kartan").click()
    expect(page.locator("#map-areas")).to_be_visible()
    page.go_back()
    expect(heading).to_be_visible()


def test_the_title_of_the_page_says_what_it_shows(opened: Opener) -> None:
    page = opened("?show=time&source=brander")
    expect(page).to_have_title(re.compile("^Över tid: Räddningstjänstens händelser .* – Trygghetskarta$"))
    page.get_by_role("link", name="Så räknas det").click()
    expect(page).to_have_title("Så räknas det – Trygghetskarta")
