"""Places on the map, in a real browser: a polygon drawn, typed or opened, measures with their effect, and what the public is told."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.browsing import Opener, address_of, api, asked_of, in_table, number, on_map, settle

pytestmark = pytest.mark.browser

PLACES = "?show=places&source=brander"
CORNERS = [(59.375, 17.92), (59.375, 17.96), (59.395, 17.96), (59.395, 17.92)]
WRITTEN = "\n".join(f"{latitude} {longitude}" for latitude, longitude in CORNERS)
POLYGON = "POLYGON((17.92 59.375,17.96 59.375,17.96 59.395,17.92 59.395,17.92 59.375))"


def card(page: Page) -> Locator:
    """The card of the drawn polygon, when it has its figures."""
    found = page.locator("section.polygon")
    expect(found.locator("dl")).to_be_visible()
    return found


def figures(page: Page, server: str) -> dict[str, Any]:
    """What the API answers to the polygon in the page's address."""
    asked = asked_of(page)
    link = cast("str", page.locator("section.polygon a[href*='/v1/polygons/']", has_text="Excel").get_attribute("href"))
    assert parse_qs(urlsplit(link).query)["polygon"] == [asked["polygon"]]
    answer: dict[str, Any] = api(server, link.replace("format=xlsx", "format=json"))
    return answer


def shown(page: Page, server: str) -> None:
    """Hold the card against the API's answer."""
    (row,) = figures(page, server)["items"]
    values = [number(text.split("(")[0].strip()) for text in card(page).locator("dd.big").all_inner_texts()]
    assert values[:3] == [row["count"], row["baselineCount"], row["difference"]]


def place_on_map(page: Page) -> tuple[float, float, float, float]:
    """The middle of the map in the window, and its width and height."""
    page.wait_for_function("() => document.querySelector('.sheet canvas')?.width > 100")
    box = cast("dict[str, float]", page.locator(".sheet").bounding_box())
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"], box["height"]


def still(page: Page, after: bytes | None = None) -> bytes:
    """The map as a picture, when it is the same for half a second and another than `after`."""
    pictures: list[bytes] = []
    for _ in range(60):
        pictures.append(page.locator(".sheet").screenshot())
        if len(set(pictures[-3:])) == 1 and len(pictures) > 2 and pictures[-1] != after:
            break
        page.wait_for_timeout(250)
    return pictures[-1]


def test_a_polygon_is_drawn_with_the_mouse_and_its_figures_are_the_apis(opened: Opener, live_server: str) -> None:
    page = opened(PLACES)
    x, y, width, height = place_on_map(page)
    page.get_by_role("button", name="Rita med musen").click()
    corners = [(x - width / 8, y - height / 8), (x + width / 8, y - height / 8), (x + width / 8, y + height / 8)]
    for at in corners:
        page.mouse.click(*at, delay=30)
        page.wait_for_timeout(300)
    expect(page.get_by_role("status").filter(has_text="3 hörn")).to_be_visible()
    assert "area" not in asked_of(page), "a click that sets a corner chooses no area"
    page.get_by_role("button", name="Klar", exact=True).click()
    page.wait_for_function("() => new URLSearchParams(location.search).has('polygon')")

    shown(page, live_server)
    assert asked_of(page)["polygon"].count(",") == 3
    expect(card(page).locator("svg").first).to_be_visible()


def test_a_polygon_is_drawn_with_the_keyboard_alone(opened: Opener, live_server: str) -> None:
    page = opened(PLACES)
    place_on_map(page)
    page.get_by_role("button", name="Rita med tangentbordet").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="Rita en yta")).to_be_focused()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press("Enter")
        for _ in range(3):
            page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="4 hörn")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.get_by_role("status").filter(has_text="3 hörn")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Klar", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_function("() => new URLSearchParams(location.search).has('polygon')")

    shown(page, live_server)
    assert asked_of(page)["polygon"].count(",") == 4


def test_escape_leaves_the_drawing_and_the_map_as_they_were(opened: Opener) -> None:
    page = opened(PLACES)
    page.get_by_role("button", name="Rita med tangentbordet").click()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")

    expect(page.get_by_role("group", name="Rita en yta")).to_have_count(0)
    assert "polygon" not in asked_of(page)


