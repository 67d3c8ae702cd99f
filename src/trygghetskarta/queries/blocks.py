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
    counted = _by_source(connection.execute(_AS_OF, {"instant": instant})) if instant is not None else _current(connection)
    withheld = _by_source(connection.execute(_WITHHELD, {"instant": instant}))
    return _blocks(counted, cells, node_of), _blocks(withheld, cells, node_of)


def _by_source(rows: Iterable[Row[Any]]) -> dict[int, Ints]:
    """Give rows of place, source, category, month and antal by source: place, category, month and antal, (4, rows)."""
    table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 5)
    return {source: table[table[:, 1] == source][:, [0, 2, 3, 4]].T for source in np.unique(table[:, 1]).tolist()}


def _current(connection: Connection) -> dict[int, Ints]:
    """Read the rollup by source: place, category, month and antal of every cell, (4, cells)."""
    months: dict[int, list[Ints]] = {}
    for row in connection.execute(_CURRENT):
        part = np.empty((4, (len(row.antal) - _ARRAY_HEAD) // _ARRAY_CELL.itemsize), np.int64)
        for number, sent in ((0, row.place_ids), (1, row.category_ids), (3, row.antal)):
            part[number] = np.frombuffer(sent, _ARRAY_CELL, offset=_ARRAY_HEAD)["value"]
        part[2] = row.month
        months.setdefault(row.source_id, []).append(part)
    return {source: np.concatenate(parts, axis=1) for source, parts in months.items()}


def _blocks(counted: Mapping[int, Ints], cells: tuple[Ints, int], node_of: Mapping[int, int]) -> dict[SourceId, Block]:
    cells_of, total = cells
    node = np.zeros(max(node_of, default=0) + 1, np.int64)
    node[list(node_of)] = list(node_of.values())
    return {source: _block(counted[source.number], node, cells_of, total) for source in SourceId if source.number in counted}


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
    place, category, month, antal = rows
    first = int(month.min())
    months = int(month.max()) - first + 1
    # Numbered through a table, as sorting a million of them would take longer than all the rest.
    used: Ints = np.flatnonzero(np.bincount(node[category]))
    column_of = np.zeros(int(node.max()) + 1, np.int64)
    column_of[used] = np.arange(len(used))
    column = column_of[node][category] * months + (month - first)
    size = cells * len(used) * months
    counts = np.zeros(size)
    for depth in range(cells_of.shape[1]):
        counts += np.bincount(cells_of[:, depth][place] * (len(used) * months) + column, weights=antal, minlength=size)
    sums: Sums = np.zeros((cells, len(used) + 1, months + 1), np.int32)
    sums[:, 1:, 1:] = counts.astype(np.int64).reshape(cells, len(used), months).cumsum(axis=1).cumsum(axis=2)
    sums.setflags(write=False)
    return Block(first, used, sums)
