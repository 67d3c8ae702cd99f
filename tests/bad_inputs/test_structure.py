from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from tests.bad_inputs.desk import (
    CRIME_HEADER,
    FIRE_HEADER,
    GOOD_FIRES,
    Case,
    Desk,
    Fault,
    Loads,
    Refused,
    about,
    assert_told,
    crime,
    crimes,
    each,
    fire,
    fires,
    lines,
    meet,
)
from trygghetskarta.domain.sources import SourceId

CRIMES = SourceId.ANMALDA_BROTT
MARKS = "`;` vs `,` vs tab"
HEADER = "Header in other case/with spaces/`Brottskod `"
FIELDS = "Row with too few / too many fields"
QUOTE = "Unclosed quote"
ENDS = "CR only / mixed CRLF / LF"
NO_ROWS = 'Blank lines, "Summa"/"Totalt" footer, "Källa: …" rows, metadata lines above header'
CODE = "Area code unknown / old (area split or merged in 2020s)"
EXCEL = "Excel formula without cached value, `#REF!`, `#N/A`"


def reordered(content: bytes) -> bytes:
    return b"".join(b";".join(reversed(line.split(b";"))) + b"\n" for line in content.splitlines())


@each(
    Case(MARKS, fires(fire()), Loads(3, read_as={"separator": ";"}), variant="semicolon"),
    Case(MARKS, fires(fire()).replace(b";", b","), Loads(3, read_as={"separator": ","}), variant="comma"),
    Case(MARKS, fires(fire()).replace(b";", b"\t"), Loads(3, read_as={"separator": "\t"}), variant="tab"),
    Case(MARKS, b"a;b,c\n1;2,3\n", Refused("separator_unknown"), variant="ambiguous"),
    Case(HEADER, fires().replace(FIRE_HEADER.encode(), b" ID; Larmtid ;HANDELSETYP;X ; Y;Adress"), Loads(2)),
    Case(
        HEADER,
        crimes().replace(CRIME_HEADER.encode(), CRIME_HEADER.replace("Brottskod", "Brottskod ").replace("dag s", "dag  s").encode()),
        Loads(2),
        source=CRIMES,
        variant="blanks",
    ),
    Case("Column renamed", fires().replace(b"handelsetyp", b"handelsetypen"), Refused("missing_column", ("handelsetyp", "handelsetypen"))),
    Case(
        "Extra column",
        b"".join(line + b";0701010000\n" for line in fires(fire()).splitlines()).replace(b"0701010000", b"telefon", 1),
        Loads(3, warnings={"unknown_column": 1}, holds=lambda events: all(set(one["detail"]) == {"address"} for one in events)),
    ),
    Case("Interior empty header", fires().replace(b"handelsetyp", b""), Refused("empty_header", ("3",))),
    Case("Interior empty header", fires().replace(b"adress", b"id"), Refused("double_header", ("id",)), variant="double name"),
    Case(FIELDS, fires("B1;2025-10-01 10:00;1"), Loads(2, (Fault(2, "", "field_count"),)), variant="too few"),
    Case(FIELDS, fires(fire() + ";x"), Loads(2, (Fault(2, "", "field_count"),)), variant="too many"),
    Case(
        QUOTE,
        lines(FIRE_HEADER, *GOOD_FIRES, fire("B1", address='"Tall'), fire("B2"), fire("B3", address='"Gran"')),
        Loads(4, (Fault(4, "", "unclosed_quote"),)),
    ),
    Case(QUOTE, fires(fire(address='Ta"ll')), Loads(2, (Fault(2, "", "unclosed_quote"),)), variant="in the middle of a field"),
    Case(
        QUOTE,
        lines(FIRE_HEADER, fire("B1", address='"Tall'), *(fire(f"C{n}", x=n / 10) for n in range(20_000))),
        Loads(20_000, (Fault(2, "", "unclosed_quote"),)),
        variant="more than 1 MB after it",
    ),
    Case(
        "Newline inside quotes",
        fires(fire(address='"Tall\nvägen\r\n5"'), fire("B2", when="2025-13-01")),
        Loads(3, (Fault(5, "larmtid", "no_such_date"),), holds=lambda events: [one["line"] for one in events] == [2, 6, 7]),
    ),
    Case(
        ENDS,
        fires(fire(), fire("B2", when="x")).replace(b"\n", b"\r"),
        Loads(3, (Fault(3, "larmtid", "no_such_date"),), read_as={"lineEnds": "CR"}),
        variant="CR",
    ),
    Case(
        ENDS,
        b"\r\n".join([*lines(FIRE_HEADER, fire(), fire("B2")).split(b"\n")[:3], b"\r".join(map(str.encode, GOOD_FIRES)), b""]),
        Loads(4, read_as={"lineEnds": "mixed"}),
        variant="mixed",
    ),
    Case(
        NO_ROWS,
        lines("Räddningstjänstens händelser", "", FIRE_HEADER, fire(), "", ";;;;;", *GOOD_FIRES, "Summa;3;;;;", "Källa: SSBF", "Totalt"),
        Loads(3, blank=7, read_as={"lineEnds": "LF", "headerLine": 3}, holds=lambda events: [one["line"] for one in events] == [4, 7, 8]),
    ),
    Case(EXCEL, fires(fire(kind="#REF!")), Loads(2, (Fault(2, "handelsetyp", "excel_error"),)), variant="kind"),
    Case(EXCEL, fires(fire(when="#N/A")), Loads(2, (Fault(2, "larmtid", "excel_error"),)), variant="time"),
    Case(EXCEL, fires(fire(x="#VÄRDEFEL!")), Loads(2, (Fault(2, "x", "excel_error"),)), variant="place"),
    Case(EXCEL, fires(fire(address="#NAMN?")), Loads(2, (Fault(2, "adress", "excel_error"),)), variant="text"),
    Case(EXCEL, fires(fire("#DIV/0!")), Loads(2, (Fault(2, "id", "excel_error"),)), variant="id"),
    Case(EXCEL, fires(fire("1,23457E+19")), Loads(2, (Fault(2, "id", "excel_mangled"),)), variant="an id made a rounded number"),
    Case(
        "Aggregate file (counts per area) where events are expected",
        lines("Stadsdel;Antal", "Rinkeby;12", "Husby;7"),
        Refused("looks_aggregated", ("Stadsdel", "Antal")),
    ),
)
def test_rows_and_columns(desk: Desk, case: Case) -> None:
    meet(desk, case)


