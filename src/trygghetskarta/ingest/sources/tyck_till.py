"""What people told the city about its streets and parks."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.events import Precision, Reading
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.row_times import ISO_TIME
from trygghetskarta.ingest.rows import read_rows

REPORTS = Layout(
    name="tyck_till/synpunkter",
    columns={"id": "id", "start": "tid", "kind": "slag", "x": "x", "y": "y", "area": "omrade", "status": "status"},
    required=("id", "start", "kind", "x", "y"),
    formats={"start": ISO_TIME},
    srid=CITY.plane,
    area_level=AreaLevel.STADSDEL,
    withdrawn=frozenset(("återtagen", "makulerad")),
    without_place=Precision.STAD,
)


class TyckTill:
    """Reports known by their id. What people wrote is never read: it may tell who they are."""

    source = SourceId.TYCK_TILL
    version = "2"
    layouts: tuple[Layout, ...] = (REPORTS,)

    def read(self, file: DeliveredFile, context: Context) -> Iterator[Reading]:
        """Read an extract of reports; see `Source.read`."""
        return read_rows(file, self.layouts, context, CONTRACTS[self.source].counts_by)
