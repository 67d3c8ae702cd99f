"""Confirmed explosions: the police's list, revised from delivery to delivery."""

from __future__ import annotations

from trygghetskarta.domain.events import Reading
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.contract import Context, DeliveredFile
from trygghetskarta.ingest.harm import list_of, read_list

LIST = list_of(SourceId.SPRANGNINGAR)


class Sprangningar:
    """Rows of the list of explosions, known by their id."""

    source = SourceId.SPRANGNINGAR
    version = "1"

    def read(self, file: DeliveredFile, context: Context) -> Reading:
        """Read a list of explosions; see `Source.read`."""
        return read_list(self.source, LIST, file, context)
