"""Answers as the clients of each format read them: one list of rows, whatever the format."""

from __future__ import annotations

import csv
import io
import itertools
import math
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import openpyxl
import orjson
import pyarrow.parquet as pq
import pyogrio

from trygghetskarta.serialize.formats import Format

Row = dict[str, Any]
GEOMETRY = ("geom", "wkb_geometry", "geometry")
"""What clients call the column of shapes."""


def rows_of(content: bytes, form: Format) -> list[Row]:
    """Give the rows of an answer, without their shapes; None for a value that there is none of."""
    return _READERS[form](content)


def _json(content: bytes) -> list[Row]:
    answer = orjson.loads(content)
    if "columns" in answer:
        names = list(answer["columns"])
        return [dict(zip(names, values, strict=True)) for values in zip(*answer["columns"].values(), strict=True)]
    return _by_area(answer["series"]) if "series" in answer else list(answer["items"])


def _geojson(content: bytes) -> list[Row]:
    lines = [feature["properties"] for feature in orjson.loads(content)["features"]]
    return _by_area(lines) if lines and "values" in lines[0] else lines


def _by_area(lines: list[Row]) -> list[Row]:
    return [{name: line[name] for name in ("code", "name", "level")} | value for line in lines for value in line["values"]]


def _csv(content: bytes) -> list[Row]:
    """Read RFC 4180; every value is a text or None."""
    return [{name: value or None for name, value in row.items()} for row in csv.DictReader(io.StringIO(content.decode(), newline=""))]


def _xlsx(content: bytes) -> list[Row]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    lines = [[cell.value for cell in line] for line in book["Siffror"].iter_rows()]
    return [dict(zip([str(name) for name in lines[0]], line, strict=True)) for line in lines[1:]]


def _jsonstat(content: bytes) -> list[Row]:
    """Put the cube's values back in rows; a combination of which nothing is said at all is no row."""
    cube = orjson.loads(content)
    *names, metric = cube["id"]
    metrics = cube["dimension"][metric]["category"]["index"]
    codes = [cube["dimension"][name]["category"]["index"] for name in names]
    texts: Mapping[str, list[Any]] = cube["extension"]["texts"]
    rows = []
    for place, combination in enumerate(itertools.product(*codes)):
        values = cube["value"][place * len(metrics) : (place + 1) * len(metrics)]
        told = {name: column[place] for name, column in texts.items()}
        if any(value is not None for value in (*values, *told.values())):
            rows.append(dict(zip(names, combination, strict=True)) | dict(zip(metrics, values, strict=True)) | told)
    return rows


def _flatgeobuf(content: bytes) -> list[Row]:
    # Not by Arrow: GDAL 3.12 gives wrong lengths for a feature without geometry there.
    layer, _, _, fields = pyogrio.raw.read(io.BytesIO(content))
    columns = [[None if value != value else value for value in values.tolist()] for values in fields]
    return [dict(zip(layer["fields"], values, strict=True)) for values in zip(*columns, strict=True)]


def _gpkg(content: bytes) -> list[Row]:
    """Read a GeoPackage as the SQLite that it is; GDAL warns of one that is in memory and so has no name."""
    base = sqlite3.connect(":memory:")
    base.deserialize(content)
    base.row_factory = sqlite3.Row
    rows = [dict(row) for row in base.execute("SELECT * FROM trygghetskarta ORDER BY fid")]
    truths = [row["name"] for row in base.execute("PRAGMA table_info(trygghetskarta)") if row["type"] == "BOOLEAN"]
    base.close()
    return [
        {name: bool(value) if name in truths else value for name, value in row.items() if name not in (*GEOMETRY, "fid")} for row in rows
    ]


def _parquet(content: bytes) -> list[Row]:
    rows: list[Row] = pq.read_table(io.BytesIO(content)).to_pylist()
    return [{name: value for name, value in row.items() if name not in GEOMETRY} for row in rows]


_READERS: Mapping[Format, Callable[[bytes], list[Row]]] = {
    Format.JSON: _json,
    Format.GEOJSON: _geojson,
    Format.CSV: _csv,
    Format.XLSX: _xlsx,
    Format.JSONSTAT: _jsonstat,
    Format.GPKG: _gpkg,
    Format.FLATGEOBUF: _flatgeobuf,
    Format.PARQUET: _parquet,
}


def same(found: Any, told: Any) -> bool:  # noqa: ANN401 - values of any kind are compared
    """Tell whether a client found what was told: texts of CSV are numbers again, dates of a workbook months."""
    match found, told:
        case _, None:
            return found is None
        case str(), bool():
            return found == ("true" if told else "false")
        case str(), int() | float():
            return math.isclose(float(found), told, rel_tol=1e-12)
        case ((int() | float()), str()):
            return str(found) == told
        case _ if hasattr(found, "strftime"):
            return bool(found.strftime("%Y-%m") == told)
        case _:
            return bool(found == told)
