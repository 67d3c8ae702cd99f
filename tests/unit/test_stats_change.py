"""Two counts against each other, against published numbers, R's and exact sums."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, poisson

from trygghetskarta.stats.change import SMALL, change_p, conditional_p, e_test_p, rate_ratio, scaled_p

Floats = npt.NDArray[np.float64]


def pair(first: int, second: int) -> npt.NDArray[np.int64]:
    return np.array([[first, second]])


def ends(first: int, second: int, exposures: tuple[float, float] = (1.0, 1.0), inflation: float = 1.0) -> tuple[float, float, float]:
    found = rate_ratio(pair(first, second), np.array(exposures), inflation)
    return float(found.ratio[0]), float(found.low[0]), float(found.high[0])


# Reference case 4: the help of R's poisson.test, 11 of 800 against 21 of 3 011 (Fay's example).
def test_the_ratio_and_its_exact_interval_are_those_of_r() -> None:
    assert ends(11, 21, (800, 3011)) == (
        pytest.approx(1.971488095, abs=5e-10),
        pytest.approx(0.8584264034, abs=5e-10),
        pytest.approx(4.2772659437, abs=5e-10),
    )


def test_the_conditional_p_is_that_of_r() -> None:
    assert float(conditional_p(pair(11, 21), np.array([800.0, 3011.0]))[0]) == pytest.approx(0.07966863, abs=5e-9)


# Reference case 5: Krishnamoorthy and Thomson (2004), table of examples, equal exposures.
@pytest.mark.parametrize(("counts", "p"), [((0, 3), 0.0884), ((6, 2), 0.1749), ((20, 10), 0.0688), ((25, 16), 0.1648)])
def test_the_e_test_gives_the_numbers_of_its_inventors(counts: tuple[int, int], p: float) -> None:
    assert float(e_test_p(pair(*counts), np.ones(2))[0]) == pytest.approx(p, abs=5e-5)


def test_the_e_test_gives_the_number_of_scipys_manual() -> None:
    # poisson_means_test(0, 100, 3, 100) of its documentation: dodder seed (Przyborowski and Wilenski 1940). Its sums leave out the outermost
    # outcomes, ours do not.
    assert float(e_test_p(pair(0, 3), np.array([100.0, 100.0]))[0]) == pytest.approx(0.08837900929018157, abs=1e-9)


def by_the_definition(first: int, second: int, n1: float, n2: float) -> float:
    """Sum every pair of outcomes that differs as much; 10^-10 apart are ties."""
    spread = first / n1**2 + second / n2**2
    if first / n1 == second / n2:
        return 1.0
    seen = abs(first / n1 - second / n2) / spread**0.5
    x, y = np.arange(260)[:, None], np.arange(260)[None, :]
    widths = np.sqrt(x / n1**2 + y / n2**2)
    differs = np.abs(x / n1 - y / n2) / np.where(widths > 0, widths, 1)
    common = (first + second) / (n1 + n2)
    chance = poisson.pmf(x, n1 * common) * poisson.pmf(y, n2 * common)
    return float(chance[differs >= seen * (1 - 1e-10)].sum())


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([(1.0, 1.0), (365.0, 366.0), (1.0, 3.0), (0.4, 1.7)]))
@settings(deadline=None, max_examples=60)
def test_the_e_test_is_the_sum_that_defines_it(first: int, second: int, exposures: tuple[float, float]) -> None:
    found = float(e_test_p(pair(first, second), np.array(exposures))[0])
    assert found == pytest.approx(by_the_definition(first, second, *exposures), rel=1e-7, abs=1e-12)


@given(st.integers(0, 4000), st.integers(0, 4000), st.floats(0.05, 20))
@example(29, 1383, 1.5)
@settings(deadline=None, max_examples=120)
def test_the_conditional_p_is_that_of_the_binomial_test(first: int, second: int, longer: float) -> None:
    expected = binomtest(first, first + second, 1 / (1 + longer)).pvalue if first + second else 1.0
    assert float(conditional_p(pair(first, second), np.array([1.0, longer]))[0]) == pytest.approx(expected, rel=1e-6, abs=1e-300)


def test_nothing_against_nothing_says_nothing() -> None:
    assert all(np.isnan(ends(0, 0)))
    for p in (conditional_p(pair(0, 0), np.ones(2)), e_test_p(pair(0, 0), np.ones(2)), scaled_p(pair(0, 0), np.ones(2), 2.0)):
        assert p.tolist() == [1.0]


def test_from_nothing_the_ratio_is_infinite_and_has_a_lower_end() -> None:
    # Both ends in closed form: the share of 5 in 5 is at least 0.025^(1/5).
    ratio, low, high = ends(5, 0)
    share = 0.025 ** (1 / 5)
    assert (ratio, high) == (float("inf"), float("inf"))
    assert low == pytest.approx(share / (1 - share), rel=1e-12)


def test_to_nothing_the_ratio_is_zero_and_has_an_upper_end() -> None:
    ratio, low, high = ends(0, 5)
    share = 1 - 0.025 ** (1 / 5)
    assert (ratio, low) == (0.0, 0.0)
    assert high == pytest.approx(share / (1 - share), rel=1e-12)


def test_unequal_exposures_are_counted_by_rate_and_not_by_number() -> None:
    # 28 days of a February and 31 of a January with as many a day are no change.
    assert ends(280, 310, (28, 31))[0] == pytest.approx(1.0)
    assert float(conditional_p(pair(280, 310), np.array([28.0, 31.0]))[0]) == 1.0


@given(st.integers(0, 3000), st.integers(0, 3000), st.floats(0.1, 10), st.floats(1, 20))
@example(1, 1, 1.0, 7.0)
@example(1, 2, 1.0, 10.0)
@settings(deadline=None, max_examples=120)
def test_the_interval_holds_the_ratio_and_turns_over_with_it(first: int, second: int, longer: float, inflation: float) -> None:
    if first + second == 0:
        return
    ratio, low, high = ends(first, second, (1.0, longer), inflation)
    assert low <= ratio <= high
    turned = ends(second, first, (longer, 1.0), inflation)
    if low > 0 and high < float("inf"):
        assert turned == (pytest.approx(1 / ratio), pytest.approx(1 / high), pytest.approx(1 / low))


@given(st.integers(1, 300), st.integers(1, 300), st.integers(2, 9))
@settings(deadline=None, max_examples=80)
def test_more_events_narrow_the_interval(first: int, second: int, times: int) -> None:
    _, low, high = ends(first, second)
    _, narrow_low, narrow_high = ends(times * first, times * second)
    assert low < narrow_low < narrow_high < high


@given(st.integers(0, 500), st.integers(0, 500), st.floats(1.01, 20))
@settings(deadline=None, max_examples=120)
def test_the_scaled_p_and_the_interval_say_the_same(first: int, second: int, inflation: float) -> None:
    if first + second == 0:
        return
    _, low, high = ends(first, second, inflation=inflation)
    p = float(scaled_p(pair(first, second), np.ones(2), inflation)[0])
    if abs(p - 0.05) > 1e-9:
        assert (p < 0.05) == (low > 1 or high < 1)


@given(st.integers(0, 400), st.integers(0, 400), st.floats(1, 8))
@settings(deadline=None, max_examples=80)
def test_the_interval_widens_with_the_variance(first: int, second: int, inflation: float) -> None:
    if first + second:
        (_, low, high), (_, wide_low, wide_high) = ends(first, second), ends(first, second, inflation=inflation)
        assert wide_low <= low + 1e-9
        assert wide_high >= high * (1 - 1e-9)


@given(st.integers(0, 400), st.integers(0, 400))
@settings(deadline=None, max_examples=80)
def test_which_count_is_first_does_not_change_the_p_value(first: int, second: int) -> None:
    found = change_p(np.array([[first, second], [second, first]]), np.ones((2, 2)), np.ones(2))
    assert found[0] == pytest.approx(found[1], rel=1e-6, abs=1e-12)
    assert ((found >= 0) & (found <= 1)).all()


def test_more_variance_means_less_certainty() -> None:
    counts, spans = np.repeat(pair(300, 200), 3, axis=0), np.ones((3, 2))
    p = change_p(counts, spans, np.array([1.0, 2.0, 8.0]))
    assert p[0] < p[1] < p[2]


def test_each_pair_is_tested_by_what_suits_it() -> None:
    counts = np.array([[30, 20], [SMALL, SMALL + 90], [30, 20], [0, 0], [400, 20]])
    spans = np.ones((5, 2))
    p = change_p(counts, spans, np.array([1.0, 1.0, 2.0, 1.0, 1.0]))
    assert p[0] == e_test_p(counts[:1], spans[:1])[0]
    assert p[1] == conditional_p(counts[1:2], spans[1:2])[0]
    assert p[2] == scaled_p(counts[2:3], spans[2:3], 2.0)[0]
    assert p[3] == 1.0
    assert 0 < p[4] == conditional_p(counts[4:], spans[4:])[0] < 1e-50  # so far out that a sum of probabilities would be nothing


def test_single_events_that_vary_wildly_have_no_ends() -> None:
    ratio, low, high = ends(1, 1, inflation=2000.0)
    assert (ratio, low, high) == (1.0, 0.0, float("inf"))


def test_no_pairs_give_no_answers() -> None:
    nothing = np.zeros((0, 2), np.int64)
    assert change_p(nothing, np.zeros((0, 2)), np.zeros(0)).shape == (0,)
    assert rate_ratio(nothing, np.zeros((0, 2))).ratio.shape == (0,)


def test_counts_of_three_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="no two columns"):
        conditional_p(np.array([[1, 2, 3]]), np.ones(3))
