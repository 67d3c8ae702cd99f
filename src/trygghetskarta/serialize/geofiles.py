"""Answers as files for GIS and data frames: GeoPackage, FlatGeobuf and GeoParquet.

Their libraries are loaded when first needed: GDAL, with the pandas that its Python binding loads, is as large as a worker without it.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from trygghetskarta.serialize.columns import Kind, known_columns
from trygghetskarta.serialize.figures import Columns
from trygghetskarta.serialize.geojson import Outlines

if TYPE_CHECKING:
    import pyarrow as pa

_GEOMETRY = "geometry"
_SHAPE = "MultiPolygon"
_WGS84 = "EPSG:4326"
_LAYER = "trygghetskarta"
_ROWS_AT_A_TIME = 65_536
_ALONE = threading.Lock()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is written as a file.

    Attributes:
        columns: The values of the rows, by column; each is one of the known columns.
        key: For each row, what names its geometry.
        outlines: GeoJSON text of each geometry by its name; None for a table without geometry.
        fractions: Columns that hold decimal numbers here, though whole numbers elsewhere.
        title: What it is called.
        members: What stands beside the rows.
        changed_at: When it last changed.
    """

    columns: Columns
    key: list[str]
    outlines: Outlines | None
    fractions: tuple[str, ...]
    title: str
    members: Mapping[str, Any]
    changed_at: datetime


def geopackage(sheet: Sheet) -> bytes:
    """Write a GeoPackage of one layer in WGS84, its polygons multipolygons; a table of attributes where there is no geometry.

    Args:
        sheet: What to write. Its title and what stands beside its rows are in the layer's identifier and metadata.

    Returns:
        The file. The same sheet is the same bytes.
    """
    options = {"IDENTIFIER": sheet.title, "DESCRIPTION": " ".join(sheet.members["sentences"])}
    # Of the version that programs of some years ago read without a warning.
    return _by_gdal(sheet, _Driver("GPKG", options, {"VERSION": "1.2"}))


def flatgeobuf(sheet: Sheet) -> bytes:
    """Write FlatGeobuf in WGS84, its polygons multipolygons.

    Args:
        sheet: What to write; its title and sentences are in the file's header.

    Returns:
        The file. Its rows are in their order, which a spatial index would change.
    """
    options = {"SPATIAL_INDEX": "NO", "TITLE": sheet.title, "DESCRIPTION": " ".join(sheet.members["sentences"])}
    return _by_gdal(sheet, _Driver("FlatGeobuf", options))


def parquet(sheet: Sheet) -> bytes:
    """Write GeoParquet 1.1 in WGS84, longitude first; plain Parquet where there is no geometry.

    Args:
        sheet: What to write. What stands beside its rows is JSON under the key `trygghetskarta` of the file's metadata.

    Returns:
        The file.

    Reference: https://geoparquet.org/releases/v1.1.0
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = _table(sheet)
    kept = {"trygghetskarta": orjson.dumps(dict(sheet.members)), "title": sheet.title}
    if sheet.outlines is not None:
        geo = {"version": "1.1.0", "primary_column": _GEOMETRY, "columns": {_GEOMETRY: {"encoding": "WKB", "geometry_types": [_SHAPE]}}}
        kept["geo"] = orjson.dumps(geo)
    out = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(kept), out)
    return bytes(out.getvalue())


def _table(sheet: Sheet) -> pa.Table:
    """Give the columns with their types, and as the last one the geometry as WKB; null where a row has none."""
    import pyarrow as pa

    types = {Kind.TEXT: pa.string(), Kind.WHOLE: pa.int64(), Kind.DECIMAL: pa.float64(), Kind.TRUTH: pa.bool_()}
    kinds = {name: Kind.DECIMAL if name in sheet.fractions else known_columns()[name].kind for name in sheet.columns}
    arrays = {name: pa.array(values, types[kinds[name]]) for name, values in sheet.columns.items()}
    if sheet.outlines is not None:
        arrays[_GEOMETRY] = pa.array(_shapes(sheet.key, sheet.outlines), pa.binary())
    return pa.table(arrays)


def _shapes(key: list[str], outlines: Outlines) -> list[bytes | None]:
    """Give the geometry of each row as WKB; every polygon a multipolygon, as formats with one kind a layer want it."""
    import shapely

    names = list(dict.fromkeys(name for name in key if name in outlines))
    shapes = shapely.from_geojson([outlines[name] for name in names])
    many = [shape if shape.geom_type == _SHAPE else shapely.MultiPolygon([shape]) for shape in shapes]
    known = dict(zip(names, shapely.to_wkb(many), strict=True)) if names else {}
    return [known.get(name) for name in key]


@dataclass(frozen=True, slots=True)
class _Driver:
    """A driver of GDAL, and how it is told to write."""

    name: str
    layer_options: Mapping[str, str]
    dataset_options: Mapping[str, str] = field(default_factory=dict)


def _by_gdal(sheet: Sheet, driver: _Driver) -> bytes:
    import pyogrio

    drawn = {"geometry_name": _GEOMETRY, "geometry_type": _SHAPE, "crs": _WGS84} if sheet.outlines is not None else {}
    table, out = _table(sheet), io.BytesIO()
    told = {"trygghetskarta": orjson.dumps(dict(sheet.members)).decode()}
    # GDAL's clock is a setting of the whole process, and the time of writing would make every file another one.
    with _ALONE:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": sheet.changed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")})
        try:
            pyogrio.write_arrow(
                table.to_reader(_ROWS_AT_A_TIME),
                out,
                layer=_LAYER,
                driver=driver.name,
                layer_metadata=told,
                layer_options=dict(driver.layer_options),
                dataset_options=dict(driver.dataset_options),
                **drawn,
            )
        finally:
            pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return out.getvalue()
