"""JSON in its shapes: every object a row with its own bytes and line, and what is not a flat object is told of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.formats import Found, read, refused
from trygghetskarta.domain.read_as import ReadAs
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.formats import json_rows, json_text

ROWS = [{"id": "a", "tid": "2025-03-01"}, {"id": "b", "tid": ""}]


def of(folder: Path, content: str | bytes, name: str = "fil.json") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def found(folder: Path, content: str | bytes, name: str = "fil.json") -> Found:
    return read(of(folder, content, name))


def why_refused(folder: Path, content: str | bytes, name: str = "fil.json") -> BadDeliveryError:
    return refused(of(folder, content, name))


SHAPES = {
    "array": json.dumps(ROWS),
    "array over lines": json.dumps(ROWS, indent=2),
    "lines": "\n".join(map(json.dumps, ROWS)),
    "lines with an end": "\n".join(map(json.dumps, ROWS)) + "\n",
    "lines with CRLF": "\r\n".join(map(json.dumps, ROWS)) + "\r\n",
    "objects over lines": "\n".join(json.dumps(row, indent=1) for row in ROWS),
    "byte order mark": "\ufeff" + json.dumps(ROWS),
    "lines with a byte order mark": "\ufeff" + "\n".join(map(json.dumps, ROWS)),
    "blanks around": "\n\n  " + json.dumps(ROWS) + "\n \n",
}


@pytest.mark.parametrize("name", ["fil.json", "fil.csv", "fil", "fil.jsonl"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_known_by_what_is_in_it(tmp_path: Path, shape: str, name: str) -> None:
    read = found(tmp_path, SHAPES[shape], name)
    assert read.columns == {"id": ["a", "b"], "tid": ["2025-03-01", ""]}
    assert [json.loads(raw) for raw in read.raw] == ROWS
    assert read.read_as.format == ("jsonl" if shape.startswith(("lines", "objects")) else "json")
    assert read.read_as.encoding == ("utf-8-sig" if "mark" in shape else "utf-8")


ALL_TOKENS = (
    '[{"id": "a\\u00e5\\"\\\\", "tid": [-12.5e-7, 1E+5], "å": true, "b": false, "c": null, "d": NaN, "e": -Infinity},\n {"id": -0.25}]'
)


@pytest.mark.parametrize("text", [*SHAPES.values(), ALL_TOKENS], ids=[*SHAPES, "all tokens"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_a_window_of_any_size_sees_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, size: int) -> None:
    whole = found(tmp_path, text)
    monkeypatch.setattr(json_text, "_CHUNK", size)
    assert found(tmp_path, text) == whole


def test_an_array_cut_off_anywhere_is_refused_as_cut_off(tmp_path: Path) -> None:
    assert {why_refused(tmp_path, ALL_TOKENS[:length]).code for length in range(2, len(ALL_TOKENS) - 1)} == {"truncated"}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"0310"', "0310"),
        ("310", "310"),
        ("310.0", "310"),
        ("-1.50", "-1.50"),
        ("153335.681", "153335.681"),
        ("1e5", "100000"),
        ("1.5E-7", "0.00000015"),
        ("1e999999", "1e999999"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("true", "true"),
        ("false", "false"),
        ("null", ""),
        ('""', ""),
        ('" x "', "x"),
        ('"a\\nb"', "a\nb"),
        ('"a\tb"', "a\tb"),
        ('"\\u00e5"', "å"),
        ('"o\u0308"', "ö"),
        ('"\\u0000"', "\x00"),
        ('"\\ud83d\\ude00"', "😀"),
    ],
)
@pytest.mark.parametrize("shape", ['[{{"id": {}}}]', '{{"id": {}}}\n'])
def test_a_value_is_read_as_a_person_would_write_it(tmp_path: Path, written: str, text: str, shape: str) -> None:
    assert found(tmp_path, shape.format(written))["id"] == [text]


def test_objects_may_have_their_names_in_any_order_and_leave_some_out(tmp_path: Path) -> None:
    read = found(tmp_path, '[{"id": 1}, {"tid": 2, "ID": 3}, {"Tid ": 4}]')
    assert read.columns == {"id": ["1", "3", ""], "tid": ["", "2", "4"]}


def test_a_name_met_late_is_empty_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rows, "BLOCK_ROWS", 2)
    rows = [{"id": row} | ({"ny": 1} if row == 4 else {}) for row in range(6)]
    read = found(tmp_path, "".join(f"{json.dumps(row)}\n" for row in rows))
    assert read.parts == 3
    assert read.columns == {"id": list("012345"), "ny": ["", "", "", "", "1", ""]}
    assert read.line == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("nested", ["{}", '{"lat": 1}', "[]", "[18.0, 59.3]"])
def test_a_value_with_values_in_it_is_put_aside_by_name(tmp_path: Path, nested: str) -> None:
    read = found(tmp_path, f'[{{"id": 1, "plats": {nested}}}, {{"id": 2, "plats": "x"}}]')
    assert list(read.columns) == ["id", "plats (nästlad)", "plats"]
    assert read["plats"] == ["", "x"]


def test_a_name_that_stands_twice_rejects_its_object(tmp_path: Path) -> None:
    read = found(tmp_path, '[{"id": 1, "id": 2}, {"id": 1, "Id": 2}, {"id": 3}]')
    assert read.rejected == [(1, "", "double_column"), (1, "", "double_column")]
    assert read["id"] == ["3"]


def test_a_line_that_is_no_object_is_rejected_and_the_rest_is_read(tmp_path: Path) -> None:
    lines = b'{"id": 1}\n\nnej\n{"id": 2\n5\nnull\n[]\n{"id": 3} x\n{"id": 4}\n'
    read = found(tmp_path, lines)
    assert read.rejected == [(number, "", "bad_json") for number in range(3, 9)]
    assert read.rejected_raw == lines.splitlines()[2:8]
    assert (read["id"], read.line, read.blank) == (["1", "4"], [1, 9], 1)


@pytest.mark.parametrize("shape", ["lines", "array"])
def test_bytes_that_are_not_utf8_reject_their_row_and_are_kept(tmp_path: Path, shape: str) -> None:
    rows = [b'{"id": "\xe5", "tid": 1}', '{"id": "å", "tid": 2}'.encode(), b'{"id": "b", "tid": "\\ud800"}']
    read = found(tmp_path, b"\n".join(rows) if shape == "lines" else b"[" + b",\n".join(rows) + b"]")
    assert sorted(read.rejected) == [(1, "id", "bad_utf8"), (3, "tid", "bad_utf8")]
    assert read.rejected_raw == [rows[0], rows[2]]
    assert (read["id"], read.line) == (["å"], [2])


@pytest.mark.parametrize(
    ("content", "last"),
    [
        ('[{"id": 1},\n{"id": 2', 1),
        ('[{"id": 1},\n{"id": 2}', 2),
        ('[{"id": 1},\n', 1),
        ('[{"id": 1', 0),
        ('[{"id": "abc', 0),
        ('[{"id": tr', 0),
        ('[{"id": 1},\n{"id": "\\u00', 1),
        ('{"id": 1}\n{"id": 2', 1),
        ('{"id": 1}\n{"id', 1),
        ('{"id": 1', 0),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"}\n', 1),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature"}]', 1),
        ('{\n"id": 1}\n{\n"id": ', 1),
    ],
)
def test_a_file_cut_off_is_refused_and_says_which_row_is_the_last_whole_one(tmp_path: Path, content: str, last: int) -> None:
    error = why_refused(tmp_path, content)
    assert error.code == "truncated"
    assert (f"rad {last} är den sista hela" if last else "ingen rad är hel") in error.swedish


def test_a_line_cut_off_where_the_next_began_is_only_that_line(tmp_path: Path) -> None:
    assert found(tmp_path, '{"id": 1}\n{"id": 2\n').rejected == [(2, "", "bad_json")]


@pytest.mark.parametrize(
    "content", ['[{"id": 1}, {"id": oj}, {"id": 3}]', '[{"id": 1} {"id": 2}]', '[{"id": 1}, 5]', '[{"id": 1}] och mer', "[[1, 2]]"]
)
def test_an_array_that_is_not_one_of_objects_is_refused(tmp_path: Path, content: str) -> None:
    error = why_refused(tmp_path, content)
    assert (error.code, "rad 1" in error.swedish) == ("bad_json", True)


@pytest.mark.parametrize("content", ["[]", '{"type": "FeatureCollection", "features": []}'])
def test_no_rows_at_all_is_refused(tmp_path: Path, content: str) -> None:
    assert why_refused(tmp_path, content).code == "no_rows"


@pytest.mark.parametrize("content", ['[{"": 1}]', '[{" ": 1}]'])
def test_an_empty_name_is_refused(tmp_path: Path, content: str) -> None:
    assert why_refused(tmp_path, content).code == "empty_header"


def test_names_without_end_are_refused(tmp_path: Path) -> None:
    assert why_refused(tmp_path, "".join(f'{{"n{row}": 1}}\n' for row in range(1001))).code == "too_many_columns"


@pytest.mark.parametrize("shape", ['[{{"id": {}}}]', '{{"id": {}}}\n', '{{\n"id": {}}}\n'])
def test_nesting_without_end_is_no_crash(tmp_path: Path, shape: str) -> None:
    deep = shape.format("[" * 100_000 + "]" * 100_000)
    if shape.startswith("{{") and "\n" not in shape[:-1]:
        assert found(tmp_path, deep).rejected == [(1, "", "bad_json")]
    else:
        assert why_refused(tmp_path, deep).code == "bad_json"


@pytest.mark.parametrize("shape", ['[{{"id": "{}"}}]', '{{"id": "{}"}}\n'])
def test_an_object_beyond_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    for module in (json_text, json_rows):
        monkeypatch.setattr(module, "LONGEST", 1 << 20)
    assert why_refused(tmp_path, shape.format("x" * (3 << 20))).code == "field_too_long"


# --- GeoJSON


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def point(*coordinates: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": coordinates}


def collection(*features: dict[str, Any], **members: object) -> str:
    return json.dumps({"type": "FeatureCollection", **members, "features": features})


def test_a_features_properties_and_position_are_its_columns(tmp_path: Path) -> None:
    read = found(tmp_path, collection(feature(point(18.0586, 59.3309), id=1, tid="x"), feature(point(18.06, 59.33, 12.5), id=2, tid="y")))
    assert read.columns == {"id": ["1", "2"], "tid": ["x", "y"], "x": ["18.0586", "18.06"], "y": ["59.3309", "59.33"]}
    assert (read.srid, read.read_as) == (4326, ReadAs("geojson", "utf-8"))


@pytest.mark.parametrize(
    ("geometry", "x"),
    [
        (None, ""),
        ({"type": "Point", "coordinates": []}, "POINT EMPTY"),
        ({"type": "Point", "coordinates": [None, None]}, "Point"),
        ({"type": "Point"}, "Point"),
        ({"type": "MultiPoint", "coordinates": [[1, 2]]}, "1"),
        ({"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}, "MultiPoint"),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3, 4], [1, 2]]]}, "Polygon"),
        ("POINT(1 2)", "?"),
    ],
)
def test_what_is_no_point_is_no_number(tmp_path: Path, geometry: object, x: str) -> None:
    assert found(tmp_path, collection(feature(geometry, id=1)))["x"] == [x]


@pytest.mark.parametrize(
    ("system", "srid"),
    [
        ("urn:ogc:def:crs:EPSG::3006", 3006),
        ("urn:ogc:def:crs:EPSG:9.1:3011", 3011),
        ("EPSG:3011", 3011),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326),
    ],
)
def test_the_system_an_older_file_states_reaches_the_reader(tmp_path: Path, system: str, srid: int) -> None:
    crs = {"type": "name", "properties": {"name": system}}
    assert found(tmp_path, collection(feature(point(1, 2), id=1), crs=crs)).srid == srid


@pytest.mark.parametrize("crs", [{"type": "name", "properties": {"name": "RT90 2.5 gon V"}}, {"type": "link"}, "EPSG:3006"])
def test_a_system_that_is_not_known_is_refused(tmp_path: Path, crs: object) -> None:
    assert why_refused(tmp_path, collection(feature(point(1, 2), id=1), crs=crs)).code == "unknown_crs"


def test_a_system_stated_after_the_rows_that_are_read_without_it_is_refused(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "EPSG:3006"}}
    content = json.dumps({"type": "FeatureCollection", "features": [feature(point(1, 2), id=1)], "crs": crs})
    assert why_refused(tmp_path, content).code == "unknown_crs"


def test_members_around_the_features_do_no_harm(tmp_path: Path) -> None:
    content = json.dumps(
        {"name": "lager", "bbox": [1, 2, 3, 4], "features": [feature(point(1, 2), id=1)], "type": "FeatureCollection", "n": 1}
    )
    assert found(tmp_path, content)["id"] == ["1"]


def test_a_property_called_x_is_told_apart_from_the_position(tmp_path: Path) -> None:
    read = found(tmp_path, collection(feature(point(1, 2), id=1, X=5)))
    assert (read["x"], read["X (egenskap)"]) == (["1"], ["5"])


def test_a_features_own_id_is_its_id_unless_a_property_is(tmp_path: Path) -> None:
    first = feature(None, tid="x") | {"id": 7}
    assert found(tmp_path, collection(first))["id"] == ["7"]
    assert found(tmp_path, collection(feature(None, ID="p") | {"id": 7}))["ID"] == ["p"]


def test_features_one_a_line_are_features(tmp_path: Path) -> None:
    read = found(tmp_path, "\n".join(json.dumps(feature(point(1, 2), id=row)) for row in range(3)))
    assert (read["id"], read["x"], read.srid) == (["0", "1", "2"], ["1", "1", "1"], 4326)


def test_a_feature_without_properties_is_a_row(tmp_path: Path) -> None:
    assert found(tmp_path, collection(feature(point(1, 2), id=1), {"type": "Feature", "properties": None, "geometry": None})).columns == {
        "id": ["1", ""],
        "x": ["1", ""],
        "y": ["2", ""],
    }
