"""The rescue service's registered events."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.events import Precision, Reading
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.row_times import ISO_TIME
from trygghetskarta.ingest.rows import read_rows

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
    version = "2"
    layouts: tuple[Layout, ...] = (REGISTER,)

    def read(self, file: DeliveredFile, context: Context) -> Iterator[Reading]:
        """Read an extract of the register; see `Source.read`."""
        return read_rows(file, self.layouts, context, CONTRACTS[self.source].counts_by)
