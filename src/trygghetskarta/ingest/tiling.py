"""Make a division of the city tile: no overlap, no gap, neighbours that share their border to the vertex.

Files drawn area by area never quite fit together. Their borders are cut where they cross, the faces between them are given to one area each,
and the faces are joined again. What was done is measured and told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]

_GRID_METRES = 0.001
_SMALL_HOLE_M2 = 10_000.0
_LEAST_OVERLAP_M2 = 0.01


@dataclass(frozen=True, slots=True)
class Tiling:
    """What was wrong with the outlines of one level, and what was done.

    Attributes:
        invalid: Numbers of the areas whose outline had to be made valid, with the reason GEOS gives.
        overlaps: Pairs of areas that overlapped by a square decimetre or more, and by how many square metres; the ground went to the first.
        holes: Holes in the division, square metres, largest first.
        filled: Holes of less than a hectare that are wider than the grid, as (area given the ground, square metres), largest first.
        left: Holes of a hectare or more, left as they are, square metres.
    """

    invalid: tuple[tuple[int, str], ...]
    overlaps: tuple[tuple[int, int, float], ...]
    holes: tuple[float, ...]
    filled: tuple[tuple[int, float], ...] = ()
    left: tuple[float, ...] = ()

    @property
    def overlap_m2(self) -> float:
        """How much ground lay in two areas."""
        return sum(square_metres for _, _, square_metres in self.overlaps)


def tile(outlines: Geometries) -> tuple[Geometries, Tiling]:
    """Turn outlines that almost tile into multipolygons that do.

    Args:
        outlines: Polygons of one level in a plane, metres, (areas,), sorted by code.

    Returns:
        Multipolygons, (areas,), no two sharing more than a border, and what was wrong before.
    """
    invalid = tuple((int(number), str(shapely.is_valid_reason(outlines[number]))) for number in np.flatnonzero(~shapely.is_valid(outlines)))
    # A spike that encloses nothing is dropped, not kept as a line.
    valid = shapely.make_valid(outlines, method="structure", keep_collapsed=False)
    before = Tiling(invalid, overlaps_of(valid), holes_of(valid))
    if not before.holes and shapely.coverage_is_valid(valid):
        return _multipolygons(valid), before
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(shapely.boundary(valid), grid_size=_GRID_METRES)]))
    owner = _owners(faces, valid)
    holes = np.flatnonzero(owner < 0)
    areas = shapely.area(faces)
    filled = []
    for hole in holes[areas[holes] < _SMALL_HOLE_M2]:
        neighbour = _longest_neighbour(faces, owner, int(hole))
        if neighbour >= 0:
            owner[hole] = neighbour
            filled.append((neighbour, float(areas[hole])))
    tiled = np.array([shapely.union_all(faces[owner == number]) for number in range(len(outlines))])
    left = tuple(sorted((float(areas[hole]) for hole in holes if owner[hole] < 0), reverse=True))
    return _multipolygons(tiled), replace(before, filled=tuple(sorted(filled, key=lambda pair: -pair[1])), left=left)


def _multipolygons(outlines: Geometries) -> Geometries:
    return np.array([shapely.multipolygons(shapely.get_parts(outline)) for outline in outlines])


def holes_of(outlines: Geometries) -> tuple[float, ...]:
    """Measure the holes in the ground that some areas cover together.

    Args:
        outlines: Valid polygons, (areas,).

    Returns:
        Square metres of each hole, largest first.
    """
    polygons = shapely.get_parts(shapely.union_all(outlines))
    holes = [
        shapely.polygons(shapely.get_interior_ring(polygon, i))
        for polygon in polygons
        for i in range(shapely.get_num_interior_rings(polygon))
    ]
    return tuple(sorted((float(hole.area) for hole in holes), reverse=True))


def overlaps_of(outlines: Geometries) -> tuple[tuple[int, int, float], ...]:
    """List the pairs of areas that share ground.

    Args:
        outlines: Valid polygons, (areas,).

    Returns:
        (first, second, square metres) with first < second, for pairs that share a square decimetre or more.
    """
    first, second = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared = shapely.area(shapely.intersection(outlines[first], outlines[second]))
    return tuple((int(a), int(b), float(m2)) for a, b, m2 in zip(first, second, shared, strict=True) if m2 >= _LEAST_OVERLAP_M2)


def _owners(faces: Geometries, outlines: Geometries) -> npt.NDArray[np.int64]:
    """Give each face to the lowest-numbered outline over it; -1 to a face over which there is none."""
    owner = np.full(len(faces), len(outlines), np.int64)
    face, outline = shapely.STRtree(outlines).query(shapely.point_on_surface(faces), predicate="intersects")
    np.minimum.at(owner, face, outline)
    owner[owner == len(outlines)] = -1
    return owner


def _longest_neighbour(faces: Geometries, owner: npt.NDArray[np.int64], hole: int) -> int:
    """Give the area that shares most of a hole's border; -1 when none does."""
    near = shapely.STRtree(faces).query(faces[hole], predicate="touches")
    near = near[owner[near] >= 0]
    if not len(near):
        return -1
    shared = shapely.length(shapely.intersection(shapely.boundary(faces[hole]), shapely.boundary(faces[near])))
    best: int = owner[near[np.argmax(shared)]]
    return int(best)
