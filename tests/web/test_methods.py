"""The methods in plain words: one click from each name, and every method that an answer names is told of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.browsing import Opener, api, whole

pytestmark = pytest.mark.browser

ANSWERS = (
    "/v1/comparisons?source=anmalda_brott&level=stadsdelsomrade&from=2025-01&to=2025-12&baseline=same-period-last-year&measure=harm",
    "/v1/series?source=anmalda_brott&level=stad&from=2020-01&to=2025-12&include=rolling12&include=yearToDate&include=samePeriodLastYear"
    "&include=days&include=season&include=stl&include=trend&include=unusual&include=breaks&format=json",
    "/v1/hours?source=brander&level=stad&from=2024-01&to=2024-12&format=json",
    "/v1/hexagons?source=brander&level=stad&from=2024-01&to=2024-12",
)


def test_every_method_that_an_answer_names_is_told_of_on_the_page(live_server: str) -> None:
    named = {name for address in ANSWERS for name in api(live_server, address)["provenance"]["methods"]}
    assert len(named) > 15
    told = (Path(__file__).parents[2] / "web/src/methods/topics.ts").read_text(encoding="utf-8")
    assert {name for name in named if f'"{name}"' not in told} == set()


@pytest.mark.parametrize(
    ("query", "button", "title"),
    [
        ("?colour=smoothedRate", "Per 1 000 och år, utjämnat", "Utjämnat tal"),
        ("?colour=harm&area=jarva", "Allvarlighet (dagar)", "Allvarlighet"),
        ("?source=brander&units=hexagons", "Sexhörningar", "Sexhörningar"),
        ("?show=compare&compare=areas", "Sticker något område ut?", "Tratten"),
        ("?show=time&area=jarva", "Utveckling per år", "Utveckling per år"),
        ("?show=hours", "Dygn och vecka", "Veckodag och timme"),
        ("?show=grounds", "Allt som räknats", "Avstämningen"),
    ],
)
def test_a_method_is_one_click_from_its_name(opened: Opener, query: str, button: str, title: str) -> None:
    page = opened(query)
    whole(page)
    opener = page.get_by_role("button", name=f"Så räknas det: {button}", exact=True).first

    opener.click()

    dialog = page.get_by_role("dialog", name=title)
    expect(dialog).to_be_visible()
    for part in ("Vad det är", "Så räknas det", "Tänk på"):
        expect(dialog.locator("dt", has_text=part)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_methods_of_an_answer_are_named_in_words_and_lead_to_all_of_them(opened: Opener) -> None:
    page = opened("?show=grounds")
    whole(page)
    names = page.locator("[data-topic]").all_inner_texts()
    assert "Många områden på en gång" in names
    assert not [name for name in names if re.fullmatch(r"[a-z0-9-]+", name)]

    page.get_by_role("button", name="Många områden på en gång").first.click()
    page.get_by_role("button", name="Alla sätt att räkna").click()

    expect(page.get_by_role("heading", name="Så räknas det", level=2)).to_be_visible()
    assert page.locator("article article h4").count() >= 30
