"""The counts of each source as a block with running sums: read from the rollup, or for an earlier day from the versions of events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.areas import Area, AreaLevel, Edition
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.sources import SourceId

Ints = npt.NDArray[np.int64]
Sums = npt.NDArray[np.int32]

BUCKETS = ("areaOnly", "unplaced", "outside")
_CURRENT = text("""
    SELECT source_id, month, array_send(place_ids) AS place_ids, array_send(category_ids) AS category_ids, array_send(antal) AS antal
    FROM rollup_month WHERE cardinality(antal) > 0
""")
# An int[] as it is sent: its dimensions in 20 bytes, then a length and a number for each.
_ARRAY_HEAD, _ARRAY_CELL = 20, np.dtype([("length", ">i4"), ("value", ">i4")])
_AS_OF = text("""
    SELECT place_id, source_id, category_id, month, sum(antal)::int AS antal FROM event
    WHERE known_from <= :instant AND (known_to IS NULL OR known_to > :instant) AND NOT withdrawn
    GROUP BY place_id, source_id, category_id, month
""")
_WITHHELD = text("""
    SELECT place_id, source_id, category_id, month, count(*)::int AS antal FROM event
    WHERE antal = 0 AND detail::jsonb ? 'withheld' AND NOT withdrawn AND (known_to IS NULL OR known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
    GROUP BY place_id, source_id, category_id, month
""")


@dataclass(frozen=True, slots=True)
class Block:
    """The counts of one source.

    Attributes:
        first: Number of the first month.
        used: The categories that were ever counted, by their number in `Tree`, ascending: most of a tree is not met in one city.
        sums: Shape (cells, used + 1, months + 1): counts of all used categories and months before.
    """

    first: int
    used: Ints
    sums: Sums

    def count(self, cells: slice, ranges: Iterable[tuple[int, int]], spans: Iterable[Span]) -> Ints:
        """Count events.

        Args:
            cells: Which cells.
            ranges: Categories, as runs of the tree's order [begin, end).
            spans: The periods.

        Returns:
            Shape (cells, periods).
        """
        months = self.sums.shape[2] - 1
        begin = [min(max(span.first.number - self.first, 0), months) for span in spans]
        end = [min(max(span.last.number - self.first + 1, 0), months) for span in spans]
        part = self.sums[cells]
        total = np.zeros((part.shape[0], len(begin)), np.int64)
        for run in ranges:
            low, high = np.searchsorted(self.used, run)
            total += part[:, high][:, end] - part[:, high][:, begin] - part[:, low][:, end] + part[:, low][:, begin]
        return total


def load_blocks(
    connection: Connection, cells: tuple[Ints, int], node_of: Mapping[int, int], instant: datetime | None
) -> tuple[dict[SourceId, Block], dict[SourceId, Block]]:
    """Read the counts of every source.

    Args:
        connection: Inside a transaction.
        cells: As `cells_of_places` gives them.
        node_of: Number of each category in its tree's order.
        instant: As it was known then; None for now.

    Returns:
        By source: the counts, and how many counts the source withholds.
    """
    counted = _table(connection.execute(_AS_OF, {"instant": instant})) if instant is not None else _current(connection)
    withheld = _table(connection.execute(_WITHHELD, {"instant": instant}))
    return _blocks(counted, cells, node_of), _blocks(withheld, cells, node_of)


def _table(rows: Iterable[Row[Any]]) -> Ints:
    """Give rows of place, source, category, month and antal as numbers, (rows, 5)."""
    return np.array([tuple(row) for row in rows], np.int64).reshape(-1, 5)


def _current(connection: Connection) -> Ints:
    """Read the rollup: place, source, category, month and antal of every cell, (cells, 5)."""
    months = [np.zeros((0, 5), np.int64)]
    for row in connection.execute(_CURRENT):
        places, categories, antal = (
            np.frombuffer(sent, _ARRAY_CELL, offset=_ARRAY_HEAD)["value"] for sent in (row.place_ids, row.category_ids, row.antal)
        )
        months.append(
            np.stack([places, np.full(len(antal), row.source_id), categories, np.full(len(antal), row.month), antal], axis=1).astype(
                np.int64
            )
        )
    return np.concatenate(months)


def _blocks(table: Ints, cells: tuple[Ints, int], node_of: Mapping[int, int]) -> dict[SourceId, Block]:
    cells_of, total = cells
    node = np.zeros(max(node_of, default=0) + 1, np.int64)
    node[list(node_of)] = list(node_of.values())
    blocks = {}
    for source in SourceId:
        mine = table[table[:, 1] == source.number]
        if len(mine):
            blocks[source] = _block(mine, node, cells_of, total)
    return blocks


def cells_of_places(connection: Connection, edition: Edition, areas: Mapping[AreaLevel, tuple[Area, ...]]) -> tuple[Ints, int]:
    """Give for every place the cell it counts in at each level, shape (places, levels), and how many cells there are."""
    levels = list(areas)
    cell_of_area = {area.area_id: cell for cell, area in enumerate(area for rows in areas.values() for area in rows)}
    most = connection.execute(text("SELECT coalesce(max(place_id), 0) FROM place")).scalar_one()
    # A place that had no cell would be counted in none: -1 makes the count fail instead.
    cells = np.full((most + 1, len(levels)), -1, np.int64)
    rows = connection.execute(
        text("SELECT place_id, level, area_id, bucket FROM place_area WHERE edition_id = :edition_id"), {"edition_id": edition.edition_id}
    )
    for place_id, level, area_id, bucket in rows:
        depth = levels.index(AreaLevel(level))
        if area_id is not None:
            cells[place_id, depth] = cell_of_area[area_id]
        else:
            cells[place_id, depth] = len(cell_of_area) + depth * len(BUCKETS) + BUCKETS.index(bucket)
    return cells, len(cell_of_area) + len(levels) * len(BUCKETS)


def _block(rows: Ints, node: Ints, cells_of: Ints, cells: int) -> Block:
    first = int(rows[:, 3].min())
    months = int(rows[:, 3].max()) - first + 1
    used, place = np.unique(node[rows[:, 2]], return_inverse=True)
    column = place * months + rows[:, 3] - first
    counts = np.zeros((cells, len(used) * months), np.int64)
    for depth in range(cells_of.shape[1]):
        flat = cells_of[rows[:, 0], depth] * (len(used) * months) + column
        counts += np.bincount(flat, weights=rows[:, 4], minlength=counts.size).astype(np.int64).reshape(counts.shape)
    sums: Sums = np.zeros((cells, len(used) + 1, months + 1), np.int32)
    sums[:, 1:, 1:] = counts.reshape(cells, len(used), months).cumsum(axis=1).cumsum(axis=2)
    sums.setflags(write=False)
    return Block(first, used, sums)
