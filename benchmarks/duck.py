"""DuckDB with its spatial extension, where the machine has it: DuckDB itself would fetch it from the network."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from benchmarks.measuring import clock
from trygghetskarta.ingest.place import NOWHERE

Numbers = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

_JOIN = "SELECT p.id, a.number FROM points p JOIN areas a ON ST_Contains(a.geom, p.geom)"


@dataclass(frozen=True, slots=True)
class DuckPlacing:
    """Points and areas in a DuckDB of one thread."""

    connection: Any
    rows: int

    @classmethod
    def make(cls, polygons: npt.NDArray[np.object_], x: Floats, y: Floats) -> DuckPlacing | str:
        """Load points and areas, or say why that cannot be."""
        try:
            import duckdb
        except ImportError:
            return "the package duckdb is not installed (it is in the dependency group `bench`)."
        connection = duckdb.connect(config={"threads": 1})
        try:
            connection.execute(f"LOAD '{_packaged(duckdb.__version__) or 'spatial'}'")
        except duckdb.Error:
            return (
                f"duckdb {duckdb.__version__} has no spatial extension here, and INSTALL would fetch it from the network. "
                "The package duckdb-extension-spatial of the same version as duckdb brings it."
            )
        connection.from_arrow(_arrow(id=np.arange(len(x), dtype=np.int32), x=x, y=y)).create("raw_points")
        connection.execute("CREATE TABLE points AS SELECT id, ST_Point(x, y) AS geom FROM raw_points")
        connection.from_arrow(_arrow(number=np.arange(len(polygons), dtype=np.int32), wkb=shapely.to_wkb(polygons))).create("raw_areas")
        connection.execute("CREATE TABLE areas AS SELECT number, ST_GeomFromWKB(wkb) AS geom FROM raw_areas")
        return cls(connection, len(x))

    def place(self) -> Numbers:
        """Give the area of every point."""
        pairs = self.connection.execute(_JOIN).fetchnumpy()
        found: Numbers = np.full(self.rows, NOWHERE, np.int32)
        found[pairs["id"]] = pairs["number"]
        return found

    def seconds(self) -> float:
        """Clock the join alone."""
        return clock(lambda: self.connection.execute(f"SELECT count(*), sum(id::bigint * number) FROM ({_JOIN})").fetchall())


def _packaged(version: str) -> Path | None:
    """Find the extension in the package that brings it for one version of DuckDB."""
    package = find_spec("duckdb_extension_spatial")
    if package is None or package.origin is None:
        return None
    file = Path(package.origin).parent / "extensions" / f"v{version}" / "spatial.duckdb_extension"
    return file if file.exists() else None


def _arrow(**columns: npt.NDArray[Any]) -> pa.Table:
    return pa.table({name: pa.array(values) for name, values in columns.items()})
