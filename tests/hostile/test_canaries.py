"""Canaries in columns that nobody outside may see: they are found in no answer, in whatever format, no error, no header and no line of the log."""

from __future__ import annotations

import gzip
import io
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyarrow.feather
import pyarrow.parquet
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text

from tests.api.recording import ASKED, KEY, SHOWN
from tests.conftest import serving
from trygghetskarta.domain.audience import Audience
from trygghetskarta.observe import JsonLines
from trygghetskarta.settings import Settings

BIRD = "kanariefagel"
# Where a source's own words are kept: what identifies an event, its place as it was written, who decided, what was wrong with a row, the file.
HIDDEN = {
    "event": "identity = '{0}-identity-' || line, area_text = '{0}-area', detail = '{{\"{0}-name\": \"{0}-detail\"}}'",
    "event_link": "decided_by = '{0}-decider', decided_at = now(), status = 'confirmed'",
    "delivery": "file_name = '{0}-file-' || delivery_id, said = '{{\"{0}\": \"{0}-said\"}}', adapter = '{0}-adapter'",
    "rejected_row": "column_name = '{0}-column', value = '{0}-value', message = '{0}-message', message_en = '{0}-message'",
    "feed_item": "place = '{0}-place'",
}
FORMATS = ("json", "geojson", "csv", "xlsx", "gpkg", "parquet", "fgb", "jsonstat", "html", "docx", "pptx", "pdf", "flatgeobuf")
ODD = (
    "/v1/events?source=brander&limit=5", "/v1/trace?source=brander&from=2025-01&to=2025-12", f"/v1/areas/{BIRD[:4]}", "/v1/deliveries",
    "/v1/deliveries/1", "/v1/deliveries/5/rejected", "/v1/comparisons?source=nowhere", "/ogc/v1/collections/events/items",
    "/ogc/v1/collections/comparison/items?source=brander&limit=5", "/ogc/v1/collections/series/items?source=brander&limit=5",
    "/ogc/v1/collections/events/items/1", "/pxweb/v2/tables", "/pxweb/v2/tables/brander/metadata", "/pxweb/v2/tables/brander/data",
    "/pxweb/v2/tables/brander/data?outputFormat=px", "/dcat.ttl", "/dcat.jsonld", "/openapi.json", "/ogc/v1/api", "/",
)  # fmt: skip


@pytest.fixture
def caged(own_sample: Engine) -> Engine:
    """Give a copy of the sample with a bird in every column that is not for the public."""
    with own_sample.begin() as connection:
        for table, set_ in HIDDEN.items():
            done = connection.execute(text(f"UPDATE {table} SET {set_.format(BIRD)}".replace(":", "\\:")))
            assert done.rowcount > 0 or table in ("event_link", "feed_item", "rejected_row"), table
    return own_sample


class Log(logging.Handler):
    """Keeps every line that the service would write, and the message as it is, before anything is taken out."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record) + record.getMessage())


@pytest.fixture
def log() -> Iterator[Log]:
    made, root = Log(), logging.getLogger()
    before = root.level
    root.addHandler(made)
    root.setLevel(logging.INFO)
    yield made
    root.removeHandler(made)
    root.setLevel(before)


def opened(body: bytes) -> bytes:
    """Give what is in a body, out of whatever it is packed in, besides the body itself."""
    found = body
    if body[:2] == b"\x1f\x8b":
        found += gzip.decompress(body)
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            found += b"".join(packed.read(name) for name in packed.namelist())
    if body[:4] == b"PAR1":
        table = pyarrow.parquet.read_table(io.BytesIO(body))
        found += str(table.to_pydict()).encode() + str(table.schema).encode()
    return found


def questions() -> Iterator[str]:
    for asked in ASKED.values():
        yield asked
        if asked.startswith(("/v1/areas", "/v1/tiles", "/live", "/ready", "/v1/api-info")):
            continue
        yield from (f"{asked}{'&' if '?' in asked else '?'}format={form}" for form in FORMATS)
    yield from ODD


def escaped(server: str, headers: dict[str, str]) -> list[str]:
    """Ask everything, and tell where a bird was seen."""
    seen = []
    with httpx.Client(base_url=server, headers=headers, timeout=120) as client:
        for asked in questions():
            answer = client.get(asked)
            assert answer.status_code < 500, asked
            said = opened(answer.content) + str(answer.headers.raw).encode()
            if BIRD.encode() in said:
                seen.append(asked)
    return seen


def test_no_bird_gets_out_to_the_public_or_into_the_log(caged: Engine, log: Log) -> None:
    with serving(caged, Audience.PUBLIC, Settings(refresh_seconds=1.0, waiting_seconds=30.0)) as server:
        assert escaped(server, {}) == []
        assert escaped(server, {**SHOWN, "Authorization": f"Bearer {BIRD}"}) == []
    assert log.lines
    assert [line for line in log.lines if BIRD in line] == []


def test_birds_are_seen_where_staff_may_see_them_and_not_in_the_log(caged: Engine, log: Log) -> None:
    settings = Settings(delivery_key=SecretStr(KEY), refresh_seconds=1.0, waiting_seconds=30.0)
    with serving(caged, Audience.STAFF, settings) as server:
        seen = {asked.partition("?")[0] for asked in escaped(server, SHOWN)}
    # The search sees a bird where there is one, in every kind of packing.
    assert "/v1/trace" in seen
    assert "/v1/deliveries" in seen
    assert not {
        asked for asked in seen if asked.startswith(("/v1/comparisons", "/v1/series", "/v1/lagesbilder", "/v1/exports", "/pxweb", "/dcat"))
    }
    assert [line for line in log.lines if BIRD in line] == []


def test_what_a_file_holds_beside_its_columns_is_kept_nowhere(own_sample: Engine, log: Log, tmp_path: Path) -> None:  # noqa: ARG001
    row = f"L-1;2026-03-01 12:00;1;150000;6580000;{BIRD} 1;{BIRD}"
    bad = f"L-2;{BIRD};1;150000;6580000;{BIRD} 2;{BIRD}"
    file = f"id;larmtid;handelsetyp;x;y;adress;fritext {BIRD}\n{row}\n{bad}\n".encode()
    with serving(own_sample, Audience.STAFF, Settings(delivery_key=SecretStr(KEY), refresh_seconds=1.0)) as server:
        told = httpx.post(f"{server}/v1/deliveries?source=brander", content=file, headers=SHOWN, timeout=120)
        assert told.status_code < 500
    with own_sample.connect() as connection:
        tables = connection.execute(
            text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
        )
        kept = {
            table: connection.execute(
                text(f'SELECT count(*) FROM "{table}" AS kept WHERE kept::text LIKE :bird'), {"bird": f"%{BIRD} 1%"}
            ).scalar_one()
            for table in tables.scalars()
        }
    assert {table for table, number in kept.items() if number} == set()
    assert [line for line in log.lines if BIRD in line] == []
