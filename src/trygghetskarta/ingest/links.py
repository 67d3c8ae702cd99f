"""How the areas of one edition became those of another: the ground they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.areas import AreaLevel

Geometries = npt.NDArray[np.object_]

LEAST_SHARE = 0.001

AREAS_OF = text("""
    SELECT area_id, level, code, name, ST_AsBinary(geom) AS geom FROM area WHERE edition_id = :edition_id AND level = :level ORDER BY code COLLATE "C"
""")
_LINK = text("INSERT INTO area_link (from_area_id, to_area_id, kind, share, basis) VALUES (:a, :b, :kind, :share, 'land')")


def link_editions(connection: Connection, edition_id: int) -> None:
    """Measure how an edition's areas share ground with every other edition's: level by level, or with the next larger where one lacks the level.

    Args:
        connection: Inside a transaction.
        edition_id: The edition, whose earlier links are replaced.
    """
    connection.execute(
        text("""DELETE FROM area_link WHERE from_area_id IN (SELECT area_id FROM area WHERE edition_id = :edition_id)
                OR to_area_id IN (SELECT area_id FROM area WHERE edition_id = :edition_id)"""),
        {"edition_id": edition_id},
    )
    others = (
        connection.execute(text("SELECT edition_id FROM edition WHERE edition_id <> :edition_id"), {"edition_id": edition_id})
        .scalars()
        .all()
    )
    mine = _by_level(connection, edition_id)
    for other in others:
        theirs = _by_level(connection, other)
        links = [link for level in mine if level in theirs for link in _links(mine[level], theirs[level])]
        links += [*_to_larger(mine, theirs), *_to_larger(theirs, mine)]
        if links:
            connection.execute(_LINK, links)


def _by_level(connection: Connection, edition_id: int) -> dict[AreaLevel, Sequence[Row[Any]]]:
    """Read an edition's areas by level, finest first."""
    found = {level: connection.execute(AREAS_OF, {"edition_id": edition_id, "level": level}).all() for level in AreaLevel}
    return {level: rows for level, rows in found.items() if rows}


def _to_larger(here: Mapping[AreaLevel, Sequence[Row[Any]]], there: Mapping[AreaLevel, Sequence[Row[Any]]]) -> Iterator[dict[str, Any]]:
    """Link the areas of each level that another edition lacks to those of its next larger, one way: a larger area never tells of a finer."""
    for level, rows in here.items():
        larger = next((other for other in there if other.rank > level.rank), None)
        if level not in there and larger is not None:
            mine = {row.area_id for row in rows}
            yield from (link for link in _links(rows, there[larger]) if link["a"] in mine)


def _links(mine: Sequence[Row[Any]], theirs: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    a = shapely.from_wkb(np.array([row.geom for row in mine]))
    b = shapely.from_wkb(np.array([row.geom for row in theirs]))
    first, second, shared = _shared_ground(a, b)
    links = []
    for i, j, m2 in zip(first.tolist(), second.tolist(), shared.tolist(), strict=True):
        forth, back = min(m2 / a[i].area, 1.0), min(m2 / b[j].area, 1.0)
        for share, other, one, two in ((forth, back, mine[i], theirs[j]), (back, forth, theirs[j], mine[i])):
            if share > LEAST_SHARE:
                links.append({"a": one.area_id, "b": two.area_id, "kind": _kind(share, other), "share": round(share, 6)})
    return links


def _shared_ground(a: Geometries, b: Geometries) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Measure the ground shared by areas of two editions; those whose outlines are equal are not intersected."""
    wkb_a, wkb_b = shapely.to_wkb(a), shapely.to_wkb(b)
    at_b = {wkb: j for j, wkb in enumerate(wkb_b)}
    equal = np.array([(i, at_b[wkb]) for i, wkb in enumerate(wkb_a) if wkb in at_b], np.int64).reshape(-1, 2)
    rest_a = np.setdiff1d(np.arange(len(a)), equal[:, 0])
    rest_b = np.setdiff1d(np.arange(len(b)), equal[:, 1])
    i, j = (
        shapely.STRtree(b[rest_b]).query(a[rest_a], predicate="intersects") if len(rest_a) and len(rest_b) else np.zeros((2, 0), np.int64)
    )
    first, second = rest_a[i], rest_b[j]
    return (
        np.concatenate([equal[:, 0], first]),
        np.concatenate([equal[:, 1], second]),
        np.concatenate([shapely.area(a[equal[:, 0]]), shapely.area(shapely.intersection(a[first], b[second]))]),
    )


def _kind(share: float, back: float) -> str:
    """Name what happened to an area, by how much of it lies in the other and how much of the other in it."""
    whole, whole_back = share >= 1 - LEAST_SHARE, back >= 1 - LEAST_SHARE
    if whole:
        return "same" if whole_back else "merge"
    return "split" if whole_back else "boundary"
