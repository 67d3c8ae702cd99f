"""PDF: tagged by PDF/UA-1, its fonts in it, nothing cut and no page empty."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from tests.forms import made_up
from trygghetskarta.reports.document import Chart, MapPicture, Paragraph, Report, Table
from trygghetskarta.reports.pdf import write_pdf

_MARGIN = 61.0  # 22 mm is 62.4 points; a letter may reach a little outside its box


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def tags(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Give the elements of the structure, in the order they are read."""
    kids = element.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from tags(kid)


def kinds(found: pikepdf.Pdf) -> list[str]:
    return [str(element["/S"]) for element in tags(found.Root["/StructTreeRoot"])]


def pictures(report: Report) -> list[Chart | MapPicture]:
    return [block for chapter in report.chapters for block in chapter.blocks if isinstance(block, Chart | MapPicture)]


@pytest.mark.parametrize("state", made_up.ALL)
def test_a_screen_reader_finds_language_title_headings_tables_and_what_pictures_show(state: str) -> None:
    report = made_up.ALL[state]()
    found = opened(write_pdf(report))
    assert bool(found.Root["/MarkInfo"]["/Marked"])
    assert str(found.Root["/Lang"]) == "sv-SE"
    assert bool(found.Root["/ViewerPreferences"]["/DisplayDocTitle"])
    told = found.open_metadata()
    assert told["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
    assert report.title in str(told["dc:title"])
    elements = list(tags(found.Root["/StructTreeRoot"]))
    assert [str(element["/Alt"]) for element in elements if str(element["/S"]) == "/Figure"] == [block.alt for block in pictures(report)]
    levels = [int(str(element["/S"])[2:]) for element in elements if re.fullmatch("/H[1-6]", str(element["/S"]))]
    assert len(levels) >= len(report.chapters)
    assert all(deeper - level <= 1 for level, deeper in zip([0, *levels], levels, strict=False))


@pytest.mark.parametrize("state", made_up.ALL)
def test_every_table_has_its_headings_marked(state: str) -> None:
    report = made_up.ALL[state]()
    found = [kind for kind in kinds(opened(write_pdf(report))) if kind in ("/Table", "/TH", "/TD")]
    tables = [block for chapter in report.chapters for block in chapter.blocks if isinstance(block, Table) and block.rows]
    assert found.count("/Table") == len(tables)
    assert found.count("/TH") == sum(len(table.columns) + _group_headings(table) for table in tables)
    assert found.count("/TD") == sum(len(table.columns) * len(table.rows) for table in tables)


def _group_headings(table: Table) -> int:
    groups = [column.group for column in table.columns]
    return sum(1 for before, group in zip([None, *groups], groups, strict=False) if group != before) if any(groups) else 0


@pytest.mark.parametrize("state", ["normal", "longest_names"])
def test_every_font_is_in_the_file(state: str) -> None:
    found = opened(write_pdf(made_up.ALL[state]()))
    fonts = [item for item in found.objects if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all(any(f"/FontFile{kind}" in font for kind in ("", "2", "3")) for font in fonts)
    assert {str(font["/FontName"]).split("+")[1].split("-")[0] for font in fonts} == {"SourceSans3"}


def test_the_same_report_is_the_same_bytes() -> None:
    assert write_pdf(made_up.normal()) == write_pdf(made_up.normal())


def test_it_is_dated_by_what_was_known_and_not_by_a_clock() -> None:
    found = opened(write_pdf(made_up.normal()))
    assert str(found.docinfo["/CreationDate"]).startswith("D:20261103")


def poppler(program: str, content: bytes, folder: Path, *options: str) -> str:
    path = folder / "report.pdf"
    path.write_bytes(content)
    return subprocess.run([program, *options, str(path), "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.poppler
@pytest.mark.parametrize("state", made_up.ALL)
def test_nothing_is_cut_off_at_the_edge_of_the_page(state: str, tmp_path: Path) -> None:
    report = replaced(made_up.ALL[state]())
    told = poppler("pdftotext", write_pdf(report), tmp_path, "-bbox")
    for page in told.split("<page ")[1:]:
        wide, high = (float(size) for size in re.findall(r'(?:width|height)="([\d.]+)"', page)[:2])
        words = re.findall(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', page)
        boxes = [(*map(float, box), word) for *box, word in words]
        assert boxes
        assert [
            word for left, top, right, low, word in boxes if left < _MARGIN or right > wide - _MARGIN or top < 20 or low > high - 20
        ] == []


def replaced(report: Report) -> Report:
    """Give the report without its watermark, which crosses the margins by its nature."""
    from dataclasses import replace

    return replace(report, watermark="")


@pytest.mark.poppler
@pytest.mark.parametrize("state", made_up.ALL)
def test_every_page_has_something_on_it_and_every_cell_is_printed(state: str, tmp_path: Path) -> None:
    report = made_up.ALL[state]()
    pages = poppler("pdftotext", write_pdf(report), tmp_path, "-layout").split("\f")[:-1]
    assert all(len(re.sub(r"\s", "", page)) > 150 for page in pages)
    assert all(f"Sida {number} av {len(pages)}" in page for number, page in enumerate(pages, 1))
    printed = re.sub(r"\s", "", poppler("pdftotext", write_pdf(report), tmp_path))
    for block in (block for chapter in report.chapters for block in chapter.blocks if isinstance(block, Table)):
        assert all(re.sub(r"\s", "", cell.text) in printed for row in block.rows for cell in row.cells if cell.value != cell.text)


@pytest.mark.poppler
def test_no_page_begins_with_less_than_three_rows_of_a_table(tmp_path: Path) -> None:
    divided = 0
    for lines in range(0, 40, 2):
        above = [Paragraph("Inget är anmält.")] * lines
        pages = poppler("pdftotext", write_pdf(made_up.framed(*above, made_up.long_table(25))), tmp_path, "-layout").split("\f")
        rows = [page.count("Stadsdel nummer") for page in pages if "Stadsdel nummer" in page]
        assert sum(rows) == 25
        assert rows[-1] >= 3
        divided += len(rows) > 1
    assert divided > 5
