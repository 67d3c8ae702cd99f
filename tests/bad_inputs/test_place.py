from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from pyproj import Transformer
from sqlalchemy import Engine, text

from tests.bad_inputs.conftest import STADSDELAR, collection
from tests.bad_inputs.desk import (
    CORNER,
    FIRE_HEADER,
    POINT_HEADER,
    SHOOTING_HEADER,
    Case,
    Desk,
    Fault,
    Loads,
    Refused,
    about,
    crime,
    crimes,
    each,
    fire,
    fires,
    lines,
    meet,
    shooting,
    shootings,
)
from tests.conftest import CITY
from trygghetskarta.cli.areas import told
from trygghetskarta.domain.areas import AreaLevel, Standing
from trygghetskarta.domain.events import Precision
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.area_files import AreaFields
from trygghetskarta.ingest.editions import LevelOrder, load_level
from trygghetskarta.queries.cube import load_cube

CRIMES, SHOOTINGS = SourceId.ANMALDA_BROTT, SourceId.SKJUTNINGAR
TM = "TM in a file declared 18 00 (all rows)"
OTHERS = "RT90, ST74"
NONE = "0,0; NULL; `NaN`; `inf`; `1e999`; `POINT EMPTY`"
WRITTEN = "`59,3309` decimal comma; `6 580 000` with space/NBSP; `−` U+2212; `1_000`; `٣`"
OUTSIDE = "Outside the municipality (Solna, Lidingö) by 20 m / by 5 km"
WATER = "In water"
BORDER = "Exactly on border; on a 3-area corner"
CODE = "Area code unknown / old (area split or merged in 2020s)"
NAMES = "Area name variants: `Enskede-Årsta-Vantör`, `Enskede Årsta Vantör`, `ENSKEDE`"
POLYGON = "Invalid polygon in area layer (bowtie, unclosed, wrong winding)"
BY_STADSDELSOMRADE = """
[columns]
id = "nr"
start = "dag"
kind = "typ"
area = "omr"

[place]
area_level = "stadsdelsomrade"
"""
IN_DEGREES = """
[columns]
id = "id"
start = "larmtid"
kind = "handelsetyp"
x = "x"
y = "y"

[place]
crs = 4326
"""


def in_system(srid: int, x: float = 100, y: float = 100) -> tuple[str, str]:
    """Give a point of the city, metres from its corner, as it is written in another system."""
    moved = Transformer.from_crs(3011, srid, always_xy=True).transform(CORNER[0] + x, CORNER[1] + y)
    return f"{moved[0]:.6f}", f"{moved[1]:.6f}"


def crime_at(number: str, longitude: str, latitude: str) -> str:
    return f"{number},0310,{latitude},{longitude},Gatan,1,Stockholm,2025-10-01 10:00,"


def fire_in(srid: int, number: str = "B1") -> str:
    x, y = in_system(srid)
    return fire(number, x=x, y=y)


def lands_in(*areas: str) -> Loads:
    """Say that the first event counts in these stadsdelar of the newest edition (and in no others)."""
    stadsdelar = {"rinkeby", "husby", "tensta", "farsta"}
    return Loads(3, holds=lambda events: set(events[0]["areas"]) & stadsdelar == set(areas))


def at(point: tuple[float, float], expected: Loads, name: str, warning: str = "") -> Case:
    warned = Loads(expected.new, warnings={warning: 1} if warning else {}, holds=expected.holds)
    return Case(name, fires(fire(x=point[0], y=point[1])), warned, variant=f"({point[0]}, {point[1]})")


def is_outside(event: Mapping[str, Any]) -> bool:
    return bool(event["place_key"] == "outside") and event["buckets"] == ["outside"]


def bad_place(name: str, x: str, y: str, code: str = "no_position", column: str = "x") -> Case:
    return Case(name, fires(fire(x=x, y=y)), Loads(2, (Fault(2, column, code),)), variant=f"{x} {y}")


def good_place(x: str, y: str, mapping: str | None = None) -> Case:
    rows = [fire(x=x, y=y)]
    content = lines(FIRE_HEADER, *rows) if mapping else fires(*rows)
    expected = Loads(
        len(content.splitlines()) - 1,
        warnings={"unknown_column": 1} if mapping else {},
        holds=lambda events: "rinkeby" in events[0]["areas"],
    )
    return Case(WRITTEN, content, expected, variant=f"{x} {y}", mapping=mapping)


