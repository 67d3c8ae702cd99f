from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Connection, text

from tests.conftest import CITY, Box, Drawing
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, check_editions, load_level
from trygghetskarta.queries.cube import load_cube

FOUR: dict[str, Box] = {"a": (0, 0, 1000, 1000), "b": (1000, 0, 2000, 1000), "c": (0, 1000, 1000, 2000), "d": (1000, 1000, 2000, 2000)}


def dissolve(connection: Connection, folder: Path, edition: date, rows: str) -> None:
    path = folder / f"{edition}.csv"
    path.write_text(f"name,sdo\n{rows}", encoding="utf-8")
    load_level(connection, LevelOrder(path, AreaLevel.STADSDELSOMRADE, edition, AreaFields(parent="sdo"), CITY))


def test_a_table_of_names_dissolves_the_level_below(connection: Connection, draw: Drawing, tmp_path: Path) -> None:
    draw(AreaLevel.STADSDEL, FOUR)
    dissolve(connection, tmp_path, draw.edition, "A,Västra Ån\nB,Östra\nC,Västra Ån\nD,Östra\n")
    rows = connection.execute(
        text("SELECT code, name, square_metres, parent_code, nested FROM area WHERE level = 'stadsdelsomrade' ORDER BY code")
    ).all()
    assert [(row.code, row.name, round(row.square_metres)) for row in rows] == [
        ("ostra", "Östra", 2_000_000),
        ("vastra-an", "Västra Ån", 2_000_000),
    ]
    assert all(row.parent_code == "0180" and row.nested for row in rows)
    parents = connection.execute(text("SELECT code, parent_code FROM area WHERE level = 'stadsdel' ORDER BY code")).all()
    assert [tuple(row) for row in parents] == [("a", "vastra-an"), ("b", "ostra"), ("c", "vastra-an"), ("d", "ostra")]


def test_a_table_that_leaves_out_an_area_is_refused_by_its_name(connection: Connection, draw: Drawing, tmp_path: Path) -> None:
    draw(AreaLevel.STADSDEL, FOUR)
    with pytest.raises(BadDeliveryError, match="vilket område D hör till"):
        dissolve(connection, tmp_path, draw.edition, "A,V\nB,V\nC,V\n")


def test_overlap_and_hole_are_measured_and_mended(connection: Connection, draw: Drawing) -> None:
    # b begins two metres inside a, and c leaves a hole of 10 × 10 m at the corner.
    boxes: dict[str, Box] = {"a": (0, 0, 1000, 1000), "b": (998, 0, 2000, 1000), "e": (0, 1000, 2000, 2000)}
    report = draw(AreaLevel.STADSDEL, boxes)
    assert [(report.codes[i], report.codes[j], round(m2)) for i, j, m2 in report.tiling.overlaps] == [("a", "b", 2000)]
    assert round(report.square_metres) == 4_000_000
    assert [finding.overlaps for finding in check_editions(connection)] == [(), ()]


def test_an_area_across_two_larger_ones_is_named_with_its_ground(draw: Drawing) -> None:
    draw(AreaLevel.STADSDELSOMRADE, {"west": (0, 0, 900, 1000), "east": (900, 0, 2000, 1000)})
    report = draw(AreaLevel.STADSDEL, {"a": (0, 0, 1000, 1000), "b": (1000, 0, 2000, 1000)})
    assert [(odd.area, odd.parent, round(odd.square_metres)) for odd in report.not_nested] == [("A", "West", 100_000)]