def test_corners_are_typed_and_the_address_alone_makes_the_same_again(opened: Opener, live_server: str) -> None:
    page = opened(PLACES)
    page.get_by_text("Skriv, klistra in eller öppna en fil").click()
    page.get_by_label("Ytans hörn").fill(WRITTEN.replace(".", ","))
    page.get_by_role("button", name="Visa ytan").click()
    page.wait_for_function("() => new URLSearchParams(location.search).has('polygon')")
    shown(page, live_server)
    assert asked_of(page)["polygon"] == POLYGON
    said = card(page).locator(".said").inner_text()
    assert figures(page, live_server)["sentences"][0] in said

    again = opened(address_of(page))

    assert card(again).locator(".said").inner_text() == said
    again.select_option("#source", "anmalda_brott")
    again.wait_for_function("() => new URLSearchParams(location.search).get('source') !== 'brander'")
    settle(again)
    expect(card(again).locator(".said")).to_contain_text("anmälda brott")
    shown(again, live_server)
    again.go_back()
    expect(card(again).locator(".said")).to_have_text(said, use_inner_text=True)
    again.get_by_role("button", name="Ta bort ytan").click()
    expect(again.locator("section.polygon")).to_have_count(0)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("hej", "två tal på varje rad"),
        ("59,3 18\n59,4 18,1", "minst tre hörn"),
        ("48.85 2.35\n48.86 2.35\n48.86 2.36", "inte i Sverige"),
        ("59.33 18.06\n59.34 18.07\n59.33 18.07\n59.34 18.06", "korsar varandra"),
    ],
)
def test_what_is_no_polygon_is_told_where_it_was_written(opened: Opener, written: str, told: str) -> None:
    page = opened(PLACES)
    page.get_by_text("Skriv, klistra in eller öppna en fil").click()
    page.get_by_label("Ytans hörn").fill(written)
    page.get_by_role("button", name="Visa ytan").click()

    expect(page.get_by_role("alert").filter(has_text=told)).to_be_visible()
    expect(page.get_by_label("Ytans hörn")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Ytans hörn")).to_have_value(written)
    assert "polygon" not in asked_of(page)


def test_a_file_is_opened_or_dropped(opened: Opener, live_server: str, tmp_path: Path) -> None:
    ring = [[longitude, latitude] for latitude, longitude in [*CORNERS, CORNERS[0]]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    file = tmp_path / "yta.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    page = opened(PLACES)
    page.get_by_text("Skriv, klistra in eller öppna en fil").click()
    page.locator("input[type=file]").set_input_files(file)
    page.wait_for_function("() => new URLSearchParams(location.search).has('polygon')")
    assert asked_of(page)["polygon"] == POLYGON
    shown(page, live_server)

    page.get_by_role("button", name="Ta bort ytan").click()
    page.wait_for_function("() => !new URLSearchParams(location.search).has('polygon')")
    carried = page.evaluate_handle(
        "text => { const carried = new DataTransfer(); carried.items.add(new File([text], 'yta.geojson')); return carried; }",
        file.read_text(),
    )
    page.locator("section", has=page.locator("#draw-title")).dispatch_event("drop", {"dataTransfer": carried})
    page.wait_for_function("() => new URLSearchParams(location.search).has('polygon')")
    assert asked_of(page)["polygon"] == POLYGON


def test_a_source_without_points_says_why_it_has_no_figures_for_a_polygon(opened: Opener, live_server: str) -> None:
    page = opened(f"?show=places&source=polishandelser&polygon={quote(POLYGON)}")

    source = next(one for one in api(live_server, "/v1/sources?limit=100")["items"] if one["id"] == "polishandelser")
    reason = next(refusal["reason"] for refusal in source["refuses"] if refusal["what"] == "point")
    expect(page.locator("section.polygon .notice")).to_have_text(reason)


def test_measures_stand_in_a_list_and_one_is_chosen_with_its_effect(opened: Opener, live_server: str) -> None:
    page = opened(PLACES)
    listed = api(live_server, "/v1/measures?limit=100")["items"]
    names = page.locator("section", has=page.locator("#measures-title")).locator("li strong")
    expect(names).to_have_text([measure["name"] for measure in listed])

    page.get_by_role("button", name=listed[-1]["name"]).click()
    page.wait_for_function("() => new URLSearchParams(location.search).has('place')")
    held(page, live_server, listed[-1]["id"])
    page.go_back()
    expect(page.locator("#measure-title")).to_have_count(0)
    page.go_forward()
    expect(page.locator("#measure-title")).to_contain_text(listed[-1]["name"])


@pytest.mark.parametrize("id_", [1, 2, 3])
def test_what_is_said_of_an_effect_is_what_the_api_says(opened: Opener, live_server: str, id_: int) -> None:
    held(opened(f"{PLACES}&place={id_}"), live_server, id_)


def held(page: Page, server: str, id_: int) -> None:
    """Hold a measure's card against the API's answer."""
    effect = api(server, f"/v1/measures/{id_}/effect")
    expect(page.locator("p.verdict")).to_have_attribute("data-verdict", effect["verdict"])
    told = {row["code"]: row for row in effect["items"] if row["method"] == "count"}
    rows = page.locator("#effect tbody tr")
    expect(rows).to_have_count(len(told))
    for row in rows.all():
        before, after, difference = row.locator("td").all_inner_texts()
        api_row = told[cast("str", row.get_attribute("data-role"))]
        assert (number(before), number(after)) == (api_row["before"], api_row["after"])
        assert number(difference.split("(")[0].strip()) == api_row["difference"]
    assert page.locator("section", has=page.locator("#measure-title")).locator(".said li").all_inner_texts() == effect["sentences"]
    assert [mark.get_attribute("data-verdict") for mark in page.locator(".goals [data-verdict]").all()] == [
        goal["verdict"] for goal in effect["goals"]
    ]


def test_an_effect_can_be_counted_in_what_is_chosen_on_the_page(opened: Opener, live_server: str) -> None:
    page = opened("?show=places&source=brander&place=1")
    page.locator("#counted").select_option("asked")
    page.wait_for_function("() => new URLSearchParams(location.search).get('counted') === 'asked'")

    effect = api(live_server, "/v1/measures/1/effect?source=brander")
    expect(page.locator('#effect tr[data-role="target"] td').first).to_have_text(str(effect["items"][0]["before"]))


def test_a_measure_is_chosen_on_the_map_by_its_badge_and_an_area_by_the_ground_beside_it(opened: Opener, live_server: str) -> None:
    ((ring,),) = api(live_server, "/v1/measures/3")["target"]["polygon"]["coordinates"]
    drawn = f"POLYGON(({','.join(f'{longitude:.5f} {latitude:.5f}' for longitude, latitude in ring)}))"
    page = opened(f"{PLACES}&polygon={quote(drawn)}")
    whole_city = still(page)
    card(page).get_by_role("button", name="Visa på kartan").click()
    assert still(page, after=whole_city) != whole_city
    x, y, width, _ = place_on_map(page)

    page.mouse.click(x, y)
    page.wait_for_function("() => new URLSearchParams(location.search).get('place') === '3'")
    assert "area" not in asked_of(page)

    page.mouse.click(x - width / 3, y)
    page.wait_for_function("() => new URLSearchParams(location.search).has('area')")
    assert asked_of(page)["place"] == "3"


def test_measures_of_one_kind_are_chosen_among_and_cooperation_about_places_stands_first(opened: Opener, live_server: str) -> None:
    page = opened(PLACES)
    expect(page.locator("#measure-kind option").nth(1)).to_have_text("Platssamverkan")

    page.select_option("#measure-kind", "platssamverkan")

    names = [one["name"] for one in api(live_server, "/v1/measures?limit=100")["items"] if one["kind"] == "platssamverkan"]
    expect(page.locator("section", has=page.locator("#measures-title")).locator("li strong")).to_have_text(names)


def test_the_public_draws_no_polygon_sees_the_register_and_is_told_why_not_more(opened_public: Opener, public_server: str) -> None:
    page = opened_public(f"?show=places&source=polishandelser&polygon={quote(POLYGON)}")

    expect(page.locator("section", has=page.locator("#draw-title"))).to_contain_text("bara för behöriga")
    expect(page.get_by_role("button", name="Rita med musen")).to_have_count(0)
    expect(page.locator("section.polygon")).to_have_count(0)
    names = page.locator("section", has=page.locator("#measures-title")).locator("li strong")
    expect(names).to_have_text([measure["name"] for measure in api(public_server, "/v1/measures?limit=100")["items"]])

    names.first.click()
    expect(page.locator("#measure-title")).to_be_visible()
    expect(page.locator("section", has=page.locator("#measure-title")).locator(".notice")).to_contain_text("bara visas för behöriga")


def test_nothing_makes_the_page_scroll_sideways(opened: Opener) -> None:
    page = opened(f"{PLACES}&place=1&polygon={quote(POLYGON)}", width=360)
    card(page)
    expect(page.locator("p.verdict")).to_be_visible()

    for width in (360, 768, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_excel_from_the_page_opens_with_the_figures_of_the_table(opened: Opener) -> None:
    page = opened("?level=stadsdelsomrade")
    cells = in_table(page)
    page.get_by_text("Ta med siffrorna").click()
    page.locator("details[open]").get_by_label("Intern").check()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Excel").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))

    assert waiting.value.suggested_filename.endswith(".xlsx")
    heading, *rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    code, count, difference = (heading.index(name) for name in ("code", "count", "difference"))
    told = {row[code]: (row[count], row[difference]) for row in rows if row[code] in cells}
    assert told == {at: (number(row["count"]), number(row["difference"])) for at, row in cells.items()}


def test_the_copied_link_shows_another_reader_the_same(opened: Opener) -> None:
    page = opened("?level=stadsdel&source=brander&colour=difference", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#table tbody tr button").first.click()
    page.wait_for_function("() => new URLSearchParams(location.search).has('area')")
    settle(page)
    page.get_by_text("Ta med siffrorna").click()
    page.get_by_role("button", name="Kopiera länk hit").click()
    expect(page.get_by_text("Länken är kopierad.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")

    other = opened(f"?{urlsplit(link).query}")

    assert (on_map(other), in_table(other)) == (on_map(page), in_table(page))
    expect(other.locator('#map-areas [aria-selected="true"]')).to_have_attribute("data-code", asked_of(page)["area"])
    assert other.locator("main h2").inner_text() == page.locator("main h2").inner_text()
