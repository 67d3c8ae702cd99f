"""Reported crimes: the police's extract by basområde, their extract by point, and counts per area and month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.events import VICTIM_AGE, VICTIM_AREA, Precision, Reading
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.ingest.checks import AMBIGUOUS_FORMAT, mapped
from trygghetskarta.ingest.contract import Context, DeliveredFile, Layout
from trygghetskarta.ingest.counts import is_month, read_counts
from trygghetskarta.ingest.formats.registry import open_tables
from trygghetskarta.ingest.row_times import ISO_DATE, ISO_TIME
from trygghetskarta.ingest.rows import missing_columns, read_rows

# Four digits, less the leading zero or with the decimal that a spreadsheet gave it.
_BROTTSKOD = r"^[0-9]{3,4}([.,]0)?$"
_DATES = (*ISO_DATE, AMBIGUOUS_FORMAT)

BY_BASOMRADE = Layout(
    name="anmalda_brott/basomrade",
    columns={
        "reported": "Inskrivningsdatum",
        "area": "Basområde",
        "kind": "Brottskod",
        "antal": "Antal",
        "start": "Brottsdag start",
        "end": "Brottsdag slut",
        "startTime": "Brottstid start",
        "endTime": "Brottstid slut",
    },
    required=("reported", "area", "kind", "antal", "start"),
    formats={"reported": _DATES, "start": _DATES, "end": _DATES},
    area_level=AreaLevel.BASOMRADE,
    kind_pattern=_BROTTSKOD,
    without_place=Precision.STAD,
    detail={"street": "Gata", "police": "Närpo", VICTIM_AREA: "Målsägande basområde", VICTIM_AGE: "Målsägande ålder"},
)

BY_POINT = Layout(
    name="anmalda_brott/punkt",
    columns={
        "id": "ID",
        "kind": "BROTTSKOD",
        "x": "LONGITUDE",
        "y": "LATITUDE",
        "municipality": "KOMMUN",
        "start": "BROTTSDATUMTID_START",
        "end": "BROTTSDATUMTID_SLUT",
    },
    required=("id", "kind", "x", "y", "start"),
    formats={"start": ISO_TIME, "end": ISO_TIME},
    srid=4326,
    kind_pattern=_BROTTSKOD,
    without_place=Precision.STAD,
    detail={"street": "GATA", "number": "GATUNR", VICTIM_AREA: "MALSAGANDE_BASOMRADE", VICTIM_AGE: "MALSAGANDE_ALDER"},
)

COUNTS = Layout(
    name="anmalda_brott/antal",
    columns={"area": "Område", "level": "Nivå", "month": "Månad", "kind": "Brottskod", "antal": "Antal"},
    required=("area", "month", "kind", "antal"),
)
COUNTS_BY_MONTH = Layout(
    name="anmalda_brott/antal per månad",
    columns={"area": "Område", "level": "Nivå", "kind": "Brottskod"},
    required=("area", "kind"),
)


class AnmaldaBrott:
    """Rows of reported crimes. Every row belongs to the municipality unless it names another, so one without a place counts in the city."""

    source = SourceId.ANMALDA_BROTT
    version = "5"
    layouts: tuple[Layout, ...] = (BY_BASOMRADE, BY_POINT, COUNTS, COUNTS_BY_MONTH)

    def read(self, file: DeliveredFile, context: Context) -> Iterator[Reading]:
        """Read a file of reported crimes; see `Source.read`."""
        tables = None
        if context.layout is None:
            every = open_tables(file, _fits)
            first = next(every)
            tables = chain((first,), every)
            counts = _layout_of_counts(first.header)
            if counts is not None:
                for table in tables:
                    yield from read_counts(table, counts, context)
                return
        for reading in read_rows(file, (BY_BASOMRADE, BY_POINT), context, CONTRACTS[self.source].counts_by, tables):
            yield replace(reading, events=replace(reading.events, kind=mapped(reading.events.kind, _four_digits)))


def _fits(header: list[str]) -> bool:
    return any(not missing_columns(layout, header) for layout in AnmaldaBrott.layouts)


def _layout_of_counts(header: list[str]) -> Layout | None:
    """Give the layout of counts that a header fits; None when it fits neither."""
    if not missing_columns(COUNTS, header):
        return COUNTS
    return COUNTS_BY_MONTH if not missing_columns(COUNTS_BY_MONTH, header) and any(map(is_month, header)) else None


def _four_digits(kind: str) -> str:
    """Give a brottskod its leading zero back, and take away the decimals a spreadsheet added."""
    digits = kind.removesuffix(".0").removesuffix(",0")
    return digits.zfill(4) if digits.isascii() and digits.isdigit() else kind
