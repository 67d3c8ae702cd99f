"""Figures that are seldom met, in every view: nothing at all, one single area, all alike, one that stands out, all withheld, months that lack."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.browsing import Opener, Properties, api, change, in_table, on_map, settle, whole

pytestmark = pytest.mark.browser

SHOWS = {
    "map": "Karta",
    "compare": "Jämför",
    "time": "Över tid",
    "hours": "Dygn och vecka",
    "places": "Platser",
    "table": "Tabell",
    "grounds": "Underlag",
}
COMPARES = ["periods", "areas", "sources"]
NOT_FIGURES = re.compile(r"NaN|undefined|Infinity|\[object|\bnull\b")


def every_view(page: Page) -> dict[str, str]:
    """Go through the views by their buttons; each shows something, and nothing that is no figure. Gives the text of each."""
    told = {}
    for show, name in SHOWS.items():
        page.locator("nav.shows").get_by_role("button", name=name, exact=True).click()
        for kind, compare in enumerate(COMPARES, 1) if show == "compare" else [(0, "")]:
            if compare:
                page.locator(f".switch .button:nth-of-type({kind})").click()
            whole(page)
            drawn = page.locator("main").evaluate("main => main.outerHTML")
            assert not NOT_FIGURES.search(re.sub(r"data:[^\"]*", "", drawn)), (show, compare)
            expect(page.get_by_role("alert")).to_have_count(0)
            told[compare or show] = page.locator("main").inner_text()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return told


def category_without_events(server: str) -> str:
    """A kind of crime that nobody has reported."""
    return next(
        str(one["code"])
        for one in api(server, "/v1/categories?source=anmalda_brott&limit=100")["items"]
        if not sum(
            row["count"]
            for row in api(
                server, f"/v1/comparisons?source=anmalda_brott&category={one['code']}&level=stad&from=2016-01&to=2025-12&format=json"
            )["items"]
        )
    )


def test_no_events_at_all_is_zero_everywhere_and_said(opened: Opener, live_server: str) -> None:
    page = opened(f"?category={category_without_events(live_server)}&from=2025-01&to=2025-12")

    assert {area["shown"] for area in on_map(page).values()} == {"0"}
    assert len({area["shade"] for area in on_map(page).values()}) == 1
    told = every_view(page)
    assert "Noll hela tiden" in told["time"]
    assert "Inget har hänt eller anmälts under perioden." in told["hours"]
    assert "Inget av" in told["areas"] or "Ingenting hände" in told["areas"]


def test_one_single_area_is_shown_and_compared_with_nothing_but_itself(opened: Opener) -> None:
    page = opened("?level=stad&from=2025-01&to=2025-12")

    assert len(on_map(page)) == len(in_table(page)) == 1
    told = every_view(page)
    assert "Hela staden är ett enda område." in told["areas"]


def edited(opened: Opener, edit: Any) -> Page:  # noqa: ANN401 - a function of a row
    """Open the page with other figures of every area than the API's."""
    page = opened("?show=grounds&from=2025-01&to=2025-12")
    change(page, edit)
    page.reload()
    settle(page)
    return page


def test_figures_all_alike_are_one_class_and_none_stands_out(opened: Opener) -> None:
    def alike(row: Properties) -> None:
        row.update(count=7, baselineCount=7, difference=0, percent=0.0, verdict="cannotTell", evidence=None, funnel="inside")
        row.update(rate=7.0, rateLow=3.0, rateHigh=14.0, smoothedRate=7.0, rankLow=1, rankHigh=11)

    page = edited(opened, alike)
    told = every_view(page)

    page.locator("nav.shows > .button").first.click()
    whole(page)
    assert len({area["shade"] for area in on_map(page).values()}) == 1
    expect(page.locator(".legend li")).to_have_count(1)
    assert "sticker ut" not in told["map"]
    assert "kan en förändring avgöras" in told["periods"]
    assert "Inget av 11 områden ligger utanför tratten." in told["areas"]


