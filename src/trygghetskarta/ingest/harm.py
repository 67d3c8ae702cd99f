"""The police's lists of serious violence, shootings and explosions alike: one layout, and a kind told by who was hurt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import orjson
import pyarrow.compute as pc

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.events import Precision, Reading
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.ingest.checks import mapped
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.row_times import ISO_TIME
from trygghetskarta.ingest.rows import read_rows

_NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)


def list_of(source: SourceId) -> Layout:
    """Give the layout of a source's list."""
    return Layout(
        name=f"{source}/lista",
        columns={"id": "id", "start": "tid", "x": "x", "y": "y", "area": "omrade", "status": "status"},
        required=("id", "start", "x", "y", "status"),
        formats={"start": ISO_TIME},
        srid=CITY.plane,
        area_level=AreaLevel.STADSDEL,
        withdrawn=frozenset(("återtagen", "makulerad")),
        without_place=Precision.STAD,
        detail={"dead": "doda", "injured": "skadade", "status": "status"},
    )


def read_list(source: SourceId, layout: Layout, file: DeliveredFile, context: Context) -> Iterator[Reading]:
    """Read a list, each row of the kind its dead and injured make it; a mapped file tells its kinds itself.

    Args:
        source: Whose list.
        layout: As `list_of` gave it.
        file: The file.
        context: What is known outside it.

    Yields:
        Every row; see `Source.read`.
    """
    for reading in read_rows(file, (layout,), context, CONTRACTS[source].counts_by):
        if context.layout is not None:
            yield reading
            continue
        kinds = mapped(pc.fill_null(reading.events.detail, "{}"), _harm)
        yield replace(reading, events=replace(reading.events, kind=kinds))


def _harm(detail: str) -> str:
    """Name the kind by who was hurt; a number left out or not given as one is not taken for nobody."""
    facts = orjson.loads(detail)
    dead, injured = (int(text) if _NUMBER.fullmatch(text) else None for text in (facts.get("dead", ""), facts.get("injured", "")))
    if dead:
        return "döda"
    if injured and dead is not None:
        return "skadade"
    return "utan skadade" if dead == 0 and injured == 0 else "uppgift saknas"
