"""Columns of Arrow, as GeoPackage and Parquet give them, as the texts a person would write."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely

from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.ingest.formats.blocks import Texts, names_of, number_text, table_of, unknown_crs
from trygghetskarta.ingest.reading import TextTable, shown, tidy

MOST_BYTES = 256 << 20
"""A block of rows whose texts would take more is refused."""
_POINT, _MULTIPOINT = 0, 4
_WGS84 = 4326
_OGR_TYPE = b"GDAL:OGR:type"


@dataclass(frozen=True, slots=True)
class Position:
    """Where the rows' positions are.

    Attributes:
        column: The column of geometries, as WKB.
        srid: EPSG number of their system; None where the file does not say.
    """

    column: str
    srid: int | None


def header_of(schema: pa.Schema, position: Position | None, name: str) -> list[str]:
    """Give the names of a table's columns: those of its attributes, then `x` and `y` where it has positions.

    Args:
        schema: The table's.
        position: Its positions.
        name: The file, for errors.

    Returns:
        The names. An attribute that is called x or y itself, or that is no single value, is told apart by its name, and belongs to no layout.

    Raises:
        BadDeliveryError: A name is empty or stands twice.
    """
    names = []
    for column in schema:
        if position is not None and column.name == position.column:
            continue
        is_taken = position is not None and tidy(column.name).casefold() in ("x", "y")
        is_nested = pa.types.is_nested(_storage(column.type))
        names.append(f"{column.name}{' (attribut)' if is_taken else ''}{' (nästlad)' if is_nested else ''}")
    return names_of([*names, *(("x", "y") if position is not None else ())], name)


def block_of(batch: pa.RecordBatch, header: list[str], position: Position | None, line: int) -> TextTable:
    """Make a block of a batch of rows.

    Args:
        batch: The rows.
        header: What `header_of` gave for their schema.
        position: Their positions.
        line: Number of the first of them, from 1.

    Returns:
        The block.
    """
    attributes = [number for number, column in enumerate(batch.schema.names) if position is None or column != position.column]
    columns = {}
    for name, number in zip(header, attributes, strict=False):
        texts = _texts(batch.column(number))
        is_stamp = (batch.schema.field(number).metadata or {}).get(_OGR_TYPE) == b"DateTime"
        columns[name] = _stamps(texts) if is_stamp else texts
    if position is not None:
        columns["x"], columns["y"] = _points(batch.column(position.column))
    table = table_of(columns, np.arange(line, line + batch.num_rows))
    table.srid = position.srid if position is not None else None
    return table


def srid_of(crs: object, name: str) -> int | None:
    """Give the EPSG number of a system.

    Args:
        crs: The system in any notation that pyproj knows; None where the file does not say.
        name: The file, for the error.

    Returns:
        The number; None where the file says that it does not know.

    Raises:
        BadDeliveryError: EPSG has no such system (`unknown_crs`).
    """
    if crs is None:
        return None
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise unknown_crs(name, shown(str(crs)), shown(str(crs))) from error
    flat = system.sub_crs_list[0] if system.is_compound else system
    if flat.name.startswith("Undefined"):
        return None
    srid = _WGS84 if flat.to_authority() == ("OGC", "CRS84") else flat.to_epsg()
    if srid is None:
        raise unknown_crs(name, shown(flat.name), shown(flat.name))
    return int(srid)


def _storage(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _texts(values: pa.Array) -> Texts:
    """Write a column as texts: empty for null, times by the Stockholm clock, numbers without exponents."""
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if not pa.types.is_dictionary(values.type):
        return _filled(_written(values))
    # Long texts that many rows share would grow beyond all bounds when each row gets its own.
    if _is_letters(values.dictionary.type) and (pc.sum(pc.binary_length(values.dictionary).take(values.indices)).as_py() or 0) > MOST_BYTES:
        raise ValueError(f"a column of more than {MOST_BYTES >> 20} MB in one block")
    texts = _texts(values.dictionary)
    if isinstance(texts, list):
        return ["" if index is None else texts[index] for index in values.indices.to_pylist()]
    return _filled(texts.take(values.indices))


def _filled(texts: Texts) -> Texts:
    return texts if isinstance(texts, list) else texts.fill_null("")


def _is_letters(kind: pa.DataType) -> bool:
    return any(
        is_kind(kind)
        for is_kind in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_string_view,
            pa.types.is_binary,
            pa.types.is_large_binary,
            pa.types.is_binary_view,
            pa.types.is_fixed_size_binary,
        )
    )


def _written(values: pa.Array) -> Texts:
    kind = values.type
    if _is_letters(kind):
        return _letters(values)
    if pa.types.is_floating(kind):
        return _floats(values)
    if pa.types.is_date(kind) or pa.types.is_time(kind) or pa.types.is_timestamp(kind):
        return _times(values)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return values.cast(pa.string())
    if pa.types.is_decimal(kind):
        return ["" if value is None else number_text(format(value, "f")) for value in values.to_pylist()]
    return ["" if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in values.to_pylist()]


def _letters(values: pa.Array) -> Texts:
    own = values.cast(pa.binary())
    try:
        return own.cast(pa.string())
    except pa.ArrowInvalid:
        # Bytes that are not UTF-8 become lone surrogates, by which their rows are rejected.
        return ["" if value is None else value.decode("utf-8", "surrogateescape") for value in own.to_pylist()]


def _floats(values: pa.Array) -> Texts:
    if pa.types.is_float16(values.type):
        values = values.cast(pa.float32())
    texts = pc.replace_substring_regex(values.cast(pa.string()), r"\.0$", "")
    if pc.any(pc.match_substring(texts, "e")).as_py():
        return ["" if text is None else number_text(text) for text in texts.to_pylist()]
    return texts


def _times(values: pa.Array) -> Texts:
    kind = values.type
    if pa.types.is_date(kind):
        return values.cast(pa.date32()).cast(pa.string())
    if pa.types.is_time(kind):
        seconds = values.cast(pa.time32("s"), safe=False)
    else:
        # With a zone or without: the numbers beneath are instants, or the local clock.
        seconds = values.view(pa.timestamp(kind.unit)).cast(pa.timestamp("s"), safe=False)
        if kind.tz is not None:
            instants = pd.Series(seconds.to_numpy(zero_copy_only=False)).dt.tz_localize("UTC")
            local = instants.dt.tz_convert(str(LOCAL_TIME)).dt.tz_localize(None)
            seconds = pa.array(local.to_numpy("datetime64[s]"), pa.timestamp("s"))
    return pc.replace_substring_regex(seconds.cast(pa.string()), r":00$", "")


def _stamps(texts: Texts) -> Texts:
    """Write times that GDAL gives as ISO 8601: by the local clock where they have a zone, and as they are where they have none."""
    given = pd.Series(texts if isinstance(texts, list) else texts.to_pylist(), dtype=object)
    has_zone = given.str.contains(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$", regex=True)
    instants = pd.to_datetime(given.where(has_zone), format="ISO8601", utc=True, errors="coerce").dt.tz_convert(str(LOCAL_TIME))
    local = pd.to_datetime(given.where(~has_zone), format="ISO8601", errors="coerce").fillna(instants.dt.tz_localize(None))
    written = pc.replace_substring_regex(pa.array(local.to_numpy("datetime64[s]"), pa.timestamp("s")).cast(pa.string()), r":00$", "")
    return _filled(pc.coalesce(written, pa.array(given.tolist(), pa.string())))


def _points(values: pa.Array) -> tuple[Texts, Texts]:
    """Write positions as x and y. Where there is none both are empty; what is no point is named, which no reader takes for a number."""
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    wkb = np.array([*values.cast(pa.binary()).to_pylist(), None], object)[:-1]
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    is_one = (shapely.get_type_id(shapes) == _MULTIPOINT) & (shapely.get_num_geometries(shapes) == 1)
    shapes = np.where(is_one, shapely.get_geometry(shapes, 0), shapes)
    is_point = (shapely.get_type_id(shapes) == _POINT) & ~shapely.is_empty(shapes)
    faults = [
        "" if own is None or good else "?" if shape is None else "POINT EMPTY" if shape.is_empty else str(shape.geom_type)
        for own, shape, good in zip(wkb, shapes, is_point.tolist(), strict=True)
    ]
    points = np.where(is_point, shapes, np.array(None, object))
    x, y = (_filled(_floats(pa.array(part(points)))) for part in (shapely.get_x, shapely.get_y))
    return _instead(x, is_point, faults), _instead(y, is_point, faults)


def _instead(texts: Texts, good: npt.NDArray[np.bool_], faults: list[str]) -> Texts:
    return pc.if_else(pa.array(good), pa.array(texts, pa.string()), pa.array(faults, pa.string()))
