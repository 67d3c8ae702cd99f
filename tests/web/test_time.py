"""The page's views of time, week and hexagons, in a real browser: they show the API's figures, say what they draw, and are saved as they look."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.browsing import Opener, Properties, address_of, api, asked_of, faults, in_table, number, on_map, settle, whole

pytestmark = pytest.mark.browser

SERIES = re.compile(r"/v1/series\?")
LONGEST = "enskede-arsta-vantor"
SVG = "{http://www.w3.org/2000/svg}"


def keys_of(page: Page) -> list[str]:
    """The kinds in the key of the chart."""
    return cast("list[str]", page.eval_on_selector_all("[data-kind]", "keys => keys.map((key) => key.dataset.kind)"))


def periods_in_table(page: Page) -> dict[str, dict[str, str]]:
    """The text of every cell of the table of periods."""
    script = """rows => rows.map((row) => [row.dataset.period, Object.fromEntries([...row.querySelectorAll("td")].map((cell) =>
        [cell.dataset.column ?? "state", cell.textContent.trim()]))])"""
    return dict(page.eval_on_selector_all("tr[data-period]", script))


def shown(page: Page) -> None:
    """Wait until the large view of time has its figures."""
    page.wait_for_selector("tr[data-period]")


def asked_for_series(page: Page, interval: str) -> str:
    """Choose an interval, and give the address that is asked for its figures."""
    named = {"quarter": "Kvartal", "tertial": "Tertial", "year": "År", "rolling12": "Rullande 12 månader"}
    with page.expect_response(lambda response: f"interval={interval}" in response.url) as answered:
        page.get_by_role("button", name=named[interval], exact=True).click()
    answered.value.finished()
    return f"{urlsplit(answered.value.url).path}?{urlsplit(answered.value.url).query}"


@pytest.mark.parametrize("interval", ["quarter", "tertial", "year", "rolling12"])
def test_every_interval_is_in_the_address_and_its_table_and_reading_are_the_apis(opened: Opener, live_server: str, interval: str) -> None:
    page = opened(f"?show=time&area={LONGEST}")
    shown(page)
    values = api(live_server, asked_for_series(page, interval))["series"][0]["values"]

    assert asked_of(page)["interval"] == interval
    page.wait_for_function(f"document.querySelectorAll('tr[data-period]').length === {len(values)}")
    cells = periods_in_table(page)
    for value in values:
        assert number(cells[value["period"]]["count"]) == value["count"], value["period"]
    page.locator("figure").focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    said = page.locator(".read").inner_text()
    assert re.sub(r"\s", " ", said).split(": Enskede-Årsta-Vantör ")[1].replace(" ", "").startswith(str(values[-2]["count"]))


def test_the_pointer_reads_the_bar_it_stands_on(opened: Opener) -> None:
    page = opened("?show=time&interval=year")
    shown(page)
    bar = page.locator("figure svg [aria-label=bar] rect").last
    box = bar.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    expect(page.locator(".read")).to_contain_text("2025: Hela staden")


def test_a_second_area_and_a_base_year_stand_in_the_key_the_table_and_the_reading(opened: Opener, live_server: str) -> None:
    page = opened(f"?show=time&area={LONGEST}&interval=year")
    shown(page)
    assert "beside" not in keys_of(page)

    page.select_option("#beside", "hasselby-vallingby")
    page.select_option("#base-year", "2019")
    expect(page.locator('[data-kind="beside"]')).to_have_text("Hässelby-Vällingby")
    expect(page.locator('[data-kind="baseYear"]')).to_have_text("Hela 2019")

    asked = "/v1/series?source=anmalda_brott&from=2016-01&to=2025-12&interval=year&format=json"
    lines = api(live_server, f"{asked}&area={LONGEST}&area=hasselby-vallingby")["series"]
    cells = periods_in_table(page)
    base = next(value["count"] for value in lines[0]["values"] if value["period"] == "2019")
    for value in lines[1]["values"]:
        assert number(cells[value["period"]]["beside"]) == value["count"]
        assert number(cells[value["period"]]["baseYear"]) == base
    again = opened(address_of(page))
    shown(again)
    expect(again.locator('[data-kind="beside"]')).to_have_text("Hässelby-Vällingby")
    assert keys_of(again) == keys_of(page)


def edit_series(page: Page, edit: str) -> None:
    """Let the browser see a series of another kind than the API's."""

    def other(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        for line in body["series"]:
            for place, value in enumerate(line["values"]):
                odd_value(value, place, edit)
            line["values"] = line["values"][-1:] if edit == "one" else line["values"]
        route.fulfill(response=answer, json=body)

    page.route(SERIES, other)


def odd_value(value: Properties, place: int, edit: str) -> None:
    """Make a value one that is seldom met."""
    nothing: Properties = {"count": None, "rolling12": None, "expectedLow": None, "expectedHigh": None, "unusual": None}
    if edit == "zero":
        value.update(count=0, rolling12=0)
    elif edit == "withheld" or (edit == "gaps" and place == 5):
        value.update(nothing, status="withheld")
    elif edit == "gaps" and place in (7, 8):
        value.update(nothing, status="missing")


@pytest.mark.parametrize(
    ("edit", "told", "explained"),
    [
        ("zero", "Noll hela tiden", {"asked", "other"}),
        ("one", "Spara diagrammet", {"asked"}),
        ("withheld", "Det finns inga siffror att visa (skyddat, visas inte).", set()),
        ("gaps", "Inte levererat", {"missing", "withheld"}),
    ],
)
def test_odd_series_are_readable_and_never_drawn_as_something_else(opened: Opener, edit: str, told: str, explained: set[str]) -> None:
    page = opened("?show=grounds")
    edit_series(page, edit)
    page.get_by_role("button", name="Över tid").click()
    shown(page)

    expect(page.locator("main")).to_contain_text(told)
    assert explained <= set(keys_of(page))
    counts = [row["count"] for row in periods_in_table(page).values()]
    lacking = {"withheld": len(counts), "gaps": 3}.get(edit, 0)
    assert counts.count("–") == lacking
    # What has no figure has no bar, and a hatching instead.
    if edit == "gaps":
        expect(page.locator('figure svg [fill="url(#hatching-missing)"] rect')).to_have_count(2)
        expect(page.locator('figure svg [fill="url(#hatching-withheld)"] rect')).to_have_count(1)


def test_changed_ways_of_counting_are_numbered_on_the_chart_and_told_beneath_it(opened: Opener, live_server: str) -> None:
    page = opened("?show=time&category=kap-6")
    page.wait_for_selector("figure ~ section ol")
    asked = "/v1/series?source=anmalda_brott&level=stad&category=kap-6&from=2016-01&to=2025-12&format=json"
    calendar = api(live_server, asked)["calendar"]
    assert any(entry["kind"] in ("law", "recoding") for entry in calendar)

    told = page.locator("figure ~ section ol li").all_inner_texts()
    for entry in calendar:
        assert any(entry["text"] in text for text in told), entry["text"]
    on_chart = page.locator("figure svg g[font-weight=bold] text").all_text_contents()
    assert ", ".join(on_chart).split(", ") == [str(place + 1) for place in range(len(told))]


def test_the_chart_is_saved_as_it_looks(opened: Opener, tmp_path: Path) -> None:
    page = opened(f"?show=time&area={LONGEST}", color_scheme="dark")
    shown(page)
    for kind in ("svg", "png"):
        with page.expect_download() as saved:
            page.get_by_role("button", name=f"Spara diagrammet, {kind.upper()}").click()
        saved.value.save_as(tmp_path / f"chart.{kind}")

    drawing = ElementTree.parse(tmp_path / "chart.svg").getroot()
    texts = " ".join(text for part in drawing.iter(f"{SVG}text") for text in part.itertext())
    for text in ("Enskede-Årsta-Vantör, månad för månad", *page.locator("[data-kind]").all_inner_texts(), "Källa: Anmälda brott."):
        assert text.strip() in texts
    assert (drawing.get("color"), drawing.find(f"{SVG}rect").get("fill")) == ("#10222e", "#ffffff")  # type: ignore[union-attr]
    assert not list(drawing.iter(f"{SVG}style"))
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_week_is_the_apis_and_read_with_the_keyboard(opened: Opener, live_server: str, width: int) -> None:
    page = opened("?source=brander&show=hours&from=2024-01&to=2024-12", width=width)
    page.wait_for_selector("[role=gridcell]")
    hours = api(live_server, "/v1/hours?source=brander&level=stad&from=2024-01&to=2024-12&format=json")
    is_wide = page.locator("[role=grid] tbody tr").count() == 8
    assert is_wide == (width > 800)

    cells = {
        (int(cast("str", cell.get_attribute("data-row"))), int(cast("str", cell.get_attribute("data-column")))): number(cell.inner_text())
        for cell in page.locator("[role=gridcell]").all()
    }
    for item in hours["items"]:
        day, hour = item["weekday"] - 1, item["hour"]
        assert cells[(day, hour) if is_wide else (hour, day)] == item["count"]
    days, columns = (7, 24) if is_wide else (24, 7)
    assert cells[(days, columns)] == hours["timed"] == sum(cells[(days, column)] or 0 for column in range(columns))
    expect(page.locator("main")).to_contain_text(f"Klockslaget är känt för alla {hours['timed']:,}".replace(",", "\N{NO-BREAK SPACE}"))

    page.locator('[role=gridcell][tabindex="0"]').focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator('[role=gridcell][tabindex="0"]')).to_be_focused()
    expect(page.locator(".read")).to_contain_text("Tisdag kl. 01–02:")


