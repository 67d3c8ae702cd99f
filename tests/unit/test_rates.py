"""Rates and their intervals, against published numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from trygghetskarta.stats.rates import per_thousand_years, poisson_interval


def interval(count: int, confidence: float = 0.95) -> tuple[float, float]:
    low, high = poisson_interval(np.array([count]), confidence)
    return float(low[0]), float(high[0])


def rate(count: int, person_years: float) -> tuple[float, float, float]:
    found = per_thousand_years(np.array([count]), np.array([person_years]))
    assert found.shape == (1, 3)
    return float(found[0, 0]), float(found[0, 1]), float(found[0, 2])


def garwood(count: int, confidence: float) -> tuple[float, float]:
    """Give the exact interval by the quantiles of chi-squared, for small counts (Garwood 1936)."""
    tail = (1 - confidence) / 2
    return (float(chi2.ppf(tail, 2 * count) / 2) if count else 0.0), float(chi2.ppf(1 - tail, 2 * count + 2) / 2)


# Reference case 1: the help of R's poisson.test. Below ten events we serve the exact interval.
@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0.0, 3.688879454), (3, 0.618672123, 8.767273070)],
)
def test_below_ten_events_the_interval_is_the_exact_one_of_r(count: int, low: float, high: float) -> None:
    assert interval(count) == (pytest.approx(low, abs=5e-10), pytest.approx(high, abs=5e-10))


def test_the_upper_end_of_no_event_at_all_is_minus_the_logarithm_of_the_tail() -> None:
    assert interval(0) == (0.0, pytest.approx(-math.log(0.025), rel=1e-12))


# Reference case 1 again, for the oracle itself: 137 and 10 events, exact.
@pytest.mark.parametrize(("count", "low", "high"), [(10, 4.795388696, 18.390356042), (137, 4.753124805 * 24.19893, 6.692709334 * 24.19893)])
def test_the_closed_form_the_tests_use_gives_the_numbers_of_r(count: int, low: float, high: float) -> None:
    # R prints nine decimals of the rate; times 24.2 units that is a few units in the eighth.
    assert garwood(count, 0.95) == (pytest.approx(low, abs=3e-8), pytest.approx(high, abs=3e-8))


@pytest.mark.parametrize("count", range(10))
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.998])
def test_every_count_below_ten_has_the_exact_interval(count: int, confidence: float) -> None:
    low, high = garwood(count, confidence)
    assert interval(count, confidence) == (pytest.approx(low, rel=1e-9), pytest.approx(high, rel=1e-9))


# Reference case 2: the test data of PHEindicatormethods, "exact below 10, Byar from 10".
@pytest.mark.parametrize(
    ("count", "confidence", "low", "high"),
    [
        (65, 0.95, 50.163187710459454, 82.84913854593984),
        (10, 0.998, 2.916318374695686, 24.193724927880535),
    ],
)
def test_from_ten_events_the_interval_is_byars(count: int, confidence: float, low: float, high: float) -> None:
    assert interval(count, confidence) == (pytest.approx(low, rel=1e-12), pytest.approx(high, rel=1e-12))


def test_ten_events_are_neither_exact_nor_the_other_formula_of_byars_name() -> None:
    low, high = interval(10)
    # 4.795388696 is the exact end, 5.13375 and 17.74048 are those of the other formula (REFERENCE_CASES, case 2).
    assert abs(low - 4.795388696) > 1e-3
    assert abs(low - 5.13375) > 0.3
    assert abs(high - 17.74048) > 0.6
    # Byar's own, by hand: 10 (1 - 1/90 - 1.959964/(3 sqrt 10))^3 and 11 (1 - 1/99 + 1.959964/(3 sqrt 11))^3.
    z = 1.959963984540054
    assert low == pytest.approx(10 * (1 - 1 / 90 - z / (3 * math.sqrt(10))) ** 3, rel=1e-12)
    assert high == pytest.approx(11 * (1 - 1 / 99 + z / (3 * math.sqrt(11))) ** 3, rel=1e-12)


def test_a_rate_of_five_in_a_hundred_has_the_exact_interval() -> None:
    # Reference case 2 states it per 100; we serve per 1 000, so ten times that.
    assert rate(5, 100.0) == (50.0, pytest.approx(16.2348639011842, rel=1e-12), pytest.approx(116.68332079322669, rel=1e-12))


def test_a_rate_of_222_in_3215_has_byars_interval() -> None:
    # Reference case 2: 6.905132192846033 (6.026574877652675 - 7.87572937087185) per 100.
    expected = [pytest.approx(10 * value, rel=1e-12) for value in (6.905132192846033, 6.026574877652675, 7.87572937087185)]
    assert list(rate(222, 3215.0)) == expected


def test_the_rate_of_the_help_of_r_and_an_interval_close_to_its_exact_one() -> None:
    # Reference case 1: 137 events in 24.19893 units, rate 5.661407343, exact 4.753124805 - 6.692709334. Byar's is within a thousandth.
    found, low, high = (value / 1000 for value in rate(137, 24.19893))
    assert found == pytest.approx(5.661407343, abs=5e-10)
    assert low == pytest.approx(4.753124805, rel=1e-3)
    assert high == pytest.approx(6.692709334, rel=1e-3)


@pytest.mark.parametrize("nobody", [0.0, -1.0, float("nan")])
def test_where_nobody_is_registered_there_is_no_rate(nobody: float) -> None:
    assert np.isnan(rate(7, nobody)).all()
    assert np.isnan(rate(0, nobody)).all()


def test_arrays_of_different_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) != \(3,\)"):
        per_thousand_years(np.array([1, 2]), np.array([1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match=r"\(2, 1\) != \(2,\)"):  # which numpy would have stretched
        per_thousand_years(np.array([[1], [2]]), np.array([1.0, 2.0]))


def test_a_table_of_counts_gives_a_table_of_rates() -> None:
    counts = np.array([[0, 1, 2], [3, 12, 400]])
    found = per_thousand_years(counts, np.full((2, 3), 2000.0))
    assert found.shape == (2, 3, 3)
    assert found[..., 0].tolist() == [[0.0, 0.5, 1.0], [1.5, 6.0, 200.0]]


def test_an_empty_table_stays_empty() -> None:
    assert per_thousand_years(np.zeros((0, 2), np.int64), np.zeros((0, 2))).shape == (0, 2, 3)


COUNTS = st.one_of(st.integers(0, 30), st.integers(0, 5_000_000))


@given(COUNTS, st.floats(0.5, 0.999))
@settings(deadline=None, max_examples=100)
def test_an_interval_holds_its_estimate(count: int, confidence: float) -> None:
    low, high = interval(count, confidence)
    assert 0 <= low <= count < high
    assert (low == 0) == (count == 0)


@given(COUNTS)
@settings(deadline=None, max_examples=100)
def test_one_event_more_moves_both_ends_up(count: int) -> None:
    low, high = poisson_interval(np.array([count, count + 1]))
    assert low[1] > low[0]
    assert high[1] > high[0]


@given(COUNTS)
@settings(deadline=None, max_examples=60)
def test_more_confidence_is_a_wider_interval(count: int) -> None:
    (narrow_low, narrow_high), (wide_low, wide_high) = interval(count, 0.95), interval(count, 0.99)
    assert wide_low <= narrow_low
    assert wide_high > narrow_high


@given(COUNTS, st.floats(0.01, 1e8))
@settings(deadline=None, max_examples=60)
def test_twice_the_people_is_half_the_rate(count: int, person_years: float) -> None:
    once, twice = rate(count, person_years), rate(count, 2 * person_years)
    assert [2 * value for value in twice] == pytest.approx(list(once), rel=1e-12)
    assert once[0] == pytest.approx(1000 * count / person_years, rel=1e-12)
