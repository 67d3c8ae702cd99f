"""GeoPackage: the one layer whose columns are those of a layout, with its points as x and y in its own system."""

from __future__ import annotations

import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyogrio

from trygghetskarta.domain.read_as import ReadAs
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.formats.arrow_rows import Position, block_of, header_of, srid_of
from trygghetskarta.ingest.formats.blocks import BLOCK_ROWS, no_rows, refuse_several, refusing, table_of
from trygghetskarta.ingest.reading import Fits, TextTable, shown

_KIND = ("en GeoPackage-fil", "a GeoPackage file")


@dataclass(slots=True)
class _Layer:
    """A layer being read."""

    name: str
    batches: pa.RecordBatchReader
    header: list[str]
    position: Position | None


def tables(path: Path, name: str, fits: Fits) -> Iterator[TextTable]:
    """Read the one layer whose columns are those of a layout, a block at a time.

    Args:
        path: The file.
        name: Its name, for errors.
        fits: Tells whether column names are those of a layout. Where no layer fits, the first is read, so that the error about its columns has
            something to say.

    Yields:
        Its blocks; one without rows where the layer has none. Lines are the layer's rows counted from 1.

    Raises:
        BadDeliveryError: It is cut off (`truncated`) or broken (`unreadable`), several layers fit (`several_tables`) or there is none (`no_rows`), or
            the layer's system is not known (`unknown_crs`).
    """
    _refuse_broken(path, name)
    # GDAL judges a file by how its name ends, and takes some names for more than a name.
    with refusing(name, *_KIND), tempfile.TemporaryDirectory(prefix="trygghetskarta-") as folder, ExitStack() as stack:
        link = Path(folder) / "fil.gpkg"
        link.symlink_to(path.resolve())
        layer = _fitting(link, name, fits, stack)
        line = 1
        for batch in layer.batches:
            table = block_of(batch, layer.header, layer.position, line)
            table.read_as = ReadAs("gpkg", table=shown(layer.name))
            yield table
            line += batch.num_rows
        if line == 1:
            yield replace(table_of({column: [] for column in layer.header}, []), read_as=ReadAs("gpkg", table=shown(layer.name)))


def _fitting(path: Path, name: str, fits: Fits, stack: ExitStack) -> _Layer:
    fitting: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about versions and fields that are not read
        layers = [str(layer) for layer, _ in pyogrio.list_layers(path)]
        for one in layers:
            with ExitStack() as passing:
                if fits(_opened(path, name, one, passing).header):
                    fitting.append(one)
        refuse_several(fitting, name)
        if not layers:
            raise no_rows(name)
        return _opened(path, name, [*fitting, *layers][0], stack)


def _opened(path: Path, name: str, layer: str, stack: ExitStack) -> _Layer:
    # Times as texts: as numbers, one without a zone could not be told from one in UTC.
    meta, batches = stack.enter_context(
        pyogrio.raw.open_arrow(path, layer=layer, batch_size=BLOCK_ROWS, use_pyarrow=True, datetime_as_string=True)
    )
    column = meta["geometry_name"] or "wkb_geometry"
    has_points = meta["geometry_type"] is not None and column in batches.schema.names
    position = Position(column, srid_of(meta["crs"], name)) if has_points else None
    return _Layer(layer, batches, header_of(batches.schema, position, name), position)


def _refuse_broken(path: Path, name: str) -> None:
    """Refuse a file whose pages are not all there, or not whole: GDAL would give the rows before the fault, and say nothing."""
    with path.open("rb") as file:
        head = file.read(100)
    page, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
    if path.stat().st_size < (page if page > 1 else 1 << 16) * pages:
        raise BadDeliveryError(f"{name} är avbruten. Ingenting ändrades.", f"{name} is cut off. Nothing was changed.", code="truncated")
    with refusing(name, *_KIND), closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        (said,) = database.execute("PRAGMA quick_check(1)").fetchone()
        if said != "ok":
            raise sqlite3.DatabaseError(said)
