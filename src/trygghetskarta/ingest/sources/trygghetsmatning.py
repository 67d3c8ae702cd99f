"""The safety survey: shares in per cent by area, year, question and group, with the number of answers and the interval."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.values import AreaValue, ValueReading
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.value_rows import ValueTable, value_tables, year_of

ANSWERS = Layout(
    name="trygghetsmatning/svar",
    columns={
        "area": "omrade",
        "level": "niva",
        "year": "ar",
        "question": "fraga",
        "group": "grupp",
        "value": "varde",
        "n": "n",
        "interval": "intervall",
    },
    required=("area", "level", "year", "question", "group", "value", "n"),
)


class Trygghetsmatning:
    """Answers, known by area, year, question and group."""

    source = SourceId.TRYGGHETSMATNING
    version = "2"
    value_layouts: tuple[Layout, ...] = (ANSWERS,)

    def values(self, file: DeliveredFile, context: Context) -> Iterator[ValueReading]:
        """Read the answers of one or more surveys; see `ValueSource.values`."""
        for rows in value_tables(file, ANSWERS, context):
            yield _read(rows, context)


def _read(rows: ValueTable, context: Context) -> ValueReading:
    table = rows.checker.table
    level = rows.places(context, "area")
    years = rows.read("year", year_of(context))
    question, group = rows.required("question"), rows.required("group")
    value, withheld = rows.numbers("value", most=100)
    rows.reject_missing(np.isnan(value) & ~withheld, "value")
    n, _ = rows.numbers("n", most=10_000_000)
    rows.reject_missing(np.isnan(n) | (n != np.floor(n)), "n")
    half_width, _ = rows.numbers("interval", most=100)
    area = rows.texts("area")
    values = [
        AreaValue(
            int(table.line[row]),
            table.raw(row),
            str(level[row]),
            area[row],
            day,
            question[row],
            group[row].casefold(),
            None if withheld[row] else float(value[row]),
            int(n[row]),
            None if np.isnan(half_width[row]) else float(half_width[row]),
        )
        for row in rows.good
        if (day := years[row]) is not None
    ]
    return rows.reading(values)
