"""Many areas at once: adjusted p-values, the funnel, ranks, shares, and what all of them make of odd areas."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as nps
from scipy.stats import false_discovery_control, poisson

from trygghetskarta.stats.funnel import funnel, winsorised_dispersion
from trygghetskarta.stats.multiple import benjamini_hochberg, holm
from trygghetskarta.stats.ranking import rank_intervals
from trygghetskarta.stats.rates import wilson_interval
from trygghetskarta.stats.smoothing import smooth_globally, smooth_locally

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Reference case 6 and 7: n and population.
N, PEOPLE = np.array([12, 30, 4, 55, 9, 0]), np.array([9000.0, 11000, 8000, 12500, 7000, 1500])
LISTS = {1: (2, 4), 2: (1, 4, 5), 3: (5,), 4: (1, 2, 5), 5: (2, 3, 4, 6), 6: (5,)}
NEIGHBOURS = np.array([(area - 1, other - 1) for area, others in LISTS.items() for other in others])
# Benjamini and Hochberg (1995), section 3.2: fifteen p-values of a trial of thrombolysis.
TRIAL = np.array([0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0])

P_VALUES = nps.arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1, allow_subnormal=False))


def test_five_p_values_in_a_row_are_all_adjusted_to_the_largest() -> None:
    # Reference case 11.
    p = np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    assert benjamini_hochberg(p).tolist() == pytest.approx([0.05] * 5)
    assert holm(p).tolist() == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])


def test_of_the_inventors_fifteen_four_are_found_and_by_holm_three() -> None:
    assert (benjamini_hochberg(TRIAL) <= 0.05).sum() == 4
    assert (holm(TRIAL) <= 0.05).sum() == 3
    assert benjamini_hochberg(TRIAL)[:4].tolist() == pytest.approx([0.0015, 0.003, 0.0095, 0.035625])


@given(P_VALUES)
@settings(deadline=None, max_examples=100)
def test_adjusted_p_values_are_those_of_scipy_and_of_the_definition(p: Floats) -> None:
    assert benjamini_hochberg(p).tolist() == pytest.approx(false_discovery_control(p).tolist(), abs=1e-12)
    ordered = sorted(range(len(p)), key=lambda at: p[at])
    stepped = [max((len(p) - rank) * p[at] for rank, at in enumerate(ordered[: place + 1])) for place in range(len(p))]
    assert holm(p)[ordered].tolist() == pytest.approx([min(step, 1.0) for step in stepped], abs=1e-12)


@given(P_VALUES)
@settings(deadline=None, max_examples=60)
def test_the_order_of_the_areas_does_not_matter(p: Floats) -> None:
    order = np.argsort(np.sin(np.arange(len(p)) * 12.9898))
    assert benjamini_hochberg(p[order]).tolist() == pytest.approx(benjamini_hochberg(p)[order].tolist())


@pytest.mark.parametrize("adjust", [benjamini_hochberg, holm])
def test_tests_that_were_not_made_are_not_counted(adjust: object) -> None:
    assert callable(adjust)
    p = np.array([0.01, np.nan, 0.04])
    assert adjust(p)[[0, 2]].tolist() == adjust(p[[0, 2]]).tolist()
    assert np.isnan(adjust(p)[1])
    assert adjust(np.zeros(0)).tolist() == []
    assert np.isnan(adjust(np.array([np.nan]))).all()


# Reference case 3 (PHEindicatormethods), and Newcombe (1998), Stat. Med. 17, table I, method 3.
@pytest.mark.parametrize(
    ("hits", "of", "low", "high", "digits"),
    [
        (65, 100, 0.5525444329688797, 0.7363575175690247, 12),
        (81, 263, 0.2553, 0.3662, 4),
        (15, 148, 0.0624, 0.1605, 4),
        (0, 20, 0.0, 0.1611, 4),
        (1, 29, 0.0061, 0.1718, 4),
    ],
)
def test_wilsons_interval_is_the_published_one(hits: int, of: int, low: float, high: float, digits: int) -> None:
    found = wilson_interval(np.array([hits]), np.array([of]))
    assert [float(end[0]) for end in found] == pytest.approx([low, high], abs=0.5 * 10**-digits)


def test_wilsons_interval_at_the_ends_and_of_nobody() -> None:
    low, high = wilson_interval(np.array([0, 7, 0]), np.array([7, 7, 0]))
    assert (low[0], high[1]) == (0.0, 1.0)
    assert np.isnan([low[2], high[2]]).all()
    with pytest.raises(ValueError, match="hits outside"):
        wilson_interval(np.array([8]), np.array([7]))
    with pytest.raises(ValueError, match=r"\(1,\) != \(2,\)"):
        wilson_interval(np.array([8]), np.array([9, 9]))


@given(st.integers(0, 400), st.integers(1, 400))
@settings(deadline=None, max_examples=80)
def test_wilsons_interval_holds_the_share_and_shrinks(hits: int, more: int) -> None:
    of = hits + more
    low, high = wilson_interval(np.array([hits, 10 * hits]), np.array([of, 10 * of]))
    assert 0 <= low[0] <= hits / of <= high[0] <= 1
    assert high[1] - low[1] < high[0] - low[0]


def test_an_area_where_nobody_lives_is_left_out_of_all_of_it() -> None:
    counts, people = np.append(N, [99, 99]), np.append(PEOPLE, [0.0, np.nan])
    more = np.concatenate([NEIGHBOURS, [[0, 6], [6, 0], [6, 7], [7, 6]]])
    assert smooth_globally(counts, people).rates[:6].tolist() == pytest.approx(smooth_globally(N, PEOPLE).rates.tolist())
    local = smooth_locally(counts, people, more).rates
    assert local[:6].tolist() == pytest.approx(smooth_locally(N, PEOPLE, NEIGHBOURS).rates.tolist())
    assert np.isnan(local[6:]).all()
    assert rank_intervals(counts, people)[0][6:].tolist() == [0, 0]
    assert np.isnan(funnel(counts, people).expected[6:]).all()
    assert funnel(counts, people).limits[:6].tolist() == funnel(N, PEOPLE).limits.tolist()


def test_an_area_without_neighbours_keeps_its_rate() -> None:
    assert smooth_locally(N, PEOPLE, np.zeros((0, 2), np.int64)).rates.tolist() == pytest.approx((N / PEOPLE).tolist())


@pytest.mark.parametrize("counts", [np.zeros(4, np.int64), np.full(4, 7), np.array([1, 0, 0, 0])])
def test_no_event_one_event_and_equal_areas_have_an_answer(counts: Ints) -> None:
    people = np.full(4, 1000.0)
    assert np.isfinite(smooth_globally(counts, people).rates).all()
    assert np.isfinite(smooth_locally(counts, people, np.array([[0, 1], [1, 0]])).rates).all()
    low, high = rank_intervals(counts, people)
    assert (low >= 1).all()
    assert (high <= 4).all()
    assert funnel(counts, people).position.tolist() == [0] * 4


@pytest.mark.parametrize("areas", [0, 1])
def test_no_area_and_one_area_have_an_answer(areas: int) -> None:
    counts, people = np.full(areas, 5), np.full(areas, 1000.0)
    assert smooth_globally(counts, people).rates.tolist() == [0.005] * areas
    assert smooth_locally(counts, people, np.zeros((0, 2), np.int64)).rates.tolist() == [0.005] * areas
    assert [end.tolist() for end in rank_intervals(counts, people)] == [[1] * areas, [1] * areas]
    assert funnel(counts, people).position.tolist() == [0] * areas


def test_the_limits_of_a_funnel_are_interpolated_quantiles() -> None:
    # Spiegelhalter (2005), appendix A.1.1, by the definition: r is the first whole number reached, less what it is too much.
    counts, people = np.array([48, 52, 50, 51]), np.full(4, 1000.0)
    found = funnel(counts, people)
    expected = counts.sum() / 4
    for at, share in enumerate((0.025, 0.975, 0.001, 0.999)):
        reached = int(poisson.ppf(share, expected))
        limit = reached - (poisson.cdf(reached, expected) - share) / poisson.pmf(reached, expected)
        assert found.limits[0, at] == pytest.approx(limit, rel=1e-9)
    assert not found.adjusted


def test_a_funnel_is_the_narrower_the_more_people_and_the_wider_at_998() -> None:
    found = funnel(np.array([10, 100, 1000]), np.array([1e3, 1e4, 1e5]))
    relative = found.limits / found.expected[:, None]
    assert (np.diff(relative[:, 1]) < 0).all()
    assert (np.diff(relative[:, 0]) > 0).all()
    assert (found.limits[:, 3] > found.limits[:, 1]).all()
    assert (found.limits[:, 2] < found.limits[:, 0]).all()


def test_areas_that_differ_by_more_than_chance_widen_the_funnel() -> None:
    rng = np.random.default_rng(8)
    people = rng.uniform(1000, 30000, 100)
    by_chance = rng.poisson(people * 0.02)
    assert not funnel(by_chance, people).adjusted
    by_more = rng.poisson(people * 0.02 * rng.gamma(10, 0.1, 100))
    found = funnel(by_more, people)
    assert found.adjusted
    assert found.dispersion == winsorised_dispersion(by_more, found.expected)
    half = 1.959963984540054 * np.sqrt(found.dispersion * found.expected)
    assert found.limits[:, 1].tolist() == pytest.approx((found.expected + half).tolist())
    assert (found.position != 0).sum() < 40 < (np.abs(by_more - found.expected) > 1.96 * np.sqrt(found.expected)).sum()


def test_the_dispersion_is_winsorised() -> None:
    # Ten areas of 100 expected, one far out: drawn in to the 90th percentile, it counts for little.
    counts, expected = np.array([100] * 19 + [400]), np.full(20, 100.0)
    assert winsorised_dispersion(counts, expected) < 0.01
    assert winsorised_dispersion(np.array([5]), np.array([5.0])) == 1.0


def test_one_area_far_out_lies_beyond_both_limits() -> None:
    counts = np.array([100] * 30 + [190, 10])
    assert funnel(counts, np.full(32, 1000.0)).position.tolist() == [0] * 30 + [2, -2]


def test_areas_far_apart_have_sure_ranks_and_areas_alike_have_none() -> None:
    low, high = rank_intervals(np.array([10_000, 1000, 100]), np.full(3, 1000.0))
    assert (low.tolist(), high.tolist()) == ([1, 2, 3], [1, 2, 3])
    low, high = rank_intervals(np.full(40, 25), np.full(40, 1000.0))
    assert low.max() < 6
    assert high.min() > 35


@pytest.mark.parametrize("half", [1, 8, 300, 17_000])
def test_areas_of_two_kinds_share_the_ranks_of_their_kind_however_many_there_are(half: int) -> None:
    counts = np.tile([100, 10_000], half)
    low, high = rank_intervals(counts, np.full(2 * half, 1000.0))
    often = counts == 10_000
    assert (low[often] >= 1).all()
    assert (high[often] <= half).all()
    assert (low[~often] > half).all()
    assert (high[~often] <= 2 * half).all()
    assert (low <= high).all()


def test_ranks_are_the_same_every_time_and_leave_the_global_random_state_alone() -> None:
    counts, people = np.random.default_rng(3).poisson(np.full(404, 20)), np.full(404, 1000.0)
    state = repr(np.random.get_state())
    first, again = rank_intervals(counts, people), rank_intervals(counts, people)
    assert [end.tolist() for end in first] == [end.tolist() for end in again]
    assert repr(np.random.get_state()) == state


def test_ranks_agree_with_drawing_the_gamma_itself() -> None:
    rng = np.random.default_rng(12)
    counts, people = rng.poisson(rng.uniform(1, 80, 60)), rng.uniform(500, 2000, 60)
    draws = rng.gamma(counts + 0.5, 1 / people, (20_000, 60))
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    low, high = rank_intervals(counts, people)
    assert np.abs(low - np.quantile(ranks, 0.025, axis=0)).max() <= 4
    assert np.abs(high - np.quantile(ranks, 0.975, axis=0)).max() <= 4


@pytest.mark.parametrize("method", [smooth_globally, funnel, rank_intervals])
def test_arrays_of_different_shape_are_refused(method: object) -> None:
    assert callable(method)
    with pytest.raises(ValueError, match=r"\(2,\) != \(3,\)"):
        method(np.array([1, 2]), np.array([1.0, 2.0, 3.0]))