def workbook(*rows: Sequence[Any], merge: str = "") -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    if merge:
        sheet.merge_cells(merge)
    book.save(content)
    return content.getvalue()


@about(EXCEL)
def test_an_id_that_excel_has_made_a_rounded_number_or_a_fraction_is_none(desk: Desk) -> None:
    rows = [
        [number, "2025-10-01 10:00", "1", 150_100.5, 6_580_100, ""]
        for number in (12345678901234567890, 0.1, "0.2a", 20250001, "12345678901234567890")
    ]
    receipt = desk.send(workbook([*FIRE_HEADER.split(";")], *rows), name="fil.xlsx")
    assert [(row.line, row.column, row.message.code) for row in receipt.rejections] == [
        (2, "id", "excel_mangled"),
        (3, "id", "excel_mangled"),
    ]
    for row in receipt.rejections:
        assert_told(row.message.swedish, row.message.english)
        assert "siffror" in row.message.swedish
    assert {event["identity"] for event in desk.events()} == {"0.2a", "20250001", "12345678901234567890"}


@about(CODE)
def test_a_merged_cell_and_a_code_without_its_zeros_are_told_in_the_receipt_of_a_workbook(desk: Desk) -> None:
    rows = [["2025-10-03", "Järva", area, "Ringvägen", 310, 1, "2025-10-01", None, None, None] for area in (101001, None, 101002)]
    receipt = desk.send(workbook([*CRIME_HEADER.split(";")], *rows, merge="C2:C3"), CRIMES, "fil.xlsx")
    assert {warned.code.value: warned.count for warned in receipt.warnings} == {"merged_cells": 1, "lost_zeros": 2}
    assert [event["area_text"] for event in desk.events(receipt.delivery)] == ["0101001", None, "0101002"]


@about("Columns reordered")
def test_columns_in_another_order_change_nothing(desk: Desk) -> None:
    desk.send(fires(fire()))
    before = desk.state()
    receipt = desk.send(reordered(fires(fire())))
    assert (receipt.new, receipt.changed, receipt.unchanged) == (0, 0, 3)
    assert desk.state() == before


def test_a_crime_file_in_another_order_of_columns_changes_nothing(desk: Desk) -> None:
    desk.send(crimes(crime(), crime()), CRIMES)
    before = desk.state()
    assert desk.send(reordered(crimes(crime(), crime())), CRIMES).unchanged == 4
    assert desk.state() == before
