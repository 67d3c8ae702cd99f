"""Kernel density, dual density and contours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghetskarta.stats.contours import between
from trygghetskarta.stats.density import Grid, Kernel, against, against_people, grid_over, holding, kernel_density

GRID = grid_over((0, 0, 10_000, 8_000), 50)
EVERYWHERE = np.ones((GRID.rows, GRID.columns), bool)
MIDDLE: npt.NDArray[np.float64] = np.array([[5025.0, 4025.0]])


def test_a_single_point_is_the_quartic_kernel() -> None:
    # Bailey and Gatrell 1995: 3 / (pi h^2) at the point, (1 - d^2/h^2)^2 of it at distance d.
    found = kernel_density((MIDDLE, np.ones(1)), GRID, EVERYWHERE, 1000).per_km2
    top = 3 / np.pi
    assert found[80, 100] == pytest.approx(top, rel=1e-3)
    assert found[80, 110] == pytest.approx(top * 0.75**2, rel=1e-3)
    assert found[80, 120] == 0


def test_a_single_point_is_the_gaussian_kernel() -> None:
    found = kernel_density((MIDDLE, np.ones(1)), GRID, EVERYWHERE, 500, Kernel.GAUSSIAN).per_km2
    assert found[80, 100] == pytest.approx(1 / (2 * np.pi * 0.25), rel=1e-3)
    assert found[80, 110] == pytest.approx(np.exp(-0.5) / (2 * np.pi * 0.25), rel=1e-3)


def test_the_grid_has_the_sums_that_every_pair_of_point_and_cell_gives() -> None:
    random = np.random.default_rng(5)
    # At the centres of cells, so that putting points in cells moves none.
    places = random.integers(60, 100, (40, 2)).astype(np.float64) * 50.0 + 25
    found = kernel_density((places, np.ones(40)), GRID, EVERYWHERE, 700).per_km2
    x, y = GRID.centres()
    squared = ((x[None, :, None] - places[:, 0]) ** 2 + (y[:, None, None] - places[:, 1]) ** 2) / 700**2
    each = 3 / (np.pi * 0.7**2) * np.clip(1 - squared, 0, None) ** 2
    assert found == pytest.approx(each.sum(axis=2), abs=2e-3 * found.max())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 7999), st.integers(0, 9)), min_size=1, max_size=30),
    st.sampled_from([100.0, 430.0, 2500.0]),
    st.sampled_from(list(Kernel)),
)
def test_no_event_is_lost_at_the_edge(events: list[tuple[int, int, int]], bandwidth: float, kernel: Kernel) -> None:
    places = np.array([event[:2] for event in events], np.float64)
    weights = np.array([event[2] for event in events], np.float64)
    inside = EVERYWHERE.copy()
    inside[:, :60] = False
    found = kernel_density((places, weights), GRID, inside, bandwidth, kernel)
    assert found.per_km2.sum() * 0.05**2 == pytest.approx(found.counted)
    assert found.counted <= weights.sum() + 1e-9
    within = weights[places[:, 0] >= 60 * 50].sum()
    assert found.counted >= within - 1e-9
    assert (found.per_km2 >= 0).all()
    assert (found.per_km2[~inside] == 0).all()


def test_no_points_and_no_clip_give_zero_and_nothing_else() -> None:
    empty = kernel_density((np.zeros((0, 2)), np.zeros(0)), GRID, EVERYWHERE, 500)
    assert (empty.per_km2.max(), empty.counted) == (0, 0)
    assert np.isnan(holding(empty.per_km2, (0.5,))).all()
    nowhere = kernel_density((MIDDLE, np.ones(1)), GRID, ~EVERYWHERE, 500)
    assert (nowhere.per_km2.max(), nowhere.counted) == (0, 0)


def test_cells_larger_than_the_bandwidth_and_misfits_are_refused() -> None:
    with pytest.raises(ValueError, match="bandwidth"):
        kernel_density((MIDDLE, np.ones(1)), GRID, EVERYWHERE, 40)
    with pytest.raises(ValueError, match="\\("):
        kernel_density((MIDDLE, np.ones(2)), GRID, EVERYWHERE, 500)
    with pytest.raises(ValueError, match="0"):
        grid_over((0, 0, 1, 1), 0)


def test_a_grid_lies_on_whole_multiples_of_its_cell() -> None:
    assert grid_over((151, -20, 399, 60), 50) == Grid(150, -50, 50, 5, 3)
    assert grid_over((0, 0, 0, 0), 50) == Grid(0, 0, 50, 1, 1)


def test_a_hundred_thousand_points_are_no_trouble() -> None:
    places = np.random.default_rng(1).normal((5000, 4000), 900, (100_000, 2))
    found = kernel_density((places, np.ones(100_000)), GRID, EVERYWHERE, 400)
    assert found.per_km2.sum() * 0.05**2 == pytest.approx(found.counted)


def test_equal_patterns_have_the_ratio_one_and_no_difference() -> None:
    places = np.random.default_rng(2).uniform((2000, 2000), (8000, 6000), (500, 2))
    one = kernel_density((places, np.ones(500)), GRID, EVERYWHERE, 600)
    twice = kernel_density((places, np.full(500, 2.0)), GRID, EVERYWHERE, 600)
    found = against(twice, one, 2.0, 1.0)
    dense = one.per_km2 >= 1.0
    assert found.ratio[dense] == pytest.approx(1)
    assert np.isnan(found.ratio[~dense]).all()
    assert np.nan_to_num(found.z) == pytest.approx(0, abs=1e-6)


def test_a_planted_rise_stands_out_and_chance_does_not() -> None:
    random = np.random.default_rng(8)
    places_before = random.uniform((0, 0), (10_000, 8_000), (2000, 2))
    places_now = np.concatenate([random.uniform((0, 0), (10_000, 8_000), (2000, 2)), random.normal((5000, 4000), 150, (60, 2))])
    now, earlier = (kernel_density((places, np.ones(len(places))), GRID, EVERYWHERE, 500) for places in (places_now, places_before))
    z = against(now, earlier, 1.0, 1.0).z
    assert z[80, 100] > 4
    assert (np.abs(z) > 3).mean() < 0.02


def test_events_that_follow_where_people_live_are_no_more_than_expected() -> None:
    random = np.random.default_rng(4)
    homes = random.uniform((1000, 1000), (9000, 7000), (200, 2))
    people = kernel_density((homes, np.full(200, 500.0)), GRID, EVERYWHERE, 800)
    events = kernel_density((homes[random.integers(0, 200, 3000)], np.ones(3000)), GRID, EVERYWHERE, 800)
    found = against_people(events, people, 100.0)
    assert (np.abs(np.nan_to_num(found.z)) > 3).mean() < 0.03
    nobody = kernel_density((np.zeros((0, 2)), np.zeros(0)), GRID, EVERYWHERE, 800)
    assert np.isnan(against_people(events, nobody, 100.0).z).all()


def test_half_of_the_events_lie_above_the_density_that_holds_half() -> None:
    places = np.random.default_rng(6).normal((5000, 4000), 700, (900, 2))
    found = kernel_density((places, np.ones(900)), GRID, EVERYWHERE, 400).per_km2
    low, all_of_it = holding(found, (0.5, 1.0))
    assert found[found >= low].sum() / found.sum() == pytest.approx(0.5, abs=0.01)
    assert found[found >= all_of_it].sum() == pytest.approx(found.sum())


def test_a_contour_goes_round_what_is_high_and_has_holes() -> None:
    grid = grid_over((0, 0, 700, 700), 100)
    values = np.zeros((7, 7))
    values[1:6, 1:6] = 2
    values[3, 3] = 0
    polygons = between(values, grid, 1.0, np.inf)
    assert [len(rings) for rings in polygons] == [2]
    outer, hole = polygons[0]
    assert outer.min(axis=0).tolist() == [100, 100]
    assert outer.max(axis=0).tolist() == [600, 600]
    assert _area(outer) > 0 > _area(hole)
    assert between(np.zeros((7, 7)), grid, 1.0, np.inf) == []


def test_a_surface_that_is_high_everywhere_is_closed_at_its_edge() -> None:
    grid = grid_over((0, 0, 300, 300), 100)
    polygons = between(np.full((3, 3), 5.0), grid, 1.0, np.inf)
    assert len(polygons) == 1
    assert (polygons[0][0][0] == polygons[0][0][-1]).all()
    with pytest.raises(ValueError, match="<="):
        between(np.zeros((3, 3)), grid, 2.0, 1.0)


def _area(ring: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)
