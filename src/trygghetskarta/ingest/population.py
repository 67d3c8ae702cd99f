"""Denominators by area and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Denominator
from trygghetskarta.domain.events import NO_TIME, Floats, Ints, Message, Rejected
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.checks import Checker, local_times, numbers
from trygghetskarta.ingest.contract import DeliveredFile
from trygghetskarta.ingest.copying import copy_in, days, encode, fixed, texts
from trygghetskarta.ingest.formats.registry import open_tables
from trygghetskarta.ingest.publication import announce
from trygghetskarta.ingest.row_times import ISO_DATE
from trygghetskarta.ingest.times import MICROSECONDS_A_DAY

COLUMNS = ("niva", "kod", "datum", "slag", "antal")


@dataclass(frozen=True, slots=True)
class PopulationReport:
    """What became of a population file: read = loaded + rejected + blank."""

    read: int
    loaded: int
    rejected: tuple[Rejected, ...]
    blank: int


def load_population(connection: Connection, file: DeliveredFile, areas: Mapping[AreaLevel, frozenset[str]]) -> PopulationReport:
    """Load a file of denominators; a value known before for the same area, date and kind is replaced.

    Args:
        connection: Inside a transaction, which the caller commits.
        file: A CSV with the columns niva, kod, datum, slag and antal.
        areas: The codes that some edition has at each level.

    Returns:
        What became of every row.

    Raises:
        BadDeliveryError: The file as a whole cannot be used.
    """
    (table,) = open_tables(file, lambda header: set(COLUMNS) <= set(header))
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise BadDeliveryError(
            f"{file.name}: kolumnen {', '.join(missing)} saknas; filen har {', '.join(table.header)}.",
            f"{file.name}: the column {', '.join(missing)} is missing; the file has {', '.join(table.header)}.",
        )
    checker = Checker.of(table)
    value = numbers(checker, "antal", "bad_number")
    checker.reject(~(value >= 0), "antal", Message("bad_number", "Antalet saknas eller är negativt.", "The number is missing or negative."))
    day = local_times(checker, "datum", ISO_DATE)
    checker.reject(day == NO_TIME, "datum", Message("no_date", "Raden saknar datum.", "The row has no date."))
    kinds = [kind.value for kind in Denominator]
    checker.reject(
        ~np.isin(table.columns["slag"].to_pylist(), kinds),
        "slag",
        Message("unknown_kind", f"Slaget är inte ett av {', '.join(kinds)}.", f"The kind is not one of {', '.join(kinds)}."),
    )
    known = {f"{level.value} {code}" for level, codes in areas.items() for code in codes}
    named = pc.binary_join_element_wise(table.columns["niva"], table.columns["kod"], " ").to_pylist()
    checker.reject(
        ~np.array([name in known for name in named], bool),
        "kod",
        Message("unknown_area", "Ingen indelning har området.", "No edition has the area."),
    )
    good = checker.good
    area = [table.columns[name].filter(pa.array(good)) for name in ("niva", "kod", "slag")]
    _store(connection, file.sha256, area, day[good], value[good])
    announce(connection, "population")
    rejected = tuple(sorted(table.rejected + checker.rejected, key=lambda row: row.line))
    loaded = int(good.sum())
    return PopulationReport(loaded + len(rejected) + table.blank, loaded, rejected, table.blank)


def _store(connection: Connection, sha256: str, named: list[pa.StringArray], day: Ints, value: Floats) -> None:
    connection.execute(
        text("CREATE TEMP TABLE counted (level text, code text, kind text, on_date date, value float8, file_sha256 text) ON COMMIT DROP")
    )
    rows = len(day)
    fields = [
        *(texts(column) for column in named),
        days(day // MICROSECONDS_A_DAY, np.zeros(rows, bool)),
        fixed(value, ">f8"),
        texts([sha256] * rows),
    ]
    copy_in(connection, "counted", ("level", "code", "kind", "on_date", "value", "file_sha256"), encode(fields))
    connection.execute(
        text("""
            INSERT INTO population (level, code, kind, on_date, value, file_sha256)
            SELECT DISTINCT ON (level, code, kind, on_date) level, code, kind, on_date, value, file_sha256 FROM counted
            ON CONFLICT (level, code, kind, on_date) DO UPDATE SET value = EXCLUDED.value, file_sha256 = EXCLUDED.file_sha256
        """)
    )
    connection.execute(text("DROP TABLE counted"))
