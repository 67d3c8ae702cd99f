"""The public data beside the project, figure for figure."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from tests.conftest import CITY, SHARED, Server
from tests.db.delivering import deliver as deliver_text
from trygghetskarta.delivering import Delivering, approve, deliver
from trygghetskarta.domain.areas import AreaLevel, code_of_name
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.counts import Exact, Question
from trygghetskarta.domain.events import WarningCode
from trygghetskarta.domain.periods import Interval, Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, LevelReport, load_level
from trygghetskarta.ingest.receipts import Receipt
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.queries.series import series
from trygghetskarta.settings import Settings
from trygghetskarta.store.engine import make_engine, one_state

pytestmark = pytest.mark.shared

BOUNDARIES = SHARED / "boundaries"
POLICE = SHARED / "police" / "polisen_events_stockholm.json"
EDITIONS = ((date(2023, 7, 1), "sdo_2023", 11), (date(2020, 7, 1), "sdo_2020", 13), (date(2007, 1, 1), "sdo_2007", 14))
STOCKHOLM_TIME = ZoneInfo("Europe/Stockholm")
MONTHS = ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"]


@pytest.fixture(scope="module")
def city(server: Server, migrated: str) -> Iterator[tuple[Engine, dict[str, LevelReport], Receipt]]:
    engine = make_engine(server.create("tk_city", str(make_url(migrated).database)))
    reports = {}
    for day, column, _ in EDITIONS:
        for path, level, fields in (
            (BOUNDARIES / "stadsdelar" / "stadsdelar.shp", AreaLevel.STADSDEL, AreaFields()),
            (BOUNDARIES / "stadsdel_to_stadsdelsomrade.csv", AreaLevel.STADSDELSOMRADE, AreaFields(parent=column)),
        ):
            with engine.begin() as connection:
                reports[f"{day} {level}"] = load_level(connection, LevelOrder(path, level, day, fields, CITY))
    receipt = deliver(engine, Settings(), Delivering(SourceId.POLISHANDELSER), POLICE)
    yield engine, reports, receipt
    engine.dispose()


@pytest.fixture(scope="module")
def cube(city: tuple[Engine, dict[str, LevelReport], Receipt]) -> Cube:
    with one_state(city[0]) as connection:
        return load_cube(connection)


def asked(cube: Cube, level: AreaLevel, span: Span) -> Exact:
    return compare(cube, Question(level, (SourceId.POLISHANDELSER,), span))


def test_the_117_stadsdelar_tile_after_mending_what_is_known_to_be_wrong(city: tuple[Engine, dict[str, LevelReport], Receipt]) -> None:
    report = city[1]["2023-07-01 stadsdel"]
    # PROVENANCE: 9 overlap pairs (2.0 m² in all), 16 holes, the largest 5 245 m².
    assert (report.areas, report.srid, len(report.tiling.overlaps), round(report.tiling.overlap_m2, 1)) == (117, 3011, 9, 2.0)
    assert (len(report.tiling.holes), round(report.tiling.holes[0])) == (16, 5245)
    with city[0].connect() as connection:
        names = set(connection.execute(text("SELECT area.name FROM area WHERE level = 'stadsdel'")).scalars())
        outlines = connection.execute(
            text(
                "SELECT ST_AsBinary(geom) FROM area JOIN edition USING (edition_id) WHERE level = 'stadsdel' AND valid_from = '2023-07-01'"
            )
        ).scalars()
        polygons = shapely.from_wkb(np.array(outlines.all()))
    # The dbf is Latin-1 and in capitals; the names come out as the city writes them.
    assert {"Årsta", "Östermalm", "Gamla Stan", "Ladugårdsgärdet"} <= names
    assert shapely.coverage_is_valid(polygons)


@pytest.mark.parametrize(("day", "column", "areas"), EDITIONS)
def test_each_edition_is_dissolved_from_the_stadsdelar(
    city: tuple[Engine, dict[str, LevelReport], Receipt], day: date, column: str, areas: int
) -> None:
    report = city[1][f"{day} stadsdelsomrade"]
    assert (report.areas, report.not_nested) == (areas, ())
    assert report.square_metres == pytest.approx(city[1][f"{day} stadsdel"].square_metres, abs=0.01)
    with (BOUNDARIES / "stadsdel_to_stadsdelsomrade.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["name"]: row[column] for row in csv.DictReader(file)}
    with city[0].connect() as connection:
        rows = connection.execute(
            text("""
                SELECT child.name AS child, parent.name AS parent FROM area child JOIN edition USING (edition_id)
                JOIN area parent ON parent.edition_id = child.edition_id AND parent.level = 'stadsdelsomrade' AND parent.code = child.parent_code
                WHERE child.level = 'stadsdel' AND valid_from = :day
            """),
            {"day": day},
        ).all()
    assert {row.child: row.parent for row in rows} == expected


def named(engine: Engine, *names: str) -> dict[date, dict[str, tuple[int, int]]]:
    """Deliver 100 reports that name each stadsdelsområde, and count them in every edition, with how many of a count are estimated; then undo."""
    found = {}
    rows = "".join(f"{name};stadsdelsomrade;2019-05;0801;100\n" for name in names)
    with engine.connect() as connection:
        deliver_text(connection, SourceId.ANMALDA_BROTT, f"Område;Nivå;Månad;Brottskod;Antal\n{rows}")
        for day, _, _ in EDITIONS:
            question = Question(
                AreaLevel.STADSDELSOMRADE, (SourceId.ANMALDA_BROTT,), Span(Month.parse("2019-05"), Month.parse("2019-05")), day
            )
            exact = compare(load_cube(connection, day), question)
            estimated = exact.estimated if exact.estimated is not None else 0 * exact.counts
            counts = zip(exact.areas, exact.counts[:, 0].tolist(), estimated[:, 0].tolist(), strict=True)
            found[day] = {area.code: (count, dealt) for area, count, dealt in counts if count}
            assert exact.ledger.placed == exact.ledger.total == 100 * len(names)
        connection.rollback()
    return found


@pytest.mark.parametrize(
    ("names", "into", "since"),
    [
        (("Rinkeby-Kista", "Spånga-Tensta"), "jarva", date(2023, 7, 1)),
        (("Norrmalm", "Östermalm"), "norra-innerstaden", date(2023, 7, 1)),
        (("Hägersten-Liljeholmen", "Älvsjö"), "hagersten-alvsjo", date(2020, 7, 1)),
    ],
)
def test_real_mergers_are_exact_and_their_reversals_are_estimates_that_add_up(
    city: tuple[Engine, dict[str, LevelReport], Receipt], names: tuple[str, str], into: str, since: date
) -> None:
    codes = [code_of_name(name) for name in names]
    for day, counts in named(city[0], *names).items():
        # What two areas had the one that they became has, whole and not estimated.
        assert counts == ({into: (200, 0)} if day >= since else dict.fromkeys(codes, (100, 0)))
    for day, counts in named(city[0], into).items():
        if day >= since:
            assert counts == {into: (100, 0)}
        else:
            assert set(counts) == set(codes)
            assert sum(count for count, _ in counts.values()) == 100
            assert all(dealt == count for count, dealt in counts.values())


def independent_month(event: dict[str, Any]) -> str:
    """Work out an event's month from its name and its time of publication, apart from the product's code."""
    stamp = re.sub(r" (\d):", r" 0\1:", event["datetime"]).replace(" +", "+")
    published = datetime.fromisoformat(stamp).astimezone(STOCKHOLM_TIME)
    day, month = re.match(r"(\d+) (\w+)", event["name"]).groups()  # type: ignore[union-attr]  # every name of the file begins so
    number = MONTHS.index(month) + 1
    year = min(
        (published.year - 1, published.year, published.year + 1), key=lambda y: abs((date(y, number, int(day)) - published.date()).days)
    )
    return f"{year}-{number:02}"


def test_the_municipality_counts_month_by_month_what_the_file_holds(cube: Cube) -> None:
    events = json.loads(POLICE.read_text(encoding="utf-8"))
    expected = Counter(independent_month(event) for event in events if event["name"].rsplit(",", 1)[-1].strip() == "Stockholm")
    first, last = min(expected), max(expected)
    question = Question(AreaLevel.STAD, (SourceId.POLISHANDELSER,), Span(Month.parse(first), Month.parse(last)), interval=Interval.MONTH)
    exact = series(cube, question)
    found = {period.label: int(count) for period, count in zip(exact.periods, exact.counts[0], strict=True) if count}
    assert found == dict(expected)
    assert sum(expected.values()) == 3857


def test_the_ledger_closes_on_the_rows_accepted(city: tuple[Engine, dict[str, LevelReport], Receipt], cube: Cube) -> None:
    receipt = city[2]
    assert (receipt.read, receipt.new, receipt.rejected) == (4776, 4776, 0)
    span = Span(Month.parse("2022-01"), Month.parse("2026-11"))
    for level in (AreaLevel.STADSDEL, AreaLevel.STADSDELSOMRADE, AreaLevel.STAD):
        ledger = asked(cube, level, span).ledger
        assert ledger.placed + ledger.area_only + ledger.unplaced + ledger.outside == ledger.total == 4776
    # PRODUCT: about half of the Stockholm summaries name exactly one stadsdel.
    assert 0.45 < asked(cube, AreaLevel.STADSDEL, span).ledger.placed / 3857 < 0.55


def test_stadsdelsomraden_are_the_sum_of_their_stadsdelar(cube: Cube) -> None:
    span = Span(Month.parse("2022-01"), Month.parse("2026-11"))
    finer, coarser = asked(cube, AreaLevel.STADSDEL, span), asked(cube, AreaLevel.STADSDELSOMRADE, span)
    sums: Counter[str] = Counter()
    for area, count in zip(finer.areas, finer.counts[:, 0], strict=True):
        sums[str(area.parent)] += int(count)
    assert sums == Counter({area.code: int(count) for area, count in zip(coarser.areas, coarser.counts[:, 0], strict=True)})


def test_no_event_is_in_norrmalm_for_a_centroid(city: tuple[Engine, dict[str, LevelReport], Receipt], cube: Cube) -> None:
    span = Span(Month.parse("2022-01"), Month.parse("2026-11"))
    exact = asked(cube, AreaLevel.STADSDEL, span)
    counted = next(int(count) for area, count in zip(exact.areas, exact.counts[:, 0], strict=True) if area.code == "norrmalm")
    events = json.loads(POLICE.read_text(encoding="utf-8"))
    named = sum(
        bool(re.search(r"\bnorrmalms?\b", event["summary"].casefold())) for event in events if event["name"].endswith(", Stockholm")
    )
    # 3 312 rows stand on a point inside Norrmalm; only those whose text names it, and no other stadsdel, count there.
    assert 50 < counted <= named < 150
    with city[0].connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM event WHERE geom IS NOT NULL")).scalar_one() == 0


def test_the_same_file_again_changes_nothing(city: tuple[Engine, dict[str, LevelReport], Receipt]) -> None:
    with city[0].connect() as connection:
        before = connection.execute(text("SELECT count(*), max(known_from) FROM event")).one()
    again = deliver(city[0], Settings(), Delivering(SourceId.POLISHANDELSER), POLICE)
    with city[0].connect() as connection:
        assert connection.execute(text("SELECT count(*), max(known_from) FROM event")).one() == before
    assert (again.status, again.new, again.changed, again.unchanged) == ("unchanged", 0, 0, 4776)


def test_raw_answers_of_the_feed_load_and_the_empty_one_is_refused(server: Server, migrated: str) -> None:
    engine = make_engine(server.create("tk_feed", str(make_url(migrated).database)))
    with engine.begin() as connection:
        load_level(
            connection,
            LevelOrder(BOUNDARIES / "stadsdelar" / "stadsdelar_4326.geojson", AreaLevel.STADSDEL, date(2023, 7, 1), AreaFields(), CITY),
        )
    identities: set[int] = set()
    for path in sorted((SHARED / "police" / "snapshots").glob("*.gz")):
        content = gzip.decompress(path.read_bytes())
        if not content.strip():
            with pytest.raises(BadDeliveryError, match="tom"):
                deliver(engine, Settings(), Delivering(SourceId.POLISHANDELSER), path)
            continue
        known = len(identities)
        identities |= {event["id"] for event in json.loads(content)}
        receipt = deliver(engine, Settings(), Delivering(SourceId.POLISHANDELSER), path)
        assert (receipt.read, receipt.new, receipt.rejected) == (500, len(identities) - known, 0)
    with engine.connect() as connection:
        current = connection.execute(text("SELECT count(*) FROM event WHERE known_to IS NULL")).scalar_one()
        # PRODUCT: the autumn night of 2024-10-27 has 25 hours; every event of it is on that local day.
        night = connection.execute(
            text("""
                SELECT count(*) FROM event WHERE known_to IS NULL AND detail->>'name' LIKE '27 oktober%'
                    AND (starts_at AT TIME ZONE 'Europe/Stockholm')::date <> '2024-10-27'
            """)
        ).scalar_one()
    engine.dispose()
    assert (current, night) == (len(identities), 0)


def test_points_of_real_stadsdelar_agree_with_postgis(city: tuple[Engine, dict[str, LevelReport], Receipt]) -> None:
    """Corners, edges and random points: one area each, the one PostGIS covers with the lowest code."""
    from trygghetskarta.ingest.places import load_places

    with city[0].connect() as connection:
        layer = load_places(connection).editions[0][0]
        polygons = shapely.from_wkb(np.array(layer.outlines, object))
        corners = shapely.get_coordinates(polygons)[::7]
        rng = np.random.default_rng(7)
        left, bottom, right, top = shapely.total_bounds(polygons)
        spread = np.column_stack([rng.uniform(left, right, 30_000), rng.uniform(bottom, top, 30_000)])
        xy = np.concatenate([corners, (corners[1:] + corners[:-1]) / 2, spread])
        found = layer.locate(xy[:, 0].copy(), xy[:, 1].copy())
        rows = connection.execute(
            text("""
                SELECT (SELECT min(code) FROM area JOIN edition USING (edition_id)
                        WHERE valid_from = '2023-07-01' AND level = 'stadsdel' AND ST_Covers(geom, ST_SetSRID(ST_MakePoint(p.x, p.y), 3011))) AS code
                FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) WITH ORDINALITY AS p(x, y, n) ORDER BY n
            """),
            {"x": xy[:, 0].tolist(), "y": xy[:, 1].tolist()},
        ).scalars()
        expected = rows.all()
    number_of = dict(layer.codes)
    assert [number_of[code] if code is not None else -1 for code in expected] == found.tolist()
    assert (found[: len(corners)] >= 0).all()


CHICAGO = """
[columns]
id = "ID"
start = "Date"
kind = "IUCR"
x = "Longitude"
y = "Latitude"
area = "Community Area"

