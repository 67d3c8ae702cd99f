"""Which larger area each area lies in, and whether it lies there wholly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.areas import AreaLevel, code_of_name
from trygghetskarta.ingest.area_files import AreaRows
from trygghetskarta.ingest.links import AREAS_OF

Geometries = npt.NDArray[np.object_]

_NESTING_M2 = 1.0

_SET_PARENT = text("UPDATE area SET parent_code = :parent, nested = :nested WHERE area_id = :area_id")


@dataclass(frozen=True, slots=True)
class NotNested:
    """An area that does not lie wholly in its parent: (area, parent, square metres outside it)."""

    area: str
    parent: str
    square_metres: float


def held_levels(connection: Connection, edition_id: int) -> list[tuple[AreaLevel, Sequence[Row[Any]]]]:
    """Read the levels an edition holds, finest first."""
    levels = [(level, connection.execute(AREAS_OF, {"edition_id": edition_id, "level": level}).all()) for level in AreaLevel]
    return [(level, rows) for level, rows in levels if rows]


def relations(held: list[tuple[AreaLevel, Sequence[Row[Any]]]]) -> Iterator[tuple[AreaLevel, list[tuple[NotNested | None, str | None]]]]:
    """Find for every area of every level but the coarsest the parent it lies in, and whether it lies partly outside it."""
    for (level, finer), (_, coarser) in pairwise(held):
        parents = shapely.from_wkb(np.array([row.geom for row in coarser]))
        children = shapely.from_wkb(np.array([row.geom for row in finer]))
        best, shared = _largest_overlap(children, parents)
        outside = shapely.area(children) - shared
        found: list[tuple[NotNested | None, str | None]] = []
        for row, parent, square_metres in zip(finer, best.tolist(), outside.tolist(), strict=True):
            code, name = (coarser[parent].code, coarser[parent].name) if parent >= 0 else (None, "")
            nested = parent >= 0 and square_metres <= _NESTING_M2
            found.append((None if nested else NotNested(row.name, name, square_metres), code))
        yield level, found


def relate(connection: Connection, edition_id: int) -> tuple[NotNested, ...]:
    """Give every area of an edition the parent it lies in, and list those that lie partly outside it."""
    held = held_levels(connection, edition_id)
    rows_of = dict(held)
    exceptions = []
    for level, related in relations(held):
        values = [
            {"parent": code, "nested": odd is None, "area_id": row.area_id}
            for row, (odd, code) in zip(rows_of[level], related, strict=True)
        ]
        connection.execute(_SET_PARENT, values)
        exceptions += [odd for odd, _ in related if odd is not None]
    return tuple(exceptions)


def _largest_overlap(children: Geometries, parents: Geometries) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Give for each child the parent that holds most of it, and how many square metres that is."""
    shapely.prepare(parents)
    child, parent = shapely.STRtree(parents).query(children, predicate="intersects")
    covered = shapely.covers(parents[parent], children[child])
    shared = np.where(covered, shapely.area(children[child]), 0.0)
    rest = ~covered
    shared[rest] = shapely.area(shapely.intersection(children[child[rest]], parents[parent[rest]]))
    best = np.full(len(children), -1, np.int64)
    most = np.zeros(len(children))
    for c, p, m2 in zip(child.tolist(), parent.tolist(), shared.tolist(), strict=True):
        if m2 > most[c]:
            best[c], most[c] = p, m2
    return best, most


def parent_differs(connection: Connection, edition_id: int, level: AreaLevel, rows: AreaRows) -> tuple[tuple[str, ...], bool]:
    """Give the areas that lie in another larger area than the file states, and whether the stated ones are all of a level not loaded yet."""
    found = connection.execute(text("SELECT code, parent_code, level FROM area WHERE edition_id = :edition"), {"edition": edition_id}).all()
    parent_of = {row.code: row.parent_code for row in found if row.level == level}
    known = {row.code for row in found if AreaLevel(row.level).rank > level.rank}
    stated = [(code, {parent, code_of_name(parent)}) for code, parent in zip(rows.codes, rows.parents, strict=True) if parent]
    if stated and not any(names & known for _, names in stated):
        return (), True
    return tuple(code for code, names in stated if parent_of[code] is not None and parent_of[code] not in names), False
