"""The page with the map, in a real browser: it shows the figures of the API, the table shows what the map shows, and it works without a mouse."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import cast
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import (
    CHROMIUM,
    Opener,
    Properties,
    address_of,
    answer_of,
    api,
    asked_of,
    change,
    in_table,
    number,
    on_map,
    opening,
    settle,
    whole,
)

pytestmark = pytest.mark.browser

LEVELS = ["stadsdelsomrade", "stadsdel", "basomrade"]
COLUMNS = {"count": "count", "baselineCount": "baselineCount", "difference": "difference", "percent": "percent"}


def test_the_page_opens_in_swedish_and_says_what_it_shows(opened: Opener) -> None:
    page = opened()

    assert page.get_attribute("html", "lang") == "sv"
    expect(page.locator("h1")).to_have_text("Trygghetskarta")
    expect(page.locator("main h2")).to_have_text("Anmälda brott per stadsdelsområde")
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.get_by_text("Påhittade exempeldata")).to_be_visible()
    expect(page.get_by_text("Exakta siffror")).to_be_visible()


@pytest.mark.parametrize("level", LEVELS)
def test_the_map_and_the_table_have_every_area(opened: Opener, live_server: str, level: str) -> None:
    page = opened(f"?level={level}")

    areas = api(live_server, f"/v1/areas?level={level}&format=geojson")["features"]
    codes = {area["properties"]["code"] for area in areas}
    assert set(on_map(page)) == codes
    assert set(in_table(page)) == codes


@pytest.mark.parametrize("level", ["stadsdelsomrade", "basomrade"])
def test_the_table_shows_the_figures_of_the_map_and_both_are_the_apis(opened: Opener, live_server: str, level: str) -> None:
    page = opened(f"?level={level}")
    _see_the_same(page, live_server)

    # Rows of a long table change some at a time.
    before = page.url
    page.locator(".presets .button").nth(3).click()
    page.wait_for_function("address => location.href !== address", arg=before)
    settle(page)
    _see_the_same(page, live_server)


def _see_the_same(page: Page, live_server: str) -> None:
    shapes, cells, answer = on_map(page), in_table(page), answer_of(page, live_server)
    assert set(cells) == set(answer)
    for code, row in answer.items():
        assert number(shapes[code]["shown"]) == row["count"]
        for column in COLUMNS:
            shown = number(cells[code][column])
            assert (shown is None) == (row[column] is None), (code, column)
            # A percentage is written whole; everything else in full.
            if shown is not None:
                assert abs(shown - row[column]) <= (0.5 if column == "percent" else 0), (code, column)


@pytest.mark.parametrize("colour", ["count", "smoothedRate", "percent", "verdict", "harm"])
def test_every_colour_on_the_map_stands_in_the_legend(opened: Opener, colour: str) -> None:
    page = opened(f"?level=stadsdel&colour={colour}")

    shades = {area["shade"] for area in on_map(page).values()} - {"missing", "withheld", "notApplicable"}
    explained = set(page.eval_on_selector_all(".legend rect", "rects => rects.map((rect) => rect.getAttribute('fill'))"))
    assert shades <= explained
    assert 1 <= len(shades) <= 6
    told = page.locator(".legend li").count()
    assert told == len(explained) or told == len(shades) + len({area["shade"] for area in on_map(page).values()} - shades)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_areas_are_drawn_in_their_colours(opened: Opener, theme: str) -> None:
    assert drawn_colours(opened(color_scheme=theme)) == []


def test_without_webgl_the_map_is_drawn_all_the_same(browser: Browser, live_server: str) -> None:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-webgl", "--disable-webgl2", "--disable-background-networking"]
    started = browser.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    with opening(started, live_server) as open_page:
        page = open_page()
        assert page.evaluate("document.createElement('canvas').getContext('webgl2')") is None
        assert drawn_colours(page) == []
    started.close()


def drawn_colours(page: Page) -> list[str]:
    """The areas whose colour is not found round their middle on the drawn map."""
    page.wait_for_function("() => document.querySelector('.sheet canvas')?.width > 100")
    page.locator("#map-areas").focus()
    page.keyboard.press("Home")
    wrong = []
    areas = on_map(page)
    for _ in areas:
        code = cast("str", page.locator("#map-areas").get_attribute("aria-activedescendant")).removeprefix("on-map-")
        at = page.locator(".tip").evaluate("tip => [parseFloat(tip.style.left), parseFloat(tip.style.top)]")
        colours = page.evaluate(
            """([x, y]) => {
                const canvas = document.querySelector(".sheet canvas");
                const scale = canvas.width / canvas.clientWidth;
                const sheet = new OffscreenCanvas(48, 48).getContext("2d", { willReadFrequently: true });
                sheet.drawImage(canvas, (x - 24) * scale, (y - 24) * scale, 48, 48, 0, 0, 48, 48);
                const { data } = sheet.getImageData(0, 0, 48, 48);
                const found = new Set();
                for (let at = 0; at < data.length; at += 4) {
                    found.add("#" + [0, 1, 2].map((part) => data[at + part].toString(16).padStart(2, "0")).join(""));
                }
                return [...found];
            }""",
            at,
        )
        if areas[code]["shade"] not in colours:
            wrong.append(code)
        page.keyboard.press("PageDown")
    return wrong


def test_another_source_gives_other_figures_and_another_address_and_back_returns(opened: Opener) -> None:
    page = opened()
    first, first_address = on_map(page), page.url

    page.select_option("#source", "brander")
    page.wait_for_function("() => new URLSearchParams(location.search).get('source') === 'brander'")
    settle(page)
    assert on_map(page) != first

    page.go_back()
    page.wait_for_function("address => location.href === address", arg=first_address)
    settle(page)
    expect(page.locator("#source")).to_have_value("anmalda_brott")
    assert on_map(page) == first

    page.go_forward()
    page.wait_for_function("() => new URLSearchParams(location.search).get('source') === 'brander'")
    settle(page)
    expect(page.locator("#source")).to_have_value("brander")


def test_back_at_once_takes_one_step_back_also_from_what_is_still_on_its_way(opened: Opener) -> None:
    page = opened()
    page.select_option("#source", "brander")
    page.wait_for_function("() => new URLSearchParams(location.search).get('source') === 'brander'")
    settle(page)
    before = address_of(page)

    page.evaluate("document.querySelector('.presets .button:nth-child(4)').click(); setTimeout(() => history.back())")
    page.wait_for_timeout(1000)
    settle(page)
    assert address_of(page) == before
    expect(page.locator(".presets .button").nth(3)).to_have_attribute("aria-pressed", "false")
    page.go_back()
    expect(page.locator("#source")).to_have_value("anmalda_brott")


def test_the_address_alone_makes_the_page_again(opened: Opener) -> None:
    page = opened("?level=stadsdel&colour=difference")
    page.get_by_role("button", name="Senaste månaden").click()
    page.get_by_role("button", name="Skillnad", exact=True).click()
    settle(page)

    again = opened(address_of(page))

    assert asked_of(again) == asked_of(page)
    assert asked_of(page)["period"] == "lastMonth"
    assert on_map(again) == on_map(page)
    assert list(in_table(again)) == list(in_table(page))


def test_an_area_is_chosen_with_the_keyboard(opened: Opener) -> None:
    page = opened()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Hoppa till kartan")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#map-areas")).to_be_focused()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).has('area')")

    code = asked_of(page)["area"]
    option = page.locator(f'#map-areas [data-code="{code}"]')
    expect(option).to_have_attribute("aria-selected", "true")
    assert page.locator('#map-areas [aria-selected="true"]').count() == 1
    name = cast("str", option.get_attribute("aria-label")).split(":")[0]
    expect(page.get_by_role("heading", name=f"{name}, månad för månad")).to_be_visible()
    expect(page.locator("#table tbody tr[aria-current]")).to_have_attribute("data-code", code)


@pytest.mark.parametrize("level", LEVELS)
def test_every_area_is_reached_with_page_down(opened: Opener, level: str) -> None:
    page = opened(f"?level={level}")
    page.locator("#map-areas").focus()
    page.keyboard.press("Home")

    met = set()
    for _ in on_map(page):
        met.add(cast("str", page.locator("#map-areas").get_attribute("aria-activedescendant")).removeprefix("on-map-"))
        page.keyboard.press("PageDown")

    assert met == set(on_map(page))


def test_a_row_chooses_its_area_on_the_map(opened: Opener) -> None:
    page = opened()
    row = page.locator("#table tbody tr").nth(3)
    code = cast("str", row.get_attribute("data-code"))

    row.locator("button").click()

    expect(page.locator(f'#map-areas [data-code="{code}"]')).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Visa hela staden").click()
    expect(page.locator('#map-areas [aria-selected="true"]')).to_have_count(0)


def test_the_table_sorts_by_its_headings_and_says_so(opened: Opener) -> None:
    page = opened("?level=stadsdel")

    page.get_by_role("button", name="Skillnad", exact=True).click()

    expect(page.locator('#table th[aria-sort="descending"]')).to_have_text("Skillnad ▾")
    expect(page.locator("#table")).to_contain_text("Sorterad efter skillnad, högst först.")
    found = [number(row["difference"]) for row in in_table(page).values()]
    known = [one for one in found if one is not None]
    assert known == sorted(known, reverse=True)
    assert found[: len(known)] == known, "areas without a figure come last"


def test_what_a_source_refuses_cannot_be_chosen_and_the_reason_is_shown(opened: Opener, live_server: str) -> None:
    page = opened("?source=polishandelser&level=basomrade&colour=rate")
    source = next(source for source in api(live_server, "/v1/sources?limit=100")["items"] if source["id"] == "polishandelser")
    reasons = {refusal["what"]: refusal["reason"] for refusal in source["refuses"]}

    expect(page.locator("#level")).to_have_value("stadsdel")
    expect(page.locator('#level option[value="basomrade"]')).to_be_disabled()
    expect(page.locator('#colour option[value="rate"]')).to_be_disabled()
    for what in ("basomrade", "rate"):
        expect(page.locator("aside")).to_contain_text(reasons[what])
        expect(page.locator("main .notice").filter(has_text=reasons[what])).to_be_visible()


def test_a_category_is_found_by_its_name_and_counted(opened: Opener, live_server: str) -> None:
    page = opened("?level=stad&from=2024-01&to=2024-12")
    page.get_by_role("button", name="Vad Allt").click()
    page.get_by_label("Sök brott eller händelse").fill("misshandel även grov")
    page.get_by_role("button", name="Misshandel, även grov").first.click()
    page.wait_for_function("() => new URLSearchParams(location.search).get('category') === 'misshandel'")
    settle(page)

    (answer,) = answer_of(page, live_server).values()
    (shown,) = in_table(page).values()
    assert number(shown["count"]) == answer["count"] > 0
    expect(page.locator("main h2")).to_have_text("Misshandel, även grov i hela staden")


@pytest.mark.parametrize("word", ["constructor", "toString", "__proto__"])
def test_a_word_that_every_object_knows_is_no_choice(opened: Opener, word: str) -> None:
    page = opened(f"?source={word}&category={word}&level={word}&edition={word}&colour={word}&area={word}&sort={word}&show={word}")

    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.locator("#source")).to_have_value("anmalda_brott")
    assert page.locator('#map-areas [aria-selected="true"]').count() == 0


def test_missing_and_withheld_are_hatched_and_told_and_never_zero(browser: Browser, live_server: str) -> None:
    page = browser.new_page()
    states = iter(["missing", "withheld", "notApplicable", "zero"])

    def take_away(row: Properties) -> None:
        state = next(states, "value")
        if state == "zero":
            row.update(count=0)
        elif state != "value":
            row.update(status=state, count=None, baselineCount=None, difference=None, percent=None, verdict=None)

    change(page, take_away)
    page.goto(f"{live_server}/")
    settle(page)

    areas, cells = on_map(page), in_table(page)
    words = {"missing": "inte levererat", "withheld": "skydda enskilda", "notApplicable": "går inte att räkna"}
    for shade, text in words.items():
        (code,) = [code for code, area in areas.items() if area["shade"] == shade]
        assert text in areas[code]["shown"]
        assert text in cells[code]["count"]
        assert number(cells[code]["difference"]) is None
    (zero,) = [code for code, area in areas.items() if area["shown"] == "0"]
    assert cells[zero]["count"] == "0"
    assert areas[zero]["shade"].startswith("#")
    for text in ("Inte levererat", "Skyddat, visas inte", "Går inte att räkna här"):
        expect(page.locator(".legend")).to_contain_text(text)
    page.unroute_all(behavior="ignoreErrors")
    page.close()


def test_an_error_is_told_and_the_old_map_stays(browser: Browser, live_server: str) -> None:
    page = browser.new_page()
    page.goto(f"{live_server}/")
    settle(page)
    before = on_map(page)
    told = {"status": 422, "title": "Går inte", "detail": "Frågan går inte att besvara just nu."}
    page.route(
        "**/v1/comparisons?*", lambda route: route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(told))
    )

    page.select_option("#level", "stadsdel")

    expect(page.get_by_role("alert")).to_contain_text("Frågan går inte att besvara just nu.")
    assert on_map(page) == before
    expect(page.locator("main h2")).to_have_text("Anmälda brott per stadsdelsområde")

    page.unroute("**/v1/comparisons?*")
    page.get_by_role("button", name="Försök igen").click()
    expect(page.locator("main h2")).to_have_text("Anmälda brott per stadsdel")
    expect(page.get_by_role("alert")).to_be_hidden()
    page.unroute_all(behavior="ignoreErrors")
    page.close()


def test_the_ledger_closes_and_the_files_hold_the_same_question(opened: Opener, live_server: str) -> None:
    page = opened("?show=grounds")

    rows = [
        number(text) or 0
        for text in page.locator("section", has_text="Allt som räknats").locator("td.number:not(.quiet)").all_inner_texts()
    ]
    assert rows[-1] == sum(rows[:-1]) > 0
    excel, csv = (cast("str", link.get_attribute("href")) for link in page.locator(".take li a").all()[:2])
    assert excel.replace("xlsx", "csv") == csv
    with urlopen(f"{live_server}{csv}") as response:
        assert response.headers.get_content_type() == "text/csv"


@pytest.mark.parametrize(
    "query", ["", "?level=basomrade&colour=rate", "?source=polishandelser&level=stadsdel&show=grounds", "?show=table", "?show=time"]
)
def test_nothing_makes_the_page_scroll_sideways(opened: Opener, query: str) -> None:
    page = opened(query, width=360)

    for width in (360, 768, 1024, 1344, 1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "most"), [(1440, 80), (2560, 80)])
def test_the_masthead_is_one_row_where_there_is_room(opened: Opener, width: int, most: int) -> None:
    page = opened(width=width)
    box = page.locator("header").bounding_box()
    assert box is not None
    assert box["height"] < most
    middles = page.locator("header h1, header input, header .end > button, header select").evaluate_all(
        "all => all.map((one) => { const { top, bottom } = one.getBoundingClientRect(); return (top + bottom) / 2; })"
    )
    assert len(middles) >= 5
    assert max(middles) - min(middles) < 20


@pytest.mark.poppler
def test_on_paper_the_table_is_whole_with_its_headings_and_nothing_is_to_be_pressed(opened: Opener, tmp_path: Path) -> None:
    page = opened("?level=stadsdel")
    whole(page)
    rows = in_table(page)
    names = page.locator("#table tbody th").all_inner_texts()
    assert len(names) == len(rows) == 117

    (tmp_path / "sida.pdf").write_bytes(page.pdf(format="A4", prefer_css_page_size=True))
    said = subprocess.run(["pdftotext", "-layout", tmp_path / "sida.pdf", "-"], capture_output=True, text=True, check=True).stdout

    pages = said.split("\f")[:-1]
    listing = [one for one in pages if "Kan inte avgöras" in one.split("Tabell")[-1]]
    assert len(listing) >= 3
    assert all("Skillnad" in one for one in listing)
    words = " ".join(said.split())
    assert [name for name in names if name not in words and not all(part in words for part in re.split(r"[ -]", name))] == []
    assert [word for word in ("Välj vad du vill se", "Kopiera tabellen", "Ta med siffrorna", "Lägesbild") if word in words] == []


def test_on_paper_a_map_is_fitted_into_its_room(opened: Opener) -> None:
    page = opened("?show=compare")
    whole(page)
    page.emulate_media(media="print")
    # As when a page is laid out for paper, which no map is told of: the sheets have shrunk, and what is drawn on them has not.
    shown = page.locator(".sheet").evaluate_all(
        """all => all.map((sheet) => {
            Object.assign(sheet.style, { width: "200px", height: "150px", inset: "auto" });
            return [...sheet.querySelectorAll("canvas")].map((one) => [one.offsetWidth, one.offsetHeight, getComputedStyle(one).objectFit]);
        })"""
    )
    assert len(shown) == 3
    assert [canvas for sheet in shown for canvas in sheet if canvas != [200, 150, "contain"]] == []