def by_name(name: str, code: str | None) -> Case:
    rows = [f"1;2025-10-01;1;{name}", "2;2025-10-01;1;Järva", "3;2025-10-01;1;Järva"]
    faults = () if code else (Fault(2, "omr", "unknown_area"),)
    expected = Loads(3 if code else 2, faults, holds=lambda events: code is None or code in events[0]["areas"])
    return Case(NAMES, lines("nr;dag;typ;omr", *rows), expected, variant=name, mapping=BY_STADSDELSOMRADE)


LONGITUDE, LATITUDE = in_system(4326)
GOOD_POINTS = (crime_at("G1", LONGITUDE, LATITUDE), crime_at("G2", LONGITUDE, LATITUDE))


@each(
    Case(
        "lat/lon swapped",
        lines(POINT_HEADER, crime_at("K1", LATITUDE, LONGITUDE), *GOOD_POINTS),
        Loads(2, (Fault(2, "LONGITUDE", "swapped_axes"),)),
        CRIMES,
    ),
    bad_place("N/E swapped in SWEREF", "6580100", "150100", "swapped_axes"),
    Case(TM, lines(FIRE_HEADER, fire_in(3006), fire_in(3006, "B2")), Refused("wrong_crs", ("SWEREF99 TM", "EPSG:3006", "--crs"))),
    Case(TM, lines(FIRE_HEADER, fire_in(3006), fire_in(3006, "B2")), Loads(2), variant="rightly stated", srid=3006),
    Case(TM, fires(fire_in(3006)), Loads(2, (Fault(2, "x", "wrong_crs"),)), variant="one row"),
    Case(OTHERS, lines(FIRE_HEADER, fire_in(3021)), Refused("wrong_crs", ("RT90", "EPSG:3021")), variant="RT90"),
    Case(OTHERS, lines(FIRE_HEADER, fire_in(3152)), Refused("wrong_crs", ("ST74", "EPSG:3152")), variant="ST74"),
    Case(OTHERS, lines(FIRE_HEADER, fire_in(3857)), Refused("wrong_crs", ("EPSG:3857",)), variant="Web Mercator"),
    Case(OTHERS, fires(fire_in(3021)), Loads(2, (Fault(2, "x", "wrong_crs"),)), variant="one row of RT90"),
    Case(OTHERS, fires(fire_in(3152)), Loads(2, (Fault(2, "x", "wrong_crs"),)), variant="one row of ST74"),
    bad_place(NONE, "0", "0"),
    bad_place(NONE, "NaN", "NaN"),
    bad_place(NONE, "inf", "inf"),
    bad_place(NONE, "1e999", "6580100"),
    bad_place(NONE, "POINT EMPTY", ""),
    bad_place(NONE, "150100", ""),
    bad_place(NONE, "150100", "1e999", column="y"),
    Case(
        NONE,
        fires(fire(x="NULL", y="NULL")),
        Loads(3, warnings={"no_value": 1}, holds=lambda events: events[0]["x"] is None and events[0]["place_key"] == "none"),
        variant="NULL of both is no point",
    ),
    Case(NONE, fires(fire(x="NULL", y="6580100")), Loads(2, (Fault(2, "x", "no_position"),), {"no_value": 1}), variant="NULL of one"),
    Case(
        NONE,
        lines(SHOOTING_HEADER, "S1;2025-10-01 10:00;NULL;NULL;Husby;0;1;bekräftad"),
        Loads(1, warnings={"no_value": 1}, holds=lambda events: "husby" in events[0]["areas"]),
        SHOOTINGS,
        "NULL beside an area",
    ),
    good_place("150100,25", "6580100,75"),
    good_place("150 100", "6 580 100"),
    good_place("150\u00a0100", "6\u202f580\u00a0100"),
    bad_place(WRITTEN, "15 01 00", "6580100", "ambiguous_number"),
    bad_place(WRITTEN, "150100", "6580 100", "ambiguous_number", "y"),
    good_place(LONGITUDE.replace(".", ","), LATITUDE.replace(".", ","), IN_DEGREES),
    bad_place(WRITTEN, "150_100", "6580100"),
    bad_place(WRITTEN, "١٥٠١٠٠", "6580100"),
    Case(
        WRITTEN, fires(fire(x="−150100")), Loads(3, warnings={"outside": 1}, holds=lambda events: events[0]["x"] == -150_100), variant="−"
    ),
    bad_place("Thousand separator eats decimals: `153.335,68`", "150.100,25", "6580100", "ambiguous_number"),
    bad_place("Thousand separator eats decimals: `153.335,68`", "1,5E+05", "6580100", "excel_mangled"),
    *(
        at(point, Loads(3, holds=lambda events: is_outside(events[0])), OUTSIDE, "outside")
        for point in ((-20, 100), (2020, 100), (7000, 100))
    ),
    at((830, 1000), lands_in("tensta"), WATER, "nearest_area"),
    at((1000, 1170), Loads(3, holds=lambda events: "sodermalm" in events[0]["areas"]), WATER, "nearest_area"),
    at((1000, 1000), Loads(3, holds=lambda events: is_outside(events[0])), WATER, "outside"),
    at((500, 100), lands_in("rinkeby"), BORDER),
    at((500, 800), lands_in("rinkeby"), BORDER),
    at((0, 0), lands_in("rinkeby"), BORDER),
    Case(CODE, crimes(crime(area="9999999")), Loads(2, (Fault(2, "Basområde", "unknown_area"),)), CRIMES, "unknown"),
    Case(
        CODE,
        shootings(shooting(area="Gammelbyn")),
        Loads(3, holds=lambda events: "gammelbyn" in events[0]["areas"] and events[0]["precision"] == Precision.STADSDEL),
        SHOOTINGS,
        "old",
    ),
    Case(
        CODE,
        crimes(crime(area="101001"), crime(area="0101001", street="A")),
        Loads(4, warnings={"lost_zeros": 1}, holds=lambda events: events[0]["area_text"] == events[1]["area_text"] == "0101001"),
        CRIMES,
        "without its zeros",
    ),
    Case(
        CODE,
        lines("Område;Månad;Brottskod;Antal", "101001;2025-03;0375;3", "0101002;2025-03;0375;3"),
        Loads(2, warnings={"lost_zeros": 1}, holds=lambda events: events[0]["area_text"] == "0101001"),
        CRIMES,
        "without its zeros, of a count",
    ),
    *(
        Case(CODE, crimes(crime(area=area)), Loads(2, (Fault(2, "Basområde", "unknown_area"),)), CRIMES, area)
        for area in ("1001", "00101001", "1010010")
    ),
    by_name("Enskede-Årsta-Vantör", "enskede-arsta-vantor"),
    by_name("Enskede Årsta Vantör", "enskede-arsta-vantor"),
    by_name("ENSKEDE", None),
)
def test_places(desk: Desk, case: Case) -> None:
    meet(desk, case)


