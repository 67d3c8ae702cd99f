"""Counts of shootings or explosions per police region and month.

A region is larger than the city, also the one that has its name, and its counts hold the city's own. They are kept as values of the region and
never become events: counted with the list they would be counted twice, and a month they tell of is no month that the list has delivered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np

from trygghetskarta.domain.areas import code_of_name
from trygghetskarta.domain.events import Message
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.values import EVERYONE, AreaValue, ValueReading
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.formats.registry import header_of
from trygghetskarta.ingest.reading import shown
from trygghetskarta.ingest.rows import missing_columns
from trygghetskarta.ingest.value_rows import ValueTable, value_tables, year_of

LEVEL = "polisregion"
_TOTALS = frozenset(("totalt", "total", "summa", "riket", "hela-riket", "hela-landet"))


def regions_of(source: SourceId) -> Layout:
    """Give the layout of a source's counts per police region."""
    return Layout(
        name=f"{source}/polisregion",
        columns={"type": "typ", "question": "matt", "region": "polisregion", "year": "ar", "month": "manad", "value": "antal"},
        required=("type", "question", "region", "year", "month", "value"),
    )


def read_regions(source: SourceId, layout: Layout, file: DeliveredFile, context: Context) -> Iterator[ValueReading] | None:
    """Read counts per police region.

    Args:
        source: Whose.
        layout: As `regions_of` gave it.
        file: The file.
        context: What is known outside it.

    Returns:
        See `ValueSource.values`.
    """
    if context.layout is not None or missing_columns(layout, header_of(file, lambda header: not missing_columns(layout, header))):
        return None
    return (_read(source, rows, context) for rows in value_tables(file, layout, context))


def _read(source: SourceId, rows: ValueTable, context: Context) -> ValueReading:
    table = rows.checker.table
    region = rows.texts("region")
    rows.set_aside(np.array([code_of_name(name) in _TOTALS for name in region], bool))
    rows.required("region")
    rows.read("type", lambda text: _type(text, source))
    question = rows.required("question")
    years = rows.read("year", year_of(context))
    months = rows.read("month", _month)
    value, withheld = rows.numbers("value", most=1_000_000)
    rows.reject_missing((np.isnan(value) & ~withheld) | (value != np.floor(value)) & ~withheld, "value")
    values = [
        AreaValue(
            int(table.line[row]),
            table.raw(row),
            LEVEL,
            region[row],
            date(year.year, month, 1),
            question[row].casefold(),
            EVERYONE,
            None if withheld[row] else float(value[row]),
        )
        for row in rows.good
        if (year := years[row]) is not None and (month := months[row]) is not None
    ]
    return replace(rows.reading(values), monthly=True)


def _type(text: str, source: SourceId) -> str | Message:
    if code_of_name(text) == source.value:
        return text
    return Message("wrong_source", f"Raden gäller {shown(text)}, inte {source}.", f"The row is about {shown(text)}, not {source}.")


def _month(text: str) -> int | Message:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 12:
        return int(text)
    return Message("no_such_date", f"”{shown(text)}” är ingen månad, 1 till 12.", f"“{shown(text)}” is not a month, 1 to 12.")
