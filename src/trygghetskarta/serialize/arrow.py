"""Answers for programs that read columns: GeoPackage, FlatGeobuf and GeoParquet. Every library is loaded when first needed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from trygghetskarta.serialize.columns import columns as known_columns
from trygghetskarta.serialize.figures import Row

if TYPE_CHECKING:
    import pyarrow as pa

_GEOMETRY = "geometry"
_WGS84 = "EPSG:4326"
Outlines = Mapping[str, str]


def table_of(rows: list[Row], columns: list[str], key: str, outlines: Outlines) -> pa.Table:
    """Put rows in typed columns, with the geometry of each as WKB.

    Args:
        rows: The rows.
        columns: Their keys, in the order of the columns; each is one of the known columns.
        key: The column that names a row's geometry.
        outlines: GeoJSON text of each row's geometry by its key; empty for none.

    Returns:
        The table; its last column is the geometry, null where a row has none.
    """
    import pyarrow as pa
    import shapely

    types = {"text": pa.string(), "whole": pa.int64(), "decimal": pa.float64(), "truth": pa.bool_()}
    arrays = [pa.array([row[column] for row in rows], types[known_columns()[column].kind]) for column in columns]
    texts = [outlines.get(str(row[key])) for row in rows]
    shapes = shapely.to_wkb(shapely.from_geojson(texts)) if rows else []
    return pa.table([*arrays, pa.array(list(shapes), pa.binary())], [*columns, _GEOMETRY])


def geopackage(table: pa.Table, layer: str) -> bytes:
    """Write a table as a GeoPackage of one layer, WGS84."""
    return _by_gdal(table, "GPKG", layer)


def flatgeobuf(table: pa.Table, layer: str) -> bytes:
    """Write a table as FlatGeobuf, WGS84."""
    return _by_gdal(table, "FlatGeobuf", layer)


def _by_gdal(table: pa.Table, driver: str, layer: str) -> bytes:
    import pyogrio

    out = io.BytesIO()
    kind = "MultiPolygon" if _kinds(table) != ["Polygon"] else "Polygon"
    pyogrio.write_arrow(_of_one_kind(table, kind), out, layer=layer, driver=driver, geometry_name=_GEOMETRY, geometry_type=kind, crs=_WGS84)
    return out.getvalue()


def _of_one_kind(table: pa.Table, kind: str) -> pa.Table:
    """Make every polygon a multipolygon where the layer's are, as formats with one kind a layer want it."""
    import pyarrow as pa
    import shapely

    if kind == "Polygon":
        return table
    shapes = shapely.from_wkb(table.column(_GEOMETRY).to_pylist())
    single = shapely.get_type_id(shapes) == int(shapely.GeometryType.POLYGON)
    shapes[single] = [shapely.MultiPolygon([shape]) for shape in shapes[single]]
    return table.set_column(table.num_columns - 1, _GEOMETRY, pa.array(list(shapely.to_wkb(shapes)), pa.binary()))


def parquet(table: pa.Table, members: Mapping[str, Any]) -> bytes:
    """Write a table as GeoParquet 1.1, WGS84 with longitude first; what stands beside the rows is in the file's metadata as JSON.

    Reference: https://geoparquet.org/releases/v1.1.0
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    geometry = {"encoding": "WKB", "geometry_types": _kinds(table)}
    geo = {"version": "1.1.0", "primary_column": _GEOMETRY, "columns": {_GEOMETRY: geometry}}
    out = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({"geo": orjson.dumps(geo), "trygghetskarta": orjson.dumps(dict(members))}), out)
    return bytes(out.getvalue())


def _kinds(table: pa.Table) -> list[str]:
    """List the kinds of geometry of a table."""
    import shapely

    shapes = shapely.from_wkb(table.column(_GEOMETRY).to_pylist())
    return sorted({shape.geom_type for shape in shapes if shape is not None})
