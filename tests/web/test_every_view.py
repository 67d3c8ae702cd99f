"""Every view, for everyone: no fault that axe finds in either theme, focus seen everywhere, nothing cut off, and one language at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.browsing import VIEWS, faults_in_both_themes, foreign, opening, whole

pytestmark = pytest.mark.browser

LEAST_CONTRAST = 3.0
MOST_TABS = 200
WIDTH, HEIGHT = 1440, 900


@pytest.fixture(scope="module", params=VIEWS)
def viewed(request: pytest.FixtureRequest, browser: Browser, live_server: str) -> Iterator[Page]:
    """One view after the other, each opened once for all that is tried of it."""
    with opening(browser, live_server) as open_page:
        page = open_page(VIEWS[request.param])
        whole(page)
        yield page


def test_axe_finds_no_fault_in_either_theme(viewed: Page) -> None:
    assert faults_in_both_themes(viewed) == {"light": [], "dark": []}


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


def test_focus_is_seen_on_everything_and_nothing_holds_it(viewed: Page) -> None:
    controls = viewed.locator(
        ":is(a[href], button, input, select, summary, [tabindex='0']):not([tabindex='-1'], :disabled):visible"
    ).count()
    viewed.evaluate("document.activeElement.blur()")
    schemes: tuple[Literal["dark", "light"], ...] = ("dark", "light")
    for scheme in schemes:
        viewed.emulate_media(color_scheme=scheme)
        met = []
        for _ in range(MOST_TABS):
            viewed.keyboard.press("Tab")
            seen = viewed.evaluate(SEEN)
            if seen is None:
                break
            met.append(seen)
        assert controls <= len(met) < MOST_TABS, "every control is gone to, and who goes on comes round"
        assert [one["what"] for one in met if one["wide"] < 2 or not one["isInView"]] == []
        assert [one for one in met if contrast(one["ring"], one["ground"]) < LEAST_CONTRAST] == []


SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
        p { margin-bottom: 2em !important }`);
    document.adoptedStyleSheets = [sheet];
}"""
CLIPPED = """() => [...document.querySelectorAll("body *")].filter((one) => {
    const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    const style = getComputedStyle(one);
    const isShown = one.checkVisibility({ visibilityProperty: true }) && style.clipPath === "none";
    if (!hasText || !isShown || one.closest(".unseen, [role=listbox], svg, datalist, select")) return false;
    const hides = (way) => ["hidden", "clip"].includes(way);
    const isWide = hides(style.overflowX) && one.scrollWidth > one.clientWidth + 1;
    const isHigh = hides(style.overflowY) && one.scrollHeight > one.clientHeight + 1;
    const { left, right } = one.getBoundingClientRect();
    return isWide || isHigh || ((right > innerWidth + 1 || left < -1) && !one.closest(".scroll, .across"));
}).map((one) => one.outerHTML.slice(0, 120))"""


def test_enlarged_narrow_or_spaced_nothing_is_cut_off(viewed: Page) -> None:
    for way, width in (("200 %", WIDTH), ("320", 320), ("spaced", 1024)):
        viewed.set_viewport_size({"width": width, "height": HEIGHT})
        viewed.evaluate("size => document.documentElement.style.fontSize = size", "200%" if way == "200 %" else "")
        if way == "spaced":
            viewed.evaluate(SPACED)
        viewed.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        assert viewed.evaluate("document.documentElement.scrollWidth") <= width, way
        assert viewed.evaluate(CLIPPED) == [], way
    viewed.evaluate("document.adoptedStyleSheets = []")
    viewed.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def test_no_english_is_seen_or_read_out_in_swedish(viewed: Page) -> None:
    assert foreign(viewed, "sv") == []
    told = re.sub(r"WCAG [\d.]+", "", viewed.locator("main").inner_text())
    assert not re.search(r"\d\.\d|\d,\d{3}\b", told), "numbers are Swedish"


def test_no_swedish_is_seen_or_read_out_in_english(viewed: Page) -> None:
    viewed.select_option("#language", "en")
    expect(viewed.locator("html")).to_have_attribute("lang", "en")
    whole(viewed)
    found = foreign(viewed, "en")
    viewed.select_option("#language", "sv")
    assert found == []
