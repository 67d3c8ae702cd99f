"""Excel: every cell as a person would write it, the right sheet and header, and nothing lost without a word."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from tests.unit.formats import Found, fits, read, refused
from trygghetskarta.domain.events import WarningCode
from trygghetskarta.domain.read_as import ReadAs
from trygghetskarta.ingest.formats import sheets

HEADER = ["id", "tid", "antal"]
at = datetime.fromisoformat


def saved(folder: Path, *rows: list[Any], change: Callable[[Worksheet], None] = lambda _: None, epoch: datetime | None = None) -> Path:
    book = openpyxl.Workbook()
    if epoch is not None:
        book.epoch = epoch
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    change(sheet)
    path = folder / "fil.xlsx"
    book.save(path)
    book.close()
    return path


def rewritten(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """Change one part of a workbook's XML."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = change(parts[part].decode())
    assert changed != parts[part].decode()
    parts[part] = changed.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def cell(folder: Path, value: object, number_format: str | None = None, epoch: datetime | None = None) -> str:
    def change(sheet: Worksheet) -> None:
        if number_format is not None:
            sheet["B2"].number_format = number_format

    found = read(saved(folder, HEADER, ["a", value], change=change, epoch=epoch))
    assert found.rejected == []
    return found["tid"][0]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1, None, "1"),
        (2.0, None, "2"),
        (-3, None, "-3"),
        (0.5, None, "0.5"),
        (59.3309, None, "59.3309"),
        (6580894.880, None, "6580894.88"),
        (1e-7, None, "0.0000001"),
        (123_456_789_012_345, None, "123456789012345"),
        (1e15, None, "1E+15"),
        (12345678901234567890, None, "1.234567890123457E+19"),
        (310, "0000", "0310"),
        (310, "0", "310"),
        (310, "#,##0", "310"),
        (5, '0" st"', "5"),
        (12.5, '_-* #,##0.00\\ "kr"_-', "12.5"),
        ("0310", None, "0310"),
        ("  två  ord ", None, "två  ord"),
        ("1e5", None, "1e5"),
        ("rad 1\nrad 2", None, "rad 1\nrad 2"),
        ("So\u0308dermalm", None, "Södermalm"),
        (True, None, "true"),
        (date(2025, 3, 1), None, "2025-03-01"),
        (date(2024, 2, 29), "d mmm yy", "2024-02-29"),
        (at("2025-03-01 12:30:00"), None, "2025-03-01 12:30"),
        (at("2025-03-01 12:30:05"), None, "2025-03-01 12:30:05"),
        (at("2025-03-01 00:00:00"), "yyyy-mm-dd hh:mm", "2025-03-01 00:00"),
        (at("2025-03-01 00:00:00"), "yyyy-mm-dd", "2025-03-01"),
        (at("2025-03-01 12:30:00"), "yyyy-mm-dd", "2025-03-01 12:30"),
        (at("2025-03-01 09:05:00"), "hh:mm", "09:05"),
        (time(9, 30), None, "09:30"),
        (time(0, 0), None, "00:00"),
        (time(23, 59, 59), None, "23:59:59"),
        (timedelta(hours=26, minutes=30), None, "26:30"),
        ("=", None, "="),
    ],
)
@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904], ids=["1900", "1904"])
def test_a_cell_is_read_as_a_person_would_write_it(
    tmp_path: Path, value: object, number_format: str | None, text: str, epoch: datetime | None
) -> None:
    assert cell(tmp_path, value, number_format, epoch) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1900-01-01"), (59, "1900-02-28"), (61, "1900-03-01"), (45717, "2025-03-01"), (45717.999999999, "2025-03-02")],
)
def test_days_are_counted_as_excel_counts_them(tmp_path: Path, value: float, text: str) -> None:
    assert cell(tmp_path, value, "yyyy-mm-dd") == text


