"""Two cities that differ only in what is hidden: nobody outside can tell them apart by a single byte."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime

import httpx
import numpy as np
from sqlalchemy import Connection, Engine, text

from tests.attacks.cities import lattices_of
from tests.conftest import RELEASE_KEY, serving
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.cube import find_edition, load_areas
from trygghetskarta.releasing import release_due
from trygghetskarta.settings import Settings

TODAY = date(2026, 11, 21)
SOURCES = (SourceId.ANMALDA_BROTT, SourceId.SKJUTNINGAR, SourceId.BRANDER)
FORMATS = ("geojson", "json", "csv", "xlsx", "jsonstat", "gpkg", "flatgeobuf", "parquet")
LEVELS = ("basomrade", "stadsdel", "stadsdelsomrade")
_WHEN = re.compile(rb'"timeStamp":"[^"]*"')
# Of places that are each wholly in one stadsdel and one basområde of the edition: one for each stadsdel, that its others are moved to.
_MOVE = text("""
    WITH placed AS (
        SELECT place_id, stadsdel.area_id AS stadsdel
        FROM place_area AS stadsdel JOIN place_area AS basomrade USING (place_id, edition_id)
        WHERE edition_id = :edition AND stadsdel.level = 'stadsdel' AND basomrade.level = 'basomrade'
            AND stadsdel.area_id IS NOT NULL AND basomrade.area_id IS NOT NULL
            AND stadsdel.ends - stadsdel.begins = 1000000 AND basomrade.ends - basomrade.begins = 1000000
    ), chosen AS (SELECT stadsdel, min(place_id) AS place_id FROM placed GROUP BY stadsdel)
    UPDATE event SET place_id = chosen.place_id
    FROM placed JOIN chosen USING (stadsdel), unnest(CAST(:areas AS integer[]), CAST(:years AS integer[])) AS hidden (stadsdel, year)
    WHERE event.place_id = placed.place_id AND event.source_id = :source AND placed.stadsdel = hidden.stadsdel
        AND event.month / 12 = hidden.year AND event.place_id <> chosen.place_id
""")


def move(engine: Engine) -> int:
    """Move events of every stadsdel and year that shows too little to be divided to one place of the stadsdel, and tell how many."""
    moved = 0
    for lattice in lattices_of(engine):
        hidden = ~lattice.seen[AreaLevel.BASOMRADE, 12][:, 0]
        whole = np.ones((len(lattice.city.above[AreaLevel.STADSDEL]), lattice.city.years), bool)
        np.logical_and.at(whole, lattice.city.above[AreaLevel.BASOMRADE], hidden)
        with engine.begin() as connection:
            edition = find_edition(connection, None)
            ids = np.array([area.area_id for area in load_areas(connection, edition)[AreaLevel.STADSDEL]])
            area, year = np.nonzero(whole)
            told = {
                "edition": edition.edition_id,
                "source": lattice.city.source.number,
                "areas": ids[area].tolist(),
                "years": (lattice.city.first + year).tolist(),
            }
            moved += connection.execute(_MOVE, told).rowcount
    return moved


def release_again(connection: Connection) -> None:
    """Draw all that was drawn once more, of what the events are now: the same draws, as they were known at the same instants."""
    connection.execute(text("DELETE FROM public_cell USING public_draw WHERE public_draw.draw_id = public_cell.draw_id AND perturbed"))
    release_due(connection, RELEASE_KEY.get_secret_value().encode(), TODAY)
    connection.execute(
        text("UPDATE publication SET published_at = :instant WHERE version = (SELECT max(version) FROM publication)"),
        {"instant": datetime(2026, 11, 21, 12, tzinfo=UTC)},
    )


def questions() -> Iterator[str]:
    """Give questions of all kinds, most of them about areas in which something was moved."""
    for source in SOURCES:
        for level in LEVELS:
            asked = f"source={source.value}&level={level}&from=2025-01&to=2025-12"
            yield f"/v1/comparisons?{asked}&baseline=previous"
            yield f"/v1/comparisons?{asked}&category={'kap-3' if source is SourceId.ANMALDA_BROTT else ''}"
            yield f"/v1/series?{asked.replace('2025-01', '2016-01')}&interval=year&limit=10"
        yield f"/v1/decompositions?source={source.value}&level=stad&from=2025-01&to=2025-12"
        yield f"/v1/hours?source={source.value}&from=2025-01&to=2025-12"
        yield f"/v1/sources/{source.value}"
        yield f"/v1/categories?source={source.value}"
        yield f"/pxweb/v2/tables/{source.value}/metadata"
        yield f"/ogc/v1/collections/comparison/items?source={source.value}&limit=500"
    for form in FORMATS:
        yield f"/v1/exports/comparisons?source=brander&level=basomrade&from=2025-01&to=2025-12&baseline=previous&format={form}"
        yield f"/v1/exports/series?source=brander&level=basomrade&from=2016-01&to=2025-12&interval=year&format={form}"
    yield from ("/v1/sources", "/v1/deliveries", "/v1/events?source=brander", "/dcat", "/pxweb/v2/tables", "/v1/comparisons?source=nowhere")
    yield "/v1/lagesbilder?level=stadsdel&area=kista&from=2025-01&to=2025-12&class=delbar&format=html&asOf=2026-12-31"


def answers(engine: Engine, port: int) -> dict[str, tuple[int, str | None, bytes]]:
    """Ask everything of a city as anyone may, at an address that answers may name."""
    with (
        serving(engine, Audience.PUBLIC, Settings(refresh_seconds=60.0, waiting_seconds=30.0, pool_seconds=30.0), port=port) as server,
        httpx.Client(base_url=server, timeout=120) as client,
    ):
        told = ((asked, client.get(asked)) for asked in questions())
        # Some answers say when they were given.
        return {asked: (one.status_code, one.headers.get("etag"), _WHEN.sub(b"", one.content)) for asked, one in told}


def test_what_differs_only_in_hidden_counts_is_answered_byte_for_byte_alike(own_sample: Engine) -> None:
    with own_sample.begin() as connection:
        release_again(connection)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    before = answers(own_sample, port)
    cells = held(own_sample)
    moved = move(own_sample)
    assert moved > 1_000
    with own_sample.begin() as connection:
        release_again(connection)
        # The release just before is not what tells them apart: the same number of publications, at the same time.
        connection.execute(text("DELETE FROM publication WHERE version = (SELECT max(version) FROM publication)"))
    assert held(own_sample) == cells
    after = answers(own_sample, port)
    assert [asked for asked in before if before[asked] != after[asked]] == []
    assert sum(status == 200 for status, _, _ in before.values()) > 45


def held(engine: Engine) -> list[str]:
    """Give all that the database holds for the public to read, written out."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT public_cell::text FROM public_cell ORDER BY draw_id, edition_id, level"))
        return list(rows.scalars())
