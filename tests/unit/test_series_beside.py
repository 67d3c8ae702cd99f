"""Sums of months beside the year before: intervals, many areas at once, and the share of false verdicts by simulation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest

from trygghetskarta.analysis.beside import Compared, is_sure, rolling, same_months, this_year
from trygghetskarta.analysis.months import Months
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.stats.multiple import benjamini_hochberg
from trygghetskarta.stats.series import days_of

Floats = npt.NDArray[np.float64]
FIRST = Month.parse("2022-01").number
NUMBERS = np.arange(FIRST, FIRST + 48)
BY_CHANCE = np.ones(1)


def months(counts: npt.ArrayLike) -> Months:
    table = np.atleast_2d(np.asarray(counts, np.float64))
    days = np.broadcast_to(days_of(NUMBERS).astype(np.float64), table.shape)
    return Months(NUMBERS, table, days, np.ones(48, np.bool_), np.zeros(48, np.bool_), (None,) * len(table))


def sure(compared: Compared, at: int = -1) -> list[bool]:
    tests = compared.per_day
    return [is_sure(p, adjusted) for p, adjusted in zip(tests.p_value[:, at], tests.adjusted_p[:, at], strict=True)]


def test_the_interval_is_the_exact_one_of_the_share_of_two_counts() -> None:
    counts = np.zeros(48)
    counts[30], counts[40] = 21, 11
    compared = rolling(months(counts), BY_CHANCE)
    # The twelve months up to December 2025 are as long as the leap year before them less a day.
    ends = binomtest(11, 32).proportion_ci(0.95, "exact")
    low, high = (share / (1 - share) * 366 / 365 for share in (ends.low, ends.high))
    assert (compared.now[0, -1], compared.before[0, -1], compared.days[-1].tolist()) == (11, 21, [365, 366])
    assert (compared.per_day.low[0, -1], compared.per_day.high[0, -1]) == pytest.approx((low, high))


def test_the_year_so_far_of_a_leap_year_has_a_day_more() -> None:
    compared = this_year(months(np.full(48, 10.0)), BY_CHANCE)
    february = Month.parse("2024-02").number - FIRST
    assert compared.days[february].tolist() == [60, 59]
    assert compared.per_day.ratio[0, february] == pytest.approx(59 / 60)
    assert compared.changed.percent[0, february] == 0


def test_a_span_outside_the_months_has_no_sum() -> None:
    compared = same_months(months(np.ones(48)), [Span(Month.parse("2022-06"), Month.parse("2022-07"))], BY_CHANCE)
    assert np.isnan(compared.before[0, 0])
    assert np.isnan(compared.per_day.p_value[0, 0])
    assert not is_sure(float(compared.per_day.p_value[0, 0]), float(compared.per_day.adjusted_p[0, 0]))


def test_none_before_is_no_percentage_and_none_at_all_no_finding() -> None:
    counts = np.zeros((2, 48))
    counts[0, -3:] = 9
    compared = rolling(months(counts), np.ones(2))
    assert np.isnan(compared.changed.percent[0, -1])
    assert compared.per_day.low[0, -1] > 1
    assert sure(compared) == [True, False]
    assert np.isnan(compared.per_day.p_value[1, -1])


@settings(max_examples=60)
@given(arrays(np.int64, (3, 48), elements=st.integers(0, 40)), st.floats(1, 4))
def test_intervals_hold_the_estimate_and_another_area_changes_no_raw_figure(counts: npt.NDArray[np.int64], variation: float) -> None:
    alone, together = (rolling(months(part), np.full(len(part), variation)) for part in (counts[:1], counts))
    tests = together.per_day
    for name in ("ratio", "low", "high", "p_value"):
        np.testing.assert_array_equal(getattr(alone.per_day, name)[0], getattr(tests, name)[0])
    told = ~np.isnan(tests.ratio)
    assert (tests.low[told] <= tests.ratio[told]).all()
    assert (tests.ratio[told] <= tests.high[told]).all()
    assert (tests.adjusted_p[told] >= tests.p_value[told] - 1e-15).all()
    assert together.per_day.adjusted_p[:, -1] == pytest.approx(benjamini_hochberg(tests.p_value[:, -1]), nan_ok=True)
    # Of one area the verdict is that of its interval.
    first = alone.per_day
    for at in np.flatnonzero(~np.isnan(first.p_value[0])).tolist():
        outside = bool(first.low[0, at] > 1 or first.high[0, at] < 1)
        assert outside == is_sure(float(first.p_value[0, at]), float(first.adjusted_p[0, at]))


@given(st.integers(1, 60), st.integers(1, 60), st.integers(2, 5))
def test_intervals_shrink_with_more_events(now: int, before: int, times: int) -> None:
    few, many = np.zeros(48), np.zeros(48)
    few[40], few[30] = now, before
    many[40], many[30] = now * times, before * times
    small, large = (rolling(months(counts), BY_CHANCE).per_day for counts in (few, many))
    assert large.high[0, -1] / large.low[0, -1] < small.high[0, -1] / small.low[0, -1]


def test_where_nothing_has_changed_at_most_one_verdict_in_twenty_says_so() -> None:
    draw = np.random.default_rng(31)
    cities = [rolling(months(draw.poisson(mean, (11, 48))), np.ones(11)) for mean in (2, 17, 60) for _ in range(330)]
    assert np.mean([sure(city) for city in cities]) <= 0.05


def test_half_as_many_again_in_an_area_of_200_events_a_year_is_found_nine_times_in_ten() -> None:
    draw = np.random.default_rng(32)
    found = []
    for _ in range(400):
        counts = draw.poisson(200 / 12, (11, 48))
        counts[0, -12:] = draw.poisson(300 / 12, 12)
        found.append(sure(rolling(months(counts), np.ones(11)))[0])
    assert np.mean(found) >= 0.9
