"""The GDAL that Debian has (3.6), by its own programs, as an analyst would run them."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess

import pytest

from tests.clients.conftest import Asked

pytestmark = pytest.mark.gdal
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("PROJ_LIB", "PROJ_DATA", "GDAL_DATA")}


def run(*command: str) -> str:
    """Give what a program says, which must be no word of an error."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=_ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout


def test_every_collection_lists_and_counts_as_sql_does(asked: Asked) -> None:
    said = run("ogrinfo", "-ro", "-so", "-al", f"OAPIF:{asked.root}")
    names = re.findall(r"^Layer name: (.+)$", said, re.MULTILINE)
    counts = [int(count) for count in re.findall(r"^Feature Count: (\d+)$", said, re.MULTILINE)]
    assert dict(zip(names, counts, strict=True)) == asked.counts()
    assert re.findall(r"^Geometry: (.+)$", said, re.MULTILINE) == ["Multi Polygon"] * 6 + ["Point"]


def test_every_event_is_read_once_by_next_links(asked: Asked) -> None:
    said = run("ogr2ogr", "-f", "CSV", "/vsistdout/", f"OAPIF:{asked.root}", "events", "-oo", "PAGE_SIZE=10000", "-select", "id")
    ids = [row["id"] for row in csv.DictReader(io.StringIO(said))]
    assert len(ids) == len(set(ids)) == asked.count() > 20_000
    assert sum("after=" in address for address in asked.items("events")) == len(ids) // 10_000


def test_filters_and_boxes_are_sent_and_take_what_sql_takes(asked: Asked) -> None:
    where = "source = 'brander' AND month >= '2023-01' AND areaName ILIKE 'jär%'"
    box = ("17.8", "59.3", "18.0", "59.5")
    command = ("-where", where, "-spat", *box, "-oo", "PAGE_SIZE=1000", "-select", "id")
    said = run("ogr2ogr", "-f", "CSV", "/vsistdout/", f"OAPIF:{asked.root}", "events", *command)
    expected = asked.count(f"""
        source.code = 'brander' AND month >= 636 AND ST_Intersects(ST_Transform(geom, 4326), ST_MakeEnvelope({", ".join(box)}, 4326))
        AND place_id IN (SELECT place_id FROM place_area JOIN area USING (area_id) WHERE place_area.edition_id = area.edition_id
            AND place_area.level = 'stadsdelsomrade' AND area.name = 'Järva' AND ends - begins = 1000000
            AND area.edition_id = (SELECT edition_id FROM edition ORDER BY valid_from DESC LIMIT 1))
    """)
    assert len(list(csv.DictReader(io.StringIO(said)))) == expected > 0
    sent = asked.items("events")[-1]
    assert "filter-lang=cql-text" in sent
    assert "areaName ILIKE 'jär%'" in sent
    assert "bbox=17.8" in sent


def test_a_question_in_the_address_is_asked_of_every_page(asked: Asked) -> None:
    address = f"OAPIF:{asked.root}/collections/comparison?source=brander&level=stadsdel&from=2024-01&to=2024-12"
    said = run("ogr2ogr", "-f", "CSV", "/vsistdout/", address, "-oo", "PAGE_SIZE=10")
    rows = list(csv.DictReader(io.StringIO(said)))
    assert len({row["code"] for row in rows}) == len(rows) == asked.counts()["stadsdel"]
    assert {row["level"] for row in rows} == {"stadsdel"}
    placed = asked.count("source.code = 'brander' AND month BETWEEN 648 AND 659 AND geom IS NOT NULL")
    assert 0 < sum(int(row["count"]) for row in rows) <= placed
