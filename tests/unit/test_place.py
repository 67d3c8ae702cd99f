"""Points to areas, on a map drawn by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.ingest.place import NOWHERE, index_polygons
from trygghetskarta.ingest.places import Layer

Floats = npt.NDArray[np.float64]

# Two squares of a hundred metres, the second to the right of the first, and a third above both:
#
#   +-----2-----+
#   |           |
#   +--0--+--1--+
#   |     |     |
#   +-----+-----+
SQUARES = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100), shapely.box(0, 100, 200, 200)])
CELLS = pytest.mark.parametrize("cell", [10.0, 7.0, 1000.0])


def located(points: list[tuple[float, float]], cell: float = 10.0, polygons: npt.NDArray[np.object_] = SQUARES) -> list[int]:
    x, y = np.array(points, float).reshape(-1, 2).T
    return [int(number) for number in index_polygons(polygons.copy(), cell).locate(x, y)]


def layer(polygons: npt.NDArray[np.object_]) -> Layer:
    count = len(polygons)
    return Layer(
        edition_id=1,
        level=AreaLevel.STADSDEL,
        area_ids=np.arange(count),
        codes={str(number): number for number in range(count)},
        parent=np.full(count, NOWHERE, np.int32),
        nested=np.zeros(count, bool),
        outlines=tuple(bytes(outline) for outline in shapely.to_wkb(polygons)),
    )


@CELLS
def test_a_point_inside_an_area_is_in_it(cell: float) -> None:
    assert located([(50, 50), (150, 50), (50, 150), (150, 150), (0.001, 99.999)], cell) == [0, 1, 2, 2, 0]


@CELLS
def test_a_point_on_a_shared_border_is_in_the_lower_of_the_two(cell: float) -> None:
    assert located([(100, 50), (50, 100), (150, 100)], cell) == [0, 0, 1]


@CELLS
def test_a_point_on_a_corner_of_three_is_in_the_lowest(cell: float) -> None:
    assert located([(100, 100)], cell) == [0]


@CELLS
def test_a_point_on_the_outer_border_is_in(cell: float) -> None:
    assert located([(0, 0), (0, 50), (200, 0), (200, 200), (0, 200), (100, 0)], cell) == [0, 0, 1, 2, 2, 0]


@CELLS
def test_a_point_beyond_the_outer_border_is_nowhere(cell: float) -> None:
    just = 2.0**-40
    points = [(-just, 50), (200 + just * 100, 50), (50, -just), (50, 200 + just * 100), (-1e9, 0), (1e12, 1e12)]
    assert located(points, cell) == [NOWHERE] * len(points)


@CELLS
def test_no_point_is_nowhere(cell: float) -> None:
    nan, inf = float("nan"), float("inf")
    points = [(nan, nan), (nan, 50), (50, nan), (inf, 50), (-inf, 50), (50, inf), (50, -inf), (50, 50)]
    assert located(points, cell) == [NOWHERE] * 7 + [0]


def test_no_points_at_all_give_none() -> None:
    assert located([]) == []


def test_a_hole_is_nowhere_but_its_border_is_in() -> None:
    ring = np.array([shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [[(40, 40), (60, 40), (60, 60), (40, 60)]])])
    assert located([(50, 50), (40, 50), (39, 50), (60, 60)], polygons=ring) == [NOWHERE, 0, 0, 0]


def test_an_area_of_several_parts_is_one() -> None:
    islands = np.array([shapely.MultiPolygon([shapely.box(0, 0, 20, 20), shapely.box(80, 80, 100, 100)]), shapely.box(20, 0, 100, 80)])
    assert located([(10, 10), (90, 90), (50, 50), (10, 50), (80, 80)], polygons=islands) == [0, 0, 1, NOWHERE, 0]


def test_an_area_smaller_than_a_cell_is_found() -> None:
    small = np.array([shapely.box(33.25, 33.25, 33.5, 33.5), shapely.box(0, 0, 20, 20)])
    assert located([(33.375, 33.375), (33.25, 33.5), (33.6, 33.6)], polygons=small) == [0, 0, NOWHERE]


def test_a_few_points_and_many_are_placed_alike() -> None:
    # Under 20 000 points a tree is asked, from 20 000 a raster.
    x, y = (part.ravel() for part in np.meshgrid(np.arange(-10, 211, 1.25), np.arange(-10, 211, 1.25)))
    assert len(x) > 20_000
    squares = layer(SQUARES)
    many = squares.locate(x, y)
    few = np.concatenate([squares.locate(x[start : start + 10_000], y[start : start + 10_000]) for start in range(0, len(x), 10_000)])
    assert many.tolist() == few.tolist()
    # By hand: a hundred metres of 1.25 is 80 steps, both ends included; the second square gives its left edge to the first, the third its lower.
    assert np.bincount(many + 1).tolist() == [len(x) - 161 * 161, 81 * 81, 80 * 81, 161 * 80]


@pytest.mark.parametrize("points", [7, 20_000])
def test_a_layer_has_nothing_to_say_of_no_point(points: int) -> None:
    x = np.full(points, 50.0)
    x[::2] = np.nan
    found = layer(SQUARES).locate(x, np.full(points, 50.0))
    assert found[::2].tolist() == [NOWHERE] * len(found[::2])
    assert set(found[1::2].tolist()) == {0}


def test_the_locating_of_a_layer_is_of_whole_numbers_that_index_its_areas() -> None:
    squares = layer(SQUARES)
    found = squares.locate(np.array([150.0, 500.0]), np.array([150.0, 500.0]))
    assert found.dtype == np.int32
    assert found.tolist() == [2, NOWHERE]
