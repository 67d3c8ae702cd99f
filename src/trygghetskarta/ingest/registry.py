"""Which adapter reads which source."""

from __future__ import annotations

from collections.abc import Mapping

from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.contract import Layout, Source, ValueSource
from trygghetskarta.ingest.sources.anmalda_brott import AnmaldaBrott
from trygghetskarta.ingest.sources.brander import Brander
from trygghetskarta.ingest.sources.incidenter import Incidenter
from trygghetskarta.ingest.sources.polishandelser import Polishandelser
from trygghetskarta.ingest.sources.population import Population
from trygghetskarta.ingest.sources.skjutningar import Skjutningar
from trygghetskarta.ingest.sources.sprangningar import Sprangningar
from trygghetskarta.ingest.sources.trygghetsmatning import Trygghetsmatning
from trygghetskarta.ingest.sources.tyck_till import TyckTill

_SKJUTNINGAR, _SPRANGNINGAR = Skjutningar(), Sprangningar()
ADAPTERS: Mapping[SourceId, Source] = {
    adapter.source: adapter
    for adapter in (Polishandelser(), AnmaldaBrott(), _SKJUTNINGAR, Brander(), _SPRANGNINGAR, TyckTill(), Incidenter())
}
VALUES: Mapping[SourceId, ValueSource] = {
    adapter.source: adapter for adapter in (Trygghetsmatning(), Population(), _SKJUTNINGAR, _SPRANGNINGAR)
}
LAYOUTS: Mapping[SourceId, tuple[Layout, ...]] = {
    source: (*(ADAPTERS[source].layouts if source in ADAPTERS else ()), *(VALUES[source].value_layouts if source in VALUES else ()))
    for source in SourceId
}


def version_of(source: SourceId) -> str:
    """Give the version of the adapter that reads a source."""
    return ADAPTERS[source].version if source in ADAPTERS else VALUES[source].version
