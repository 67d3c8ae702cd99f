"""The comparisons of the page, in a real browser: two periods, two areas, two sources, small maps and the funnel; also with the keyboard alone."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.web.browsing import Opener, Properties, address_of, api, asked_of, change, in_table, number, settle

pytestmark = pytest.mark.browser

FINDINGS = {
    ("higher", "strong"): "Säkerställd ökning",
    ("higher", "moderate"): "Trolig ökning",
    ("lower", "moderate"): "Trolig minskning",
    ("lower", "strong"): "Säkerställd minskning",
    ("cannotTell", None): "Kan inte avgöras",
    ("notApplicable", None): "går inte att räkna här",
}
VIOLENCE = "source=anmalda_brott&group=valdsbrott&from=2025-01&to=2025-12"


def shown_on(page: Page, name: str) -> dict[str, dict[str, str]]:
    """What every area on one of several maps carries, by code."""
    page.wait_for_selector(f"#{name}-areas[aria-busy=false] [role=option]", state="attached")
    found = page.eval_on_selector_all(f"#{name}-areas [role=option]", "areas => areas.map((area) => ({ ...area.dataset }))")
    return {area["code"]: area for area in found}


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Go to a control with the tabulator, as one who has no mouse does."""
    for _ in range(most):
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with the tabulator")


