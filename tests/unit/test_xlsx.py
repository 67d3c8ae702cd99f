"""The workbook as Excel's readers see it, and the four states of a value in every format."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from tests.reading import rows_of as rows_in
from tests.unit.answers import AUTUMN, FARSTA, RINKEBY, comparison, series, span
from trygghetskarta.analysis.series import follow
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Published
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.formats import Format, Writing, write_comparison
from trygghetskarta.serialize.series import write_series

STAFF, PUBLIC = Audience.STAFF, Audience.PUBLIC
_NUMBERS = ("count", "baselineCount", "rate")


def wrote(published: Published, form: Format, *, over_time: bool = False) -> bytes:
    writing = Writing(form, Dialect.RFC4180, {})
    return write_series(published, follow(published, None), writing) if over_time else write_comparison(published, writing)


def sheets(content: bytes) -> Any:  # noqa: ANN401 - openpyxl's cells are of any kind
    return openpyxl.load_workbook(io.BytesIO(content))


def rows_of(content: bytes) -> list[dict[str, Any]]:
    return rows_in(content, Format.XLSX)


def told(published: Published, form: Format) -> list[tuple[Any, str, Any, str, Any]]:
    """Give count, status, baseline, its status and rate of every row, as a reader of the format finds them; None for an empty cell."""
    rows = rows_in(wrote(published, form), form)
    numbers = [{name: None if row[name] is None else float(row[name]) for name in _NUMBERS} for row in rows]
    found = [row | number for row, number in zip(rows, numbers, strict=True)]
    return [(row["count"], row["status"], row["baselineCount"], row["baselineStatus"], row["rate"]) for row in found]


@pytest.mark.parametrize("form", list(Format))
def test_the_four_states_of_a_value_are_told_apart_in_every_format(form: Format) -> None:
    people = [[1000.0, 1000.0], [0.0, 0.0]]
    seen = told(release(comparison([[0, 3], [7, 3]], person_years=people), STAFF), form)
    missing = told(release(comparison([[0, 3], [0, 3]], person_years=people, missing=(True, False)), STAFF), form)
    gone = told(release(comparison([[5, 0], [7, 0]], person_years=people, missing=(False, True)), STAFF), form)
    withheld = told(release(comparison([[5, 3], [7, 3]], person_years=people), PUBLIC), form)
    assert seen[0] == (0, "value", 3, "value", 0)  # nothing happened
    assert seen[1] == (7, "notApplicable", 3, "value", None)  # nobody lives there: no rate
    assert missing[0] == (None, "missing", 3, "value", None)
    assert gone[0] == (5, "value", None, "missing", 5.0)
    assert withheld[0] == (None, "withheld", None, "withheld", None)


def test_the_rows_are_those_of_csv_with_numbers_as_numbers_and_codes_as_texts() -> None:
    numbered = replace(FARSTA, code="0101001", name="Farsta")
    published = release(comparison([[12, 8], [3, 9]], areas=(numbered, RINKEBY)), STAFF)
    rows = rows_of(wrote(published, Format.XLSX))
    plain = list(csv.DictReader(io.StringIO(wrote(published, Format.CSV).decode())))
    assert list(rows[0]) == list(plain[0])
    assert [row["code"] for row in rows] == [row["code"] for row in plain] == ["0101001", "rinkeby"]
    assert [(row["count"], row["percent"], row["provisional"]) for row in rows] == [(12, 50.0, False), (3, -66.67, False)]


def test_a_note_on_each_heading_says_in_swedish_what_the_column_is() -> None:
    headings = next(sheets(wrote(release(comparison([[12, 8], [3, 9]]), STAFF), Format.XLSX))["Siffror"].iter_rows())
    notes = {cell.value: cell.comment.text for cell in headings}
    assert (notes["name"], notes["baselineCount"], notes["status"]) == ("Namn", "Jämförelsens antal", "Värdets tillstånd")
    assert all(notes.values())


def test_the_months_of_a_series_are_dates_without_a_time_zone() -> None:
    published = release(series([[1, 0], [0, 4]], AUTUMN), STAFF)
    rows = rows_of(wrote(published, Format.XLSX, over_time=True))
    assert [row["from"] for row in rows[:2]] == [datetime(2025, 9, 1), datetime(2025, 10, 1)]  # noqa: DTZ001 - Excel's dates have no zone
    assert [row["period"] for row in rows[:2]] == ["2025-09", "2025-10"]
    cell = sheets(wrote(published, Format.XLSX, over_time=True))["Siffror"]["E2"]
    assert (cell.is_date, cell.number_format) == (True, "yyyy-mm")


@pytest.mark.parametrize(
    "name", ["=1+1", "+46", "-A", "@SUM(A1)", "\t=1", "\r=1", "https://example.se", "{=1}", "'Farsta", "ok\x01\x0b", "007"]
)
def test_no_text_becomes_a_formula_a_link_or_a_number(name: str) -> None:
    published = release(comparison([[1, 2]], areas=(replace(FARSTA, name=name),)), STAFF)
    book = sheets(wrote(published, Format.XLSX))
    cell = book["Siffror"]["B2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert cell.quotePrefix == name.startswith(("=", "+", "-", "@", "\t", "\r"))
    with zipfile.ZipFile(io.BytesIO(wrote(published, Format.XLSX))) as parts:
        assert not any(b"<f>" in parts.read(part) for part in parts.namelist() if part.startswith("xl/worksheets/sheet"))
    if name.isprintable():
        assert cell.value == name


def test_a_sheet_tells_the_question_the_vintage_the_coverage_and_what_the_states_mean() -> None:
    book = sheets(wrote(release(comparison([[12, 8], [3, 9]]), STAFF), Format.XLSX))
    assert book.sheetnames == ["Siffror", "Diagram", "Om siffrorna"]
    about = {line[0].value: line[1].value for line in book["Om siffrorna"].iter_rows()}
    assert (about["Källor"], about["Från månad"], about["Jämförs med"]) == ("Anmälda brott (anmalda_brott)", "2025-09", "2024-09..2024-10")
    # 04:05 in UTC is 05:05 in Stockholm in November.
    assert about["Publicerad"] == datetime(2025, 11, 3, 5, 5, 6)  # noqa: DTZ001
    assert (about["Version på data"], about["Avstämning: alla"]) == (7, 15)
    assert about["Mening 1"].startswith("September–oktober 2025: 15 anmälda brott")
    assert {"status = value", "status = missing", "status = withheld", "status = notApplicable"} <= set(about)
    withheld = {
        line[0].value: line[1].value
        for line in sheets(wrote(release(comparison([[12, 8], [3, 9]]), PUBLIC), Format.XLSX))["Om siffrorna"].iter_rows()
    }
    assert withheld["Avstämning: alla"] == "skyddat"


@pytest.mark.parametrize(
    ("exact", "over_time", "kind", "lines"),
    [
        (comparison([[12, 8], [3, 9]]), False, b"<c:barChart>", 2),
        (comparison([[12], [3]], baseline=None), False, b"<c:barChart>", 1),
        (series([[1, 0, 2], [0, 4, 2]], span("2025-08", "2025-10")), True, b"<c:lineChart>", 2),
    ],
)
def test_the_figures_are_drawn_as_a_chart_of_the_workbooks_own(exact: Exact, over_time: bool, kind: bytes, lines: int) -> None:
    with zipfile.ZipFile(io.BytesIO(wrote(release(exact, STAFF), Format.XLSX, over_time=over_time))) as parts:
        chart = parts.read("xl/charts/chart1.xml")
    assert kind in chart
    assert chart.count(b"<c:ser>") == lines
    assert b"Siffror!" in chart
    assert b"<c:dispBlanksAs" not in chart  # an empty cell is a gap, Excel's own choice, and not a zero


def test_a_line_of_a_series_is_one_areas_rows() -> None:
    with zipfile.ZipFile(io.BytesIO(wrote(release(series([[1, 0], [0, 4]], AUTUMN), STAFF), Format.XLSX, over_time=True))) as parts:
        chart = parts.read("xl/charts/chart1.xml").decode()
    assert "Siffror!$G$2:$G$3" in chart
    assert "Siffror!$G$4:$G$5" in chart


def test_the_same_answer_is_the_same_bytes() -> None:
    published = release(comparison([[12, 8], [3, 9]]), STAFF)
    assert wrote(published, Format.XLSX) == wrote(published, Format.XLSX)


def test_an_answer_without_areas_is_a_workbook_all_the_same() -> None:
    published = release(comparison([], areas=()), STAFF)
    assert rows_of(wrote(published, Format.XLSX)) == []
