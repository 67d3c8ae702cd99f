"""The cells that a place counts in: an area at each level or the part of the ledger it is in instead, or several by share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import Area, AreaLevel, Edition
from trygghetskarta.stats.dealing import WHOLE

Ints = npt.NDArray[np.int64]

BUCKETS = ("areaOnly", "unplaced", "outside")
NO_PLACE, DIVIDED = -1, -2
_PLACES = text("SELECT place_id, level, area_id, bucket, begins, ends FROM place_area WHERE edition_id = :edition_id")
_KNOWN_BY = text("SELECT place_id, known_by FROM place WHERE place_id = ANY(:places)")


@dataclass(frozen=True, slots=True)
class Cells:
    """Where every place counts in one edition.

    Attributes:
        of: The cell of each place, (places + 1, levels): DIVIDED where it has several, NO_PLACE for a number that is no place's.
        total: How many cells there are: the areas of all levels, then the ledger's buckets of each level.
        parts: Of the divided places: place, depth, cell, and where the part begins and ends in millionths; (parts, 5), by depth, place and begin.
        known_by: What names each divided place in every database.
    """

    of: Ints
    total: int
    parts: Ints
    known_by: Mapping[int, str]

    @property
    def levels(self) -> int:
        """How many levels."""
        return int(self.of.shape[1])

    def parts_at(self, depth: int) -> Ints:
        """Give the parts at one level, by place."""
        found: Ints = self.parts[self.parts[:, 1] == depth]
        return found


def load_cells(connection: Connection, edition: Edition, areas: Mapping[AreaLevel, tuple[Area, ...]]) -> Cells:
    """Read where every place counts.

    Args:
        connection: Inside a transaction.
        edition: The edition.
        areas: Its areas by level, finest first.

    Returns:
        The cells.
    """
    depth_of = {level.value: depth for depth, level in enumerate(areas)}
    cell_of_area = {area.area_id: cell for cell, area in enumerate(area for rows in areas.values() for area in rows)}
    rest = {
        (level, bucket): len(cell_of_area) + depth * len(BUCKETS) + number
        for level, depth in depth_of.items()
        for number, bucket in enumerate(BUCKETS)
    }
    most = connection.execute(text("SELECT coalesce(max(place_id), 0) FROM place")).scalar_one()
    # A place that had no cell would be counted in none: a negative one makes the count fail instead.
    of = np.full((most + 1, len(areas)), NO_PLACE, np.int64)
    parts = []
    for place_id, level, area_id, bucket, begins, ends in connection.execute(_PLACES, {"edition_id": edition.edition_id}):
        cell = cell_of_area[area_id] if area_id is not None else rest[level, bucket]
        if ends - begins == WHOLE:
            of[place_id, depth_of[level]] = cell
        else:
            of[place_id, depth_of[level]] = DIVIDED
            parts.append((depth_of[level], place_id, begins, cell, ends))
    known_by: dict[int, str] = dict(connection.execute(_KNOWN_BY, {"places": sorted({part[1] for part in parts})}).all()) if parts else {}
    in_order = np.array(sorted(parts), np.int64).reshape(-1, 5)[:, [1, 0, 3, 2, 4]]
    return Cells(of, len(cell_of_area) + len(areas) * len(BUCKETS), in_order, known_by)
