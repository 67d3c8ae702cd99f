"""CSV: for a Swedish Excel, and by RFC 4180 for everything else."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from typing import Any

from trygghetskarta.serialize.figures import Row

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a text begins with it."""


class Dialect(StrEnum):
    """How the file is written.

    EXCEL: semicolons, UTF-8 with a byte order mark, decimal comma. RFC4180: commas, UTF-8, decimal point. Both end lines with CRLF.
    """

    EXCEL = "excel"
    RFC4180 = "rfc4180"


def table(rows: list[Row], columns: list[str], dialect: Dialect) -> bytes:
    """Write rows as CSV.

    Args:
        rows: The rows.
        columns: Their keys, in the order of the columns.
        dialect: How to write it.

    Returns:
        The file. A text that a spreadsheet would take for a formula is led by an apostrophe; numbers stay numbers.
    """
    swedish = dialect is Dialect.EXCEL
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";" if swedish else ",", lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column], swedish) for column in columns])
    return (b"\xef\xbb\xbf" if swedish else b"") + out.getvalue().encode()


def neutral(value: str) -> str:
    """Lead a text that a spreadsheet would take for a formula by an apostrophe."""
    return f"'{value}" if value.startswith(FORMULA) else value


def _cell(value: Any, swedish: bool) -> str:  # noqa: ANN401 - a cell holds whatever a row holds
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value).replace(".", ",") if swedish else repr(value)
        case str():
            return neutral(value)
        case _:
            return str(value)
