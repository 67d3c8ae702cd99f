"""The spatial point pattern test, and concentration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from trygghetskarta.stats.concentration import areas_holding, by_chance, generalized_gini, gini, lorenz
from trygghetskarta.stats.pattern import share_tests, similarity

COUNTS = st.lists(st.integers(0, 30), min_size=1, max_size=30)


# README of R's sppt (Steenbeek and others 2018): its points and areas, by the original test: 85 per cent of the test points without replacement.
def test_the_example_of_rs_sppt_is_what_the_original_test_gives() -> None:
    found = similarity(np.array([2, 2, 2, 1, 0, 1]), np.array([2, 1, 2, 2, 1, 1]), without_replacement=0.85)
    assert (100 * found.base).tolist() == [25, 25, 25, 12.5, 0, 12.5]
    assert (100 * found.test).round(5).tolist() == [22.22222, 11.11111, 22.22222, 22.22222, 11.11111, 11.11111]
    assert (100 * found.low).tolist() == [12.5, 0, 12.5, 12.5, 0, 0]
    assert (100 * found.high).tolist() == [25, 12.5, 25, 25, 12.5, 12.5]
    assert found.local.tolist() == [0, -1, 0, 0, 0, 0]
    assert round(found.s or 0, 7) == 0.8333333
    assert round(found.robust_s or 0, 7) == 0.8333333


def test_an_interval_by_bootstrap_is_wider_than_the_original_one() -> None:
    base, test = np.array([50, 30, 20]), np.array([45, 40, 15])
    wide, narrow = similarity(base, test), similarity(base, test, without_replacement=0.85)
    assert (wide.high - wide.low > narrow.high - narrow.low).all()
    binomial = 1.96 * np.sqrt(0.45 * 0.55 / 100)
    assert wide.high[0] - wide.low[0] == pytest.approx(2 * binomial, abs=0.03)


def test_areas_that_nothing_happens_in_count_in_s_and_not_in_the_robust_one() -> None:
    found = similarity(np.array([90, 10, 0, 0]), np.array([10, 90, 0, 0]))
    assert (found.s, found.robust_s) == (0.5, 0.0)
    assert found.local.tolist() == [-1, 1, 0, 0]


@settings(max_examples=50, deadline=None)
@given(COUNTS)
def test_a_pattern_is_like_itself_however_many_events(counts: list[int]) -> None:
    base = np.array(counts)
    found = similarity(base, base * 3)
    if not base.sum():
        assert found.s is None
        return
    assert found.base == pytest.approx(found.test)
    assert (found.low <= found.test + 1e-12).all()
    assert (found.high >= found.test - 1e-12).all()
    p, adjusted = share_tests(base, base)
    assert np.nanmin(adjusted) == pytest.approx(1)
    assert np.isnan(p[base == 0]).all()


def test_nothing_before_or_now_has_no_answer() -> None:
    for base, test in (([0, 0], [1, 2]), ([1, 2], [0, 0]), ([], [])):
        found = similarity(np.array(base, np.int64), np.array(test, np.int64))
        assert (found.s, found.robust_s) == (None, None)
        assert np.isnan(share_tests(np.array(base, np.int64), np.array(test, np.int64))[1]).all()
    with pytest.raises(ValueError, match="!="):
        similarity(np.zeros(2, np.int64), np.zeros(3, np.int64))


# R's fisher.test: the tea-tasting lady (0.4857) and the convictions of twins (0.0005367).
def test_the_p_of_a_share_is_that_of_rs_fisher_test() -> None:
    assert round(float(share_tests(np.array([1, 3]), np.array([3, 1]))[0][0]), 4) == 0.4857
    assert round(float(share_tests(np.array([15, 3]), np.array([2, 10]))[0][0]), 7) == 0.0005367


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_the_p_of_a_share_is_that_of_scipy(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = table
    p = share_tests(np.array([a, b]), np.array([c, d]))[0][0]
    if a + c and a + b and c + d:
        assert p == pytest.approx(fisher_exact(np.array([[c, d], [a, b]])).pvalue, rel=1e-9)
    else:
        assert np.isnan(p)


# The help of R's ineq and DescTools: Gini(c(541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261)) is 0.4620911.
def test_the_gini_coefficient_is_that_of_r() -> None:
    assert gini(np.array([541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261])) == pytest.approx(0.4620911, abs=5e-8)


# The vignette of R's lorenzgini (Bernasco and Steenbeek): 3 + 1 + 1 crimes in 10 places, G = .78; one crime in each of five of ten places is as even
# as one in each of ten.
def test_the_gini_coefficient_of_few_events_is_against_the_evenest_they_can_be() -> None:
    three = np.array([3, 1, 1, *[0] * 7])
    assert gini(three) == pytest.approx(0.78)
    # Between Lorenz curve and evenest line, over what is above the evenest line: (0.78 - 0.5) / (1 - 0.5).
    assert generalized_gini(three) == pytest.approx(0.56)
    assert generalized_gini(np.array([1] * 5 + [0] * 5)) == pytest.approx(0)
    assert generalized_gini(np.ones(10, np.int64)) == pytest.approx(0)
    many = np.array([22, 18, 17, 12, 11, 8, 6, 3, 2, 1])
    assert generalized_gini(many) == gini(many)


def test_the_areas_that_hold_half_are_the_fewest_that_do() -> None:
    assert areas_holding(np.array([22, 18, 17, 12, 11, 8, 6, 3, 2, 1])) == 3
    assert areas_holding(np.array([1, 1, 1, 1])) == 2
    assert areas_holding(np.array([0, 5, 0])) == 1
    assert areas_holding(np.array([5, 5, 5])) == 2
    assert areas_holding(np.zeros(4, np.int64)) is None
    assert areas_holding(np.zeros(0, np.int64)) is None
    assert lorenz(np.array([1, 3, 0, 4])).tolist() == [0.5, 0.875, 1, 1]
    assert np.isnan(lorenz(np.zeros(2, np.int64))).all()


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_concentration_does_not_depend_on_the_order_of_the_areas(counts: list[int]) -> None:
    x = np.array(counts)
    back = x[::-1]
    assert areas_holding(x) == areas_holding(back)
    assert gini(x) == (pytest.approx(gini(back)) if x.sum() else None)
    if x.sum():
        assert (gini(x) or 0) + 1e-12 >= 0
        assert -1e-9 <= (generalized_gini(x) or 0) <= 1


def test_few_events_look_concentrated_by_chance_alone() -> None:
    # Ten events in 400 areas fall in ten or nine of them: half of the events in 1,25 per cent of the areas, and that is no concentration.
    few = np.zeros(400, np.int64)
    few[:10] = 1
    found = by_chance(few)
    assert found is not None
    assert found.share == pytest.approx(0.0125, abs=0.001)
    assert found.p > 0.5
    packed = np.zeros(400, np.int64)
    packed[:4] = 500
    sure = by_chance(packed)
    assert sure is not None
    assert sure.p == pytest.approx(1 / 2000)
    assert sure == by_chance(packed)


def test_chance_by_people_follows_where_they_live() -> None:
    counts, people = np.array([80, 10, 10, 0]), np.array([8000.0, 1000.0, 1000.0, np.nan])
    found = by_chance(counts, people)
    assert found is not None
    assert found.share == 0.25
    assert found.p == 1
    assert by_chance(counts, np.zeros(4)) is None
    assert by_chance(np.zeros(4, np.int64)) is None
    with pytest.raises(ValueError, match="!="):
        by_chance(counts, np.ones(3))