@about(CODE)
def test_an_unknown_area_is_told_with_the_days_of_the_editions_there_are(desk: Desk) -> None:
    receipt = desk.send(crimes(crime(area="9999999")), CRIMES)
    message = receipt.rejections[0].message
    assert "2020-07-01, 2023-07-01" in message.swedish
    assert "2020-07-01, 2023-07-01" in message.english


@about(CODE)
def test_an_unknown_area_of_a_count_is_told_likewise(desk: Desk) -> None:
    receipt = desk.send(lines("Område;Månad;Brottskod;Antal", "Påhittsberg;2025-03;0375;3"), CRIMES)
    message = receipt.rejections[0].message
    assert "2020-07-01, 2023-07-01" in message.swedish
    assert "2020-07-01, 2023-07-01" in message.english


@about(OUTSIDE)
def test_what_lies_outside_is_kept_and_counted_in_no_area(desk: Desk) -> None:
    desk.send(fires(fire(x=-20)))
    rows = desk.state().rollup
    assert sum(row[-1] for row in rows) == 3
    (event,) = [one for one in desk.events() if one["identity"] == "B1"]
    assert event["areas"] == []


@about(BORDER)
def test_points_on_every_border_count_exactly_once_at_every_level(desk: Desk) -> None:
    points = [(x, y) for x in (0, 500, 800, 1200, 2000) for y in (0, 400, 800, 1200, 1600, 2000)]
    receipt = desk.send(lines(FIRE_HEADER, *(fire(f"P{n}", x=x, y=y) for n, (x, y) in enumerate(points))))
    stadsdelar = {"rinkeby", "husby", "tensta", "farsta", "sodermalm"}
    for event in desk.events(receipt.delivery):
        assert len([area for area in event["areas"] if area.startswith("01010")]) == 1, event["areas"]
        assert len(set(event["areas"]) & stadsdelar) >= 1