def wait_for(page: Page, name: str, value: str) -> None:
    page.wait_for_function("([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, value])
    settle(page)


def test_two_periods_stand_side_by_side_in_the_same_colours(opened: Opener, live_server: str) -> None:
    page = opened(f"?show=compare&{VIOLENCE}")

    before, now = shown_on(page, "before"), shown_on(page, "now")
    asked = f"/v1/comparisons?level=stadsdelsomrade&{VIOLENCE}&baseline=same-period-last-year&format=json"
    for row in api(live_server, asked)["items"]:
        assert number(before[row["code"]]["shown"]) == row["baselineCount"]
        assert number(now[row["code"]]["shown"]) == row["count"]
    shade_of: dict[str, str] = {}
    for area in [*before.values(), *now.values()]:
        assert shade_of.setdefault(area["shown"], area["shade"]) == area["shade"], "one figure has one colour in both maps"
    explained = page.locator("section[aria-label='Två perioder'] .keys rect").evaluate_all(
        "all => all.map((one) => one.getAttribute('fill'))"
    )
    assert set(shade_of.values()) == set(explained)
    expect(page.get_by_role("heading", name="Då: hela 2024")).to_be_visible()
    expect(page.get_by_role("heading", name="Nu: hela 2025")).to_be_visible()


def test_the_change_is_told_in_words_and_as_the_tests_found_it(opened: Opener, live_server: str) -> None:
    page = opened("?show=compare&level=stadsdel&from=2025-01&to=2025-12")

    asked = "/v1/comparisons?level=stadsdel&source=anmalda_brott&from=2025-01&to=2025-12&baseline=same-period-last-year&format=json"
    said = {row["code"]: FINDINGS[row["verdict"], row["evidence"]] for row in api(live_server, asked)["items"]}
    assert {code: area["shown"] for code, area in shown_on(page, "change").items()} == said
    rises = {kind: list(said.values()).count(f"{kind} ökning") for kind in ("Säkerställd", "Trolig")}
    assert min(rises.values()) > 1, rises
    change = page.locator("section[aria-label='Förändringen']")
    expect(change).to_contain_text(f"Säkerställd ökning i {rises['Säkerställd']} områden, trolig ökning i {rises['Trolig']} områden")


def test_jarvas_change_in_violent_crime_this_year_against_last(opened: Opener, live_server: str) -> None:
    page = opened()
    page.get_by_role("button", name="Vad Allt").click()
    page.get_by_role("button", name="Våldsbrott", exact=True).click()
    wait_for(page, "group", "valdsbrott")
    page.get_by_role("button", name="Året hittills").click()
    wait_for(page, "period", "yearToDate")
    page.get_by_label("Sök område").fill("Rinkeby")
    page.keyboard.press("Enter")
    wait_for(page, "area", "jarva")
    page.get_by_role("button", name="Jämför", exact=True).click()
    wait_for(page, "show", "compare")

    assert_jarvas_change(page, live_server)
    again = opened(address_of(page))
    assert shown_on(again, "before") == shown_on(page, "before")


def test_jarvas_change_is_found_with_the_keyboard_alone(opened: Opener, live_server: str) -> None:
    page = opened()
    tab_to(page, "#find-area")
    page.keyboard.type("Rinkeby")
    page.keyboard.press("Enter")
    wait_for(page, "area", "jarva")
    tab_to(page, "[aria-controls=what-box]")
    page.keyboard.press("Enter")
    expect(page.locator("#what-search")).to_be_focused()
    page.keyboard.type("våldsbrott")
    tab_to(page, "#what-box ul .choice")
    page.keyboard.press("Enter")
    wait_for(page, "group", "valdsbrott")
    tab_to(page, ".presets .button:nth-child(2)")
    page.keyboard.press("Space")
    wait_for(page, "period", "yearToDate")
    tab_to(page, "nav.shows .button:nth-child(2)")
    page.keyboard.press("Enter")
    wait_for(page, "show", "compare")

    assert_jarvas_change(page, live_server)


def assert_jarvas_change(page: Page, server: str) -> None:
    asked = f"/v1/comparisons?level=stadsdelsomrade&{VIOLENCE}&baseline=same-period-last-year&area=jarva&format=json"
    (row,) = api(server, asked)["items"]
    card = page.get_by_role("region", name="Järva")
    expect(card).to_contain_text(f"{row['difference']:+d}".replace("-", "−"))
    expect(card).to_contain_text(FINDINGS[row["verdict"], row["evidence"]])
    assert number(shown_on(page, "before")["jarva"]["shown"]) == row["baselineCount"]
    assert number(shown_on(page, "now")["jarva"]["shown"]) == row["count"]


def test_two_stadsdelar_are_compared(opened: Opener, live_server: str) -> None:
    page = opened("?level=stadsdel&from=2025-01&to=2025-12")
    page.get_by_role("button", name="Jämför", exact=True).click()
    page.get_by_role("button", name="Två områden").click()
    wait_for(page, "compare", "areas")
    page.get_by_label("Område", exact=True).select_option(label="Norrmalm")
    page.locator("#pick-beside").select_option(label="Akalla")
    page.wait_for_function("() => new URLSearchParams(location.search).has('beside')")

    assert_two_are_compared(page, live_server)
    again = opened(address_of(page))
    assert_two_are_compared(again, live_server)
    page.go_back()
    expect(page.locator("#pick-beside")).to_have_value("")


def test_two_stadsdelar_are_compared_with_the_keyboard_alone(opened: Opener, live_server: str) -> None:
    page = opened("?level=stadsdel&from=2025-01&to=2025-12")
    tab_to(page, "nav.shows .button:nth-child(2)")
    page.keyboard.press("Enter")
    wait_for(page, "show", "compare")
    tab_to(page, ".switch .button:nth-child(2)")
    page.keyboard.press("Enter")
    wait_for(page, "compare", "areas")
    pick(page, "#pick-area", "Norrm")
    wait_for(page, "area", "norrmalm")
    pick(page, "#pick-beside", "Akal")
    wait_for(page, "beside", "akalla")

    assert_two_are_compared(page, live_server)


def pick(page: Page, selector: str, typed: str) -> None:
    """Choose in a list by the first letters; letters that come a second apart, as on a machine that is held up, are typed again."""
    tab_to(page, selector)
    chosen = page.locator(f"{selector} option:checked")
    for _ in range(3):
        page.keyboard.type(typed)
        if chosen.inner_text().startswith(typed):
            return
        page.wait_for_timeout(1100)
    expect(chosen).to_have_text(re.compile(f"^{typed}"))


def assert_two_are_compared(page: Page, server: str) -> None:
    asked = (
        "/v1/comparisons?level=stadsdel&source=anmalda_brott&from=2025-01&to=2025-12&area=norrmalm&area=akalla&against=akalla&format=json"
    )
    rows = {row["code"]: row for row in api(server, asked)["items"]}
    found = page.get_by_role("region", name="Norrmalm och Akalla")
    words = {"higher": "Säkerställt högre i Norrmalm än i Akalla", "lower": "Säkerställt lägre", "cannotTell": "kan bero på slumpen"}
    expect(found).to_contain_text(words[rows["norrmalm"]["verdict"]])
    expect(found).to_contain_text(f"{rows['norrmalm']['ratio']:.1f} gånger".replace(".", ","))
    expect(found).to_contain_text(f"{rows['norrmalm']['count']} i Norrmalm och {rows['akalla']['count']} i Akalla")
    for code, name in (("norrmalm", "Norrmalm"), ("akalla", "Akalla")):
        card = page.get_by_role("region", name=name, exact=True)
        expect(card).to_contain_text(str(rows[code]["count"]))
        expect(card).to_contain_text("osäkerhet")
    expect(page.get_by_role("heading", name="Norrmalm och Akalla, månad för månad")).to_be_visible()


def test_the_bars_are_those_of_the_chosen_area_whatever_it_is_called(opened: Opener, live_server: str) -> None:
    page = opened("?show=compare&compare=areas&level=stadsdel&from=2025-01&to=2025-12&area=norrmalm&beside=akalla")
    page.get_by_text("Visa siffrorna som tabell").click()

    asked = "/v1/series?level=stadsdel&source=anmalda_brott&area=norrmalm&from=2025-12&to=2025-12&format=json"
    (series,) = api(live_server, asked)["series"]
    table = page.locator("details", has_text="Visa siffrorna som tabell").locator("tbody tr")
    expect(table.first.locator("td").first).to_have_text(str(series["values"][0]["count"]))


def test_areas_are_chosen_on_the_map_one_after_the_other(opened: Opener) -> None:
    page = opened("?show=compare&compare=areas")
    keys = page.locator("#map-areas")
    keys.focus()
    keys.press("Home")
    keys.press("Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).has('area')")
    expect(keys.locator('[aria-selected="true"]')).to_have_count(1)
    first = asked_of(page)["area"]
    keys.press("PageDown")
    keys.press("Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).has('beside')")
    assert asked_of(page)["area"] == first
    expect(page.locator('#map-areas [aria-selected="true"]')).to_have_count(2)

    keys.press("Enter")
    page.wait_for_function("() => !new URLSearchParams(location.search).has('beside')")


def test_two_sources_have_their_own_classes_and_are_not_to_be_added(opened: Opener, live_server: str) -> None:
    page = opened(f"?show=compare&compare=sources&{VIOLENCE}&other=skjutningar")

    for name, source in (("left", "anmalda_brott"), ("right", "skjutningar")):
        asked = f"/v1/comparisons?level=stadsdelsomrade&source={source}&group=valdsbrott&from=2025-01&to=2025-12&format=json"
        counts = {row["code"]: row["count"] for row in api(live_server, asked)["items"]}
        assert {code: number(area["shown"]) for code, area in shown_on(page, name).items()} == counts
    expect(page.get_by_role("note")).to_contain_text("Lägg inte ihop siffrorna")
    expect(page.get_by_role("note")).to_contain_text("Samma händelse kan stå i flera källor. Lägg inte ihop dem.")
    page.locator("#side-1").select_option("brander")
    wait_for(page, "other", "brander")
    expect(page.get_by_role("region", name="Räddningstjänstens händelser")).to_be_visible()


def test_what_a_source_cannot_answer_is_told_under_its_own_map(opened: Opener, live_server: str) -> None:
    page = opened("?show=compare&compare=sources&colour=rate&other=polishandelser")
    source = next(source for source in api(live_server, "/v1/sources?limit=100")["items"] if source["id"] == "polishandelser")
    reason = next(refusal["reason"] for refusal in source["refuses"] if refusal["what"] == "rate")
    expect(page.get_by_role("region", name=source["name"])).to_contain_text(reason)


@pytest.mark.parametrize("parts", ["years", "categories"])
def test_small_maps_share_their_classes_and_their_table_has_the_figures(opened: Opener, live_server: str, parts: str) -> None:
    page = opened(f"?show=compare&parts={parts}&from=2025-01&to=2025-03")
    section = page.locator("section[aria-labelledby=multiples-title]")
    expect(section.locator("canvas").first).to_be_visible()
    assert section.locator("canvas").count() == section.locator("thead th").count() - 1 >= 3
    section.get_by_text("Visa kartorna som tabell").click()
    if parts == "categories":
        return
    expect(section.locator("figcaption strong").last).to_have_text("Januari–mars 2025")
    asked = "/v1/comparisons?level=stadsdelsomrade&source=anmalda_brott&from=2024-01&to=2024-03&format=json"
    counts = {row["name"]: row["count"] for row in api(live_server, asked)["items"]}
    cells = {row.locator("th").inner_text(): row.locator("td").nth(-2).inner_text() for row in section.locator("tbody tr").all()}
    assert {name: number(text) for name, text in cells.items()} == counts


def test_every_area_of_the_funnel_is_reached_and_told(opened: Opener, live_server: str) -> None:
    page = opened("?show=compare&compare=areas&from=2025-01&to=2025-12&level=stadsdel")
    asked = "/v1/comparisons?level=stadsdel&source=anmalda_brott&from=2025-01&to=2025-12&format=json"
    rows = {row["code"]: row for row in api(live_server, asked)["items"] if row["funnel"] is not None}
    keys = page.locator("#funnel-areas")
    keys.focus()
    keys.press("Home")
    met = []
    for _ in rows:
        code = cast("str", keys.get_attribute("aria-activedescendant")).removeprefix("in-funnel-")
        expect(page.locator(".read", has_text=f"{rows[code]['name']}: ")).to_be_visible()
        met.append(code)
        keys.press("ArrowRight")
    assert sorted(met, key=lambda code: rows[code]["personYears"]) == met
    assert set(met) == set(rows)

    outside = [code for code in met if rows[code]["funnel"] != "inside"]
    assert {code: page.locator(f"#in-funnel-{code}").get_attribute("data-place") for code in outside} == {
        code: rows[code]["funnel"] for code in outside
    }
    keys.press("Home")
    for code in outside:
        keys.press("ArrowDown")
        assert keys.get_attribute("aria-activedescendant") == f"in-funnel-{code}"
    keys.press("Enter")
    wait_for(page, "area", outside[-1])


def test_the_funnels_table_has_its_figures_and_the_farthest_names_are_written(opened: Opener, live_server: str) -> None:
    page = opened("?show=compare&compare=areas&from=2025-01&to=2025-12")
    asked = "/v1/comparisons?level=stadsdelsomrade&source=anmalda_brott&from=2025-01&to=2025-12&format=json"
    rows = {row["code"]: row for row in api(live_server, asked)["items"]}
    page.get_by_text("Visa tratten som tabell").click()
    cells = {
        cast("str", row.get_attribute("data-code")): [cell.inner_text() for cell in row.locator("td").all()]
        for row in page.locator("#funnel-table tbody tr").all()
    }
    assert set(cells) == set(rows)
    for code, (people, rate, *_, place) in cells.items():
        assert number(people) == pytest.approx(rows[code]["personYears"], abs=0.5)
        assert number(rate) == pytest.approx(rows[code]["rate"], abs=0.05)
        assert ("inom" in place) == (rows[code]["funnel"] == "inside")
    drawn = page.locator("section[aria-labelledby=funnel-title] .chart svg text").all_text_contents()
    assert {row["name"] for row in rows.values() if row["funnel"] in ("above998", "below998")} <= set(drawn)


def test_a_source_that_carries_no_rates_says_why_there_is_no_funnel_and_no_test(opened: Opener, live_server: str) -> None:
    page = opened("?show=compare&compare=areas&source=polishandelser&area=jarva&beside=farsta")
    source = next(source for source in api(live_server, "/v1/sources?limit=100")["items"] if source["id"] == "polishandelser")
    reason = next(refusal["reason"] for refusal in source["refuses"] if refusal["what"] == "rate")
    expect(page.locator("section[aria-labelledby=funnel-title]")).to_contain_text(reason)
    found = page.get_by_role("region", name="Järva och Farsta")
    expect(found).to_contain_text("Det går inte att pröva om skillnaden är slump.")
    expect(found).to_contain_text(reason)


def test_without_a_baseline_one_is_asked_for(opened: Opener) -> None:
    page = opened("?show=compare&baseline=none")
    expect(page.get_by_text("Välj vad perioden ska jämföras med.").last).to_be_visible()
    page.get_by_role("button", name="Samma period förra året").click()
    page.wait_for_selector("#before-areas", state="attached")
    assert "baseline" not in asked_of(page)


def test_one_single_area_is_said_to_have_no_other(opened: Opener) -> None:
    page = opened("?show=compare&compare=areas&level=stad")
    expect(page.get_by_text("Hela staden är ett enda område.")).to_be_visible()
    page.get_by_role("button", name="Två perioder").click()
    assert len(shown_on(page, "before")) == 1


def test_a_period_before_anything_was_delivered_is_hatched_and_told(opened: Opener) -> None:
    page = opened("?show=compare&from=2016-01&to=2016-12")
    assert {area["shade"] for area in shown_on(page, "before").values()} == {"missing"}
    expect(page.get_by_text("Källan har inga siffror för hela 2015.")).to_be_visible()
    expect(page.get_by_text("Det finns inga tidigare år att visa.")).to_be_visible()


def test_anyone_sees_the_protected_figures_with_their_margins_and_never_the_exact(
    opened_public: Opener, public_server: str, live_server: str
) -> None:
    year = "source=anmalda_brott&from=2025-01&to=2025-12"
    asked = f"/v1/comparisons?level=stadsdelsomrade&{year}&baseline=same-period-last-year&format=json"
    told, exact = ({row["code"]: row for row in api(server, asked)["items"]} for server in (public_server, live_server))
    # What shows too little is not divided, and has no figure.
    seen = {code: row for code, row in told.items() if row["status"] != "withheld"}
    assert len(seen) > 1
    assert all(abs(row["count"] - exact[code]["count"]) <= row["margin"] for code, row in seen.items())
    assert {row["count"] for row in seen.values()}.isdisjoint({1, 2})
    assert any(row["count"] != exact[code]["count"] for code, row in seen.items())

    page = opened_public(f"?show=compare&{year}")
    for name, figure in (("before", "baselineCount"), ("now", "count")):
        shown = shown_on(page, name)
        hidden = {code for code, row in told.items() if row[figure] is None}
        assert {code for code, area in shown.items() if area["shade"] == "withheld"} == hidden
        assert {code: number(area["shown"]) for code, area in shown.items() if code not in hidden} == {
            code: row[figure] for code, row in told.items() if code not in hidden
        }


def test_anyone_is_told_that_figures_are_withheld_and_never_sees_a_zero(opened_public: Opener) -> None:
    """Single months of a stadsdel are not released."""
    asked = "level=stadsdel&from=2025-05&to=2025-05"
    page = opened_public(f"?show=compare&{asked}")
    for name in ("before", "now", "change"):
        assert {area["shade"] for area in shown_on(page, name).values()} == {"withheld"}
        assert not any(re.search(r"\d", area["shown"]) for area in shown_on(page, name).values())
    page = opened_public(f"?show=compare&compare=areas&{asked}&area=norrmalm&beside=akalla")
    expect(page.locator("section[aria-labelledby=funnel-title]")).to_contain_text("för att skydda enskilda")
    expect(page.get_by_text("Det går inte att pröva om skillnaden är slump.")).to_be_visible()


@pytest.mark.parametrize("count", [0, 7])
def test_maps_of_equal_figures_are_one_class(browser: Browser, live_server: str, count: int) -> None:
    page = browser.new_page()

    def equal(row: Properties) -> None:
        row.update(count=count, baselineCount=count, difference=0, percent=0 if count else None, verdict="cannotTell")
        row.update(dict.fromkeys(("funnelLow95", "funnelHigh95", "funnelLow998", "funnelHigh998"), None if count == 0 else 1))

    change(page, equal)
    page.goto(f"{live_server}/?show=compare")
    settle(page)
    expect(page.locator("section[aria-label='Två perioder'] .keys li")).to_have_count(1)
    expect(page.locator("section[aria-label='Förändringen']")).to_contain_text("kan en förändring avgöras")
    shades = {area["shade"] for name in ("before", "now") for area in shown_on(page, name).values()}
    assert len(shades) == 1
    page.unroute_all(behavior="ignoreErrors")
    page.close()


def test_an_error_on_one_side_is_told_there(browser: Browser, live_server: str) -> None:
    page = browser.new_page()

    def refuse(route: Route) -> None:
        if "statistics=none" not in route.request.url:
            route.continue_()
            return
        told: dict[str, Any] = {"status": 422, "title": "Går inte", "detail": "Den perioden går inte att besvara just nu."}
        route.fulfill(status=422, content_type="application/problem+json", body=json.dumps(told))

    page.route("**/v1/comparisons?*", refuse)
    page.goto(f"{live_server}/?show=compare")
    settle(page)
    expect(page.get_by_role("alert").first).to_contain_text("Den perioden går inte att besvara just nu.")
    expect(page.locator("main h2")).to_have_text("Anmälda brott per stadsdelsområde")
    page.unroute_all(behavior="ignoreErrors")
    page.close()


@pytest.mark.parametrize("compare", ["periods", "areas", "sources"])
def test_no_comparison_scrolls_sideways(opened: Opener, compare: str) -> None:
    page = opened(f"?show=compare&compare={compare}&area=jarva&beside=farsta", width=360)
    page.wait_for_selector(".keys")
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_table_under_two_periods_is_that_of_the_map(opened: Opener) -> None:
    page = opened(f"?show=compare&{VIOLENCE}")
    now, cells = shown_on(page, "now"), in_table(page)
    assert {code: cell["count"] for code, cell in cells.items()} == {code: area["shown"] for code, area in now.items()}
