from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Connection, text

from tests.conftest import CITY, Box, Drawing
from tests.db.delivering import deliver, fires
from trygghetskarta.cli.areas import told
from trygghetskarta.domain.areas import AreaLevel, Standing
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import LOCAL_TIME, Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError, ConflictError, NotFoundError
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, check_editions, load_level
from trygghetskarta.ingest.reshaped import approve_edition
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.store.editions import list_editions

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


# The border between a and b 100 m further east: 100 000 m² more for a, and as much less for b.
MOVED: dict[str, Box] = {**FOUR, "a": (0, 0, 1100, 1000), "b": (1100, 0, 2000, 1000)}
REPORTS = "Inskrivningsdatum;Basområde;Brottskod;Antal;Brottsdag start\n2025-03-05;a;0801;100;2025-03-04\n2025-03-05;b;0801;40;2025-03-04\n"


def meant(connection: Connection) -> date:
    return load_cube(connection).edition.valid_from


def standings(connection: Connection) -> dict[date, Standing]:
    return {edition.valid_from: edition.standing for edition in list_editions(connection)}


def test_areas_of_other_ground_under_the_same_codes_are_meant_once_somebody_says_so_and_change_no_figure_before(
    connection: Connection, draw: Drawing
) -> None:
    draw(AreaLevel.BASOMRADE, FOUR)
    deliver(connection, SourceId.ANMALDA_BROTT, REPORTS)
    deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;1050;500", "B;2025-03-02 12:00;500;500"))

    def figures(edition: date | None) -> list[dict[str, int]]:
        cube, span = load_cube(connection, edition), Span(Month.parse("2025-03"), Month.parse("2025-03"))
        exact = [compare(cube, Question(AreaLevel.BASOMRADE, (one,), span)) for one in (SourceId.ANMALDA_BROTT, SourceId.BRANDER)]
        return [{area.code: int(count) for area, count in zip(one.areas, one.counts[:, 0], strict=True)} for one in exact]

    before = [{"a": 100, "b": 40, "c": 0, "d": 0}, {"a": 1, "b": 1, "c": 0, "d": 0}]
    assert figures(None) == before
    old, draw.edition = draw.edition, date(2025, 1, 1)
    report = draw(AreaLevel.BASOMRADE, MOVED)
    assert [(one.code, one.square_metres, one.before) for one in report.reshaped] == [("a", 100_000, old), ("b", 100_000, old)]
    assert standings(connection) == {old: Standing.DEFAULT, draw.edition: Standing.HELD}
    assert (meant(connection), figures(None), figures(old)) == (old, before, before)
    # By name it answers: the reports of the a that was are in the a that is, and so is a tenth of those of the b that was.
    assert figures(draw.edition) == [{"a": 104, "b": 36, "c": 0, "d": 0}, {"a": 2, "b": 0, "c": 0, "d": 0}]
    assert approve_edition(connection, draw.edition).standing is Standing.DEFAULT
    assert (meant(connection), figures(None)[1]) == (draw.edition, {"a": 2, "b": 0, "c": 0, "d": 0})
    # Points are where they were. A code is read as that of the division in force: an eleventh of the a that is was of the b that was.
    assert figures(None)[0] == before[0]
    assert figures(old)[1] == before[1]
    assert figures(old)[0] == {"a": 91, "b": 49, "c": 0, "d": 0}
    with pytest.raises(ConflictError, match="väntar inte på godkännande"):
        approve_edition(connection, draw.edition)
    with pytest.raises(NotFoundError, match="ingen indelning från 2025-01-02"):
        approve_edition(connection, date(2025, 1, 2))