def test_one_that_stands_out_is_named_and_does_not_hide_the_rest(opened: Opener) -> None:
    place = iter(range(10_000))

    def outlier(row: Properties) -> None:
        number = next(place) % 11
        row.update(count=99_999 if number == 0 else number, baselineCount=number, difference=99_999 - number if number == 0 else 0)

    page = edited(opened, outlier)
    told = every_view(page)

    page.locator("nav.shows > .button").first.click()
    whole(page)
    assert "sticker ut med 99\N{NO-BREAK SPACE}999" in told["map"]
    assert len({area["shade"] for area in on_map(page).values()}) >= 4


def test_all_withheld_is_hatched_told_and_never_a_number(opened_public: Opener) -> None:
    # Single months of a stadsdel are not released.
    page = opened_public("?source=anmalda_brott&level=stadsdel&from=2025-05&to=2025-05&area=norrmalm")

    assert {area["shade"] for area in on_map(page).values()} == {"withheld"}
    assert not any(re.search(r"\d", area["shown"]) for area in on_map(page).values())
    told = every_view(page)
    assert "Avstämningen är skyddad." in told["grounds"]
    assert "Det finns inga siffror att visa (skyddat, visas inte)." in told["time"]
    assert "bara visas för behöriga" in told["hours"]
    assert "för att skydda enskilda" in told["areas"]


def test_months_that_lack_are_hatched_listed_and_not_counted_as_nothing(opened: Opener) -> None:
    page = opened("?show=grounds&from=2025-01&to=2025-12")
    lacking = ["2025-03", "2025-04", "2025-09"]

    def cover(body: Properties) -> None:
        for one in body["coverage"]:
            one.update(missing=lacking, partial=["2025-06"])

    def compared(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        cover(body)
        for row in body["items"][:3]:
            row.update(
                status="missing", count=None, baselineCount=None, difference=None, percent=None, rate=None, rateLow=None, rateHigh=None
            )
            row.update(smoothedRate=None, verdict="notApplicable", rankLow=None, rankHigh=None, funnel=None, harm=None)
        route.fulfill(response=answer, json=body)

    def series(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        cover(body)
        for value in (value for line in body["series"] for value in line["values"] if value["from"] in lacking):
            value.update(count=None, status="missing", rolling12=None, expectedLow=None, expectedHigh=None, unusual=None)
        route.fulfill(response=answer, json=body)

    page.route("**/v1/comparisons?*", compared)
    page.route(re.compile(r"/v1/series\?"), series)
    page.reload()
    settle(page)
    told = every_view(page)

    assert "Saknas: mars–april 2025 och september 2025." in told["grounds"]
    assert "Bara delvis levererat: juni 2025." in told["grounds"]
    page.locator("nav.shows > .button").first.click()
    whole(page)
    assert [area["shade"] for area in on_map(page).values()].count("missing") == 3
    page.locator("nav.shows > .button").nth(2).click()
    whole(page)
    expect(page.locator('figure svg [fill="url(#hatching-missing)"] rect')).to_have_count(3)
    expect(page.locator("[data-kind=partial]")).to_have_count(1)


@pytest.mark.parametrize("odd", ["none", "one", "alike", "outlier"])
def test_hexagons_of_odd_figures_are_right_and_readable(browser: Browser, live_server: str, odd: str) -> None:
    page = browser.new_page(locale="sv-SE")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def edit(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        body["features"] = body["features"][: {"none": 0, "one": 1}.get(odd)]
        for place, one in enumerate(body["features"]):
            if odd != "one":
                one["properties"].update(count=99_999 if odd == "outlier" and place == 0 else 3, baselineCount=3, difference=0)
        route.fulfill(response=answer, json=body)

    page.route(re.compile(r"/v1/hexagons\?"), edit)
    page.goto(f"{live_server}/?source=brander&units=hexagons&resolution=6&from=2025-01&to=2025-12")
    settle(page)
    cells = on_map(page)
    assert len(cells) == {"none": 0, "one": 1}.get(odd, len(cells))
    if odd == "none":
        expect(page.locator(".legend")).to_contain_text("Ingen händelse med känd plats i perioden.")
    if odd == "outlier":
        expect(page.locator(".legend")).to_contain_text("sticker ut med 99\N{NO-BREAK SPACE}999")
    assert not NOT_FIGURES.search(page.locator("main").evaluate("main => main.outerHTML"))
    assert wrong == []
    page.unroute_all(behavior="ignoreErrors")
    page.close()
