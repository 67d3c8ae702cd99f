"""Two counts against each other, many tests at once, shares and dispersion, against published numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control

from trygghetskarta.stats.change import change_p, conditional_p, e_test_p, rate_ratio, scaled_p
from trygghetskarta.stats.dispersion import negative_binomial_regression, poisson_regression
from trygghetskarta.stats.multiple import benjamini_hochberg, holm
from trygghetskarta.stats.rates import wilson_interval

ONE = np.ones(2)
COUNTS = st.tuples(st.integers(0, 400), st.integers(0, 400))


def pair(first: int, second: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([first, second], np.int64)


# Reference case 4: the help of R's poisson.test.
def test_the_ratio_of_two_rates_and_its_exact_interval_are_those_of_r() -> None:
    counts, exposures = pair(11, 21), np.array([800.0, 3011.0])
    found = rate_ratio(counts, exposures)
    assert (float(found.ratio), float(found.low), float(found.high)) == (
        pytest.approx(1.971488095, abs=5e-10),
        pytest.approx(0.8584264034, abs=5e-11),
        pytest.approx(4.2772659437, abs=5e-10),
    )
    assert float(conditional_p(counts, exposures)) == pytest.approx(0.07966863, abs=5e-9)


# Reference case 5: Krishnamoorthy and Thomson (2004).
@pytest.mark.parametrize(("counts", "p"), [((0, 3), 0.0884), ((6, 2), 0.1749), ((20, 10), 0.0688), ((25, 16), 0.1648)])
def test_the_e_test_is_that_of_its_authors(counts: tuple[int, int], p: float) -> None:
    assert float(e_test_p(pair(*counts), ONE)) == pytest.approx(p, abs=5e-5)


@given(COUNTS, st.floats(0.05, 20))
def test_the_conditional_p_value_is_the_binomial_test_of_scipy(counts: tuple[int, int], longer: float) -> None:
    found = float(conditional_p(pair(*counts), np.array([1.0, longer])))
    total = sum(counts)
    expected = binomtest(counts[0], total, 1 / (1 + longer)).pvalue if total else 1.0
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-12)


@given(COUNTS, st.floats(1, 8))
def test_the_interval_contains_the_ratio_and_widens_with_the_inflation(counts: tuple[int, int], inflation: float) -> None:
    plain, wide = rate_ratio(pair(*counts), ONE), rate_ratio(pair(*counts), ONE, inflation)
    if sum(counts) == 0:
        assert all(math.isnan(float(end)) for end in (plain.ratio, plain.low, plain.high))
        return
    assert plain.low <= plain.ratio <= plain.high
    assert wide.low <= plain.low + 1e-9
    assert wide.high >= plain.high * (1 - 1e-9)
    assert scaled_p(pair(*counts), ONE, inflation) >= scaled_p(pair(*counts), ONE, 1.0) - 1e-12


@given(COUNTS)
def test_a_p_value_is_one_and_does_not_hang_on_which_count_is_first(counts: tuple[int, int]) -> None:
    both = np.array([counts, counts[::-1]], np.int64)
    found = change_p(both, np.ones((2, 2)), np.ones(2))
    assert found[0] == pytest.approx(found[1], rel=1e-6, abs=1e-12)
    assert ((found >= 0) & (found <= 1)).all()


def test_nothing_against_nothing_is_no_difference() -> None:
    for p in (conditional_p(pair(0, 0), ONE), e_test_p(pair(0, 0), ONE), scaled_p(pair(0, 0), ONE, 2.0)):
        assert float(p) == 1.0


# Reference case 11, and the p-values of Benjamini and Hochberg's own example (1995, section 4.1): at 5 per cent the first four are found.
def test_many_tests_at_once() -> None:
    p = np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    assert benjamini_hochberg(p).tolist() == pytest.approx([0.05] * 5)
    assert holm(p).tolist() == pytest.approx([0.05, 0.08, 0.09, 0.09, 0.09])
    heart = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert (benjamini_hochberg(np.array(heart)) <= 0.05).sum() == 4
    assert (holm(np.array(heart)) <= 0.05).sum() == 3


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_adjusted_p_values_are_those_of_scipy(p: list[float]) -> None:
    assert benjamini_hochberg(np.array(p)).tolist() == pytest.approx(false_discovery_control(p).tolist())


def test_a_test_that_was_not_made_is_counted_in_no_number_of_tests() -> None:
    assert benjamini_hochberg(np.array([0.01, np.nan, 0.02]))[[0, 2]].tolist() == pytest.approx([0.02, 0.02])
    assert np.isnan(benjamini_hochberg(np.full(3, np.nan))).all()


# Reference case 3, and Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3: 81/263, 15/148, 0/20 and 1/29.
@pytest.mark.parametrize(
    ("hits", "of", "low", "high", "digits"),
    [
        (65, 100, 0.5525444329688797, 0.7363575175690247, 15),
        (81, 263, 0.2553, 0.3662, 4),
        (15, 148, 0.0624, 0.1605, 4),
        (0, 20, 0.0, 0.1611, 4),
        (1, 29, 0.0061, 0.1718, 4),
    ],
)
def test_the_interval_of_a_share(hits: int, of: int, low: float, high: float, digits: int) -> None:
    found = wilson_interval(np.array([hits]), np.array([of]))
    assert [float(found[0][0]), float(found[1][0])] == [
        pytest.approx(low, abs=0.51 * 10**-digits),
        pytest.approx(high, abs=0.51 * 10**-digits),
    ]


# Reference case 18: R's warpbreaks, breaks by wool and tension.
def test_over_dispersion_is_that_of_r_on_warpbreaks() -> None:
    breaks = [26, 30, 54, 25, 70, 52, 51, 26, 67, 18, 21, 29, 17, 12, 18, 35, 30, 36, 36, 21, 24, 18, 10, 43, 28, 15, 26]
    breaks += [27, 14, 29, 19, 29, 31, 41, 20, 44, 42, 26, 19, 16, 39, 28, 21, 39, 29, 20, 21, 24, 17, 13, 15, 15, 16, 28]
    wool = np.repeat([0.0, 1.0], 27)
    tension = np.tile(np.repeat([0, 1, 2], 9), 2)
    design = np.stack([np.ones(54), wool, tension == 1, tension == 2], axis=1).astype(np.float64)
    poisson = poisson_regression(design, np.array(breaks))
    assert poisson.coefficients.tolist() == pytest.approx([3.691963145, -0.205988443, -0.321320432, -0.518488497], abs=5e-10)
    assert poisson.pearson == pytest.approx(4.26152188, abs=5e-9)
    assert negative_binomial_regression(design, np.array(breaks)).theta == pytest.approx(9.9443854, abs=5e-6)