def test_the_same_number_is_another_day_in_the_other_epoch(tmp_path: Path) -> None:
    path = saved(tmp_path, HEADER, ["a", date(2025, 3, 1)])
    rewritten(path, "xl/workbook.xml", lambda xml: re.sub(r"<workbookPr\s*/>", '<workbookPr date1904="1"/>', xml))
    assert date.fromisoformat(read(path)["tid"][0]) - date(2025, 3, 1) == timedelta(days=1462)


def test_a_workbook_by_another_writer_reads_the_same(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "fil.xlsx", {"strings_to_numbers": False})
    sheet = book.add_worksheet("Händelser")
    sheet.write_row(0, 0, HEADER)
    sheet.write_row(1, 0, ["å", "2025-03-01", 3])
    sheet.write_row(2, 0, ["ä"])
    sheet.write(2, 2, 4.5)
    sheet.write_datetime(2, 1, at("2025-03-01 12:30:00"), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
    book.close()
    found = read(tmp_path / "fil.xlsx")
    assert found.columns == {"id": ["å", "ä"], "tid": ["2025-03-01", "2025-03-01 12:30"], "antal": ["3", "4.5"]}


def test_titles_above_the_header_and_empty_rows_and_sums_are_counted_and_no_rows(tmp_path: Path) -> None:
    found = read(
        saved(
            tmp_path,
            ["Brott 2025"],
            ["Uttag", "2025-04-01"],
            [],
            HEADER,
            ["a", "x", 1],
            [],
            ["b", "y", 2],
            ["Summa", None, 3],
            ["Källa: polisen"],
        )
    )
    assert (found.line, found.blank, found.rejected) == ([5, 7], 3 + 1 + 2, [])
    assert found.rows == 8  # every row but the header
    assert found.read_as == ReadAs("xlsx", header_line=4, table="Sheet")


def test_a_row_is_shown_as_a_line_of_csv(tmp_path: Path) -> None:
    found = read(saved(tmp_path, HEADER, ['a;"b"', "x", 1]))
    assert found.raw == [b'"a;""b""";x;1']


def test_a_table_may_begin_to_the_right_and_further_down(tmp_path: Path) -> None:
    found = read(saved(tmp_path, [], [None, None, *HEADER], [None, None, "a", "x", 1]))
    assert found.columns == {"id": ["a"], "tid": ["x"], "antal": ["1"]}
    assert found.line == [3]


def test_a_value_beside_the_table_rejects_its_row(tmp_path: Path) -> None:
    found = read(saved(tmp_path, HEADER, ["a", "x", 1, None, "obs!"], ["b", "y", 2]))
    assert (found.rejected, found["id"]) == ([(2, "", "field_count")], ["b"])


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!", "#NAME?", "#VALUE!"])
def test_an_error_rejects_its_row_and_names_its_column(tmp_path: Path, error: str) -> None:
    found = read(saved(tmp_path, HEADER, ["a", "x", error], ["b", "y", 2]))
    assert (found.rejected, found["id"]) == ([(2, "antal", "excel_error")], ["b"])
    assert found.rejected_raw == [f"a;x;{error}".encode()]
    assert found.head == b"id;tid;antal"


def test_an_error_among_the_workbooks_texts_is_shown_as_it_reads(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "fil.xlsx")
    sheet = book.add_worksheet()
    for row, texts in enumerate([HEADER, ["a", "x", "#N/A"]]):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text)
    book.close()
    found = read(tmp_path / "fil.xlsx")
    assert (found.rejected, found.values, found.rejected_raw) == ([(2, "antal", "excel_error")], ["#N/A"], [b"a;x;#N/A"])


def test_a_formula_without_a_stored_value_rejects_its_row(tmp_path: Path) -> None:
    found = read(saved(tmp_path, HEADER, ["a", "=A1&B1", 1], ["b", "y", "=1+1"], ["c", "z", 3]))
    assert found.rejected == [(2, "tid", "excel_error"), (3, "antal", "excel_error")]
    assert found["id"] == ["c"]


