"""Our own ways to load a file: in full, as a delivery is; bare; and the least that any way must do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from pyproj import Transformer
from sqlalchemy import Engine, text

from benchmarks.data import DEGREES, PLANE, Sample
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest import places
from trygghetskarta.ingest.copying import Field, copy_in, encode, fixed, instants, points, texts
from trygghetskarta.ingest.place import RasterIndex, index_polygons
from trygghetskarta.ingest.receipts import Receipt
from trygghetskarta.ingest.sending import Sending
from trygghetskarta.settings import Settings

_BLOCK_BYTES = 4_000_000
_COLUMNS = ("id", "kind", "street", "number", "municipality", "starts", "ends", "geom", "area")
_TABLE = f"""
    CREATE TABLE placed (id text, kind int, street text, number int, municipality text, starts timestamp, ends timestamp,
        geom geometry(Point, {PLANE}), area int)
"""
_COUNTS = """
    SELECT area_id, sum(antal) FROM event JOIN place_area USING (place_id) WHERE level = 'basomrade' AND known_to IS NULL GROUP BY area_id
"""


def in_full(engine: Engine, sample: Sample) -> Receipt:
    """Take a file in as `trygghetskarta ingest` does: read, checked, placed, compared, versioned, counted, with its receipt.

    Args:
        engine: The database.
        sample: Whose file.

    Returns:
        The receipt.

    Raises:
        ValueError: Not every row came in as new.
    """
    _forget_areas()
    receipt = deliver(engine, Settings(), Delivering(SourceId.ANMALDA_BROTT), sample.events)
    if (receipt.status, receipt.read, receipt.new) != ("published", sample.rows, sample.rows):
        raise ValueError(f"{receipt.status}: of {sample.rows} rows {receipt.read} were read and {receipt.new} were new: {receipt.warnings}")
    return receipt


def _forget_areas() -> None:
    """Empty what the product remembers of the areas, as it is in a process that has just begun: indexing them is part of the load."""
    for remembered in vars(places).values():
        if hasattr(remembered, "cache_clear"):
            remembered.cache_clear()


def counts_in_full(engine: Engine) -> dict[int | None, int]:
    """Give the events of every area, as our tables have them."""
    with engine.connect() as connection:
        return {area: int(count) for area, count in connection.execute(text(_COUNTS))}


@dataclass(slots=True)
class Bare:
    """The fast path without what makes it a delivery: no checks, identity, versions, receipt, rollup or index.

    The file goes through in blocks, sent as the product sends its parts: while the server takes one, the next is read, reprojected and placed.

    Attributes:
        index: Of the areas, made beforehand, as a loader has it after its first delivery.
        area_ids: Key of each area in the database, (areas,).
        bytes_ready: The rows of the first run as they were sent.
    """

    index: RasterIndex
    area_ids: npt.NDArray[np.int64]
    bytes_ready: pa.LargeBinaryArray | None = None

    @classmethod
    def make(cls, engine: Engine, sample: Sample) -> Bare:
        """Index the areas."""
        with engine.connect() as connection:
            ids = connection.execute(text("SELECT area_id FROM areas ORDER BY code")).scalars().all()
        return cls(index_polygons(sample.polygons), np.array(ids, np.int64))

    def load(self, engine: Engine, sample: Sample) -> None:
        """Read, reproject, place and copy."""
        with engine.begin() as connection, ThreadPoolExecutor(1) as sender:
            connection.execute(text(_TABLE))
            sending = Sending(sender, connection)
            for rows in self._blocks(sample):
                sending.send("placed", _COLUMNS, rows)
            sending.connection()

    def make_ready(self, sample: Sample) -> None:
        """Keep the rows as they are sent."""
        self.bytes_ready = pa.concat_arrays(list(self._blocks(sample)))

    def send_ready(self, engine: Engine, _sample: Sample) -> None:
        """Send the rows that were kept: no way of loading can be faster."""
        if self.bytes_ready is None:
            raise ValueError("no rows were kept")
        with engine.begin() as connection:
            connection.execute(text(_TABLE))
            copy_in(connection, "placed", _COLUMNS, self.bytes_ready)

    def _blocks(self, sample: Sample) -> Iterator[pa.LargeBinaryArray]:
        types = {name: pa.string() for name in ("ID", "GATA", "KOMMUN")} | {name: pa.int32() for name in ("BROTTSKOD", "GATUNR")}
        types |= {name: pa.timestamp("us") for name in ("BROTTSDATUMTID_START", "BROTTSDATUMTID_SLUT")}
        convert = arrow_csv.ConvertOptions(column_types=types, timestamp_parsers=[arrow_csv.ISO8601])
        to_plane = Transformer.from_crs(DEGREES, PLANE, always_xy=True)
        for block in arrow_csv.open_csv(sample.events, arrow_csv.ReadOptions(block_size=_BLOCK_BYTES), convert_options=convert):
            x, y = to_plane.transform(block["LONGITUDE"].to_numpy(), block["LATITUDE"].to_numpy())
            yield encode(self._fields(block, x, y))

    def _fields(self, block: pa.RecordBatch, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> list[Field]:
        number = self.index.locate(x, y)
        return [
            texts(block["ID"]),
            fixed(block["BROTTSKOD"].to_numpy(), ">i4"),
            texts(block["GATA"]),
            fixed(block["GATUNR"].to_numpy(), ">i4"),
            texts(block["KOMMUN"]),
            _times(block["BROTTSDATUMTID_START"]),
            _times(block["BROTTSDATUMTID_SLUT"]),
            points(x, y, PLANE),
            fixed(self.area_ids[number], ">i4", number < 0),
        ]


def _times(column: pa.Array) -> Field:
    known = column.is_valid().to_numpy(zero_copy_only=False)
    return instants(pc.fill_null(column.cast(pa.int64()), 0).to_numpy(zero_copy_only=False), ~known)
