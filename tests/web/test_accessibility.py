"""The page for everyone: dialogs and states without fault, every area by keyboard, the table as the map, no colour alone, no motion, a statement."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, cast

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browsing import Opener, api, asked_of, faults_in_both_themes, foreign, in_table, on_map, settle, whole

pytestmark = pytest.mark.browser

NONE: dict[str, list[Any]] = {"light": [], "dark": []}


def test_axe_finds_no_fault_and_nobody_english_in_what_is_opened(opened: Opener) -> None:
    page = opened("?area=jarva", width=390)
    whole(page)
    page.get_by_text("Ändra urval").click()
    page.get_by_role("button", name=re.compile("^Vad")).click()
    expect(page.locator("#what-search")).to_be_focused()
    assert faults_in_both_themes(page) == NONE, "the kinds to choose among"
    assert foreign(page, "sv") == []
    page.keyboard.press("Escape")

    page.get_by_text("Ta med siffrorna").click()
    assert faults_in_both_themes(page) == NONE, "the files"
    assert foreign(page, "sv") == []
    page.get_by_role("button", name="Visa frågan").click()
    assert faults_in_both_themes(page) == NONE, "the question"
    assert foreign(page, "sv") == []
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Så räknas det: Rang bland områdena").click()
    expect(page.get_by_role("dialog", name="Rang med osäkerhet")).to_be_visible()
    assert faults_in_both_themes(page) == NONE, "the explanation of a method"
    assert foreign(page, "sv") == []


@pytest.mark.parametrize("state", ["under way", "refused", "nothing loaded", "not reached"])
def test_axe_finds_no_fault_before_there_are_figures_or_when_there_are_none(browser: Browser, live_server: str, state: str) -> None:
    page = browser.new_page(locale="sv-SE")
    told = {
        "status": 422,
        "title": "Går inte",
        "detail": "Frågan går inte att besvara just nu.",
        "detailEn": "It cannot be answered just now.",
    }
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


COLOURS = ["count", "rate", "smoothedRate", "difference", "percent", "verdict", "harm", "harmDifference"]


def test_the_table_has_the_figure_that_colours_the_map_whatever_it_is_and_words_for_every_colour(opened: Opener) -> None:
    page = opened("?level=stadsdel&from=2025-01&to=2025-12")
    for colour in COLOURS:
        page.select_option("#colour", colour)
        page.wait_for_selector(f"#map-areas[data-colour={colour}]")
        settle(page)
        shapes, cells = on_map(page), in_table(page)
        assert set(shapes) == set(cells)
        assert {code: cells[code][colour].strip("▲▼△▽○– ") or "–" for code in cells} == {
            code: shapes[code]["shown"].strip("▲▼△▽○– ") or "–" for code in shapes
        }, colour
        shade_of: dict[str, str] = {}
        for area in shapes.values():
            assert shade_of.setdefault(area["shown"], area["shade"]) == area["shade"], "one figure has one colour"
        keys = page.locator(".legend li").all_inner_texts()
        assert len(set(keys)) == len(keys)
        assert all(re.search(r"\w", key) for key in keys)


def test_without_colours_of_its_own_the_page_still_shows_what_is_chosen(opened: Opener) -> None:
    page = opened("?show=time&area=jarva", forced_colors="active")
    whole(page)

    for pressed, frame in (("true", "solid"), ("false", "none")):
        buttons = page.locator(f'nav.shows > .button[aria-pressed="{pressed}"]')
        assert set(buttons.evaluate_all("all => all.map((one) => getComputedStyle(one).outlineStyle)")) == {frame}


MOVED = """async () => {
    const canvas = document.querySelector(".sheet canvas");
    const pen = new OffscreenCanvas(80, 80).getContext("2d", { willReadFrequently: true });
    const look = () => {
        // Lines between areas let a little through, and would gather.
        pen.clearRect(0, 0, 80, 80);
        pen.drawImage(canvas, canvas.width / 2 - 40, canvas.height / 2 - 40, 80, 80, 0, 0, 80, 80);
        return pen.getImageData(0, 0, 80, 80).data.join();
    };
    const looks = new Set([look()]);
    const end = performance.now() + 700;
    document.querySelector(".map .buttons button").click();
    while (performance.now() < end) {
        await new Promise((done) => requestAnimationFrame(done));
        looks.add(look());
    }
    return looks.size;
}"""


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_the_map_moves_only_for_who_wants_it_to(opened: Opener, motion: Literal["reduce", "no-preference"]) -> None:
    page = opened(reduced_motion=motion)
    page.wait_for_function("() => document.querySelector('.sheet canvas')?.width > 100")

    if motion == "no-preference":
        # A machine that has much to do may show the end of one movement at once, not of all.
        assert any(page.evaluate(MOVED) > 2 for _ in range(5))
    else:
        assert page.evaluate(MOVED) == 2
        assert page.evaluate("document.getAnimations().length") == 0


def test_the_statement_of_accessibility_has_what_the_law_asks_for(opened: Opener, live_server: str) -> None:
    page = opened()
    page.get_by_role("contentinfo").get_by_role("link", name="Tillgänglighetsredogörelse").click()
    heading = page.get_by_role("heading", name="Tillgänglighetsredogörelse")
    expect(heading).to_be_focused()
    assert asked_of(page)["show"] == "accessibility"

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
    page.get_by_role("button", name="Till kartan").click()
    expect(page.locator("#map-areas")).to_be_visible()
    page.go_back()
    expect(heading).to_be_visible()


def test_the_title_of_the_page_says_what_it_shows(opened: Opener) -> None:
    page = opened("?show=time&source=brander")
    expect(page).to_have_title(re.compile("^Över tid: Räddningstjänstens händelser .* – Trygghetskarta$"))
    page.get_by_role("link", name="Så räknas det").click()
    expect(page).to_have_title("Så räknas det – Trygghetskarta")
