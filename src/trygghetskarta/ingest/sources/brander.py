"""The rescue service's registered events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.events import Precision, Reading
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.ingest.checks import mapped
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.row_times import ISO_TIME
from trygghetskarta.ingest.rows import read_rows

_TYPE = re.compile(r"0*([1-9][0-9]?)([.,]0)?", re.ASCII)

REGISTER = Layout(
    name="brander/register",
    columns={"id": "id", "start": "larmtid", "kind": "handelsetyp", "x": "x", "y": "y"},
    required=("id", "start", "kind", "x", "y"),
    formats={"start": ISO_TIME},
    srid=CITY.plane,
    without_place=Precision.NONE,
    detail={"address": "adress"},
)


class Brander:
    """Rows of the rescue service's register, known by their id."""

    source = SourceId.BRANDER
    version = "3"
    layouts: tuple[Layout, ...] = (REGISTER,)

    def read(self, file: DeliveredFile, context: Context) -> Iterator[Reading]:
        """Read an extract of the register; see `Source.read`."""
        for reading in read_rows(file, self.layouts, context, CONTRACTS[self.source].counts_by):
            yield replace(reading, events=replace(reading.events, kind=mapped(reading.events.kind, _number)))


def _number(kind: str) -> str:
    """Give the number of a type as the tree has it: less the zeros before it, and the decimal that a spreadsheet added."""
    found = _TYPE.fullmatch(kind)
    return found[1] if found else kind
