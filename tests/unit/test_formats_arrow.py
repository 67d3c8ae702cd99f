"""GeoPackage and Parquet: values as texts, points in their own system, and files that are broken without saying so."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyarrow import parquet

from tests.unit.deliveries import CENTRAL_3006, CENTRAL_4326
from tests.unit.formats import read, refused
from trygghetskarta.domain.read_as import ReadAs
from trygghetskarta.ingest.formats import geopackage
from trygghetskarta.ingest.formats import parquet as parquet_rows

at = datetime.fromisoformat


def stored(folder: Path, **columns: pa.Array) -> Path:
    path = folder / "fil.parquet"
    rows = len(next(iter(columns.values())))
    parquet.write_table(pa.table({"id": [str(row) for row in range(rows)], "tid": [""] * rows, **columns}), path)
    return path


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array(["0310", " x ", "o\u0308", None]), ["0310", "x", "ö", ""]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", "", "a"]),
        (pa.array(["a", None], pa.large_string()), ["a", ""]),
        (pa.array([b"a", None]), ["a", ""]),
        (pa.array([1, None, -3]), ["1", "", "-3"]),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (pa.array([1.0, 0.1, 1e-7, 1e22, 153335.681, None]), ["1", "0.1", "0.0000001", "10000000000000000000000", "153335.681", ""]),
        (pa.array([0.1, 18.0586], pa.float32()), ["0.1", "18.0586"]),
        (pa.array(np.array([1.5], np.float16)), ["1.5"]),
        (pa.array([float("nan"), float("inf")]), ["nan", "inf"]),
        (pa.array([Decimal("1.00"), Decimal("-2.50"), None]), ["1", "-2.50", ""]),
        (pa.array([Decimal("0.00000001")]), ["0.00000001"]),
        (pa.array([True, False, None]), ["true", "false", ""]),
        (pa.nulls(2), ["", ""]),
        (pa.array([date(2025, 3, 1), None]), ["2025-03-01", ""]),
        (pa.array([date(2025, 3, 1)], pa.date64()), ["2025-03-01"]),
        (pa.array([time(9, 30), time(9, 30, 5), None]), ["09:30", "09:30:05", ""]),
        (pa.array([at("2025-03-01 12:30:00"), at("2025-03-01 00:00:05.5"), None]), ["2025-03-01 12:30", "2025-03-01 00:00:05", ""]),
        (pa.array([at("2025-03-01 12:30:00")], pa.timestamp("ns")), ["2025-03-01 12:30"]),
        (pa.array([at("9999-12-31 23:59:59")], pa.timestamp("ms")), ["9999-12-31 23:59:59"]),
        (
            pa.array([datetime(2025, 7, 1, 10, 0, tzinfo=UTC), datetime(2025, 1, 31, 23, 30, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
            ["2025-07-01 12:00", "2025-02-01 00:30", ""],
        ),
        (pa.array([datetime(2025, 7, 1, 10, 0, tzinfo=UTC)], pa.timestamp("s", "America/Chicago")), ["2025-07-01 12:00"]),
    ],
    ids=lambda values: str(values.type) if isinstance(values, pa.Array) else "",
)
def test_a_column_of_parquet_is_read_as_a_person_would_write_it(tmp_path: Path, values: pa.Array, texts: list[str]) -> None:
    assert read(stored(tmp_path, v=values))["v"] == texts


def test_the_night_the_clock_is_set_back_comes_by_the_local_clock(tmp_path: Path) -> None:
    hours = pa.array([datetime(2025, 10, 26, hour, 30, tzinfo=UTC) for hour in (0, 1)], pa.timestamp("s", "UTC"))
    assert read(stored(tmp_path, v=hours))["v"] == ["2025-10-26 02:30", "2025-10-26 02:30"]


def test_rows_of_parquet_are_counted_from_one_and_shown_as_csv(tmp_path: Path) -> None:
    found = read(stored(tmp_path, v=pa.array(["a;b", None])))
    assert (found.line, found.raw) == ([1, 2], [b'0;;"a;b"', b"1;;"])


def test_a_value_with_values_in_it_is_put_aside_by_name(tmp_path: Path) -> None:
    found = read(stored(tmp_path, v=pa.array([{"a": 1}, None]), w=pa.array([[1, 2], []])))
    assert (found["v (nästlad)"], found["w (nästlad)"]) == (['{"a": 1}', ""], ["[1, 2]", "[]"])


def test_bytes_that_are_not_utf8_reject_their_row_and_are_kept(tmp_path: Path) -> None:
    found = read(stored(tmp_path, v=pa.array([b"\xe5", "å".encode()])))
    assert (found.rejected, found["v"], found.rejected_raw) == ([(1, "v", "bad_utf8")], ["å"], [b"0;;\xe5"])


def test_texts_that_say_they_are_utf8_and_are_not_reject_their_row(tmp_path: Path) -> None:
    lie = pa.StringArray.from_buffers(2, pa.py_buffer(np.array([0, 1, 3], np.int32)), pa.py_buffer(b"\xe5\xc3\xa5"))
    assert read(stored(tmp_path, v=lie)).rejected == [(1, "v", "bad_utf8")]


def test_parquet_is_read_a_block_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_rows, "BLOCK_ROWS", 7)
    found = read(stored(tmp_path, v=pa.array(range(50))))
    assert (found.parts, found["v"], found.line) == (8, [str(row) for row in range(50)], list(range(1, 51)))


def test_parquet_without_rows_gives_one_part_without_rows(tmp_path: Path) -> None:
    found = read(stored(tmp_path, v=pa.array([], pa.int64())))
    assert (list(found.columns), found.rows) == (["id", "tid", "v"], 0)


def test_a_long_text_that_all_rows_share_is_refused(tmp_path: Path) -> None:
    shared = pa.DictionaryArray.from_arrays(pa.array([0] * 50_000, pa.int32()), pa.array(["x" * 1_000_000]))
    path = stored(tmp_path, v=shared)
    assert path.stat().st_size < 3_000_000
    assert refused(path).code == "unreadable"


@pytest.mark.parametrize("cut", [1, 4, 100, -6])
def test_parquet_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    path = stored(tmp_path, v=pa.array([1]))
    path.write_bytes(path.read_bytes()[:-cut])
    assert refused(path).code == "truncated"


def test_double_column_names_are_refused(tmp_path: Path) -> None:
    assert refused(stored(tmp_path, ID=pa.array([1]))).code == "double_header"


# --- Points

POINTS = [
    shapely.Point(CENTRAL_3006),
    None,
    shapely.Point(),
    shapely.MultiPoint([CENTRAL_3006]),
    shapely.Point(1, 2, 3),
    shapely.LineString([(0, 0), (1, 1)]),
]
X = ["673995.045", "", "POINT EMPTY", "673995.045", "1", "LineString"]


def frame(srid: int | None = 3006, geometry: list[object] | None = None, **columns: object) -> gpd.GeoDataFrame:
    shapes = POINTS if geometry is None else geometry
    facts = {"id": [str(row) for row in range(len(shapes))], "tid": ["x"] * len(shapes), **columns}
    return gpd.GeoDataFrame(facts, geometry=shapes, crs=srid)


def saved(folder: Path, ending: str, shapes: gpd.GeoDataFrame) -> Path:
    path = folder / f"fil.{ending}"
    if ending == "parquet":
        shapes.to_parquet(path)
    else:
        pyogrio.write_dataframe(shapes, path, layer="händelser", geometry_type="Unknown")
    return path


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_points_become_columns_in_their_own_system(tmp_path: Path, ending: str) -> None:
    found = read(saved(tmp_path, ending, frame()))
    # A GeoPackage keeps an empty point as no point at all.
    assert [x.replace("POINT EMPTY", "") for x in found["x"]] == [x.replace("POINT EMPTY", "") for x in X]
    assert found["y"][0] == "6580894.88"
    assert (found.srid, list(found.columns)) == (3006, ["id", "tid", "x", "y"])
    assert found.read_as == ReadAs(ending, table="händelser" if ending == "gpkg" else None)


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
@pytest.mark.parametrize("srid", [3006, 3011, 4326])
def test_the_system_reaches_the_reader(tmp_path: Path, ending: str, srid: int) -> None:
    found = read(saved(tmp_path, ending, frame(srid, [shapely.Point(CENTRAL_4326)])))
    assert (found.srid, found["x"], found["y"]) == (srid, ["18.0586"], ["59.3309"])


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_a_height_system_beside_does_not_hide_the_plane(tmp_path: Path, ending: str) -> None:
    assert read(saved(tmp_path, ending, frame(5845, [shapely.Point(1, 2, 3)]))).srid == 3006


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_no_system_is_not_guessed(tmp_path: Path, ending: str) -> None:
    with pytest.warns(UserWarning, match="crs") if ending == "gpkg" else pytest.MonkeyPatch.context():
        path = saved(tmp_path, ending, frame(None, [shapely.Point(1, 2)]))
    assert read(path).srid is None


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_a_system_of_ones_own_is_refused(tmp_path: Path, ending: str) -> None:
    own = frame(None, [shapely.Point(1, 2)]).set_crs("+proj=tmerc +lat_0=1 +lon_0=17.123 +ellps=bessel")
    assert refused(saved(tmp_path, ending, own)).code == "unknown_crs"


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_an_attribute_called_x_is_told_apart_from_the_position(tmp_path: Path, ending: str) -> None:
    found = read(saved(tmp_path, ending, frame(geometry=[shapely.Point(1, 2)], X=[5])))
    assert (found["x"], found["X (attribut)"]) == (["1"], ["5"])


def test_a_geometry_that_is_no_wkb_is_no_point(tmp_path: Path) -> None:
    geo = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", "geometry_types": []}}}
    table = pa.table({"id": ["a"], "tid": ["x"], "geometry": [b"skr\xe4p"]}).replace_schema_metadata({b"geo": json.dumps(geo).encode()})
    parquet.write_table(table, tmp_path / "fil.parquet")
    found = read(tmp_path / "fil.parquet")
    assert (found["x"], found.srid) == (["?"], 4326)


# --- GeoPackage


def test_times_in_a_geopackage_are_local_unless_they_have_a_zone(tmp_path: Path) -> None:
    naive, zoned = pd.Series([at("2025-07-01 12:30"), None]), pd.Series([at("2025-07-01T12:30:00Z"), None])
    found = read(saved(tmp_path, "gpkg", frame(geometry=[None, None], utan=naive, med=zoned, dag=[date(2025, 7, 1), None])))
    assert (found["utan"], found["med"], found["dag"]) == (["2025-07-01 12:30", ""], ["2025-07-01 14:30", ""], ["2025-07-01", ""])


def layers(folder: Path, *names: str) -> Path:
    path = folder / "fil.gpkg"
    for name in names:
        shapes = frame(geometry=[shapely.Point(1, 2)])
        pyogrio.write_dataframe(shapes if name.startswith("rätt") else shapes.rename(columns={"id": "nummer"}), path, layer=name)
    return path


def test_the_one_layer_that_fits_is_read(tmp_path: Path) -> None:
    assert read(layers(tmp_path, "fel", "rätt", "layer_styles"))["id"] == ["0"]


def test_where_no_layer_fits_the_first_is_given_for_the_error_about_it(tmp_path: Path) -> None:
    assert "nummer" in read(layers(tmp_path, "fel")).columns


def test_two_layers_that_fit_are_refused_by_name_since_one_would_be_lost(tmp_path: Path) -> None:
    error = refused(layers(tmp_path, "rätt mars", "rätt april"))
    assert error.code == "several_tables"
    assert "rätt mars, rätt april" in error.swedish


def test_a_layer_without_geometry_is_a_table(tmp_path: Path) -> None:
    pyogrio.write_dataframe(pd.DataFrame({"id": ["a"], "tid": ["x"]}), tmp_path / "fil.gpkg", layer="tabell")
    found = read(tmp_path / "fil.gpkg")
    assert (found.columns, found.srid) == ({"id": ["a"], "tid": ["x"]}, None)


def test_a_layer_without_rows_gives_one_part_without_rows(tmp_path: Path) -> None:
    found = read(saved(tmp_path, "gpkg", frame(geometry=[shapely.Point(1, 2)]).iloc[:0]))
    assert (list(found.columns), found.rows) == (["id", "tid", "x", "y"], 0)


@pytest.mark.parametrize("name", ["fil.gpkg", "fil.dat", "a!b.gpkg", "fil.zip", "åäö ?.gpkg"])
def test_a_geopackage_is_known_by_its_first_bytes_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path, "gpkg", frame()).rename(tmp_path / name)
    assert len(read(path)["id"]) == len(POINTS)


def test_a_geopackage_is_read_a_block_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geopackage, "BLOCK_ROWS", 7)
    found = read(saved(tmp_path, "gpkg", frame(geometry=[shapely.Point(row, 1) for row in range(50)])))
    assert (found.parts, found["x"]) == (8, [str(row) for row in range(50)])


def test_a_geopackage_cut_off_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, "gpkg", frame())
    path.write_bytes(path.read_bytes()[:-1])
    assert refused(path).code == "truncated"


def test_a_geopackage_with_a_page_gone_bad_is_refused_whole(tmp_path: Path) -> None:
    path = saved(tmp_path, "gpkg", frame(geometry=[shapely.Point(row, 1) for row in range(5000)]))
    with sqlite3.connect(path) as database:
        ((page,),) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'händelser'").fetchall()
    database.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    path.write_bytes(content)
    assert refused(path).code == "unreadable"


def test_a_database_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "fil.gpkg") as database:
        database.execute("CREATE TABLE t (id, tid)")
    database.close()
    assert refused(tmp_path / "fil.gpkg").code in ("unreadable", "no_rows")
