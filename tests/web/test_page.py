"""The page with the map, in a real browser: it shows the figures of the API, the table shows what the map shows, and it works without a mouse."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking"]
FIGURES = ("count", "baselineCount", "difference", "percent")
Opener = Callable[..., Page]
Properties = dict[str, Any]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's own Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser: Browser, live_server: str) -> Iterator[Opener]:
    """Open the page and wait for its figures; afterwards, no page had a console error or asked another host for anything."""
    complaints: list[str] = []
    contexts = []

    def open_page(query: str = "", width: int = 1440) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, locale="sv-SE"))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: None if _is_own(request.url, live_server) else complaints.append(request.url))
        page.goto(f"{live_server}/{query}")
        settle(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def _is_own(url: str, live_server: str) -> bool:
    return url.startswith((live_server, "data:"))


def settle(page: Page) -> None:
    page.wait_for_selector('#answer[aria-busy="false"]')


def api(live_server: str, path: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
    with urlopen(f"{live_server}{path}") as response:
        return json.load(response)


def asked_of(page: Page) -> dict[str, str]:
    """The state in the page's address."""
    return {key: values[0] for key, values in parse_qs(urlsplit(page.url).query).items()}


def on_map(page: Page) -> dict[str, dict[str, str]]:
    """What every area on the map carries, by code."""
    found = page.eval_on_selector_all("#areas path", "paths => paths.map((path) => ({ ...path.dataset }))")
    return {area["code"]: area for area in found}


def in_table(page: Page) -> dict[str, dict[str, str]]:
    """The text of every cell of the table that a reader sees, by code and column."""
    script = """rows => rows.map((row) => [row.dataset.code, Object.fromEntries([...row.querySelectorAll("td")].map((cell) =>
        [cell.dataset.key, (cell.querySelector(".figure, [aria-hidden]") ?? cell).textContent]))])"""
    return dict(page.eval_on_selector_all("#table tbody tr", script))


def number(text: str) -> float | None:
    """Read a Swedish number; None for the dash."""
    plain = re.sub(r"[\s%+]", "", text).replace("−", "-").replace(",", ".")
    return None if plain == "–" else float(plain)


def answer_of(page: Page, live_server: str) -> dict[str, Properties]:
    """The API's own answer to the question that the page links to, by code."""
    address = cast("str", page.locator("#question a").get_attribute("href"))
    return {feature["id"]: feature["properties"] for feature in api(live_server, address)["features"]}


