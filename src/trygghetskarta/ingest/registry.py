"""Which adapter reads which source."""

from __future__ import annotations

from collections.abc import Mapping

from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.contract import Source
from trygghetskarta.ingest.sources.anmalda_brott import AnmaldaBrott
from trygghetskarta.ingest.sources.brander import Brander
from trygghetskarta.ingest.sources.polishandelser import Polishandelser
from trygghetskarta.ingest.sources.skjutningar import Skjutningar

ADAPTERS: Mapping[SourceId, Source] = {adapter.source: adapter for adapter in (Polishandelser(), AnmaldaBrott(), Skjutningar(), Brander())}
