"""Parquet and GeoParquet, a block of rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from trygghetskarta.domain.read_as import ReadAs
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.formats.arrow_rows import MOST_BYTES, Position, block_of, header_of, srid_of
from trygghetskarta.ingest.formats.blocks import BLOCK_ROWS, refusing, table_of
from trygghetskarta.ingest.reading import Fits, TextTable

_MAGIC = b"PAR1"
_KIND = ("en Parquet-fil", "a Parquet file")
_WGS84 = 4326


def tables(path: Path, name: str, fits: Fits) -> Iterator[TextTable]:
    """Read a Parquet file, a block at a time.

    Args:
        path: The file. The points of a GeoParquet file become the columns `x` and `y`, in its own system.
        name: Its name, for errors.
        fits: Not asked: the file names its columns, and has one table.

    Yields:
        Its blocks; one without rows where it has none. Lines are the rows counted from 1.

    Raises:
        BadDeliveryError: It is cut off (`truncated`) or broken (`unreadable`), or its system is not known (`unknown_crs`).
    """
    del fits
    _refuse_cut(path, name)
    # Arrow opens the file itself: its threads that held a file of Python's could end the program in a crash.
    with refusing(name, *_KIND), pa.OSFile(str(path)) as source:
        letters = [
            column.name
            for column in parquet.read_schema(source)
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        ]
        # Texts that many rows share are kept once.
        file = parquet.ParquetFile(source, read_dictionary=letters, buffer_size=1 << 20)
        position = _position(file.schema_arrow, name)
        header = header_of(file.schema_arrow, position, name)
        line = 1
        for batch in file.iter_batches(batch_size=BLOCK_ROWS):
            if batch.nbytes > MOST_BYTES:
                raise BadDeliveryError(
                    f"{name} har fält som är längre än något fält får vara.",
                    f"{name} has fields longer than any may be.",
                    code="field_too_long",
                )
            table = block_of(batch, header, position, line)
            line += batch.num_rows
            table.read_as = ReadAs("parquet")
            table.upto = source.size() * (line - 1) // file.metadata.num_rows
            yield table
        if line == 1:
            yield replace(table_of({column: [] for column in header}, []), read_as=ReadAs("parquet"))


def _position(schema: pa.Schema, name: str) -> Position | None:
    """Find the geometries of a GeoParquet file; None where it is another Parquet file."""
    said = (schema.metadata or {}).get(b"geo")
    if said is None:
        return None
    geo = json.loads(said)
    column = geo["primary_column"]
    if column not in schema.names or geo["columns"][column].get("encoding") != "WKB":
        return None
    # A file that says nothing is in WGS84; one that says null does not know.
    crs = geo["columns"][column].get("crs", _WGS84)
    return Position(column, srid_of(crs, name))


def _refuse_cut(path: Path, name: str) -> None:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - len(_MAGIC), 0))
        if file.read() != _MAGIC or size < 12:
            raise BadDeliveryError(f"{name} är avbruten. Ingenting ändrades.", f"{name} is cut off. Nothing was changed.", code="truncated")