def test_a_formula_with_a_stored_value_is_its_value(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "fil.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    sheet.write_string(1, 0, "a")
    sheet.write_formula(1, 1, '=IF(1,"",2)', None, "")
    sheet.write_formula(1, 2, "=1+1", None, 2)
    book.close()
    path = rewritten(tmp_path / "fil.xlsx", SHEET, lambda xml: xml.replace('<c r="B2"><f>', '<c r="B2" t="str"><f>'))
    assert read(path).columns == {"id": ["a"], "tid": [""], "antal": ["2"]}


def test_hidden_rows_and_columns_are_read_like_others(tmp_path: Path) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["C"].hidden = True

    assert read(saved(tmp_path, HEADER, ["a", "x", 1], ["b", "y", 2], change=hide))["antal"] == ["1", "2"]


def test_merged_cells_hold_their_value_in_the_first(tmp_path: Path) -> None:
    def merge(sheet: Worksheet) -> None:
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("B3:B4")

    found = read(saved(tmp_path, ["Brott"], HEADER, ["a", "x", 1], ["b", None, 2], change=merge))
    assert found["tid"] == ["x", ""]


def test_rows_that_a_merged_cell_covers_are_told(tmp_path: Path) -> None:
    def merge(sheet: Worksheet) -> None:
        for cells in ("A1:C1", "A2:A3", "B4:B6", "C5:C6", "A7:C7"):
            sheet.merge_cells(cells)

    rows: list[list[Any]] = [["a", "x", 1], *([f"b{n}", None, n] for n in range(4))]
    path = saved(tmp_path, ["Brott"], HEADER, ["", "", ""], *rows, change=merge)
    told = [warned.told() for part in sheets.tables(path, "fil.xlsx", fits) for warned in part.warnings]
    assert [(warned.code, warned.count) for warned in told] == [(WarningCode.MERGED_CELLS, 2)]
    assert told[0].swedish.startswith("2 rader ligger i en sammanslagen cell")


def test_the_columns_whose_numbers_have_decimals_are_told(tmp_path: Path) -> None:
    (part,) = sheets.tables(saved(tmp_path, HEADER, ["0.5", 0.5, 1], ["a", 2, date(2025, 1, 1)]), "fil.xlsx", fits)
    assert part.fractions == {"tid"}


def test_the_one_sheet_that_fits_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Läs mig"])
    right = book.create_sheet("Data")
    right.append(HEADER)
    right.append(["a", "x", 1])
    book.create_sheet("Diagram")
    book.create_chartsheet("Kurva")  # openpyxl itself does not open it again
    hidden = book.create_sheet("Gammal")
    hidden.append(HEADER)
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "fil.xlsx")
    assert read(tmp_path / "fil.xlsx")["id"] == ["a"]


def test_two_sheets_that_fit_are_refused_by_name_since_one_would_be_lost(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title in ("Januari", "Februari"):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
    book.save(tmp_path / "fil.xlsx")
    error = refused(tmp_path / "fil.xlsx")
    assert error.code == "several_tables"
    assert "Januari, Februari" in error.swedish


def test_where_no_header_fits_the_fullest_row_is_given_for_the_error_about_it(tmp_path: Path) -> None:
    found = read(saved(tmp_path, ["Titel"], ["nummer", "dag"], ["a", "x"]))
    assert list(found.columns) == ["nummer", "dag"]


def test_a_header_without_rows_gives_one_part_without_rows(tmp_path: Path) -> None:
    found = read(saved(tmp_path, HEADER))
    assert (found.columns, found.rows, found.parts) == ({"id": [], "tid": [], "antal": []}, 0, 1)


def test_an_empty_workbook_is_refused(tmp_path: Path) -> None:
    assert refused(saved(tmp_path)).code == "no_rows"


@pytest.mark.parametrize(
    ("header", "code"),
    [(["id", None, "tid"], "empty_header"), (["id", "tid", "ID"], "double_header"), (["id", "tid", "Tid "], "double_header")],
)
def test_an_empty_or_double_column_name_is_refused(tmp_path: Path, header: list[str | None], code: str) -> None:
    assert refused(saved(tmp_path, header, ["a", "b", "c"])).code == code


def test_a_sheet_is_read_a_block_at_a_time_and_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "BLOCK_ROWS", 7)
    found = read(saved(tmp_path, HEADER, *([f"id{row}", "x", row] for row in range(50))))
    assert found.parts == 8
    assert found["id"] == [f"id{row}" for row in range(50)]
    assert found.line == list(range(2, 52))


