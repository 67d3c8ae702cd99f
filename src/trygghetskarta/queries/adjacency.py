"""Which areas border on each other."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import Area, AreaLevel, Edition

_PAIRS = text("""
    SELECT area_id, neighbour_id FROM area_neighbour JOIN area USING (area_id) WHERE edition_id = :edition_id ORDER BY area_id, neighbour_id
""")


def load_neighbours(
    connection: Connection, edition: Edition, areas: Mapping[AreaLevel, tuple[Area, ...]]
) -> dict[AreaLevel, npt.NDArray[np.int64]]:
    """Read the borders between an edition's areas.

    Args:
        connection: Inside a transaction.
        edition: The edition.
        areas: Its areas by level.

    Returns:
        By level, shape (pairs, 2): the numbers of two areas that border on each other, each pair both ways, ascending.
    """
    at = {area.area_id: (level, number) for level, rows in areas.items() for number, area in enumerate(rows)}
    found: dict[AreaLevel, list[tuple[int, int]]] = {level: [] for level in areas}
    for area_id, neighbour_id in connection.execute(_PAIRS, {"edition_id": edition.edition_id}):
        level, number = at[area_id]
        found[level].append((number, at[neighbour_id][1]))
    return {level: np.array(sorted(pairs), np.int64).reshape(-1, 2) for level, pairs in found.items()}
