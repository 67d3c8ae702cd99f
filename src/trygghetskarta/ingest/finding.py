"""From points to the areas they lie in, or lie nearest to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely

from trygghetskarta.ingest.place import NOWHERE, RasterIndex, index_polygons

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int32]

_NEAR_METRES = 50.0
"""How far from every area a point in water or a gap may lie and still be counted in the nearest."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Answers as a RasterIndex does; made in no time, slower for each point."""

    polygons: npt.NDArray[np.object_]
    tree: shapely.STRtree

    def locate(self, x: Floats, y: Floats) -> Numbers:
        """Give the number of the area of each point, the first of several; NOWHERE in none."""
        known = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        point, number = self.tree.query(shapely.points(x[known], y[known]))
        # The tree itself would test each point against an outline that is not prepared.
        shapely.prepare(self.polygons[np.unique(number)])
        point = known[point]
        covered = shapely.intersects_xy(self.polygons[number], x[point], y[point])
        nobody = np.iinfo(np.int32).max
        first: Numbers = np.full(len(x), nobody, np.int32)
        np.minimum.at(first, point[covered], number[covered].astype(np.int32))
        first[first == nobody] = NOWHERE
        return first


@lru_cache(maxsize=32)
def tree_of(outlines: tuple[bytes, ...]) -> Tree:
    """Give the tree of some outlines, for few points."""
    polygons = shapely.from_wkb(np.array(outlines, object))
    return Tree(polygons, shapely.STRtree(polygons))


@lru_cache(maxsize=8)
def index_of(outlines: tuple[bytes, ...]) -> RasterIndex:
    """Index some outlines; editions that share a level's outlines, and deliveries one after another, share the index."""
    return index_polygons(shapely.from_wkb(np.array(outlines, object)))


@dataclass(frozen=True, slots=True)
class Shore:
    """Finds the nearest area for a point in none of them that lies within their outer border: in water, or in a gap."""

    within: shapely.Geometry
    tree: shapely.STRtree

    def nearest(self, x: Floats, y: Floats) -> Numbers:
        """Give the number of the nearest area, the first of several; NOWHERE beyond the outer border, or far from every area."""
        found: Numbers = np.full(len(x), NOWHERE, np.int32)
        inside = np.flatnonzero(shapely.contains_xy(self.within, x, y))
        point, number = self.tree.query_nearest(shapely.points(x[inside], y[inside]), max_distance=_NEAR_METRES)
        for row, area in sorted(zip(inside[point].tolist(), number.tolist(), strict=True), reverse=True):
            found[row] = area
        return found


@lru_cache(maxsize=8)
def shore_of(outlines: tuple[bytes, ...]) -> Shore | None:
    """Give the shore of some areas; None where there is no gap within their outer border."""
    polygons = shapely.from_wkb(np.array(outlines, object))
    parts = shapely.get_parts(shapely.coverage_union_all(polygons))
    if not shapely.get_num_interior_rings(parts).any():
        return None
    within = shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts)))
    shapely.prepare(within)
    return Shore(within, shapely.STRtree(polygons))