@pytest.mark.parametrize(
    "boxes",
    [
        FOUR,
        # 0.9 m of 1 000: what is the same to the links between editions.
        {**FOUR, "a": (0, 0, 1000.9, 1000), "b": (1000.9, 0, 2000, 1000)},
        {f"{code}2": box for code, box in MOVED.items()},
        {"a": FOUR["a"], "bd": (1000, 0, 2000, 2000), "c": FOUR["c"]},
    ],
    ids=["the same", "within a thousandth", "other codes", "two made one"],
)
def test_a_layer_is_meant_at_once_where_every_code_it_keeps_has_its_ground(
    connection: Connection, draw: Drawing, boxes: dict[str, Box]
) -> None:
    draw(AreaLevel.BASOMRADE, FOUR)
    draw.edition = date(2025, 1, 1)
    assert draw(AreaLevel.BASOMRADE, boxes).standing is Standing.DEFAULT
    assert meant(connection) == draw.edition


def test_an_edition_waits_for_what_it_now_holds_and_is_compared_with_the_last_that_is_meant(connection: Connection, draw: Drawing) -> None:
    days = [date(2020, 1, 1), date(2025, 1, 1), date(2026, 1, 1), date(2019, 1, 1)]
    for draw.edition, boxes in zip(days, (FOUR, MOVED, FOUR, MOVED), strict=True):
        draw(AreaLevel.BASOMRADE, boxes)
    # The third is as the first, and the second was never meant. An older edition is compared with what was before it: nothing.
    assert standings(connection) == {
        days[2]: Standing.DEFAULT,
        days[0]: Standing.EARLIER,
        days[1]: Standing.HELD,
        days[3]: Standing.EARLIER,
    }
    draw.edition = days[1]
    assert draw(AreaLevel.BASOMRADE, FOUR, replace=True).standing is Standing.EARLIER
    # To put other shapes in the place of those of an edition that does not wait is itself a yes.
    assert draw(AreaLevel.BASOMRADE, MOVED, replace=True).standing is Standing.EARLIER
    assert meant(connection) == days[2]


def test_an_edition_is_meant_from_its_day(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.BASOMRADE, FOUR)
    first, draw.edition = draw.edition, datetime.now(LOCAL_TIME).date() + timedelta(days=2)
    report = draw(AreaLevel.BASOMRADE, {f"{code}2": box for code, box in FOUR.items()})
    assert (report.standing, meant(connection)) == (Standing.FUTURE, first)
    assert "svarar den när den nämns" in told(report)
    assert [area.code for area in load_cube(connection, draw.edition).areas[AreaLevel.BASOMRADE]] == ["a2", "b2", "c2", "d2"]
    connection.execute(text("UPDATE edition SET valid_from = :day WHERE valid_from > :day"), {"day": datetime.now(LOCAL_TIME).date()})
    assert meant(connection) == datetime.now(LOCAL_TIME).date()


def test_an_edition_that_lacks_a_level_is_meant_once_it_has_it_or_somebody_says_so(connection: Connection, draw: Drawing) -> None:
    large: dict[str, Box] = {"s": (0, 0, 2000, 2000)}
    first = draw.edition
    draw(AreaLevel.STADSDEL, large)
    draw(AreaLevel.BASOMRADE, FOUR)
    for draw.edition in (date(2025, 1, 1), date(2026, 1, 1)):
        report = draw(AreaLevel.STADSDEL, large)
        assert (report.standing, report.lacks, meant(connection)) == (Standing.INCOMPLETE, (AreaLevel.BASOMRADE,), first)
        assert "den saknar basomrade" in told(report)
    assert approve_edition(connection, date(2025, 1, 1)).standing is Standing.EARLIER
    # What comes after it lacks nothing that it has.
    assert meant(connection) == date(2026, 1, 1)
    assert draw(AreaLevel.BASOMRADE, FOUR).standing is Standing.DEFAULT


def test_an_older_edition_with_a_level_more_takes_no_place(connection: Connection, draw: Drawing) -> None:
    newest = draw.edition
    draw(AreaLevel.STADSDEL, FOUR)
    draw.edition = date(2007, 1, 1)
    for level in (AreaLevel.STADSDEL, AreaLevel.BASOMRADE):
        assert draw(level, FOUR).standing is Standing.EARLIER
        assert meant(connection) == newest