[formats]
start = "%m/%d/%Y %I:%M:%S %p"

[place]
crs = 4326
area_level = "stadsdel"
"""


def test_another_city_loads_by_a_mapping_and_its_own_column_agrees(
    server: Server, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    engine = make_engine(server.create("tk_chicago", str(make_url(migrated).database)))
    mapping = tmp_path_factory.mktemp("chicago") / "chicago.toml"
    mapping.write_text(CHICAGO, encoding="utf-8")
    areas = SHARED / "chicago" / "community-areas.geojson"
    homicides = SHARED / "chicago" / "homicides-2001-2018.csv"
    with engine.begin() as connection:
        order = LevelOrder(areas, AreaLevel.STADSDEL, date(2000, 1, 1), AreaFields("area_num_1", "community"), ("Chicago", "17031"))
        report = load_level(connection, order)
    held = deliver(engine, Settings(municipality="Chicago"), Delivering(SourceId.ANMALDA_BROTT, mapping=mapping), homicides)
    # None of its codes is a Swedish one.
    assert (held.status, [reason.code for reason in held.reasons]) == ("held", ["many_unknown_codes"])
    receipt = approve(engine, Settings(municipality="Chicago"), held.delivery)
    assert (report.areas, report.srid) == (77, 32616)
    assert (receipt.read, receipt.new, receipt.rejected) == (9265, 9265, 0)
    placeholder = next(warning for warning in receipt.warnings if warning.code is WarningCode.PLACEHOLDER_POINT)
    assert placeholder.count == 53
    with homicides.open(encoding="utf-8", newline="") as file:
        stated = {row["ID"]: row["Community Area"] for row in csv.DictReader(file)}
    with engine.connect() as connection:
        placed = connection.execute(
            text("""
                SELECT identity, code FROM event JOIN place_area USING (place_id) LEFT JOIN area USING (area_id)
                WHERE place_area.level = 'stadsdel' AND event.geom IS NOT NULL
            """)
        ).all()
    engine.dispose()
    both = [(stated[row.identity], row.code) for row in placed if stated[row.identity]]
    agreeing = sum(own == code for own, code in both)
    # PROVENANCE: they agree for 8 709 of the 8 878 rows that have both, one of which stands on the placeholder.
    assert (agreeing, len(both)) == (8709, 8877)
    assert agreeing / 8878 >= 0.98


def test_coordinates_of_one_point_agree_in_every_system() -> None:
    # INGEST: T-centralen in WGS84, SWEREF 99 18 00 and SWEREF 99 TM.
    known = {4326: (18.0586, 59.3309), 3011: (153_335.681, 6_579_532.146), 3006: (673_995.045, 6_580_894.880)}
    for one, other in product(known, known):
        x, y = Transformer.from_crs(one, other, always_xy=True).transform(*known[one])
        tolerance = 1e-6 if other == 4326 else 0.01
        assert (x, y) == pytest.approx(known[other], abs=tolerance)


def test_the_trees_know_every_kind_of_the_police_feed_and_of_the_rescue_service() -> None:
    feeds = [POLICE.read_bytes(), *(gzip.decompress(path.read_bytes()) for path in sorted((SHARED / "police" / "snapshots").glob("*.gz")))]
    kinds = {event["type"] for feed in feeds for event in json.loads(feed or b"[]")}
    assert len(kinds) == 87
    assert [kind for kind in sorted(kinds) if not tree_of(SourceId.POLISHANDELSER).categorise(kind)[1]] == []
    with (SHARED / "fire" / "mcf_handelsetyper.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    fires = tree_of(SourceId.BRANDER)
    assert len(rows) == 14
    for row in rows:
        assert fires.categorise(row["namn"]) == fires.categorise(row["konvHandelsetypId"])
        assert fires.categorise(row["namn"])[1]
