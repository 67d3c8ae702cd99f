"""Denominators: how many there are in each area on a date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from trygghetskarta.domain.areas import code_of_name
from trygghetskarta.domain.counts import Denominator
from trygghetskarta.domain.events import NO_TIME, Message
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.values import EVERYONE, AreaValue, ValueReading
from trygghetskarta.ingest.checks import local_times
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.row_times import ISO_DATE
from trygghetskarta.ingest.times import days_of
from trygghetskarta.ingest.value_rows import ValueTable, value_tables

COUNTS = Layout(
    name="population/antal",
    columns={"level": "niva", "area": "kod", "date": "datum", "kind": "slag", "value": "antal"},
    required=("level", "area", "date", "kind", "value"),
)
_KINDS = {
    "residents": Denominator.RESIDENTS,
    "invanare": Denominator.RESIDENTS,
    "residents65plus": Denominator.RESIDENTS65PLUS,
    "invanare-65": Denominator.RESIDENTS65PLUS,
    "daypopulation": Denominator.DAY_POPULATION,
    "dagbefolkning": Denominator.DAY_POPULATION,
    "dwellings": Denominator.DWELLINGS,
    "bostader": Denominator.DWELLINGS,
}


class Population:
    """Counts, known by area, date and kind."""

    source = SourceId.POPULATION
    version = "2"
    value_layouts: tuple[Layout, ...] = (COUNTS,)

    def values(self, file: DeliveredFile, context: Context) -> Iterator[ValueReading]:
        """Read a file of denominators; see `ValueSource.values`."""
        for rows in value_tables(file, COUNTS, context):
            yield _read(rows, context)


def _read(rows: ValueTable, context: Context) -> ValueReading:
    table = rows.checker.table
    value, withheld = rows.numbers("value")
    rows.reject_missing(np.isnan(value) | withheld, "value")
    local = local_times(rows.checker, rows.columns["date"], ISO_DATE)
    rows.checker.reject(local == NO_TIME, rows.columns["date"], Message("no_date", "Raden saknar datum.", "The row has no date."))
    kinds = rows.read("kind", _kind)
    level = rows.places(context, "area")
    area, days = rows.texts("area"), days_of(local)
    values = [
        AreaValue(
            int(table.line[row]),
            table.raw(row),
            str(level[row]),
            area[row],
            date(1970, 1, 1) + timedelta(days=int(days[row])),
            str(kinds[row]),
            EVERYONE,
            float(value[row]),
        )
        for row in rows.good
    ]
    return rows.reading(values)


def _kind(text: str) -> Denominator | Message:
    kind = _KINDS.get(code_of_name(text))
    if kind is not None:
        return kind
    names = ", ".join(Denominator)
    return Message("unknown_kind", f"Slaget är inte ett av {names}.", f"The kind is not one of {names}.")
