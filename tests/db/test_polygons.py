"""What happened in a polygon, on a drawn city and on the sample: the same as a count point by point."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, Engine, text

from tests.conftest import Drawing
from tests.db.delivering import deliver, fires
from tests.db.test_measures import ROW, square
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Question, Statistics
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.polygons import Polygon, read_geojson, read_wkt
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import InvalidQuestionError, NotCarriedError
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.polygons import LEVEL, compare_polygon, count_polygon, follow_polygon
from trygghetskarta.store.engine import one_state

YEAR, YEAR_BEFORE = (Span(Month.parse(f"{year}-01"), Month.parse(f"{year}-12")) for year in (2025, 2024))


def question(source: SourceId = SourceId.BRANDER, **more: Any) -> Question:  # noqa: ANN401 - parts of a question
    return Question(LEVEL, (source,), YEAR, **{"baseline": YEAR_BEFORE, **more})


def of(polygon: dict[str, Any]) -> tuple[str, Polygon]:
    return "den ritade ytan", read_geojson(orjson.dumps(polygon).decode(), 3011, "polygon")


@pytest.fixture
def city(connection: Connection, draw: Drawing) -> Connection:
    """Give a city with a fire each month at 500 m in Rinkeby, and a fire on the corner at 1000 m."""
    draw(AreaLevel.STADSDEL, ROW)
    rows = [f"{year}{month:02};{year}-{month:02}-10 12:00;500;500" for year in (2024, 2025) for month in range(1, 13)]
    deliver(connection, SourceId.BRANDER, fires(*rows, "hörn;2025-03-01 12:00;1000;1000", "slut;2025-12-31 23:00;4500;500"))
    return connection


def counted(connection: Connection, polygon: dict[str, Any], **more: Any) -> list[int]:  # noqa: ANN401 - parts of a question
    cube = load_cube(connection)
    drawn = count_polygon(connection, cube, (SourceId.BRANDER,), of(polygon))
    exact, _ = compare_polygon(cube, drawn, question(**more))
    found: list[int] = exact.counts[0].tolist()
    return found


def test_a_polygon_has_the_events_whose_point_lies_in_it(city: Connection) -> None:
    assert counted(city, square(400, 400, 200)) == [12, 12]
    assert counted(city, square(0, 0, 1000)) == [13, 12], "its border, and its corner, are a part of it"
    assert counted(city, square(600, 600, 300)) == [0, 0]


def test_a_hole_is_not_a_part_of_it_and_several_parts_are(city: Connection) -> None:
    outer, hole = square(0, 0, 900)["coordinates"][0], square(400, 400, 200)["coordinates"][0]
    assert counted(city, {"type": "Polygon", "coordinates": [outer, hole]}) == [0, 0]
    parts = [square(400, 400, 200)["coordinates"], square(4400, 400, 200)["coordinates"]]
    assert counted(city, {"type": "MultiPolygon", "coordinates": parts}) == [13, 12]


def test_the_ledger_is_that_of_the_city(city: Connection) -> None:
    cube = load_cube(city)
    drawn = count_polygon(city, cube, (SourceId.BRANDER,), of(square(400, 400, 200)))
    exact, ground = compare_polygon(cube, drawn, question())
    assert (exact.ledger.placed, exact.ledger.total) == (14, 14)
    assert (ground.content.square_metres, ground.content.without_point) == (pytest.approx(40_000), (0, 0))
    assert orjson.loads(ground.content.outline)["type"] == "MultiPolygon"
    over_time = follow_polygon(cube, drawn, question(baseline=None))
    assert (over_time.counts.tolist(), over_time.ledger) == ([[1] * 12], exact.ledger)


def test_events_known_to_no_point_are_told_beside_those_that_are(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, ROW)
    rows = ["id;tid;x;y;omrade;doda;skadade;status"]
    rows += [f"{at};2025-0{at}-01 12:00;;;{name};0;0;bekräftad" for at, name in enumerate(("Rinkeby", "Tensta", "Akalla"), 1)]
    rows += [f"{at};2025-{at}-31 12:00;{x};6580500;;0;0;bekräftad" for at, x in ((10, 150_500), (12, 154_500))]
    receipt = deliver(connection, SourceId.SKJUTNINGAR, "\n".join(rows) + "\n")
    assert receipt.new == 5
    cube = load_cube(connection)
    drawn = count_polygon(connection, cube, (SourceId.SKJUTNINGAR,), of(square(400, 400, 900)))
    exact, ground = compare_polygon(cube, drawn, question(SourceId.SKJUTNINGAR, baseline=None))
    assert (exact.counts.tolist(), ground.content.without_point) == ([[1]], (2,)), "Rinkeby's and Tensta's, which it lies in; not Akalla's"


def test_a_period_whose_events_have_no_points_is_no_period_without_events(sample: Engine) -> None:
    # In the sample reported crimes have points from July 2025 on.
    with one_state(sample) as connection:
        cube = load_cube(connection)
        polygon = Polygon(shapely.to_wkb(shapely.box(153_000, 6_577_000, 154_500, 6_578_500)), 3011)
        drawn = count_polygon(connection, cube, (SourceId.ANMALDA_BROTT,), ("den ritade ytan", polygon))
        exact, ground = compare_polygon(cube, drawn, question(SourceId.ANMALDA_BROTT, statistics=Statistics.ALL))
        months = follow_polygon(cube, drawn, question(SourceId.ANMALDA_BROTT, baseline=None))
    assert (exact.missing.tolist(), exact.comparable, ground.content.without_point[1] > 0) == ([False, True], False, True)
    assert exact.surroundings is not None
    assert np.isnan(exact.surroundings.days).all()
    assert months.missing.tolist() == [True] * 6 + [False] * 6


def test_nothing_is_said_per_inhabitant_of_ground_whose_inhabitants_nobody_has_counted(city: Connection) -> None:
    cube = load_cube(city)
    drawn = count_polygon(city, cube, (SourceId.BRANDER,), of(square(400, 400, 200)))
    exact, _ = compare_polygon(cube, drawn, question(statistics=Statistics.ALL))
    assert exact.surroundings is not None
    assert exact.surroundings.person_years is None
    assert exact.surroundings.no_rate is not None
    assert "bor i ytan" in exact.surroundings.no_rate[0]


def test_what_is_no_polygon_in_the_city_is_refused(city: Connection) -> None:
    cube = load_cube(city)
    with pytest.raises(InvalidQuestionError, match="inte i staden"):
        count_polygon(city, cube, (SourceId.BRANDER,), of(square(40_000, 0, 100)))
    with pytest.raises(NotCarriedError):
        count_polygon(city, cube, (SourceId.POLISHANDELSER,), of(square(400, 400, 200)))


@pytest.mark.parametrize(
    "written",
    [
        "", "hej", "POINT(18 59)", "LINESTRING(18 59, 18.1 59)", "POLYGON EMPTY", "POLYGON((18 59, 18.1 59))",
        "POLYGON((18 59, 18.1 59.1, 18.1 59, 18 59.1, 18 59))", "POLYGON((18 59, 18.1 59, nan 59.1, 18 59))",
    ],
)  # fmt: skip
def test_what_is_no_whole_polygon_is_told_so(written: str) -> None:
    with pytest.raises(InvalidQuestionError, match="hel Polygon"):
        read_wkt(written, 4326, "polygon")


def test_a_polygon_elsewhere_in_the_world_is_not_in_the_city() -> None:
    with pytest.raises(InvalidQuestionError, match="inte i staden"):
        read_wkt("POLYGON((2 48, 3 48, 3 49, 2 48))", 4326, "polygon")
    with pytest.raises(InvalidQuestionError, match="inte i staden"):
        read_wkt("POLYGON((18 59, 1e300 59, 18 60, 18 59))", 4326, "polygon")


@pytest.mark.parametrize("source", [SourceId.BRANDER, SourceId.ANMALDA_BROTT])
def test_any_polygon_on_the_sample_is_counted_as_point_by_point(sample: Engine, source: SourceId) -> None:
    rng = np.random.default_rng(7)
    with one_state(sample) as connection:
        cube = load_cube(connection)
        rows = connection.execute(_POINTS, {"source": source.number, "first": YEAR.first.number, "last": YEAR.last.number}).all()
        points = shapely.points([[row.x, row.y] for row in rows])
        antal = np.array([row.antal for row in rows])
        middle = np.median(shapely.get_coordinates(points), axis=0)
        for _ in range(8):
            polygon = some_polygon(rng, middle)
            drawn = count_polygon(connection, cube, (source,), ("den ritade ytan", Polygon(shapely.to_wkb(polygon), 3011)))
            exact, ground = compare_polygon(cube, drawn, question(source, baseline=None))
            assert exact.counts.tolist() == [[int(antal[shapely.covers(polygon, points)].sum())]]
            assert exact.counts[0, 0] + ground.content.without_point[0] <= exact.ledger.total


def some_polygon(rng: np.random.Generator, middle: np.ndarray[Any, Any]) -> BaseGeometry:
    """Give a polygon with corners at random distances round a point."""
    corners = int(rng.integers(3, 12))
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    reach = rng.uniform(300, 6000, corners)
    place = middle + rng.normal(0, 3000, 2)
    made = shapely.Polygon(place + np.stack([reach * np.cos(angles), reach * np.sin(angles)], axis=1))
    return made if made.is_valid else made.convex_hull


_POINTS = text("""
    SELECT ST_X(geom) AS x, ST_Y(geom) AS y, antal FROM event
    WHERE source_id = :source AND known_to IS NULL AND NOT withdrawn AND precision = 0 AND month BETWEEN :first AND :last AND antal > 0
""")
