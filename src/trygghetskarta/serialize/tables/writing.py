"""The formats that tables are written as."""

from __future__ import annotations

from enum import StrEnum

from trygghetskarta.serialize.tables import jsonstat
from trygghetskarta.serialize.tables.cells import Filled
from trygghetskarta.serialize.tables.px import px
from trygghetskarta.serialize.tables.sides import Manner, delimited, workbook


class TableFormat(StrEnum):
    """What a table can be written as."""

    JSONSTAT = "json-stat2"
    CSV = "csv"
    XLSX = "xlsx"
    PX = "px"

    @property
    def media_type(self) -> str:
        """The media type of the format."""
        return {
            "json-stat2": "application/json",
            "csv": "text/csv; charset=utf-8",
            "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "px": "application/octet-stream",
        }[self.value]

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return "json" if self is TableFormat.JSONSTAT else self.value


def write_table(filled: Filled, form: TableFormat, manner: Manner) -> bytes:
    """Write what was chosen of a table.

    Args:
        filled: What was chosen, with its figures.
        form: The format.
        manner: How a table for people is written; without meaning to the other formats.

    Returns:
        The bytes.
    """
    match form:
        case TableFormat.JSONSTAT:
            return jsonstat.dataset(filled)
        case TableFormat.CSV:
            return delimited(filled, manner)
        case TableFormat.XLSX:
            return workbook(filled, manner)
        case TableFormat.PX:
            return px(filled)
