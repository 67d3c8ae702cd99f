"""INGEST, promise 3: the same rows in another order, encoding, column order or dress are the same rows."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.conftest import CITY
from tests.db.delivering import NOW
from tests.faults.whole import assert_whole, content
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.contract import Context
from trygghetskarta.ingest.editions import LevelOrder, load_level
from trygghetskarta.ingest.formats.archives import open_delivery
from trygghetskarta.ingest.load import Order, publish
from trygghetskarta.ingest.locating import area_names
from trygghetskarta.ingest.places import load_places
from trygghetskarta.ingest.receipts import Receipt, receive
from trygghetskarta.ingest.registry import ADAPTERS
from trygghetskarta.store.engine import make_engine

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
_ROWS = 60


@dataclass(frozen=True)
class Dress:
    """How the same rows are written."""

    order: tuple[int, ...]
    columns: tuple[int, ...]
    encoding: str
    separator: str
    line_end: str
    packed: bool


def sample(name: str) -> list[list[str]]:
    """Read the first rows of a file of the sample, the header first."""
    raw = (SAMPLE / "deliveries" / name).read_bytes()
    raw = gzip.decompress(raw) if name.endswith(".gz") else raw
    rows = [row for row in csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";") if any(row)]
    return [row for row in rows if len(row) == len(rows[0])][: _ROWS + 1]


FILES = {
    SourceId.BRANDER: sample("brander.csv.gz"),
    SourceId.ANMALDA_BROTT: sample("anmalda_brott_2024.csv.gz"),
    SourceId.SKJUTNINGAR: sample("skjutningar.csv"),
}


def written(rows: list[list[str]], dress: Dress) -> bytes:
    """Write rows in a dress; the header stays first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=dress.separator, lineterminator=dress.line_end)
    for number in (0, *(row + 1 for row in dress.order)):
        writer.writerow([rows[number][column] for column in dress.columns])
    raw = codecs.encode(text.getvalue(), dress.encoding)
    return gzip.compress(raw) if dress.packed else raw


@st.composite
def dresses(draw: st.DrawFn, rows: list[list[str]]) -> Dress:
    order = list(range(len(rows) - 1))
    random.Random(draw(st.integers(0, 1000))).shuffle(order)
    return Dress(
        tuple(order),
        tuple(draw(st.permutations(range(len(rows[0]))))),
        draw(st.sampled_from(("utf-8", "utf-8-sig", "cp1252"))),
        draw(st.sampled_from(";,\t")),
        draw(st.sampled_from(("\n", "\r\n", "\r"))),
        draw(st.booleans()),
    )


def deliver(connection: Connection, source: SourceId, raw: bytes) -> Receipt:
    with tempfile.NamedTemporaryFile(suffix=".csv") as kept:
        kept.write(raw)
        kept.flush()
        with open_delivery(Path(kept.name)) as file:
            received = receive(connection, source, file, f"test {hashlib.sha256(raw).hexdigest()}")
            if isinstance(received, Receipt):  # the same bytes
                return received
            places = load_places(connection)
            known = area_names(connection, places)
            context = Context("Stockholm", "Stockholms län", known.stadsdelar, known.codes, known.city, NOW)
            return publish(connection, Order(received, source, approved=True), ADAPTERS[source].read(file, context), places)


@pytest.fixture(scope="module")
def city(migrated: str) -> Iterator[Connection]:
    """Give a connection to the sample's areas, and what nothing is kept of."""

    engine = make_engine(migrated)
    with engine.connect() as connection:
        for file, level, fields in (
            ("basomraden.geojson", AreaLevel.BASOMRADE, AreaFields(parent="parent")),
            ("stadsdelar.geojson", AreaLevel.STADSDEL, AreaFields()),
        ):
            load_level(connection, LevelOrder(SAMPLE / "areas" / file, level, date(2023, 7, 1), fields, CITY))
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.mark.parametrize("source", FILES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_same_rows_in_another_dress_change_nothing(city: Connection, source: SourceId, data: st.DataObject) -> None:
    rows = FILES[source]
    first, second = (written(rows, data.draw(dresses(rows))) for _ in range(2))
    with city.begin_nested() as undone:
        before = deliver(city, source, first)
        known = content(city)
        assert before.new > _ROWS // 2
        again = deliver(city, source, second)
        assert (again.status, again.new, again.changed) == ("unchanged", 0, 0)
        assert (again.unchanged, again.rejected, again.blank) == (before.new + before.unchanged, before.rejected, before.blank)
        assert content(city) == known
        assert_whole(city)
        undone.rollback()