def change(page: Page, edit: Callable[[Properties], None]) -> None:
    """Let the browser see other figures than the API's."""

    def other(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        for feature in body["features"]:
            edit(feature["properties"])
        route.fulfill(response=answer, json=body)

    page.route("**/v1/comparisons?*", other)


def test_the_page_opens_in_swedish_and_says_what_it_shows(opened: Opener, live_server: str) -> None:
    page = opened()

    assert page.get_attribute("html", "lang") == "sv"
    expect(page.locator("h1")).to_have_text("Trygghetskarta")
    expect(page.locator("#heading")).to_contain_text("per stadsdelsområde")
    expect(page.get_by_role("alert")).to_be_hidden()
    info = api(live_server, "/v1/api-info")
    assert page.get_by_text("Påhittade siffror.").is_visible() == info["sample"]
    assert page.get_by_text("Intern.").is_visible() == (info["audience"] == "analyst")


@pytest.mark.parametrize("level", ["stadsdelsomrade", "stadsdel", "basomrade"])
def test_the_map_and_the_table_have_every_area(opened: Opener, live_server: str, level: str) -> None:
    page = opened(f"?source=anmalda_brott&level={level}")

    areas = api(live_server, f"/v1/areas?level={level}&format=geojson")["features"]
    codes = {area["properties"]["code"] for area in areas}
    assert page.locator("#areas path").count() == len(codes)
    assert set(on_map(page)) == codes
    assert set(in_table(page)) == codes


@pytest.mark.parametrize("level", ["stadsdelsomrade", "basomrade"])
def test_the_table_shows_the_figures_of_the_map_and_both_are_the_apis(opened: Opener, live_server: str, level: str) -> None:
    page = opened(f"?source=anmalda_brott&level={level}")

    shapes, cells, answer = on_map(page), in_table(page), answer_of(page, live_server)
    for code, shape in shapes.items():
        assert shape["status"] == answer[code]["status"]
        for key in FIGURES:
            drawn = float(shape[key]) if shape[key] else None
            shown = number(cells[code][key])
            assert drawn == answer[code][key], (code, key)
            # A percentage is written whole; everything else in full.
            assert (shown is None) == (drawn is None), (code, key)
            if shown is not None and drawn is not None:
                assert abs(shown - drawn) <= (0.5 if key == "percent" else 0), (code, key)


def test_every_colour_on_the_map_stands_in_the_legend(opened: Opener) -> None:
    page = opened("?source=anmalda_brott&level=stadsdel")

    shades = set(page.eval_on_selector_all("#areas path", "paths => paths.map((path) => path.getAttribute('class'))"))
    explained = set(page.eval_on_selector_all("#legend rect", "rects => rects.map((rect) => rect.getAttribute('class'))"))
    assert shades == explained
    assert 1 <= len(shades) <= 6


def test_another_source_gives_other_figures_and_another_address_and_back_returns(opened: Opener, live_server: str) -> None:
    page = opened("?source=anmalda_brott")
    first, first_address = on_map(page), page.url
    other = next(
        source["id"]
        for source in api(live_server, "/v1/sources")["items"]
        if source["id"] != "anmalda_brott" and source["coverage"]["to"] is not None
    )

    page.select_option("#source", other)
    page.wait_for_function("source => new URLSearchParams(location.search).get('source') === source", arg=other)
    settle(page)
    assert asked_of(page)["source"] == other
    assert on_map(page) != first

    page.go_back()
    page.wait_for_function("address => location.href === address", arg=first_address)
    settle(page)
    expect(page.locator("#source")).to_have_value("anmalda_brott")
    assert on_map(page) == first

    page.go_forward()
    page.wait_for_function("source => new URLSearchParams(location.search).get('source') === source", arg=other)
    settle(page)
    expect(page.locator("#source")).to_have_value(other)


def test_the_address_alone_makes_the_page_again(opened: Opener) -> None:
    page = opened("?source=anmalda_brott&level=stadsdel&measure=difference")
    page.locator("#presets button", has_text="Senaste månaden").click()
    settle(page)
    page.get_by_role("button", name="Antal", exact=True).click()

    again = opened(f"?{urlsplit(page.url).query}")

    assert asked_of(again) == asked_of(page)
    assert on_map(again) == on_map(page)
    assert list(in_table(again)) == list(in_table(page))


def test_an_area_is_chosen_with_the_keyboard(opened: Opener) -> None:
    page = opened("?source=anmalda_brott")
    page.locator("#map-part").focus()

    page.keyboard.press("Tab")
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    code = asked_of(page)["area"]
    path = page.locator(f'#areas path[data-code="{code}"]')
    expect(path).to_be_focused()
    expect(path).to_have_attribute("aria-selected", "true")
    assert page.locator('#areas path[aria-selected="true"]').count() == 1
    name = cast("str", path.get_attribute("aria-label")).split(":")[0]
    expect(page.locator("#series-title")).to_have_text(f"{name}, månad för månad")
    expect(page.locator("#table tbody tr.chosen")).to_have_attribute("data-code", code)
    assert page.locator("#chart g[data-period]").count() >= 12


@pytest.mark.parametrize("level", ["stadsdelsomrade", "stadsdel", "basomrade"])
def test_the_arrow_keys_lead_from_every_area_to_every_other(opened: Opener, level: str) -> None:
    page = opened(f"?source=anmalda_brott&level={level}")

    least = page.evaluate(
        """async (level) => {
            const { outlinesFrom, neighbour } = await import("/page/outlines.js");
            const { areas } = outlinesFrom((await (await fetch(`/v1/areas?level=${level}&format=geojson`)).json()).features);
            const arrows = [[1, 0], [-1, 0], [0, 1], [0, -1]];
            const next = new Map(areas.map((area) => [area, arrows.map(([x, y]) => neighbour(areas, area, x, y))]));
            const reached = (start) => {
                const seen = new Set([start]);
                for (const area of seen) next.get(area).forEach((other) => seen.add(other));
                return seen.size;
            };
            return areas.length - Math.min(...areas.map(reached));
        }""",
        level,
    )

    assert least == 0


def test_tab_comes_to_the_map_once_and_to_the_rows_once(opened: Opener) -> None:
    page = opened("?source=anmalda_brott&level=basomrade")

    assert page.locator('#areas path[tabindex="0"]').count() == 1
    assert page.locator('#table .pick[tabindex="0"]').count() == 1


def test_a_row_chooses_its_area_on_the_map(opened: Opener) -> None:
    page = opened("?source=anmalda_brott")
    row = page.locator("#table tbody tr").nth(3)
    code = cast("str", row.get_attribute("data-code"))

    row.locator("td").first.click()

    assert asked_of(page)["area"] == code
    expect(page.locator(f'#areas path[data-code="{code}"]')).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Rensa valet").click()
    assert "area" not in asked_of(page)


def test_the_table_sorts_by_its_headings_and_says_so(opened: Opener) -> None:
    page = opened("?source=anmalda_brott&level=stadsdel")

    page.get_by_role("button", name="Antal", exact=True).click()

    expect(page.locator('#table th[data-key="count"]')).to_have_attribute("aria-sort", "descending")
    assert page.locator("#table th[aria-sort]").count() == 1
    counts = [number(row["count"]) for row in in_table(page).values()]
    known = [count for count in counts if count is not None]
    assert known == sorted(known, reverse=True)
    assert counts[: len(known)] == known, "areas without a figure come last"


def test_what_a_source_refuses_cannot_be_chosen_and_the_reason_is_shown(opened: Opener, live_server: str) -> None:
    page = opened("?source=polishandelser&level=basomrade&measure=rate")
    reasons = {
        refusal["what"]: refusal["reason"]
        for source in api(live_server, "/v1/sources")["items"]
        for refusal in source["refuses"]
        if source["id"] == "polishandelser"
    }

    assert asked_of(page)["level"] == "stadsdel"
    assert asked_of(page)["measure"] == "count"
    expect(page.locator('#level option[value="basomrade"]')).to_be_disabled()
    expect(page.locator("#level-hint")).to_have_text(reasons["basomrade"])
    expect(page.locator('input[value="rate"]')).to_be_disabled()
    expect(page.locator("#measure-hint")).to_contain_text(reasons["rate"])
    expect(page.locator("#notice")).to_contain_text(reasons["basomrade"])


def test_a_group_inside_a_chapter_is_chosen_and_counted(opened: Opener, live_server: str) -> None:
    page = opened("?source=anmalda_brott&level=stad&from=2024-01&to=2024-12")
    options = page.locator("#category option").all_text_contents()
    place = options.index("3 kap. Brott mot liv och hälsa")
    assert options[place + 3 : place + 5] == ["\u2003Misshandel, även grov", "\u2003\u2003Misshandel mot barn under 18 år"]
    assert not any("Grov misshandel utomhus" in option for option in options)  # the codes are too many to choose among
    page.locator("#category").select_option("misshandel")
    settle(page)
    assert asked_of(page)["category"] == "misshandel"
    (answer,) = answer_of(page, live_server).values()
    (shown,) = in_table(page).values()
    assert number(shown["count"]) == answer["count"] > 0


@pytest.mark.parametrize("word", ["constructor", "toString", "__proto__"])
def test_a_word_that_every_object_knows_is_no_choice(opened: Opener, word: str) -> None:
    page = opened(f"?source={word}&category={word}&level={word}&edition={word}&measure={word}&baseline={word}&area={word}&sort={word}")

    expect(page.get_by_role("alert")).to_be_hidden()
    assert (asked_of(page)["measure"], asked_of(page)["baseline"]) == ("count", "same-period-last-year")
    assert "area" not in asked_of(page)


def test_missing_and_withheld_are_hatched_and_dashed_and_never_zero(browser: Browser, live_server: str) -> None:
    page = browser.new_page()
    states = iter(["missing", "withheld", "notApplicable", "zero"])

    def take_away(figures: Properties) -> None:
        state = next(states, "value")
        if state == "zero":
            figures.update(count=0)
        elif state != "value":
            figures.update(status=state, count=None, baselineCount=None, difference=None, percent=None)

    change(page, take_away)
    page.goto(f"{live_server}/?source=anmalda_brott")
    settle(page)

    cells = in_table(page)
    filled = dict(page.eval_on_selector_all("#areas path", "paths => paths.map((path) => [path.dataset.code, path.getAttribute('fill')])"))
    by_status = {shape["status"]: shape["code"] for shape in on_map(page).values()}
    for status in ("missing", "withheld", "notApplicable"):
        assert set(cells[by_status[status]].values()) == {"–"}
        assert filled[by_status[status]] == f"url(#hatch-{status})"
    zero = next(code for code, shape in on_map(page).items() if shape["count"] == "0")
    assert cells[zero]["count"] == "0"
    assert filled[zero] == "none"
    for text in ("Inte levererat", "Skyddat, visas inte", "Går inte att räkna"):
        expect(page.locator("#legend")).to_contain_text(text)
    expect(page.locator("#table-notes")).to_contain_text("Det är inte samma sak som 0.")
    page.close()


def test_classes_hold_every_value_once_also_odd_ones(opened: Opener) -> None:
    page = opened()
    script = "async (values) => (await import('/page/classes.js')).amountClasses(values).map(({ low, high, areas }) => [low, high, areas])"
    of: dict[tuple[int, ...], list[list[int]]] = {
        (): [],
        (0, 0, 0): [[0, 0, 3]],
        (7, 7, 7): [[7, 7, 3]],
        (0, 0, 1): [[0, 0, 2], [1, 1, 1]],
        (1, 2, 3, 4, 5, 6, 7, 8, 9, 40_000): [[1, 2, 2], [3, 4, 2], [5, 6, 2], [7, 8, 2], [9, 40_000, 2]],
        (0, 1, 1, 1, 1, 1, 1, 1, 1, 9): [[0, 0, 1], [1, 1, 8], [9, 9, 1]],
    }

    assert {values: page.evaluate(script, list(values)) for values in of} == of


def test_a_fall_and_a_rise_of_the_same_size_are_equally_strong(opened: Opener) -> None:
    page = opened()
    script = "async (values) => (await import('/page/classes.js')).changeClasses(values).map(({ low, high, shade }) => [low, high, shade])"
    of: dict[tuple[int, ...], list[list[object]]] = {
        (): [],
        (0, 0): [[0, 0, "change-0"]],
        (5, 5): [[5, 5, "change-up-1"]],
        (-9, -1, 0, 1, 9): [
            [-9, -9, "change-down-2"],
            [-1, -1, "change-down-1"],
            [0, 0, "change-0"],
            [1, 1, "change-up-1"],
            [9, 9, "change-up-2"],
        ],
    }

    assert {values: page.evaluate(script, list(values)) for values in of} == of


def test_an_error_is_told_and_the_old_map_stays(browser: Browser, live_server: str) -> None:
    page = browser.new_page()
    page.goto(f"{live_server}/?source=anmalda_brott")
    settle(page)
    before = on_map(page)
    told = {"status": 422, "title": "Går inte", "detail": "Frågan går inte att besvara just nu."}
    page.route(
        "**/v1/comparisons?*", lambda route: route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(told))
    )

    page.select_option("#level", "stadsdel")

    expect(page.get_by_role("alert")).to_contain_text("Frågan går inte att besvara just nu.")
    assert on_map(page) == before
    expect(page.locator("#heading")).to_contain_text("per stadsdelsområde")

    page.unroute("**/v1/comparisons?*")
    page.get_by_role("button", name="Försök igen").click()
    expect(page.locator("#heading")).to_contain_text("per stadsdel")
    expect(page.get_by_role("alert")).to_be_hidden()
    assert len(on_map(page)) > len(before)
    page.close()


def test_the_ledger_closes_and_the_files_hold_the_same_question(opened: Opener, live_server: str) -> None:
    page = opened("?source=anmalda_brott")

    parts = {
        part: number(page.locator(f'#ledger tr[data-part="{part}"] td').first.inner_text())
        for part in ("placed", "areaOnly", "unplaced", "outside", "total")
    }
    total = parts.pop("total")
    assert total == sum(part or 0 for part in parts.values())
    xlsx, csv, geojson = (cast("str", link.get_attribute("href")) for link in page.locator("#take .links a").all())
    assert (xlsx, csv) == (f"{geojson}&format=xlsx", f"{geojson}&format=csv")
    with urlopen(f"{live_server}{csv}") as response:
        assert response.headers.get_content_type() == "text/csv"


@pytest.mark.parametrize("query", ["", "?source=anmalda_brott&level=basomrade&measure=rate", "?source=polishandelser&level=stadsdel"])
def test_nothing_makes_the_page_scroll_sideways(opened: Opener, query: str) -> None:
    page = opened(query, width=390)

    for width in (390, 768, 1024, 1344, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
