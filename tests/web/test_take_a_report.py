"""From the page to a Word file to send."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import openpyxl
import pytest
from docx import Document
from playwright.sync_api import Page, expect

from tests.web.browsing import Opener, in_table, number, on_map, settle
from tests.web.test_compare import tab_to

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"


def menu(page: Page) -> Page:
    page.locator("summary", has_text="Lägesbild").click()
    return page


def test_a_word_file_for_jarva_is_a_few_clicks_away(opened: Opener, tmp_path: Path) -> None:
    page = opened()
    page.locator('#table tbody tr[data-code="jarva"] button').click()
    settle(page)
    expect(menu(page).get_by_text("Lägesbild för Järva, hela 2025.")).to_be_visible()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")
    assert [fault["id"] for fault in found["violations"]] == []
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Word", exact=True).click()
        expect(page.get_by_text("Lägesbilden görs och laddas ned. Det tar några sekunder.")).to_be_visible()
    assert waiting.value.suggested_filename == "lagesbild-for-jarva.docx"
    waiting.value.save_as(tmp_path / "jarva.docx")
    written = Document(str(tmp_path / "jarva.docx"))
    assert any("Lägesbild för Järva" in paragraph.text for paragraph in written.paragraphs)


def test_without_an_area_it_is_the_whole_citys(opened: Opener) -> None:
    page = menu(opened())
    expect(page.get_by_text("Lägesbild för hela staden, hela 2025.")).to_be_visible()
    assert "area=" not in (page.get_by_role("link", name="PDF", exact=True).get_attribute("href") or "")


def test_a_coordinator_finds_the_area_by_name_and_takes_its_word_file_in_three_clicks_and_a_word(opened: Opener, tmp_path: Path) -> None:
    page = opened()
    page.get_by_role("combobox", name="Sök område").fill("järva")
    page.keyboard.press("Enter")
    settle(page)
    menu(page)
    expect(page.get_by_role("radio", name="Att dela")).to_be_checked()
    page.get_by_role("radio", name="Intern").check()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Word", exact=True).click()
    waiting.value.save_as(tmp_path / "jarva.docx")
    texts = [paragraph.text for paragraph in Document(str(tmp_path / "jarva.docx")).paragraphs]
    assert any("Lägesbild för Järva" in text for text in texts)
    assert any("568 anmälda brott i Järva" in text for text in texts)


def test_of_a_drawn_place_there_is_an_intern_one(opened: Opener) -> None:
    page = opened("?show=places&polygon=POLYGON((17.92+59.375,17.96+59.375,17.96+59.395,17.92+59.395,17.92+59.375))")
    card = page.locator(".polygon")
    card.locator("summary", has_text="Lägesbild").click()
    expect(card.get_by_text("Märkt med vem som tog ut")).to_be_visible()
    with page.expect_download() as waiting:
        card.get_by_role("link", name="Word", exact=True).click()
    assert waiting.value.suggested_filename == "lagesbild-for-den-ritade-ytan_intern.docx"


def test_anyone_is_offered_one_to_share_and_no_other(opened_public: Opener) -> None:
    page = menu(opened_public())
    expect(page.locator("details[open]").get_by_text("Siffror som alla får se.")).to_be_visible()
    expect(page.get_by_role("radio", name="Intern")).to_have_count(0)
    assert "class=delbar" in (page.get_by_role("link", name="PDF", exact=True).get_attribute("href") or "")


def test_the_figures_are_taken_to_share_unless_intern_is_chosen(opened: Opener) -> None:
    page = opened("?show=table")
    page.get_by_text("Ta med siffrorna").click()
    expect(page.get_by_role("radio", name="Att dela")).to_be_checked()
    for sort in ("delbar", "intern"):
        if sort == "intern":
            page.get_by_role("radio", name="Intern").check()
        with page.expect_download() as waiting:
            page.get_by_role("link", name="CSV", exact=True).click()
        assert waiting.value.suggested_filename.endswith(f"_{sort}.csv")


def test_anyone_takes_the_figures_to_share_and_is_not_asked(opened_public: Opener) -> None:
    page = opened_public("?show=table")
    page.get_by_text("Ta med siffrorna").click()
    expect(page.get_by_role("radio", name="Intern")).to_have_count(0)
    assert "class=delbar" in (page.get_by_role("link", name="Excel", exact=True).get_attribute("href") or "")


def saved(page: Page, name: str, folder: Path) -> Path:
    """Save what a line of the menu gives, a link or a button."""
    with page.expect_download() as waiting:
        page.locator(".take li", has_text=name).locator("a, button").click()
    waiting.value.save_as(folder / waiting.value.suggested_filename)
    return folder / waiting.value.suggested_filename


def test_the_map_is_saved_with_its_title_legend_and_source_and_its_areas_as_a_geopackage(opened: Opener, tmp_path: Path) -> None:
    page = opened("?area=jarva")
    page.get_by_text("Ta med siffrorna").click()
    shades = {area["shade"] for area in on_map(page).values()}
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    drawing = ElementTree.parse(saved(page, "Kartan som bild (SVG)", tmp_path)).getroot()
    assert saved(page, "Kartan som bild (PNG)", tmp_path).read_bytes().startswith(b"\x89PNG")
    assert saved(page, "GeoPackage", tmp_path).read_bytes().startswith(b"SQLite format 3")

    texts = [text for part in drawing.iter("{http://www.w3.org/2000/svg}text") for text in part.itertext()]
    legend = page.locator(".legend .keys li > span:nth-of-type(1)").all_inner_texts()
    assert len(legend) == len(shades)
    assert {page.locator("main h2").inner_text(), "Exakta siffror, internt.", "Järva", "568", *legend} <= set(texts)
    assert texts[-1].startswith("Källa: Anmälda brott.")
    # In light colours whatever the page is in: it is put into documents.
    fills = {part.get("fill") for part in drawing.iter()}
    assert shades <= fills


def test_an_excel_file_and_the_link_are_taken_with_the_keyboard_alone(opened: Opener, tmp_path: Path) -> None:
    page = opened("?level=stadsdel&from=2025-01&to=2025-12", permissions=["clipboard-read", "clipboard-write"])
    tab_to(page, ".take > details:first-child > summary")
    page.keyboard.press("Enter")
    tab_to(page, ".take a[href*=xlsx]")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    waiting.value.save_as(tmp_path / "alla.xlsx")
    heading, *rows = openpyxl.load_workbook(tmp_path / "alla.xlsx").worksheets[0].iter_rows(values_only=True)
    cells = in_table(page)
    assert {row[heading.index("code")] for row in rows} >= set(cells)

    for _ in range(4):
        page.keyboard.press("Tab")
    tab_to(page, ".take li:nth-child(6) button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Länken är kopierad.")).to_be_visible()
    other = opened(f"?{urlsplit(page.evaluate('navigator.clipboard.readText()')).query}")
    assert in_table(other) == cells


def test_a_long_table_is_told_as_one_and_its_rows_out_of_sight_have_their_figures(opened: Opener) -> None:
    page = opened("?level=basomrade&show=table")
    table = page.locator("#table").get_by_role("table")
    rows = table.get_by_role("row")
    assert rows.count() == len(in_table(page)) + 1
    last = rows.last
    assert last.get_by_role("cell").count() + 1 == table.get_by_role("columnheader").count()
    assert number(last.get_by_role("cell").first.text_content() or "") is not None
    widths = "row => [...row.children].map((cell) => Math.round(cell.getBoundingClientRect().left))"
    last.scroll_into_view_if_needed()
    assert last.evaluate(widths) == rows.first.evaluate(widths), "every figure stands under its heading"
