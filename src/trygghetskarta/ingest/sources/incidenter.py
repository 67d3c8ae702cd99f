"""Threats, violence, damage and theft met by the city's staff at work."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.events import Precision, Reading
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.row_times import ISO_TIME
from trygghetskarta.ingest.rows import read_rows

REGISTER = Layout(
    name="incidenter/register",
    columns={"id": "id", "start": "tid", "kind": "slag", "area": "omrade", "status": "status"},
    required=("id", "start", "kind", "area"),
    formats={"start": ISO_TIME},
    area_level=AreaLevel.STADSDEL,
    withdrawn=frozenset(("återtagen", "makulerad")),
    without_place=Precision.STAD,
)


class Incidenter:
    """Incidents known by their id. Their point is never read: a point would name the workplace."""

    source = SourceId.INCIDENTER
    version = "2"
    layouts: tuple[Layout, ...] = (REGISTER,)

    def read(self, file: DeliveredFile, context: Context) -> Iterator[Reading]:
        """Read an extract of the register; see `Source.read`."""
        return read_rows(file, self.layouts, context, CONTRACTS[self.source].counts_by)