def test_links_tell_what_became_of_an_area(connection: Connection, draw: Drawing, tmp_path: Path) -> None:
    for edition, rows in ((date(2020, 7, 1), "A,V\nB,O\nC,N\nD,N\n"), (date(2023, 7, 1), "A,S\nB,S\nC,N\nD,N\n")):
        draw.edition = edition
        draw(AreaLevel.STADSDEL, FOUR)
        dissolve(connection, tmp_path, edition, rows)
    links = connection.execute(
        text("""
            SELECT f.code AS before, t.code AS after, kind, share FROM area_link
            JOIN area f ON f.area_id = from_area_id JOIN area t ON t.area_id = to_area_id JOIN edition e ON e.edition_id = f.edition_id
            WHERE f.level = 'stadsdelsomrade' AND e.valid_from = '2020-07-01' ORDER BY 1, 2
        """)
    ).all()
    assert [tuple(link) for link in links] == [("n", "n", "same", 1.0), ("o", "s", "merge", 1.0), ("v", "s", "merge", 1.0)]
    back = connection.execute(
        text("""
            SELECT t.code, kind, share FROM area_link JOIN area f ON f.area_id = from_area_id JOIN area t ON t.area_id = to_area_id
            WHERE f.code = 's' ORDER BY 1
        """)
    ).all()
    assert [tuple(link) for link in back] == [("o", "split", 0.5), ("v", "split", 0.5)]


def test_a_level_is_loaded_once_unless_it_is_to_be_replaced(draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, FOUR)
    with pytest.raises(BadDeliveryError, match="--replace"):
        draw(AreaLevel.STADSDEL, FOUR)
    assert draw(AreaLevel.STADSDEL, FOUR, replace=True).areas == 4


def test_coordinates_that_contradict_their_declared_system_are_refused(connection: Connection, draw: Drawing, tmp_path: Path) -> None:
    path = tmp_path / "fel.geojson"
    collection = draw.collection(FOUR) | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3006"}}}
    path.write_bytes(orjson.dumps(collection))
    with pytest.raises(BadDeliveryError, match="EPSG:3006"):
        load_level(connection, LevelOrder(path, AreaLevel.STADSDEL, draw.edition, AreaFields(), CITY))


def test_two_areas_with_one_code_are_refused(connection: Connection, draw: Drawing, tmp_path: Path) -> None:
    path = tmp_path / "dubbel.geojson"
    features = draw.collection(FOUR)["features"]
    assert isinstance(features, list)
    features[1]["properties"]["code"] = "a"
    path.write_bytes(orjson.dumps(draw.collection(FOUR) | {"features": features}))
    with pytest.raises(BadDeliveryError, match="koden a"):
        load_level(connection, LevelOrder(path, AreaLevel.STADSDEL, draw.edition, AreaFields(), CITY))


def test_outlines_are_stored_as_geojson_that_turns_the_right_way(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, FOUR)
    row = connection.execute(text("SELECT outline, outline_10m, outline_25m, label_lon, label_lat FROM area WHERE code = 'a'")).one()
    geometry = orjson.loads(row.outline)
    ring = geometry["coordinates"][0][0]
    turn = sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in pairwise(ring))
    assert geometry["type"] == "MultiPolygon"
    assert turn < 0  # counter-clockwise, as RFC 7946 wants
    # EPSG:3011 (150 000, 6 580 000) lies on 18° east, just north of 59.33.
    assert 18.0 <= row.label_lon <= 18.01
    assert 59.33 <= row.label_lat <= 59.34
    assert len(row.outline_25m) <= len(row.outline)


def test_an_area_wholly_under_another_refuses_the_level(draw: Drawing) -> None:
    with pytest.raises(BadDeliveryError, match="området b ligger helt under"):
        draw(AreaLevel.STADSDEL, {"a": (0, 0, 1000, 1000), "b": (100, 100, 200, 200)})


def test_areas_that_share_a_border_or_a_corner_are_neighbours(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, {**FOUR, "island": (5000, 5000, 5100, 5100)})
    cube = load_cube(connection)
    code = [area.code for area in cube.areas[AreaLevel.STADSDEL]]
    bordering: dict[str, list[str]] = {name: [] for name in code}
    for one, other in cube.neighbours[AreaLevel.STADSDEL].tolist():
        bordering[code[one]].append(code[other])
    # a and d meet in a corner only; nothing borders on the island, and the city stands alone at its level.
    assert bordering == {"a": ["b", "c", "d"], "b": ["a", "c", "d"], "c": ["a", "b", "d"], "d": ["a", "b", "c"], "island": []}
    assert cube.neighbours[AreaLevel.STAD].shape == (0, 2)
