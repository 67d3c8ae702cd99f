"""Points to areas, against asking every polygon."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.ingest.place import NOWHERE, index_polygons
from trygghetskarta.ingest.places import Layer

Floats = npt.NDArray[np.float64]
Polygons = npt.NDArray[np.object_]

# Coordinates are eighths of a metre: sums, halves and quarters of them are exact, so a point meant for a border is exactly on it.
EIGHTH = 0.125
FAR_FROM_ORIGIN = (150_000.0, 6_580_000.0)  # where Stockholm lies, and where doubles are coarser


@st.composite
def tilings(draw: DrawFn) -> Polygons:
    """Draw a rectangle cut into a grid of uneven cells, some cut again across, dealt to areas that may be of several parts."""
    east, north = draw(st.sampled_from([(0.0, 0.0), FAR_FROM_ORIGIN]))
    widths = draw(st.lists(st.integers(1, 200), min_size=1, max_size=4))
    heights = draw(st.lists(st.integers(1, 200), min_size=1, max_size=4))
    x = [east + EIGHTH * 8 * edge for edge in np.cumsum([0, *widths])]
    y = [north + EIGHTH * 8 * edge for edge in np.cumsum([0, *heights])]
    pieces = []
    for left, right in pairwise(x):
        for bottom, top in pairwise(y):
            if draw(st.booleans()):
                pieces.append(shapely.Polygon([(left, bottom), (right, bottom), (right, top)]))
                pieces.append(shapely.Polygon([(left, bottom), (right, top), (left, top)]))
            else:
                pieces.append(shapely.box(left, bottom, right, top))
    owners = draw(st.lists(st.integers(0, 5), min_size=len(pieces), max_size=len(pieces)))
    areas = [[piece for piece, owner in zip(pieces, owners, strict=True) if owner == number] for number in sorted(set(owners))]
    return np.array([shapely.union_all(parts) for parts in areas])


def awkward_points(polygons: Polygons, seed: int) -> tuple[Floats, Floats]:
    """Give corners, points exactly on edges, points a hair from them, points all over and points that are none."""
    random = np.random.default_rng(seed)
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_parts(shapely.boundary(polygons))]
    corners = np.concatenate(rings)
    # Sixty-fourths of an edge are exact too; a border may clip a corner of a raster cell anywhere along it.
    shares = random.choice(64, 16, replace=False) / 64
    along = [ring[:-1] + (ring[1:] - ring[:-1]) * share for ring in rings for share in shares]
    on_edges = np.concatenate(along)
    left, bottom, right, top = shapely.total_bounds(polygons)
    around = random.uniform((left - 30, bottom - 30), (right + 30, top + 30), (300, 2))
    hairs = on_edges + random.choice([-1, 0, 1], on_edges.shape) * 2.0**-20
    nothing = np.array([[np.nan, np.nan], [np.nan, bottom], [left, np.nan], [np.inf, bottom], [left, -np.inf]])
    every = np.concatenate([corners, on_edges, hairs, around, nothing])
    return every[:, 0].copy(), every[:, 1].copy()


def asked_one_by_one(polygons: Polygons, x: Floats, y: Floats) -> list[int]:
    """Ask every polygon about every point: the first that covers it, in exact arithmetic."""
    found = np.full(len(x), NOWHERE)
    finite = np.isfinite(x) & np.isfinite(y)
    points = shapely.points(np.where(finite, x, 0), np.where(finite, y, 0))
    for number in range(len(polygons) - 1, -1, -1):
        found[finite & shapely.covers(polygons[number], points)] = number
    return [int(number) for number in found]


@given(tilings(), st.integers(0, 1000), st.sampled_from([1.0, 10.0, 13.7, 500.0]))
@settings(deadline=None, max_examples=40)
def test_every_point_is_where_the_first_polygon_that_covers_it_is(polygons: Polygons, seed: int, cell: float) -> None:
    x, y = awkward_points(polygons, seed)
    assert index_polygons(polygons.copy(), cell).locate(x, y).tolist() == asked_one_by_one(polygons, x, y)


@given(tilings(), st.integers(0, 1000))
@settings(deadline=None, max_examples=25)
def test_every_point_of_the_whole_is_in_exactly_one_area_and_no_other_point_in_any(polygons: Polygons, seed: int) -> None:
    x, y = awkward_points(polygons, seed)
    found = index_polygons(polygons.copy()).locate(x, y)
    finite = np.isfinite(x) & np.isfinite(y)
    whole = shapely.union_all(polygons)
    covered = np.zeros(len(x), bool)
    covered[finite] = shapely.covers(whole, shapely.points(x[finite], y[finite]))
    assert ((found != NOWHERE) == covered).all()
    # So the sums close: each point is counted once.
    assert sum(int((found == number).sum()) for number in range(len(polygons))) == int(covered.sum())


@given(tilings(), st.integers(0, 1000))
@settings(deadline=None, max_examples=25)
def test_a_tree_for_few_points_and_a_raster_for_many_agree(polygons: Polygons, seed: int) -> None:
    x, y = awkward_points(polygons, seed)
    layer = Layer(
        1,
        AreaLevel.BASOMRADE,
        np.arange(len(polygons)),
        {},
        np.full(len(polygons), NOWHERE, np.int32),
        np.zeros(len(polygons), bool),
        tuple(bytes(outline) for outline in shapely.to_wkb(polygons)),
    )
    few = layer.locate(x, y)
    times = 20_000 // len(x) + 1
    many = layer.locate(np.tile(x, times), np.tile(y, times))
    assert len(many) >= 20_000 > len(few)
    assert many.reshape(times, -1).tolist() == [few.tolist()] * times


@given(st.integers(1, 250), st.integers(1, 250), st.integers(0, 63), st.integers(0, 63), st.booleans())
@settings(deadline=None, max_examples=25)
def test_a_slanting_border_is_exact_in_every_cell_that_it_clips(wide: int, high: int, east: int, north: int, far: bool) -> None:
    # A raster cell of which the border cuts off but a corner must be known to have a border too.
    left, bottom = (FAR_FROM_ORIGIN[0] + east / 8, FAR_FROM_ORIGIN[1] + north / 8) if far else (east / 8, north / 8)
    right, top = left + wide, bottom + high
    below, above = (
        shapely.Polygon([(left, bottom), (right, bottom), (right, top)]),
        shapely.Polygon([(left, bottom), (right, top), (left, top)]),
    )
    polygons = np.array([below, above])
    # Points exactly on the border, and a hair to either side of it.
    share = np.arange(4096) / 4096
    x, y = left + wide * share, bottom + high * share
    many_x, many_y = np.concatenate([x, x + 2.0**-16, x - 2.0**-16]), np.concatenate([y, y, y])
    # By hand: on the border and to the right of it is the first, to the left the second, or nowhere beyond the sides.
    on, after, before = np.split(index_polygons(polygons).locate(many_x, many_y), 3)
    assert set(on.tolist()) == {0}
    assert set(after[x + 2.0**-16 <= right].tolist()) == {0}
    assert set(before[x - 2.0**-16 >= left].tolist()) <= {1}
    assert set(before[x - 2.0**-16 < left].tolist()) == {NOWHERE}
