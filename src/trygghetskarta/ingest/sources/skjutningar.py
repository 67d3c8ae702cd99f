"""Confirmed shootings: the police's list, revised from delivery to delivery."""

from __future__ import annotations

from collections.abc import Iterator

from trygghetskarta.domain.events import Reading
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.values import ValueReading
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.harm import list_of, read_list
from trygghetskarta.ingest.regions import read_regions, regions_of

LIST = list_of(SourceId.SKJUTNINGAR)
REGIONS = regions_of(SourceId.SKJUTNINGAR)


class Skjutningar:
    """Rows of the list of shootings, known by their id; and counts per police region."""

    source = SourceId.SKJUTNINGAR
    version = "3"
    layouts: tuple[Layout, ...] = (LIST,)
    value_layouts: tuple[Layout, ...] = (REGIONS,)

    def read(self, file: DeliveredFile, context: Context) -> Iterator[Reading]:
        """Read a list of shootings; see `Source.read`."""
        return read_list(self.source, LIST, file, context)

    def values(self, file: DeliveredFile, context: Context) -> Iterator[ValueReading] | None:
        """Read counts of shootings per police region and month; see `ValueSource.values`."""
        return read_regions(self.source, REGIONS, file, context)