Ring = list[tuple[float, float]]


def layer(folder: Path, *rings: Ring) -> Path:
    """Write areas a, b, ... of these rings, metres from the corner."""
    features = [
        {
            "type": "Feature",
            "properties": {"kod": "abcdef"[number]},
            "geometry": {"type": "Polygon", "coordinates": [[(CORNER[0] + x, CORNER[1] + y) for x, y in ring]]},
        }
        for number, ring in enumerate(rings)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3011"}}
    path = folder / "omraden.geojson"
    path.write_bytes(orjson.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    return path


def box(left: float, bottom: float, right: float, top: float) -> Ring:
    return [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]


def order(path: Path) -> LevelOrder:
    return LevelOrder(path, AreaLevel.STADSDEL, date(2026, 1, 1), AreaFields(), CITY)


@about("In a sliver/gap or overlap of the area layer")
def test_gaps_and_overlaps_of_areas_are_measured_and_mended_before_any_point_meets_them(city_of_bad_inputs: Engine, tmp_path: Path) -> None:
    gap = layer(tmp_path, box(0, 0, 100, 300), box(110, 0, 300, 300), box(0, 300, 300, 400), box(0, -100, 300, 0))
    with city_of_bad_inputs.connect() as connection:
        report = load_level(connection, order(gap))
        assert [round(hole) for hole in report.tiling.holes] == [3000]
        assert [round(m2) for _, m2 in report.tiling.filled] == [3000]
        connection.rollback()
        report = load_level(connection, order(layer(tmp_path, box(0, 0, 110, 300), box(100, 0, 300, 300))))
        assert [round(m2) for _, _, m2 in report.tiling.overlaps] == [3000]
        connection.rollback()


@about(POLYGON)
@pytest.mark.parametrize(
    ("ring", "reason"),
    [
        ([(0, 0), (100, 100), (100, 0), (0, 100), (0, 0)], "Self-intersection"),
        ([(0, 0), (100, 0), (100, 100), (0, 100)], "sluten"),
        ([(0, 0), (100, 0), (0, 0)], ""),
    ],
    ids=["bowtie", "unclosed", "no ground"],
)
def test_an_outline_that_is_none_refuses_its_layer_with_the_reason(
    city_of_bad_inputs: Engine, tmp_path: Path, ring: Ring, reason: str
) -> None:
    path = layer(tmp_path, box(200, 0, 300, 300), ring)
    with city_of_bad_inputs.connect() as connection:
        with pytest.raises(BadDeliveryError) as caught:
            load_level(connection, order(path))
        assert (caught.value.code, reason in caught.value.swedish) == ("invalid_geometry", True)
        connection.rollback()


@about(POLYGON)
@pytest.mark.parametrize("step", [1, -1], ids=["anticlockwise", "clockwise"])
def test_a_file_wound_one_way_is_loaded_and_what_was_turned_is_told(city_of_bad_inputs: Engine, tmp_path: Path, step: int) -> None:
    with city_of_bad_inputs.connect() as connection:
        report = load_level(connection, order(layer(tmp_path, box(0, 0, 100, 100)[::step], box(100, 0, 200, 100)[::step])))
        assert (report.areas, round(report.square_metres), report.tiling.overlaps) == (2, 20_000, ())
        assert report.turned == (0 if step == 1 else 2)
        assert ("Ringar vända: 2" in told(report)) == (step == -1)
        connection.rollback()


@about(POLYGON)
def test_an_outline_wound_against_the_others_refuses_its_layer(city_of_bad_inputs: Engine, tmp_path: Path) -> None:
    path = layer(tmp_path, box(0, 0, 100, 100), box(100, 0, 200, 100)[::-1], box(200, 0, 300, 100))
    with city_of_bad_inputs.connect() as connection:
        with pytest.raises(BadDeliveryError, match="området b har en yttre gräns") as caught:
            load_level(connection, order(path))
        assert (caught.value.code, "the area b" in caught.value.english) == ("invalid_geometry", True)
        connection.rollback()


def test_larger_areas_that_are_not_loaded_yet_are_told_in_one_sentence(city_of_bad_inputs: Engine, tmp_path: Path) -> None:
    path = layer(tmp_path, box(0, 0, 100, 100), box(100, 0, 200, 100))
    content = orjson.loads(path.read_bytes())
    for feature in content["features"]:
        feature["properties"]["del"] = "Nyby"
    path.write_bytes(orjson.dumps(content))
    small = LevelOrder(path, AreaLevel.BASOMRADE, date(2026, 1, 1), AreaFields(parent="del"), CITY)
    with city_of_bad_inputs.connect() as connection:
        report = load_level(connection, small)
        assert (report.parent_differs, report.parents_unknown) == ((), True)
        assert "är inte inlästa än" in told(report)
        assert "annat större område" not in told(report)
        connection.rollback()


@pytest.mark.parametrize("field", ["code", "name", "hor_till"])
@pytest.mark.parametrize("value", [None, "", " \t"], ids=["null", "empty", "blanks"])
def test_an_area_without_its_code_name_or_larger_area_refuses_its_layer_by_its_number(
    city_of_bad_inputs: Engine, tmp_path: Path, field: str, value: str | None
) -> None:
    path = layer(tmp_path, box(0, 0, 100, 100), box(100, 0, 200, 100))
    told = orjson.loads(path.read_bytes())
    for number, feature in enumerate(told["features"]):
        feature["properties"] = {"code": f"0{number}", "name": f"Byn {number}", "hor_till": "Järva"}
    told["features"][1]["properties"][field] = value
    path.write_bytes(orjson.dumps(told))
    with city_of_bad_inputs.connect() as connection:
        with pytest.raises(BadDeliveryError) as caught:
            load_level(connection, LevelOrder(path, AreaLevel.STADSDEL, date(2026, 1, 1), AreaFields(parent="hor_till"), CITY))
        assert caught.value.code == "missing_value"
        assert f"område nummer 2 i filen saknar värde i fältet {field}" in caught.value.swedish
        assert f"area number 2 of the file has no value in the field {field}" in caught.value.english
        connection.rollback()


@about("New area layer with same codes, other shapes")
def test_new_shapes_of_known_codes_are_refused_where_they_would_replace_and_else_are_a_version_that_waits(
    desk: Desk, tmp_path: Path
) -> None:
    desk.send(fires(fire(x=100, y=100)))
    path = tmp_path / "nya.geojson"
    path.write_bytes(orjson.dumps(collection({**STADSDELAR, "Rinkeby": (0, 400, 500, 800), "Husby": (0, 0, 2000, 400)})))
    known = LevelOrder(path, AreaLevel.STADSDEL, date(2023, 7, 1), AreaFields(), CITY)
    with desk.engine.connect() as connection:
        with pytest.raises(BadDeliveryError, match="--replace") as caught:
            load_level(connection, known)
        assert caught.value.code == "level_exists"
        before = load_cube(connection)
        report = load_level(connection, order(path))
        # The row of Rinkeby lost its south to Husby; the others of the layer are what they were.
        assert {(one.code, round(one.square_metres), one.before) for one in report.reshaped} == {
            ("rinkeby", 200_000, date(2023, 7, 1)),
            ("husby", 800_000, date(2023, 7, 1)),
        }
        assert report.standing is Standing.HELD
        for said in ("väntar på godkännande", "rinkeby: 200\N{NO-BREAK SPACE}000 m²", "areas approve 2026-01-01"):
            assert said in told(report)
        after = load_cube(connection)
        assert (after.edition.valid_from, after.areas) == (date(2023, 7, 1), before.areas)
        areas = connection.execute(
            text("""
                SELECT valid_from, code FROM event JOIN place_area USING (place_id) JOIN area USING (area_id)
                JOIN edition ON edition.edition_id = area.edition_id WHERE identity = 'B1' AND area.level = 'stadsdel' ORDER BY 1
            """)
        ).all()
        assert [tuple(row) for row in areas] == [
            (date(2020, 7, 1), "gammelbyn"),
            (date(2023, 7, 1), "rinkeby"),
            (date(2026, 1, 1), "husby"),
        ]
        connection.rollback()
