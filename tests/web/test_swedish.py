"""The page in Swedish holds no English, in what is seen and in what is read out; and the other way round."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.web.browsing import VIEWS, Opener, whole

pytestmark = pytest.mark.browser

# Common words of one language that are none of the other's, nor a part of a name.
ENGLISH = """the and of with this that from are has have been show shows choose chosen area areas count counts rate rates month months year years number
higher lower change changes each every other between than more most less only also into there here source sources value values missing withheld
population residents people crime crimes event events report reported compare compared search close loading table chart hour hours week days since
until about does cannot can could would should yes its download next previous back same latest first found shown known which when what where
whole city level division click press your you they their these those because without within under-way sure rise fall weekday"""
SWEDISH = """och är inte för på med som av att det den till från har eller efter före när där här vad hur varje andra mellan än fler mest mindre
bara också mellan månad månader år antal högre lägre ändring källa källor värde saknas skyddat invånare brott händelser anmälda jämför sök stäng
tabell timme timmar vecka dagar hela staden visa välj kan kunde skulle samma senaste första vilka varför"""

TEXTS = """(language) => {
    const isOther = (one) => { const marked = one.closest("[lang]"); return marked && marked !== document.documentElement && marked.lang !== language; };
    const isLeft = (one) => one.closest("script, style, noscript, pre") || isOther(one);
    const found = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) if (!isLeft(node.parentElement)) found.push(node.data);
    for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description", "label", "data-shown"]) {
        for (const one of document.querySelectorAll(`[${name}]`)) if (!isLeft(one)) found.push(one.getAttribute(name));
    }
    return [...new Set(found.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean))];
}"""


def foreign(page: Page, language: str, words: str) -> list[str]:
    """The texts of the page that hold a word of the other language."""
    unwanted = re.compile(rf"(?<![\w-])({'|'.join(words.split())})(?![\w-])", re.IGNORECASE)
    texts = page.evaluate(TEXTS, language)
    assert len(texts) > 15
    return [text for text in texts if unwanted.search(text)]


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_holds_english_in_swedish(opened: Opener, view: str) -> None:
    page = opened(VIEWS[view])
    whole(page)

    assert page.get_attribute("html", "lang") == "sv"
    assert foreign(page, "sv", ENGLISH) == []
    assert not re.search(r"\d\.\d|\d,\d{3}\b", page.locator("main").inner_text().replace("vikter", "")), "numbers are Swedish"


def test_nor_does_what_is_opened(opened: Opener) -> None:
    page = opened("?area=jarva")
    whole(page)
    page.get_by_role("button", name=re.compile("^Vad")).click()
    page.get_by_label("Sök brott eller händelse").fill("a")
    assert foreign(page, "sv", ENGLISH) == []
    page.keyboard.press("Escape")
    for name in ("Förändring", "Rang bland områdena"):
        page.get_by_role("button", name=f"Så räknas det: {name}").first.click()
        page.get_by_role("dialog").wait_for()
        assert foreign(page, "sv", ENGLISH) == []
        page.keyboard.press("Escape")


@pytest.mark.parametrize("view", [view for view in VIEWS if view not in ("underlag",)])
def test_in_english_the_page_is_in_english(opened: Opener, view: str) -> None:
    page = opened(VIEWS[view])
    page.select_option("#language", "en")
    whole(page)

    assert page.get_attribute("html", "lang") == "en"
    assert foreign(page, "en", SWEDISH) == []
