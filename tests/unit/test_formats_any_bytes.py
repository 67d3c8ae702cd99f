"""The worst file a tired person, a poor line or a bad disk could send: it is read or refused, and nothing else ever happens."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.deliveries import outcome_of
from tests.unit.formats import Found, read
from trygghetskarta.errors import BadDeliveryError

ROWS = [{"id": f"händelse {row}", "tid": f"2025-03-{row % 28 + 1:02}", "antal": row} for row in range(40)]


def _features() -> list[dict[str, object]]:
    return [
        {"type": "Feature", "properties": row, "geometry": {"type": "Point", "coordinates": [18.05 + number / 1000, 59.33]}}
        for number, row in enumerate(ROWS)
    ]


def _zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fil.csv", content)
    return packed.getvalue()


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(ROWS[0]))
    for row in ROWS:
        sheet.append([row["id"], date.fromisoformat(str(row["tid"])), row["antal"]])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _loose(workbook: bytes) -> bytes:
    """Give a workbook whose parts are not packed, so that a changed byte is one of its XML."""
    loose = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as packed, zipfile.ZipFile(loose, "w", zipfile.ZIP_STORED) as archive:
        for name in packed.namelist():
            archive.writestr(name, packed.read(name))
    return loose.getvalue()


def _text() -> bytes:
    return "".join(f"{line}\n" for line in ["id;tid;antal", *(";".join(map(str, row.values())) for row in ROWS)]).encode()


def _saved(ending: str) -> bytes:
    shapes = gpd.GeoDataFrame(ROWS, geometry=[shapely.Point(18.05 + row / 1000, 59.33) for row in range(len(ROWS))], crs=4326)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"fil.{ending}"
        if ending == "gpkg":
            pyogrio.write_dataframe(shapes, path)
        else:
            shapes.to_parquet(path)
        return path.read_bytes()


_VALID: dict[str, Callable[[], bytes]] = {
    "csv": _text,
    "csv.gz": lambda: gzip.compress(_text()),
    "zip": lambda: _zipped(_text()),
    "xlsx": _workbook,
    "json": lambda: json.dumps(ROWS, ensure_ascii=False, indent=1).encode(),
    "jsonl": lambda: "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS).encode(),
    "geojson": lambda: json.dumps({"type": "FeatureCollection", "features": _features()}).encode(),
    "gpkg": lambda: _saved("gpkg"),
    "parquet": lambda: _saved("parquet"),
}
FORMATS = list(_VALID)


@cache
def valid(ending: str) -> bytes:
    """Give a good file of a format."""
    return _VALID[ending]()


def outcome(content: bytes, name: str) -> Found | BadDeliveryError:
    """Read or be refused, with a code and a sentence in both languages; anything else that is raised is a bug, and goes on."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        came = outcome_of(lambda: read(path))
    if isinstance(came, BadDeliveryError):
        assert came.swedish.endswith(".")
        assert came.english.endswith(".")
        assert came.code != "refused"
    return came


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_rows_are_read_from_every_format(ending: str) -> None:
    found = outcome(valid(ending), f"fil.{ending}")
    assert isinstance(found, Found)
    assert {name: found[name] for name in ROWS[0]} == {name: [str(row[name]) for row in ROWS] for name in ROWS[0]}
    assert (found.rejected, found.blank) == ([], 0)


edit = st.tuples(st.sampled_from(["flip", "cut", "insert", "double", "zero"]), st.floats(0, 1), st.binary(min_size=1, max_size=12))
edits = st.lists(edit, min_size=1, max_size=4)
beginnings = st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1", b"SQLite format 3\x00", b"[{", b'{"'])


def changed(content: bytes, by: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, given_bytes in by:
        at = int(where * len(content))
        match kind:
            case "flip":
                content = content[:at] + given_bytes + content[at + len(given_bytes) :]
            case "cut":
                content = content[:at]
            case "insert":
                content = content[:at] + given_bytes + content[at:]
            case "double":
                content = content[: at + 50] + content[at:]
            case _:
                content = content[:at] + bytes(len(content[at : at + 64])) + content[at + 64 :]
    return content


@pytest.mark.parametrize("ending", FORMATS)
@settings(max_examples=80, deadline=None)
@given(by=edits)
def test_a_file_with_any_bytes_changed_is_read_or_refused(ending: str, by: list[tuple[str, float, bytes]]) -> None:
    outcome(changed(valid(ending), by), f"fil.{ending}")


@settings(max_examples=80, deadline=None)
@given(by=edits)
def test_a_workbook_with_any_xml_changed_is_read_or_refused(by: list[tuple[str, float, bytes]]) -> None:
    outcome(changed(_loose(valid("xlsx")), by), "fil.xlsx")


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=300), ending=st.sampled_from(FORMATS), beginning=beginnings)
def test_any_bytes_at_all_are_read_or_refused(content: bytes, ending: str, beginning: bytes) -> None:
    outcome(beginning + content, f"fil.{ending}")


scalars = st.none() | st.booleans() | st.floats() | st.integers() | st.text()
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=8
)


@settings(max_examples=150, deadline=None)
@given(values=st.lists(json_values, max_size=6), shape=st.sampled_from(["array", "lines", "pretty", "features"]))
def test_any_json_at_all_is_read_or_refused(values: list[object], shape: str) -> None:
    match shape:
        case "array":
            text = json.dumps(values)
        case "lines":
            text = "".join(f"{json.dumps(value)}\n" for value in values)
        case "pretty":
            text = "\n".join(json.dumps(value, indent=1) for value in values)
        case _:
            text = json.dumps({"features": [{"type": "Feature", "geometry": value, "properties": value} for value in values]})
    found = outcome(text.encode(), "fil.json")
    # A first line that is an array cannot be told from the array of all.
    if isinstance(found, Found) and shape == "lines" and not (values and isinstance(values[0], list)):
        assert found.rows == len(values)
    if isinstance(found, Found) and shape == "features":
        assert found.rows == len(values)