def test_unknown_times_are_told_and_not_spread(opened: Opener) -> None:
    page = opened("?show=grounds")

    def half(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        body.update(untimed=body["timed"])
        route.fulfill(response=answer, json=body)

    page.route(re.compile(r"/v1/hours\?"), half)
    page.get_by_role("button", name="Dygn och vecka").click()

    expect(page.locator("main")).to_contain_text("(50\N{NO-BREAK SPACE}%)")
    expect(page.locator("main .notice", has_text="skev bild")).to_be_visible()


@pytest.mark.parametrize("source", ["polishandelser", "brander"])
def test_anyone_is_told_why_no_hours_are_shown_and_the_page_does_not_ask_for_them(opened_public: Opener, source: str) -> None:
    """Not even of a source that is public: it is so by area and month. What is refused would be complained of in the console."""
    page = opened_public(f"?source={source}&show=hours")
    expect(page.locator("main .notice", has_text="bara visas för behöriga")).to_be_visible()
    expect(page.locator("[role=gridcell]")).to_have_count(0)


@pytest.mark.parametrize("query", ["?source=anmalda_brott&resolution=8", "?source=brander&resolution=7&colour=difference"])
def test_hexagons_on_the_map_are_those_of_the_table_and_the_api(opened: Opener, live_server: str, query: str) -> None:
    page = opened(f"{query}&units=hexagons&from=2025-01&to=2025-12")

    address = cast("str", page.locator("dialog pre a").first.get_attribute("href"))
    assert urlsplit(address).path == "/v1/hexagons"
    answer = api(live_server, address)
    cells = {feature["id"]: feature["properties"] for feature in answer["features"]}
    shapes, rows = on_map(page), in_table(page)
    assert set(shapes) == set(rows) == set(cells)
    for code, cell in cells.items():
        assert number(rows[code]["count"]) == cell["count"]
        shade = "difference" if "difference" in query else "count"
        assert number(shapes[code]["shown"]) == cell[shade]
    expect(page.locator("main h2")).to_contain_text("per sexhörning")
    # Where few of the earlier events have a point, the hexagons are not compared, and it is said.
    alike = "brander" in query
    assert all(("difference" in row) == alike for row in rows.values())
    assert page.locator("main .notice", has_text="jämförs därför inte").count() == (0 if alike else 1)


def test_hexagons_are_chosen_as_a_division_and_left_again(opened: Opener) -> None:
    page = opened("?source=brander")

    page.select_option("#level", "hexagons")
    page.wait_for_selector("#resolution")
    settle(page)
    page.select_option("#resolution", "6")
    page.wait_for_function("() => new URLSearchParams(location.search).get('resolution') === '6'")
    settle(page)
    assert 5 < len(on_map(page)) < 40
    page.locator("#table tbody tr button").first.click()
    page.wait_for_function("() => new URLSearchParams(location.search).has('area')")
    page.get_by_role("button", name="Över tid").click()
    shown(page)
    expect(page.get_by_role("heading", name="Hela staden, månad för månad")).to_be_visible()
    page.select_option("#level", "stadsdel")
    page.wait_for_function("() => !new URLSearchParams(location.search).has('units')")
    settle(page)
    assert "area" not in asked_of(page)


def test_hexagons_are_not_offered_where_there_are_no_points_to_show(opened: Opener, opened_public: Opener) -> None:
    feed = opened("?source=polishandelser&units=hexagons")
    expect(feed.locator('#level option[value="hexagons"]')).to_be_disabled()
    expect(feed.locator("main .notice", has_text="i stället för sexhörningar")).to_be_visible()
    public = opened_public("?source=brander&units=hexagons")
    expect(public.locator('#level option[value="hexagons"]')).to_be_disabled()
    expect(public.locator("main .notice", has_text="bara för behöriga som punkter")).to_be_visible()


@pytest.mark.parametrize("query", [f"?show=time&area={LONGEST}&beside=hasselby-vallingby", "?show=hours", "?units=hexagons"])
def test_no_view_scrolls_sideways_on_a_telephone_or_fails_axe_there(opened: Opener, query: str) -> None:
    page = opened(query, width=390, color_scheme="dark")
    whole(page)
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
