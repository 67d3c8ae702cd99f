"""GDAL 3.12, by pyogrio: it works in the city's own system, and northing comes first there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyogrio
import pytest
from sqlalchemy import text

from tests.clients.conftest import Asked

PROGRAM = Path(__file__).with_name("in_pyogrio.py")
BOXES = {3011: (147_000.0, 6_576_000.0, 154_000.0, 6_582_000.0), 3006: (668_000.0, 6_576_000.0, 675_000.0, 6_582_000.0)}


def read(asked: Asked, layer: str, question: str = "", **options: object) -> Any:  # noqa: ANN401 - what the program says
    """Read a layer in a process of its own: GDAL lets no other thread of its process run while it waits, nor the server."""
    order = orjson.dumps({"source": f"OAPIF:{asked.root}{question}", "layer": layer, "options": options}).decode()
    done = subprocess.run([sys.executable, str(PROGRAM), order], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return orjson.loads(done.stdout)


def test_the_version_is_the_one_that_the_traps_are_of() -> None:
    assert pyogrio.__gdal_version__ >= (3, 12)


def test_every_collection_lists_and_counts_as_sql_does(asked: Asked) -> None:
    found = read(asked, "*")
    assert {layer: info["geometry"] for layer, info in found.items()} == {
        **dict.fromkeys(asked.counts(), "MultiPolygon"),
        "events": "Point",
    }
    assert {layer: info["features"] for layer, info in found.items()} == asked.counts()
    assert {info["crs"] for info in found.values()} == {"EPSG:3011"}
    # Their number is told; nothing is read to count it.
    assert [address for address in asked.heard if "after=" in address] == []


def test_columns_have_their_types_whatever_the_first_rows_hold(asked: Asked) -> None:
    types = read(asked, "*")["events"]["types"]
    assert {name: types[name] for name in ("antal", "startsAt", "endsAt", "reportedOn", "areaText")} == {
        "antal": "int32", "startsAt": "datetime64[ms]", "endsAt": "datetime64[ms]", "reportedOn": "datetime64[D]", "areaText": "object",
    }  # fmt: skip


@pytest.mark.parametrize("srid", [3011, 3006])
def test_points_and_boxes_have_their_axes_right(asked: Asked, srid: int) -> None:
    west, south, east, north = BOXES[srid]
    options = {} if srid == 3011 else {"CRS": f"EPSG:{srid}"}
    found = read(asked, "events", bbox=BOXES[srid], columns=["id"], **options)
    assert found["crs"] == f"EPSG:{srid}"
    box = f"ST_Intersects(ST_Transform(geom, {srid}), ST_MakeEnvelope({west}, {south}, {east}, {north}, {srid}))"
    with asked.engine.connect() as connection:
        rows = connection.execute(
            text(f"""
                SELECT source.code || '.' || key AS id, ST_X(point) AS x, ST_Y(point) AS y
                FROM event JOIN source USING (source_id), LATERAL (SELECT ST_Transform(geom, {srid}) AS point) AS turned
                WHERE known_to IS NULL AND NOT withdrawn AND antal > 0 AND {box}
            """)
        )
        truth = {row.id: (row.x, row.y) for row in rows}
    assert len(found["points"]) == len(truth) == len(set(found["fields"]["id"])) > 1000
    expected = np.array([truth[identity] for identity in found["fields"]["id"]])
    assert np.abs(np.array(found["points"]) - expected).max() < 0.01
    sent = asked.items("events")[-1]
    # Northing first, as the authority has it.
    assert f"bbox={south:.0f},{west:.0f},{north:.0f},{east:.0f}" in sent
    assert f"bbox-crs=http://www.opengis.net/def/crs/EPSG/0/{srid}" in sent


@pytest.mark.parametrize("srid", [3011, 3006])
def test_areas_lie_where_their_outlines_do_in_every_system(asked: Asked, srid: int) -> None:
    found = read(asked, "stadsdel", **({} if srid == 3011 else {"CRS": f"EPSG:{srid}"}))
    with asked.engine.connect() as connection:
        rows = connection.execute(
            text(f"""
                SELECT code, ST_X(centre) AS x, ST_Y(centre) AS y FROM (
                    SELECT code, ST_Centroid(ST_Transform(geom, {srid})) AS centre FROM area JOIN edition USING (edition_id)
                    WHERE valid_from = '2023-07-01' AND level = 'stadsdel'
                ) AS centres
            """)
        ).all()
    truth = {row.code: (row.x, row.y) for row in rows}
    expected = np.array([truth[code] for code in found["fields"]["code"]])
    # Outlines are simplified to ten metres.
    assert np.abs(np.array(found["points"]) - expected).max() < 10


@pytest.mark.parametrize(
    ("where", "condition", "sent"),
    [
        ("source = 'brander' AND antal >= 1", "source.code = 'brander'", "source = 'brander'"),
        (
            "startsAt >= '2023/01/01' AND startsAt < '2023/02/01'",
            "starts_at >= '2023-01-01Z' AND starts_at < '2023-02-01Z'",
            "'2023-01-01T'",
        ),
        ("areaText ILIKE 'söder%'", "area_text ILIKE 'söder%'", "areaText ILIKE 'söder%'"),
        ("areaText IS NULL AND source = 'tyck_till'", "area_text IS NULL AND source.code = 'tyck_till'", "(areaText IS NULL)"),
        (
            "source = 'sprangningar' AND NOT precision = 'point'",
            "source.code = 'sprangningar' AND precision <> 0",
            "NOT (precision = 'point')",
        ),
        ("source = 'skjutningar' OR antal > 20", "source.code = 'skjutningar' OR antal > 20", "(source = 'skjutningar') OR (antal > 20)"),
    ],
)
def test_filters_are_sent_and_take_what_sql_takes(asked: Asked, where: str, condition: str, sent: str) -> None:
    found = read(asked, "events", where=where, columns=["id"], read_geometry=False)
    assert len(set(found["fields"]["id"])) == len(found["fields"]["id"]) == asked.count(condition) > 0
    assert sent in asked.items("events")[-1]


def test_a_question_and_a_filter_of_its_answer(asked: Asked) -> None:
    question = "?source=brander&level=stadsdel&from=2024-01&to=2024-12"
    found = read(asked, "comparison", question, where="count > 20", columns=["code", "level", "count"], read_geometry=False)
    assert len(found["fields"]["code"]) > 0
    assert min(found["fields"]["count"]) > 20
    assert set(found["fields"]["level"]) == {"stadsdel"}
    assert "filter=count > 20" in asked.items("comparison")[-1]
