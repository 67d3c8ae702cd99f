"""What anyone sees: protected values, each with how far it may be from the exact one, and periods that are released offered first."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.browsing import Opener, answer_of, api, asked_of, faults, in_table, number, on_map, settle, whole

pytestmark = pytest.mark.browser

CITY = "?source=anmalda_brott&from=2025-01&to=2025-11"


def test_every_protected_count_has_its_margin_on_the_map_and_in_the_table(opened_public: Opener, public_server: str) -> None:
    page = opened_public(CITY)
    rows = answer_of(page, public_server)
    assert {row["margin"] for row in rows.values()} == {8}

    cells, says = in_table(page), {code: area["says"] for code, area in on_map(page).items()}
    for code, row in rows.items():
        for column, margin in (("count", "margin"), ("baselineCount", "baselineMargin")):
            value, told = cells[code][column].split("±")
            assert (number(value), number(told)) == (row[column], row[margin])
        assert re.search(rf": ungefär [0-9 ]+ anmälda brott \(±\s{row['margin']}\)", says[code].replace("\N{NO-BREAK SPACE}", " ")), says[
            code
        ]


def test_an_area_is_told_of_as_roughly_so_many_and_why_is_a_click_away(opened_public: Opener, public_server: str) -> None:
    page = opened_public(f"{CITY}&area=jarva")
    row = answer_of(page, public_server)["jarva"]
    card = page.get_by_role("region", name="Järva", exact=True)
    told = card.inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert f"ungefär {row['count']:,} (± 8)".replace(",", " ") in told
    expect(page.locator(".lead")).to_contain_text("högst 8 från det exakta")

    card.get_by_role("button", name="Så räknas det: Skyddade värden").click()
    expect(page.get_by_role("dialog")).to_contain_text("Talet efter ±")
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.select_option("#language", "en")
    expect(card).to_contain_text("about ")
    expect(page.locator(".lead")).to_contain_text("at most 8 from the exact one")


def test_what_is_copied_has_margins_in_columns_of_their_own_so_that_numbers_stay_numbers(opened_public: Opener, public_server: str) -> None:
    page = opened_public(CITY, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Kopiera tabellen").click()
    head, *lines = [line.split("\t") for line in page.evaluate("navigator.clipboard.readText()").split("\n")]
    rows = {row["name"]: row for row in answer_of(page, public_server).values()}
    assert head[:5] == ["Område", "Antal", "Felmarginal", "Då", "Felmarginal då"]
    for name, count, margin, before, *_ in lines:
        assert (number(count), number(before)) == (rows[name]["count"], rows[name]["baselineCount"])
        assert margin == f"±\N{NO-BREAK SPACE}{rows[name]['margin']}"
    assert len(lines) == len(rows)


def test_months_over_time_have_theirs(opened_public: Opener, public_server: str) -> None:
    page = opened_public("?show=time&area=jarva&beside=farsta&from=2025-01&to=2025-12")
    whole(page)
    for area, column in (("jarva", "count"), ("farsta", "beside")):
        asked = f"/v1/series?source=anmalda_brott&level=stadsdelsomrade&area={area}&from=2025-12&to=2025-12&format=json"
        (month,) = api(public_server, asked)["series"][0]["values"]
        value, margin = page.locator(f"tr[data-period='2025-12'] [data-column={column}]").inner_text().split("±")
        assert (number(value), number(margin)) == (month["count"], month["margin"])
    expect(page.locator("main dd.big").first).to_contain_text("ungefär ")


def test_an_exact_figure_has_no_margin_whoever_sees_it(opened: Opener, opened_public: Opener) -> None:
    for page in (opened("?area=jarva"), opened_public("?source=polishandelser&area=jarva")):
        expect(page.locator("main")).not_to_contain_text("±")
        expect(page.locator("main")).not_to_contain_text("ungefär ")
        expect(page.locator("main").get_by_role("button", name="Så räknas det: Skyddade värden")).to_have_count(0)


def presets(page: Page) -> list[str]:
    return [text.strip() for text in page.locator(".presets .button").all_inner_texts()]


def test_periods_that_are_released_are_offered_first_and_a_level_is_never_opened_empty(opened: Opener, opened_public: Opener) -> None:
    page = opened_public("?source=brander&period=lastMonth")
    assert presets(page)[0] == "Senaste 12 månaderna"
    for level, period, first in (("stadsdel", "lastQuarter", "Senaste hela året"), ("basomrade", "lastYear", "Senaste hela året")):
        page.select_option("#level", level)
        page.wait_for_function("level => new URLSearchParams(location.search).get('level') === level", arg=level)
        settle(page)
        assert asked_of(page)["period"] == period
        assert presets(page)[0] == first
        expect(page.locator("main .notice", has_text="Perioden är nu")).to_be_visible()
        assert any(area["shade"].startswith("#") for area in on_map(page).values())
        page.get_by_role("button", name="Senaste kvartalet" if level == "stadsdel" else "Senaste hela året").click()
        settle(page)
        expect(page.locator("main .notice", has_text="Perioden är nu")).to_have_count(0)
    assert presets(opened("?source=brander&level=basomrade&period=lastMonth")) == [
        "Senaste 12 månaderna",
        "Året hittills",
        "Senaste tertialet",
        "Senaste månaden",
    ]