def rows_xml(xml: str, rows: str) -> str:
    return re.sub(r"(<row r=\"1\".*?</row>).*?</sheetData>", rf"\1{rows}</sheetData>", xml, flags=re.DOTALL)


def sheet_of(folder: Path, rows: str) -> Path:
    path = saved(folder, HEADER, ["a", "x", 1])
    return rewritten(path, SHEET, lambda xml: rows_xml(xml, rows))


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>', "unreadable"),
        ('<row r="5"/><row r="4"/>', "unreadable"),
        ('<row r="2"><c r="ZZZZ2"><v>1</v></c></row>', "unreadable"),
        ('<row r="2"><c r="XFE2"><v>1</v></c></row>', "unreadable"),
        ('<row r="x"/>', "unreadable"),
        ('<row r="2"><c r="A2"><v>1</v></row>', "unreadable"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(tmp_path: Path, rows: str, code: str) -> None:
    assert refused(sheet_of(tmp_path, rows)).code == code


@pytest.mark.parametrize(
    "odd",
    ['t="s"><v>999</v>', 't="s"><v>x</v>', "><v>abc</v>", 's="99"><v>1</v>', 't="d"><v>igår</v>', 's="1"><v>1e300</v>', "><v>nan1</v>"],
)
def test_a_cell_that_cannot_be_read_rejects_only_its_row(tmp_path: Path, odd: str) -> None:
    path = saved(tmp_path, HEADER, ["a", at("2025-01-01 00:00:00"), 1])
    bad = f'<row r="2"><c r="A2" t="str"><v>a</v></c><c r="B2" {odd}</c></row>'
    rewritten(path, SHEET, lambda xml: rows_xml(xml, bad + '<row r="3"><c r="A3" t="str"><v>b</v></c></row>'))
    found = read(path)
    assert (found.rejected, found["id"]) == ([(2, "tid", "excel_error")], ["b"])


def test_rows_and_cells_without_references_are_counted(tmp_path: Path) -> None:
    rich = "<is><r><t>a</t></r><r><t>b</t></r><rPh><t>x</t></rPh></is>"
    found = read(sheet_of(tmp_path, f"<row><c t='inlineStr'>{rich}</c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>"))
    assert (found["id"], found["tid"], found.line, found.blank) == (["ab", "3"], ["2", ""], [2, 4], 1)


def test_marks_written_by_their_number_are_given(tmp_path: Path) -> None:
    found = read(sheet_of(tmp_path, "<row r='2'><c r='A2' t='str'><v>a_x000D_b_xZZZZ_</v></c></row>"))
    assert found["id"] == ["a\rb_xZZZZ_"]


def test_an_entity_that_grows_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, HEADER, ["a", "x", 1])
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha" * 50}">' for n in range(9))
    rewritten(
        path, SHEET, lambda xml: f"<!DOCTYPE worksheet [{entities}]>" + rows_xml(xml, "<row r='2'><c r='A2' t='str'><v>&a8;</v></c></row>")
    )
    assert refused(path).code == "unreadable"


def test_more_text_than_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_LARGEST_PART", 100)
    assert refused(saved(tmp_path, HEADER, ["a", "x", 1])).code == "archive_size"


def test_a_workbook_cut_off_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, HEADER, ["a", "x", 1])
    path.write_bytes(path.read_bytes()[:-100])
    assert refused(path).code == "truncated"


def test_a_text_alike_in_every_format_gives_the_same_columns(tmp_path: Path) -> None:
    rows = [["a", "2025-03-01", "0310"], ["b", "", "åäö"]]
    (tmp_path / "fil.csv").write_text("\n".join(";".join(row) for row in [HEADER, *rows]) + "\n")
    by_csv: Found = read(tmp_path / "fil.csv")
    assert read(saved(tmp_path, HEADER, *rows)).columns == by_csv.columns
