from __future__ import annotations

import csv
import io
from typing import Any

from trygghetskarta.serialize.receipts import as_they_came, explained

ROW: dict[str, Any] = {
    "file_name": "=cmd.csv",
    "line": 7,
    "column_name": "larmtid",
    "code": "no_such_date",
    "value": "@SUM(1)",
    "message": "Datumet finns inte.",
    "message_en": "There is no such date.",
    "raw": "=1+1;2025-02-29;Öst".encode("cp1252"),
}


def test_an_explained_row_has_file_line_column_code_value_both_languages_and_a_hint() -> None:
    content = b"".join(explained([ROW]))
    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert (row["rad"], row["kolumn"], row["kod"]) == ("7", "larmtid", "no_such_date")
    assert (row["fel"], row["error"]) == ("Datumet finns inte.", "There is no such date.")
    assert (row["råd"], row["hint"]) == ("Rätta datumet.", "Mend the date.")


def test_nothing_in_an_explained_row_is_a_formula() -> None:
    content = b"".join(explained([ROW]))
    [row] = csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    assert (row["fil"], row["värde"], row["ursprunglig rad"]) == ("'=cmd.csv", "'@SUM(1)", "'=1+1;2025-02-29;\\xd6st")


def test_rows_as_they_came_are_the_files_own_bytes_under_its_header() -> None:
    assert b"".join(as_they_came([ROW], b"id;larmtid;ort")) == b"id;larmtid;ort\r\n=1+1;2025-02-29;\xd6st\r\n"
    assert b"".join(as_they_came([ROW], b"")) == b"=1+1;2025-02-29;\xd6st\r\n"
