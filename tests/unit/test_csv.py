"""CSV: what a Swedish Excel opens, and what everything else reads."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghetskarta.serialize.csv import Dialect, table
from trygghetskarta.serialize.figures import Row

BOM = b"\xef\xbb\xbf"


def one(
    value: Any,  # noqa: ANN401 - a cell holds whatever a row holds
    dialect: Dialect,
) -> str:
    """Give a value's cell as the file has it, beside a first column that keeps the row from being blank."""
    text = table([{"x": "x", "value": value}], ["x", "value"], dialect).removeprefix(BOM).decode()
    head, row, rest = text.split("\r\n", 2)
    assert (head[:1], rest) == ("x", "")
    return row[2:]


def test_excel_gets_a_byte_order_mark_semicolons_decimal_commas_and_crlf() -> None:
    rows: list[Row] = [{"name": "Årsta", "rate": 1.25, "count": -12}, {"name": "Gamla stan", "rate": None, "count": 0}]
    content = table(rows, ["name", "rate", "count"], Dialect.EXCEL)
    assert content == BOM + "name;rate;count\r\nÅrsta;1,25;-12\r\nGamla stan;;0\r\n".encode()


def test_rfc4180_has_no_byte_order_mark_commas_decimal_points_and_crlf() -> None:
    rows: list[Row] = [{"name": "Årsta", "rate": 1.25, "count": -12}, {"name": "Gamla stan", "rate": None, "count": 0}]
    content = table(rows, ["name", "rate", "count"], Dialect.RFC4180)
    assert content == "name,rate,count\r\nÅrsta,1.25,-12\r\nGamla stan,,0\r\n".encode()


def test_a_table_without_rows_has_its_header() -> None:
    assert table([], ["code"], Dialect.RFC4180) == b"code\r\n"


def test_the_columns_stand_in_the_order_asked_for() -> None:
    assert table([{"b": 2, "a": 1, "c": 3}], ["c", "a"], Dialect.RFC4180) == b"c,a\r\n3,1\r\n"


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("text", ["=1+1", "+46 8 508", "-12", "@SUM(A1)", "\tx", '=HYPERLINK("http://x";"y")', "-Gräsplan-"])
def test_a_text_that_a_spreadsheet_takes_for_a_formula_is_led_by_an_apostrophe(text: str, dialect: Dialect) -> None:
    content = table([{"x": "x", "value": text}], ["x", "value"], dialect).removeprefix(BOM).decode()
    delimiter = ";" if dialect is Dialect.EXCEL else ","
    assert list(csv.reader(io.StringIO(content), delimiter=delimiter))[1] == ["x", f"'{text}"]


def test_a_text_that_begins_with_a_return_is_led_by_an_apostrophe_and_quoted() -> None:
    content = table([{"x": "x", "value": "\r=1"}], ["x", "value"], Dialect.RFC4180)
    assert content == b'x,value\r\nx,"\'\r=1"\r\n'


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("number", [-12, -0.5, 0, 3.0, 10**15])
def test_a_number_stays_a_number_whatever_it_begins_with(number: float, dialect: Dialect) -> None:
    cell = one(number, dialect)
    assert "'" not in cell
    assert float(cell.replace(",", ".")) == number


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("code", ["0310", "0101001", "007"])
def test_leading_zeros_stay(code: str, dialect: Dialect) -> None:
    assert one(code, dialect) == code


@pytest.mark.parametrize("dialect", list(Dialect))
def test_nothing_is_an_empty_cell_and_zero_is_not(dialect: Dialect) -> None:
    assert one(None, dialect) == ""
    assert one(0, dialect) == "0"
    assert one(0.0, dialect) == ("0,0" if dialect is Dialect.EXCEL else "0.0")
    assert one("", dialect) == ""


@pytest.mark.parametrize("dialect", list(Dialect))
def test_a_yes_is_true_and_a_no_is_false(dialect: Dialect) -> None:
    assert (one(True, dialect), one(False, dialect)) == ("true", "false")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4), st.sampled_from(Dialect))
@settings(deadline=None, max_examples=80)
def test_any_text_reads_back_but_for_the_apostrophe(rows: list[tuple[str, str]], dialect: Dialect) -> None:
    content = table([{"a": a, "b": b} for a, b in rows], ["a", "b"], dialect).removeprefix(BOM).decode()
    read = list(csv.reader(io.StringIO(content, newline=""), delimiter=";" if dialect is Dialect.EXCEL else ",", strict=True))
    safe = [[f"'{text}" if text[:1] in tuple("=+-@\t\r") else text for text in row] for row in rows]
    assert read == [["a", "b"], *safe]
