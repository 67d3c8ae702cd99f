"""Laws of the effect of a measure, and what its intervals promise, by simulation."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trygghetskarta.stats.effect import (
    harm_wdd,
    quotients,
    ratio_of_ratios,
    smallest_difference,
    smallest_ratio,
    spread_before,
    trend_before,
    wdd,
)

Floats = npt.NDArray[np.float64]
COUNTS = arrays(np.float64, (4, 2), elements=st.integers(0, 5000).map(float))
FEW = arrays(np.float64, (4, 2), elements=st.integers(0, 3).map(float))
EXPOSURES = arrays(np.float64, (4, 2), elements=st.floats(0.1, 50))
TRIALS = 20_000


@given(COUNTS, EXPOSURES)
def test_swapping_target_and_control_turns_the_sign_and_nothing_else(counts: Floats, exposure: Floats) -> None:
    there, back = wdd(counts, exposure).total, wdd(counts[[1, 0, 3, 2]], exposure[[1, 0, 3, 2]]).total
    assert back.estimate == pytest.approx(-there.estimate, nan_ok=True)
    assert (back.error, back.p) == pytest.approx((there.error, there.p), nan_ok=True)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low), nan_ok=True)


@given(COUNTS, EXPOSURES, st.floats(0.01, 100))
def test_another_unit_of_exposure_changes_the_scale_and_not_the_test(counts: Floats, exposure: Floats, unit: float) -> None:
    one, other = wdd(counts, exposure).total, wdd(counts, exposure * unit).total
    assert other.estimate * unit == pytest.approx(one.estimate, rel=1e-9, abs=1e-9, nan_ok=True)
    assert other.z == pytest.approx(one.z, rel=1e-9, abs=1e-9, nan_ok=True)
    ratio, same = ratio_of_ratios(counts[:2], exposure[:2]), ratio_of_ratios(counts[:2], exposure[:2] * unit)
    assert (ratio.estimate, ratio.p) == pytest.approx((same.estimate, same.p), rel=1e-9, nan_ok=True)


@given(st.one_of(COUNTS, FEW))
def test_intervals_hold_their_estimates(counts: Floats) -> None:
    found = wdd(counts)
    for part in (found.local, found.displacement, found.total):
        assert part is not None
        assert math.isnan(part.estimate) or part.low < part.estimate < part.high
    ratio = ratio_of_ratios(counts[:2])
    assert math.isnan(ratio.estimate) or ratio.low < ratio.estimate < ratio.high


@given(st.one_of(COUNTS, FEW))
def test_any_counts_get_an_answer_or_none_and_never_an_infinity(counts: Floats) -> None:
    ratio, family = ratio_of_ratios(counts[:2]), quotients(*counts[:3])
    found = (smallest_difference(counts[:2]), smallest_ratio(counts[:2]), ratio.estimate, ratio.high, family.quotient, family.total)
    assert not any(math.isinf(value) for value in found)
    least = smallest_ratio(counts[:2])
    assert math.isnan(least) or 0 < least < 1


@given(COUNTS.filter(lambda counts: bool(counts[:2].all())), st.integers(2, 20))
def test_more_events_of_the_same_shape_narrow_the_interval_of_the_ratio(counts: Floats, times: int) -> None:
    few, many = ratio_of_ratios(counts[:2]), ratio_of_ratios(counts[:2] * times)
    assert many.estimate == pytest.approx(few.estimate)
    assert many.high / many.low < few.high / few.low


@given(arrays(np.float64, (3, 2, 2), elements=st.integers(0, 500).map(float)))
def test_harm_with_a_weight_of_one_is_the_count(kinds: Floats) -> None:
    assert harm_wdd(kinds, np.ones(3)).total == wdd(kinds.sum(axis=0)).total


@given(arrays(np.float64, st.tuples(st.just(2), st.integers(1, 40)), elements=st.integers(0, 30).map(float)))
def test_the_order_of_months_does_not_matter_to_their_spread(months: Floats) -> None:
    turned = months[:, ::-1]
    assert spread_before(turned) == pytest.approx(spread_before(months), nan_ok=True)
    z, p = trend_before(months)
    back, same = trend_before(turned)
    assert (back, same) == pytest.approx((-z, p), nan_ok=True)


@pytest.mark.parametrize("expected", [(40, 30, 60, 45), (200, 200, 200, 200), (15, 12, 900, 1000)])
def test_the_interval_of_the_difference_covers_the_truth_19_times_of_20(expected: tuple[int, ...]) -> None:
    mean = np.array(expected, float).reshape(2, 2)
    truth = mean[0, 1] - mean[0, 0] - mean[1, 1] + mean[1, 0]
    rng = np.random.default_rng(12)
    found = [wdd(counts.astype(np.float64)).total for counts in rng.poisson(mean, (TRIALS // 4, 2, 2))]
    assert 0.93 < np.mean([part.low <= truth <= part.high for part in found]) < 0.97


@pytest.mark.parametrize("expected", [(40, 30, 60, 45), (200, 150, 900, 1000)])
def test_the_interval_of_the_ratio_covers_the_truth_19_times_of_20(expected: tuple[int, ...]) -> None:
    mean = np.array(expected, float).reshape(2, 2)
    truth = mean[0, 1] / mean[0, 0] * mean[1, 0] / mean[1, 1]
    rng = np.random.default_rng(13)
    found = [ratio_of_ratios(counts.astype(np.float64)) for counts in rng.poisson(mean, (TRIALS // 4, 2, 2))]
    assert 0.93 < np.mean([part.low <= truth <= part.high for part in found]) < 0.97


@pytest.mark.parametrize("cell", [60.0, 200.0])
def test_the_smallest_effects_are_shown_four_times_of_five(cell: float) -> None:
    level = np.full((2, 2), cell)
    rng = np.random.default_rng(14)
    fewer, share = smallest_difference(level), smallest_ratio(level)
    less, times = level.copy(), level.copy()
    less[0, 1] -= fewer
    times[0, 1] *= share
    shown = [wdd(counts.astype(np.float64)).total.high < 0 for counts in rng.poisson(less, (TRIALS // 4, 2, 2))]
    assert 0.77 < np.mean(shown) < 0.83
    seen = [ratio_of_ratios(counts.astype(np.float64)).high < 1 for counts in rng.poisson(times, (TRIALS // 4, 2, 2))]
    assert 0.77 < np.mean(seen) < 0.83
