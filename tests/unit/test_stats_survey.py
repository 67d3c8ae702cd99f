"""Shares, differences between them and rank correlations, against published tables and other programs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghetskarta.stats.survey import Shares, difference, rank_correlation, shares_of

Floats = npt.NDArray[np.float64]


def of(hits: float, n: float, half_width: float = np.nan) -> Shares:
    return shares_of(np.array([hits / n]), np.array([float(n)]), np.array([half_width]))


def test_the_interval_of_a_share_is_wilsons() -> None:
    # REFERENCE_CASES 3 (PHEindicatormethods): 65 of 100.
    found = of(65, 100)
    assert (found.low[0], found.high[0]) == pytest.approx((0.5525444329688797, 0.7363575175690247), abs=1e-15)
    assert not found.designed[0]


# Newcombe 1998, Statistics in Medicine 17, 857-872, Table I, method 3 (score without continuity correction).
@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
)
def test_the_published_intervals_of_one_share(hits: int, n: int, low: float, high: float) -> None:
    found = of(hits, n)
    assert (round(float(found.low[0]), 4), round(float(found.high[0]), 4)) == (low, high)


# Newcombe 1998, Statistics in Medicine 17, 873-890, Table II, method 10 (hybrid score), cases a to h.
@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_the_published_intervals_of_a_difference(first: tuple[int, int], second: tuple[int, int], low: float, high: float) -> None:
    found = difference(of(*first), of(*second))
    assert (round(float(found.low[0]), 4), round(float(found.high[0]), 4)) == (low, high)


def test_the_test_of_two_shares_is_the_pooled_one() -> None:
    # statsmodels' documentation of proportions_ztest: count [5, 12], nobs [83, 99].
    assert difference(of(5, 83), of(12, 99)).p[0] == pytest.approx(0.15918129181156992, abs=1e-14)


@settings(deadline=None)  # the oracle takes a second to load
@given(st.integers(1, 400), st.integers(1, 400), st.floats(0, 1), st.floats(0, 1))
def test_the_difference_is_statsmodels(n: int, m: int, a: float, b: float) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    x, y = round(a * n), round(b * m)
    found = difference(of(x, n), of(y, m))
    oracle = confint_proportions_2indep(x, n, y, m, method="newcomb", compare="diff")
    assert (found.low[0], found.high[0]) == pytest.approx(oracle, abs=1e-9)


def test_spearmans_ten_people() -> None:
    # The often printed example of intelligence and hours before the television: rho = -29/165.
    iq, hours = [106.0, 86, 100, 101, 99, 103, 97, 113, 112, 110], [7.0, 0, 27, 50, 28, 29, 20, 12, 6, 17]
    found = rank_correlation(np.array(iq), np.array(hours))
    assert found.rho == pytest.approx(-29 / 165, abs=1e-14)
    assert found.pairs == 10


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=30))
def test_the_rank_correlation_is_scipys(pairs: list[tuple[int, int]]) -> None:
    from scipy.stats import spearmanr

    x, y = (np.array(side, float) for side in zip(*pairs, strict=True))
    found = rank_correlation(x, y)
    if len(set(x.tolist())) == 1 or len(set(y.tolist())) == 1:
        assert (found.rho, found.low, found.high) == (None, None, None)
        return
    assert found.rho == pytest.approx(spearmanr(x, y).statistic, abs=1e-9)
    assert found.rho is not None
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.rho <= found.high <= 1


@given(st.integers(1, 5000), st.floats(0, 1), st.one_of(st.just(np.nan), st.floats(0, 0.5)))
def test_an_interval_holds_its_share(n: int, share: float, half_width: float) -> None:
    found = shares_of(np.array([share]), np.array([float(n)]), np.array([half_width]))
    assert 0 <= found.low[0] <= share + 1e-12
    assert share - 1e-12 <= found.high[0] <= 1


@given(st.integers(1, 500), st.floats(0, 1))
def test_an_interval_shrinks_with_more_answers(n: int, share: float) -> None:
    few, many = (shares_of(np.array([share]), np.array([float(size)]), np.array([np.nan])) for size in (n, 4 * n))
    assert many.high[0] - many.low[0] < few.high[0] - few.low[0]


@given(st.integers(1, 500), st.integers(1, 500), st.floats(0, 1), st.floats(0, 1))
def test_the_difference_the_other_way_is_its_mirror(n: int, m: int, a: float, b: float) -> None:
    first, second = (shares_of(np.array([share]), np.array([float(size)]), np.array([np.nan])) for share, size in ((a, n), (b, m)))
    there, back = difference(first, second), difference(second, first)
    assert there.low[0] <= there.value[0] <= there.high[0]
    assert (there.value[0], there.low[0], there.high[0]) == pytest.approx((-back.value[0], -back.high[0], -back.low[0]))
    assert 0 <= there.p[0] <= 1
    assert there.p[0] == pytest.approx(back.p[0])


def test_the_surveys_own_interval_goes_before_wilsons() -> None:
    found = of(120, 400, 0.06)
    assert (found.low[0], found.high[0], found.designed[0]) == (pytest.approx(0.24), pytest.approx(0.36), True)
    # As wide an interval as 224 answers of a simple sample would have: .3 x .7 / (.06 / 1.96)^2.
    assert found.answers[0] == pytest.approx(0.21 / (0.06 / 1.959963984540054) ** 2)
    assert difference(found, of(80, 400, 0.05)).p[0] > difference(of(120, 400), of(80, 400)).p[0]


def test_two_own_intervals_are_added_in_squares() -> None:
    found = difference(of(120, 400, 0.03), of(80, 400, 0.04))
    assert (found.low[0], found.high[0]) == (pytest.approx(0.05), pytest.approx(0.15))


def test_an_own_interval_of_nothing_is_none() -> None:
    found = of(0, 60, 0.0)
    assert not found.designed[0]
    assert found.high[0] > 0.05


def test_an_own_interval_stays_within_none_and_all() -> None:
    assert of(1, 50, 0.05).low[0] == 0
    assert of(49, 50, 0.05).high[0] == 1


@pytest.mark.parametrize(("a", "b"), [(0, 0), (30, 30)])
def test_where_none_or_all_answered_so_in_both_nothing_differs(a: int, b: int) -> None:
    found = difference(of(a, 30), of(b, 30))
    assert (found.value[0], found.p[0]) == (0, 1)
    assert found.low[0] < 0 < found.high[0]


@pytest.mark.parametrize(("share", "n"), [(np.nan, 100.0), (0.3, 0.0), (np.nan, 0.0)])
def test_what_is_lacking_gives_nothing(share: float, n: float) -> None:
    lacking = shares_of(np.array([share]), np.array([n]), np.array([np.nan]))
    assert np.isnan([lacking.low[0], lacking.high[0]]).all()
    found = difference(lacking, of(3, 10))
    assert np.isnan([found.value[0], found.low[0], found.high[0], found.p[0]]).all()


def test_too_few_areas_or_equal_values_have_no_rank_correlation() -> None:
    few = rank_correlation(np.array([1.0, 2, 3, np.nan]), np.array([3.0, 2, 1, 5]))
    assert (few.rho, few.pairs) == (None, 3)
    assert rank_correlation(np.ones(6), np.arange(6.0)).rho is None


def test_the_same_order_is_one_and_the_opposite_minus_one() -> None:
    order = np.arange(5.0)
    assert (rank_correlation(order, order**3).rho, rank_correlation(order, -order).rho) == (1, -1)


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="1"):
        shares_of(np.zeros(1), np.zeros(2), np.zeros(1))
    with pytest.raises(ValueError, match="2"):
        difference(of(1, 2), shares_of(np.zeros(2), np.ones(2), np.zeros(2)))
    with pytest.raises(ValueError, match="3"):
        rank_correlation(np.zeros(3), np.zeros(4))
