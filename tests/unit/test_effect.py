"""Effects of measures against published cases, and against statsmodels and scipy."""

from __future__ import annotations

import math
import warnings
from dataclasses import astuple

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import chi2_contingency, norm

from trygghetskarta.stats.effect import (
    Difference,
    dispersion_of,
    harm_wdd,
    quotients,
    ratio_of_ratios,
    smallest_difference,
    smallest_ratio,
    spread_before,
    trend_before,
    wdd,
)
from trygghetskarta.stats.placebo import placebo

# Rows target, control, displacement, its control; columns before and after.
WHEELER_RATCLIFFE = np.array([[207, 110], [308, 318], [178, 157], [150, 140]], float)
BY_AREA = np.repeat([[1.2], [0.9], [1.5], [1.6]], 2, axis=1)


def table(*rows: tuple[float, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array(rows, float)


def test_the_test_of_wheeler_and_ratcliffe() -> None:
    # Case 12: Wheeler & Ratcliffe (2018), Crime Science 7:11, table 2.
    found = wdd(WHEELER_RATCLIFFE)
    assert found.displacement is not None
    assert (found.local.estimate, found.displacement.estimate, found.total.estimate) == (-107, -11, -118)
    assert (found.local.error, found.displacement.error, found.total.error) == pytest.approx((30.7083, 25, 39.59798), abs=5e-5)
    assert (found.total.z, found.total.low, found.total.high) == pytest.approx((-2.97995, -195.6106, -40.3894), abs=1e-4)
    assert found.total.p == pytest.approx(2 * norm.cdf(-2.97995), abs=1e-7)


def test_the_test_without_displacement_and_with_area_weights() -> None:
    # Case 13: crimede-coder.com (2025), Some extensions to the WDD statistic; andrewpwheeler.com 2021-02-23.
    alone = wdd(table((100, 80), (100, 90)))
    assert (alone.total.estimate, alone.displacement) == (-10, None)
    assert alone.total.error == pytest.approx(19.2354, abs=5e-5)
    by_area = wdd(WHEELER_RATCLIFFE, BY_AREA)
    assert astuple(by_area.total)[:5] == pytest.approx((-99.69444444, 35.4280755, -169.1321965, -30.25669241, -2.813995483), abs=1e-7)
    # andrewpwheeler.com 2022-08-04, Using weights in regression examples: local -91.9 (31.5).
    assert (round(by_area.local.estimate, 1), round(by_area.local.error, 1)) == (-91.9, 31.5)


@pytest.mark.parametrize(
    ("rows", "estimates"),
    [
        # The tests of the R package ptools 2.0.0 (tests/testthat/test-wdd.R), "Local -10", "Displacement -10" and "Total -20".
        (((20, 10), (20, 20)), (-10, None, -10)),
        (((20, 20), (20, 20), (20, 10), (20, 20)), (0, -10, -10)),
        (((20, 10), (20, 20), (20, 10), (20, 20)), (-10, -10, -20)),
    ],
)
def test_the_parts_are_those_of_ptools(rows: tuple[tuple[float, float], ...], estimates: tuple[float, float | None, float]) -> None:
    found = wdd(table(*rows))
    displacement = found.displacement.estimate if found.displacement is not None else None
    assert (found.local.estimate, displacement, found.total.estimate) == estimates


def test_two_years_before_and_one_after_are_compared_by_the_year() -> None:
    # andrewpwheeler.com 2021-01-09, The WDD test with different pre/post time periods.
    found = wdd(table((80, 20), (100, 50)), table((2, 1), (2, 1)))
    assert (found.total.estimate, found.total.error**2) == pytest.approx((-20, 115))


@pytest.mark.parametrize(
    ("rows", "exposure", "stated"),
    [
        # apwheele/crimepy, notebooks/WDD_Examples.ipynb; intervals of 90 per cent.
        (((120, 100), (130, 150)), None, (-40, 22.4, -76.8, -3.2)),
        (((120, 100), (130, 150), (40, 25), (30, 25)), None, (-50, 24.9, -91.0, -9.0)),
        (((100, 20), (200, 100)), ((2, 1), (2, 1)), (-30, 14.0, -53.0, -7.0)),
        (((200, 100), (400, 200), (40, 20), (80, 40)), ((1, 1), (2, 2), (1, 1), (2, 2)), (0, 23.2, -38.2, 38.2)),
    ],
)
def test_the_examples_of_crimepy(
    rows: tuple[tuple[float, float], ...], exposure: tuple[tuple[float, float], ...] | None, stated: tuple[float, ...]
) -> None:
    found = wdd(table(*rows), None if exposure is None else table(*exposure), confidence=0.9).total
    assert tuple(round(value, 1) for value in (found.estimate, found.error, found.low, found.high)) == stated


@pytest.mark.parametrize(
    ("control", "weight", "stated"),
    [
        # apwheele/WDDControl, results/cases/dallas_property_wdd.csv: 103 -> 118 property crimes against four kinds of control.
        ((104, 99), 1.0, (20.0, 20.591260281974, -20.358128548959122, 60.35812854895912)),
        ((31, 23), 0.30803242446573326, (40.97129186602871, 28.109004358113456, -14.121344317153088, 96.0639280492105)),
        ((19043, 17326), 153.79955784819455, (26.16388124922139, 14.917691559335422, -3.0742569395531945, 55.402019437995975)),
    ],
)
def test_a_control_of_another_size_is_weighted(control: tuple[float, float], weight: float, stated: tuple[float, ...]) -> None:
    found = wdd(table((103, 118), control), table((1, 1), (weight, weight))).local
    assert (found.estimate, found.error, found.low, found.high) == pytest.approx(stated, abs=1e-9)


def test_without_a_time_before_it_is_the_difference_of_two_counts() -> None:
    # The help of ptools' wdd: 10 against 20 has p about 0.068.
    assert wdd(table((0, 10), (0, 20))).total.p == pytest.approx(0.068, abs=5e-4)


def test_harm_is_weighted_kind_by_kind() -> None:
    # andrewpwheeler.com 2020-11-19, data of Worrall & Wheeler (2019); expected values of ptools' test "Cumulative Harm".
    kinds = np.array(
        [
            [[130, 74], [133, 91]],  # motor vehicle theft
            [[327, 202], [388, 305]],  # theft
            [[398, 190], [148, 97]],  # burglary
            [[144, 92], [86, 64]],  # robbery
            [[183, 96], [94, 67]],  # assault
        ],
        float,
    )
    singly = [wdd(kind).local for kind in kinds]
    assert [part.estimate for part in singly] == [-14, -42, -157, -30, -60]
    assert [part.error for part in singly] == pytest.approx([20.688161, 34.957117, 28.861739, 19.646883, 20.976177], abs=1e-6)
    found = harm_wdd(kinds, np.array([3, 2, 5, 7, 10], float)).total
    assert astuple(found)[:5] == pytest.approx((-1721, 304.10360077, -2317.03210507, -1124.96789493, -5.65925558), abs=1e-8)


def test_the_harm_example_of_ptools() -> None:
    # The help of ptools' wdd_harm, recomputed by hand: -10 x 10 - 5 x 5 - 30 x 1, and 70 x 100 + 105 x 25 + 230.
    kinds = np.array([[[20, 10], [20, 20]], [[25, 20], [30, 30]], [[70, 20], [80, 60]]], float)
    found = harm_wdd(kinds, np.array([10.0, 5.0, 1.0])).total
    assert (found.estimate, found.error**2) == pytest.approx((-155, 9855))


def test_the_family_of_quotients() -> None:
    # Case 14: Guerette (2009), POP Guide 10, Appendix B, on the counts of case 12.
    found = quotients(*WHEELER_RATCLIFFE[:3])
    assert (found.gross, found.net, found.quotient, found.total) == pytest.approx((97, 0.3261659724, 0.2581856883, 130.5), abs=1e-10)
    assert (found.success, found.buffer) == pytest.approx((110 / 318 - 207 / 308, 157 / 318 - 178 / 308))


def test_quotients_are_nothing_where_the_control_has_no_events() -> None:
    found = quotients(np.array([5.0, 3.0]), np.array([0.0, 4.0]), np.array([1.0, 1.0]))
    assert found.gross == 2
    assert all(math.isnan(value) for value in (found.net, found.success, found.buffer, found.quotient, found.total))
    level = quotients(*table((10, 10), (10, 10), (4, 2)))
    assert math.isnan(level.quotient)
    assert level.net == 0


def test_the_ratio_of_ratios() -> None:
    # Case 14: log-link difference in differences on the target and control of case 12.
    found = ratio_of_ratios(WHEELER_RATCLIFFE[:2])
    assert found.estimate == pytest.approx(0.514690244, abs=5e-10)
    assert (found.low, found.high) == pytest.approx((0.38925, 0.68055), abs=5e-6)
    assert not found.adjusted


@pytest.mark.parametrize("rows", [((207, 110), (308, 318)), ((80, 20), (100, 50)), ((12, 7), (230, 260)), ((3, 9), (1, 2))])
def test_the_ratio_is_the_coefficient_of_a_poisson_regression(rows: tuple[tuple[float, float], ...]) -> None:
    exposure = table((24, 12), (24, 12))
    treated, after = np.array([1, 1, 0, 0.0]), np.array([0, 1, 0, 1.0])
    design = sm.add_constant(np.column_stack([treated, after, treated * after]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the model is saturated, and statsmodels says so
        fitted = sm.GLM(table(*rows).ravel(), design, family=sm.families.Poisson(), offset=np.log(exposure.ravel())).fit(tol=1e-12)
    found = ratio_of_ratios(table(*rows), exposure)
    assert found.estimate == pytest.approx(np.exp(fitted.params[3]), rel=1e-8)
    assert (found.low, found.high) == pytest.approx(np.exp(fitted.conf_int()[3]), rel=1e-6)
    assert found.p == pytest.approx(fitted.pvalues[3], rel=1e-6)


def test_it_is_the_relative_effect_size_turned_upside_down() -> None:
    # Farrington, Gill, Waples & Argomaniz (2007), J. Exp. Criminol. 3:21: RES = ad/bc, var(ln RES) = 1/a + 1/b + 1/c + 1/d.
    a, b, c, d = 253.0, 146.0, 431.0, 502.0
    found = ratio_of_ratios(table((a, b), (c, d)))
    error = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert 1 / found.estimate == pytest.approx(a * d / (b * c))
    assert (1 / found.high, 1 / found.low) == pytest.approx(
        [a * d / (b * c) * math.exp(sign * norm.ppf(0.975) * error) for sign in (-1, 1)]
    )


def test_zeroes_are_answered_explicitly() -> None:
    none_left = ratio_of_ratios(table((8, 0), (10, 10)))
    assert none_left.adjusted
    assert none_left.estimate == pytest.approx((0.5 / 8.5) / (10.5 / 10.5))
    for rows in (((0, 0), (10, 10)), ((10, 10), (0, 0)), ((0, 0), (0, 0))):
        assert math.isnan(ratio_of_ratios(table(*rows)).estimate)
    assert all(math.isnan(value) for value in astuple(wdd(table((0, 0), (0, 0))).total))
    one = wdd(table((0, 1), (0, 0))).total
    assert (one.estimate, one.error) == (1, 1)
    assert math.isnan(smallest_difference(table((0, 0), (0, 0))))
    assert math.isnan(smallest_ratio(table((0, 0), (10, 10))))


def test_equal_changes_are_no_effect() -> None:
    assert astuple(wdd(table((30, 20), (50, 40))).total)[0] == 0
    assert ratio_of_ratios(table((30, 15), (60, 30))).estimate == pytest.approx(1)


@pytest.mark.parametrize("shape", [(3, 2), (2, 3), (1, 2), (4,)])
def test_tables_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=str(shape[0])):
        wdd(np.ones(shape))
    with pytest.raises(ValueError, match=str(shape[0])):
        ratio_of_ratios(np.ones(shape))


def test_an_exposure_of_nothing_is_refused() -> None:
    nothing = table((1, 0), (1, 1))
    for function in (wdd, ratio_of_ratios):
        with pytest.raises(ValueError, match="above 0"):
            function(table((1, 2), (3, 4)), nothing)
    with pytest.raises(ValueError, match="3"):
        quotients(np.ones(3), np.ones(2), np.ones(2))


def test_the_spread_before_is_pearsons_chi_squared_over_its_degrees_of_freedom() -> None:
    months = np.array([[12, 9, 14, 11, 8, 10, 13, 17, 9, 12, 10, 15], [30, 22, 28, 31, 25, 19, 33, 29, 27, 24, 30, 36]], float)
    chi2, _, freedom, _ = chi2_contingency(months, correction=False)
    assert spread_before(months) == pytest.approx(chi2 / freedom)
    assert math.isnan(spread_before(months[:, :11]))
    assert math.isnan(spread_before(np.zeros((2, 24))))
    assert (dispersion_of(math.nan), dispersion_of(1.4), dispersion_of(2.5)) == (1, 1, 2.5)


def test_more_spread_widens_the_intervals_by_its_root() -> None:
    plain, wide = wdd(WHEELER_RATCLIFFE).total, wdd(WHEELER_RATCLIFFE, dispersion=4).total
    assert (wide.estimate, wide.error) == pytest.approx((plain.estimate, 2 * plain.error))
    narrow, broad = ratio_of_ratios(WHEELER_RATCLIFFE[:2]), ratio_of_ratios(WHEELER_RATCLIFFE[:2], dispersion=4)
    assert math.log(broad.high / broad.low) == pytest.approx(2 * math.log(narrow.high / narrow.low))


def test_the_trend_before_is_that_of_r() -> None:
    # R help of prop.trend.test: smokers 83 90 129 70 of patients 86 93 136 82; X-squared 8.2249, p 0.004132.
    smokers, patients = np.array([83, 90, 129, 70.0]), np.array([86, 93, 136, 82.0])
    z, p = trend_before(np.stack([smokers, patients - smokers]))
    assert (z**2, p) == (pytest.approx(8.2249, abs=5e-5), pytest.approx(0.004132, abs=5e-7))
    assert z < 0
    assert all(math.isnan(value) for value in trend_before(np.zeros((2, 12))))
    assert all(math.isnan(value) for value in trend_before(np.array([[5.0, 0, 0], [3, 0, 0]])))


def test_the_smallest_difference_is_the_one_the_test_shows_four_times_of_five() -> None:
    # 200 in each cell: d = 2.8016 x root(800 - d), so 75.4; put back, the test's z has its power.
    found = smallest_difference(table((200, 1), (200, 200)))
    assert found == pytest.approx((norm.ppf(0.975) + norm.ppf(0.8)) * math.sqrt(800 - found))
    assert round(found, 1) == 75.4
    # Of five events not even the end of all of them would have been shown.
    assert smallest_difference(table((5, 5), (5, 5))) > 5


def test_the_smallest_difference_follows_the_unit() -> None:
    months = smallest_difference(table((240, 100), (240, 120)), table((24, 12), (24, 12)))
    year = smallest_difference(table((240, 100), (240, 120)), table((2, 1), (2, 1)))
    assert year == pytest.approx(12 * months)


def test_the_smallest_ratio_is_on_the_edge_of_the_tests_power() -> None:
    found = smallest_ratio(table((200, 1), (200, 200)))
    error = math.sqrt(3 / 200 + 1 / (200 * found))
    assert -math.log(found) / error == pytest.approx(norm.ppf(0.975) + norm.ppf(0.8), abs=2e-3)
    assert math.isnan(smallest_ratio(table((3, 3), (3, 3))))


def test_a_true_effect_is_ranked_among_those_where_nothing_was_done() -> None:
    others = np.array([-1.0, 0.5, 2.0, -0.2, math.nan, 1.1, 0.0, -0.9, 0.3, 1.5])
    found = placebo(-3.0, others)
    assert found is not None
    assert (found.rank, found.of, found.p) == (1, 10, 0.1)
    middling = placebo(-0.5, others)
    assert middling is not None
    assert (middling.rank, middling.p) == (3, 0.7)
    assert placebo(math.nan, others) is None
    assert placebo(-1.0, np.array([math.nan])) is None


def test_a_difference_says_what_it_is() -> None:
    found = wdd(WHEELER_RATCLIFFE).local
    assert isinstance(found, Difference)
    assert found.low < found.estimate < found.high
