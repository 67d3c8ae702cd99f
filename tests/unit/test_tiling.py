"""Outlines that almost tile, made to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from trygghetskarta.ingest.tiling import Tiling, holes_of, overlaps_of, tile

Geometries = npt.NDArray[np.object_]


def tiled(*outlines: shapely.Geometry) -> tuple[Geometries, Tiling]:
    """Tile, and see that what must hold of any tiling holds of this one."""
    given_outlines = np.array(outlines)
    result, report = tile(given_outlines)
    assert len(result) == len(outlines)
    assert shapely.is_valid(result).all()
    assert {outline.geom_type for outline in result} == {"MultiPolygon"}
    assert shapely.coverage_is_valid(result)
    assert overlaps_of(result) == ()
    # The ground is that of the outlines, and the holes that were filled.
    ground = shapely.area(shapely.union_all(shapely.make_valid(given_outlines)))
    assert shapely.area(result).sum() == pytest.approx(ground + sum(square_metres for _, square_metres in report.filled), abs=0.01)
    return result, report


def areas(outlines: Geometries) -> list[float]:
    return [round(float(area), 3) for area in shapely.area(outlines)]


def test_areas_that_tile_are_left_as_they_are() -> None:
    outlines = (box(0, 0, 100, 100), box(100, 0, 200, 100))
    result, report = tiled(*outlines)
    assert report == Tiling((), (), ())
    assert all(shapely.equals(before, after) for before, after in zip(outlines, result, strict=True))
    assert report.overlap_m2 == 0


def test_areas_apart_are_left_as_they_are() -> None:
    result, report = tiled(box(0, 0, 10, 10), box(500, 500, 510, 510))
    assert (areas(result), report) == ([100.0, 100.0], Tiling((), (), ()))


def test_an_overlap_goes_to_the_first() -> None:
    # Ten metres of a hundred lie in both.
    result, report = tiled(box(0, 0, 100, 100), box(90, 0, 200, 100))
    assert areas(result) == [10_000.0, 10_000.0]
    assert report.overlaps == ((0, 1, 1000.0),)
    assert report.overlap_m2 == 1000.0
    assert shapely.equals(result[1], box(100, 0, 200, 100))


def test_an_overlap_of_three_goes_to_the_first_of_them() -> None:
    result, report = tiled(box(0, 0, 100, 100), box(50, 0, 150, 100), box(50, 50, 150, 150))
    # The second loses its left half to the first, the third what the first two hold of it.
    assert areas(result) == [10_000.0, 5_000.0, 5_000.0]
    assert report.overlaps == ((0, 1, 5000.0), (0, 2, 2500.0), (1, 2, 5000.0))


def test_a_small_hole_is_filled_by_the_neighbour_with_most_of_its_border() -> None:
    # A hole of 20 by 10 metres between a big area, which has three of its sides, and another, which has one long one.
    left = Polygon([(0, 0), (200, 0), (200, 40), (180, 40), (180, 50), (200, 50), (200, 100), (0, 100)])
    result, report = tiled(left, box(200, 0, 400, 100))
    assert report.holes == (200.0,)
    assert report.filled == ((0, 200.0),)
    assert report.left == ()
    assert areas(result) == [20_000.0, 20_000.0]


def test_a_hectare_is_left_open_and_a_little_less_is_filled() -> None:
    outer = [(0, 0), (1000, 0), (1000, 1000), (0, 1000)]
    hectare = [(100, 100), (200, 100), (200, 200), (100, 200)]
    less = [(400, 400), (499, 400), (499, 500), (400, 500)]
    result, report = tiled(Polygon(outer, [hectare, less]))
    assert report.holes == (10_000.0, 9_900.0)
    assert report.filled == ((0, 9_900.0),)
    assert report.left == (10_000.0,)
    assert areas(result) == [990_000.0]


def test_a_large_hole_is_left_as_large_between_several_areas() -> None:
    # A lake of two hectares in the middle, half of it in a notch of each.
    left = Polygon([(0, 0), (500, 0), (500, 200), (400, 200), (400, 300), (500, 300), (500, 500), (0, 500)])
    right = Polygon([(500, 0), (1000, 0), (1000, 500), (500, 500), (500, 300), (600, 300), (600, 200), (500, 200)])
    result, report = tiled(left, right)
    assert (report.holes, report.filled, report.left) == ((20_000.0,), (), (20_000.0,))
    assert areas(result) == [240_000.0, 240_000.0]


def test_a_gap_thinner_than_a_centimetre_is_closed() -> None:
    # Drawn area by area, borders miss each other by millimetres; here five, over fifty metres, shut at both ends.
    left = Polygon([(0, 0), (100, 0), (100, 25), (99.995, 26), (99.995, 74), (100, 75), (100, 100), (0, 100)])
    result, report = tiled(left, box(100, 0, 200, 100))
    assert [number for number, _ in report.filled] == [0]
    assert report.filled[0][1] == pytest.approx(0.245, abs=1e-6)  # (50 + 48) / 2 metres of 5 mm
    assert areas(result) == [10_000.0, 10_000.0]


def test_a_border_with_a_vertex_on_one_side_only_gets_it_on_both() -> None:
    result, report = tiled(box(0, 0, 100, 100), box(100, 0, 200, 50), box(100, 50, 200, 100))
    assert report == Tiling((), (), ())
    assert [100.0, 50.0] in shapely.get_coordinates(result[0]).tolist()


def test_a_bowtie_is_made_valid_and_reported() -> None:
    # Its two wings are triangles of a hundred metres' base and fifty metres' height.
    result, report = tiled(Polygon([(0, 0), (100, 100), (100, 0), (0, 100)]), box(100, 0, 200, 100))
    assert [number for number, _ in report.invalid] == [0]
    assert report.invalid[0][1].startswith("Self-intersection[50 50]")
    assert areas(result) == [5_000.0, 10_000.0]


SPIKED = Polygon([(0, 0), (100, 0), (100, 100), (50, 100), (50, 150), (50, 100), (0, 100)])


def test_an_outline_with_a_spike_loses_the_spike_and_is_reported() -> None:
    # The border goes fifty metres out and the same way back: a line, no ground.
    result, report = tiled(SPIKED)
    assert [number for number, _ in report.invalid] == [0]
    assert areas(result) == [10_000.0]


def test_a_spike_does_not_cost_an_area_its_ground_where_there_is_an_overlap_too() -> None:
    result, report = tiled(SPIKED, box(90, 0, 200, 100))
    assert [number for number, _ in report.invalid] == [0]
    assert report.overlaps == ((0, 1, 1000.0),)
    assert areas(result) == [10_000.0, 10_000.0]


def test_an_area_of_several_parts_stays_one_area() -> None:
    islands = shapely.MultiPolygon([box(0, 0, 10, 10), box(100, 0, 110, 10)])
    result, _ = tiled(islands, box(5, 0, 50, 10))
    assert areas(result) == [200.0, 400.0]


def test_holes_are_measured_largest_first() -> None:
    plate = Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [[(10, 10), (20, 10), (20, 20)], [(50, 50), (70, 50), (70, 70), (50, 70)]])
    assert holes_of(np.array([plate])) == (400.0, 50.0)
    assert holes_of(np.array([box(0, 0, 1, 1), box(5, 5, 6, 6)])) == ()


def test_an_overlap_of_less_than_a_square_decimetre_is_not_spoken_of() -> None:
    assert overlaps_of(np.array([box(0, 0, 10, 1), box(9.991, 0, 20, 1)])) == ()  # 9 mm of a metre
    assert overlaps_of(np.array([box(0, 0, 10, 10), box(9.75, 0, 20, 10)])) == ((0, 1, 2.5),)
    assert overlaps_of(np.array([box(0, 0, 10, 10), box(10, 0, 20, 10)])) == ()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=5))
@settings(deadline=None, max_examples=60)
def test_any_rectangles_are_made_to_tile_and_none_gains_ground_but_holes(rectangles: list[tuple[int, int, int, int]]) -> None:
    outlines = [box(x, y, x + wide, y + high) for x, y, wide, high in rectangles]
    result, report = tiled(*outlines)
    for number, outline in enumerate(outlines):
        gained = sum(square_metres for owner, square_metres in report.filled if owner == number)
        rest = shapely.difference(outline, shapely.union_all(outlines[:number]))
        assert float(shapely.area(result[number])) == pytest.approx(float(shapely.area(rest)) + gained, abs=0.01)
    assert not report.left
