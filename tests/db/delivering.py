"""Deliver texts as files, inside a test's own transaction."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Exact, Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.contract import Context, DeliveredFile
from trygghetskarta.ingest.load import Order, publish
from trygghetskarta.ingest.locating import area_names
from trygghetskarta.ingest.places import load_places
from trygghetskarta.ingest.receipts import Receipt, receive
from trygghetskarta.ingest.registry import ADAPTERS
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import load_cube

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def deliver(connection: Connection, source: SourceId, content: str, name: str = "fil.csv", *, approved: bool = True) -> Receipt:
    """Deliver a text as a file would be, approved however odd it looks unless told otherwise, and give the receipt."""
    raw = content.encode()
    with tempfile.NamedTemporaryFile() as kept:
        kept.write(raw)
        kept.flush()
        file = DeliveredFile(name, Path(kept.name), hashlib.sha256(raw).hexdigest(), len(raw))
        received = receive(connection, source, file, "test")
        if isinstance(received, Receipt):
            return received
        places = load_places(connection)
        known = area_names(connection, places)
        context = Context("Stockholm", "Stockholms län", known.stadsdelar, known.codes, known.city, NOW)
        return publish(connection, Order(received, source, approved=approved), ADAPTERS[source].read(file, context), places)


def ask(connection: Connection, source: SourceId, level: AreaLevel, span: str) -> Exact:
    """Compare a source's areas over a span written 2025-01..2025-12."""
    first, last = span.split("..")
    return compare(load_cube(connection), Question(level, (source,), Span(Month.parse(first), Month.parse(last))))


def counts(connection: Connection, source: SourceId, level: AreaLevel, span: str) -> dict[str, int]:
    """Give the counts of a span by area code."""
    exact = ask(connection, source, level, span)
    return {area.code: int(count) for area, count in zip(exact.areas, exact.counts[:, 0], strict=True)}


def fires(*rows: str) -> str:
    """Write a file of fires: rows as id;time;x;y with metres from the corner of the drawing board."""
    lines = ["id;larmtid;handelsetyp;x;y;adress"]
    for row in rows:
        number, when, x, y = row.split(";")
        lines.append(f"{number};{when};1;{150_000 + float(x)};{6_580_000 + float(y)};Storgatan 1")
    return "\n".join(lines) + "\n"


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Undo what is done inside, also where an assertion fails: hypothesis tries again."""
    point = connection.begin_nested()
    try:
        yield
    finally:
        point.rollback()
