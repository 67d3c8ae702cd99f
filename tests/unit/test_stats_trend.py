"""Slopes, rank tests and breaks, against R, scipy and statsmodels, and the pages on them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import kendalltau, theilslopes
from statsmodels.api import GLM, families

from tests.pages import example, table
from tests.unit.published_series import NILE, NOTTEM, TEN, UK_DRIVER_DEATHS, WARPBREAKS
from trygghetskarta.domain.periods import Month
from trygghetskarta.stats.breaks import Under, level_break, pettitt
from trygghetskarta.stats.series import days_of
from trygghetskarta.stats.trend import mann_kendall, poisson_fit, seasonal_mann_kendall, seasonal_theil_sen, theil_sen, yearly_slope

Floats = npt.NDArray[np.float64]
MONTHS = np.arange(600, 660)
SIMULATED = 300


def simulated(seed: int, spread: float, growth: float = 0.0, months: int = 60) -> Floats:
    """Draw series with a season, negative binomial where the spread is above 0."""
    draw = np.random.default_rng(seed)
    time = np.arange(months)
    mean = 40 * np.exp(0.25 * np.sin(2 * np.pi * time / 12) + growth * time / 12)
    if spread:
        mean = mean * draw.gamma(1 / spread, spread, (SIMULATED, months))
    return draw.poisson(mean, (SIMULATED, months)).astype(np.float64)


def test_case_18_the_poisson_fit_of_warpbreaks() -> None:
    loom = np.arange(54)
    terms = np.column_stack([np.ones(54), loom >= 27, loom % 27 // 9 == 1, loom % 27 // 9 == 2]).astype(np.float64)
    fit = poisson_fit(WARPBREAKS, terms)
    assert fit.coefficients == pytest.approx([3.691963145, -0.205988443, -0.321320432, -0.518488497], abs=5e-9)
    assert fit.dispersion == pytest.approx(4.26152188, abs=5e-8)
    oracle = GLM(WARPBREAKS, terms, family=families.Poisson()).fit()
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(oracle.bse)
    assert fit.freedom == 50


def test_the_slope_is_that_of_a_quasi_poisson_regression_on_month_and_time() -> None:
    counts = simulated(1, 0.05)[0]
    terms = np.column_stack([np.eye(12)[MONTHS % 12], MONTHS / 12])
    oracle = GLM(counts, terms, family=families.Poisson(), offset=np.log(days_of(MONTHS))).fit(scale="X2", use_t=True)
    found = yearly_slope(counts, MONTHS, days_of(MONTHS).astype(np.float64))
    assert found.percent == pytest.approx(100 * np.expm1(oracle.params[-1]))
    assert found.dispersion == pytest.approx(oracle.scale)
    if found.correlation < 1.645 / np.sqrt(60):
        assert (found.low, found.high) == pytest.approx(tuple(100 * np.expm1(oracle.conf_int()[-1])))


def test_mann_kendall_is_what_r_prints_of_uk_driver_deaths() -> None:
    # R package trend: mk.test(UKDriverDeaths): S -5.582e+03, varS 7.925027e+05, tau -3.045946e-01, z -6.2692, p 3.629e-10.
    found = mann_kendall(UK_DRIVER_DEATHS)
    assert found.statistic == -5582
    assert found.variance == pytest.approx(792_502.7, abs=0.05)
    assert found.tau == pytest.approx(-0.3045946, abs=5e-8)
    assert found.z == pytest.approx(-6.2692, abs=5e-5)
    assert found.p_value == pytest.approx(3.629e-10, rel=5e-4)


def test_the_seasonal_test_is_what_r_prints_of_nottingham() -> None:
    # R package trend, vignette: smk.test(nottem): S 224, varS 11364, z 2.0919, p 0.03645.
    found = seasonal_mann_kendall(NOTTEM, np.arange(-600, -360))
    assert (found.statistic, found.variance) == (224, 11364)
    assert found.z == pytest.approx(2.0919, abs=5e-5)
    assert found.p_value == pytest.approx(0.03645, abs=5e-6)


@given(arrays(np.float64, st.integers(3, 30), elements=st.integers(0, 8).map(float)))
def test_tau_is_kendalls_with_ties(values: Floats) -> None:
    found = mann_kendall(values)
    if np.ptp(values) == 0:
        assert (found.z, found.p_value) == (0, 1)
        assert np.isnan(found.tau)
    else:
        assert found.tau == pytest.approx(kendalltau(np.arange(len(values)), values).statistic)


@pytest.mark.parametrize("values", [NILE, TEN])
def test_the_median_slope_and_its_interval_are_scipys(values: Floats) -> None:
    oracle = theilslopes(values, np.arange(len(values)))
    assert theil_sen(values, np.arange(float(len(values)))) == pytest.approx((oracle.slope, oracle.low_slope, oracle.high_slope))


def test_a_steady_rise_has_its_own_slope() -> None:
    rise = 10 + 3 * np.arange(60) / 12
    assert seasonal_theil_sen(rise, MONTHS) == pytest.approx((3, 3, 3))
    assert seasonal_mann_kendall(rise, MONTHS).tau == 1


def test_pettitts_test_is_what_r_prints() -> None:
    # R package trend: pettitt.test(UKDriverDeaths): U* 5178, p 3.029e-10, K 72; pettitt.test(Nile): U* 1617, p 3.591e-07, K 28 (1898).
    deaths, nile = pettitt(UK_DRIVER_DEATHS), pettitt(NILE)
    assert (deaths.statistic, deaths.last + 1) == (5178, 72)
    assert deaths.p_value == pytest.approx(3.029e-10, rel=5e-4)
    assert (nile.statistic, 1871 + nile.last) == (1617, 1898)
    assert nile.p_value == pytest.approx(3.591e-07, rel=5e-4)


def test_the_nile_breaks_as_strucchange_says() -> None:
    # R package strucchange: sctest(Fstats(Nile ~ 1)): sup.F = 75.93, p < 2.2e-16; breakpoints(Nile ~ 1): last year of the old level 1898.
    found = level_break(NILE, np.arange(1871, 1971), under=Under(season=False, growth=False))
    assert found.statistic == pytest.approx(75.93, abs=5e-3)
    assert found.month == 1899
    assert found.p_value == 1 / 5000
    before, after = NILE[:28].mean(), NILE[28:].mean()
    assert found.percent == pytest.approx(100 * (after / before - 1))
    assert found.low < found.percent < found.high


def test_the_page_on_trend_is_right() -> None:
    counts, numbers = example("trend.md")
    slope, ranks = yearly_slope(counts, numbers, days_of(numbers).astype(np.float64)), seasonal_mann_kendall(counts, numbers)
    told = {row[0]: float(row[1]) for row in table("trend.md", "Mått", "Värde")}
    assert told == {
        "procent per år": round(slope.percent, 2),
        "från": round(slope.low, 2),
        "till": round(slope.high, 2),
        "p": round(slope.p_value, 4),
        "dispersion": round(slope.dispersion, 4),
        "Mann-Kendall, S": ranks.statistic,
        "Mann-Kendall, z": round(ranks.z, 4),
        "Theil-Sen per år": round(seasonal_theil_sen(counts, numbers)[0], 4),
    }


def test_the_page_on_breaks_is_right() -> None:
    counts, numbers = example("breaks.md")
    days = days_of(numbers).astype(np.float64)
    found = level_break(counts, numbers, days)
    assert [row[1] for row in table("breaks.md", "Mått", "Värde")] == [
        str(Month(found.month)),
        str(Month(found.earliest)),
        str(Month(found.latest)),
        f"{found.statistic:.4f}",
        f"{found.p_value:.4f}",
        f"{found.percent:.2f}",
        f"{found.low:.2f}",
        f"{found.high:.2f}",
        f"{yearly_slope(counts, numbers, days).percent:.2f}",
        f"{yearly_slope(counts, numbers, days, found.month).percent:.2f}",
    ]


@pytest.mark.parametrize("spread", [0.0, 0.05])
def test_of_series_without_a_trend_some_five_in_a_hundred_are_called_one(spread: float) -> None:
    every = simulated(7, spread)
    slopes = np.mean([yearly_slope(counts, MONTHS).p_value < 0.05 for counts in every])
    ranks = np.mean([seasonal_mann_kendall(counts, MONTHS).p_value < 0.05 for counts in every])
    # 300 series: two standard errors are 2.5 per cent.
    assert 0.02 <= slopes <= 0.08
    assert 0.02 <= ranks <= 0.08


@pytest.mark.parametrize("spread", [0.0, 0.05])
def test_of_series_with_a_season_and_a_trend_some_five_in_a_hundred_are_called_broken(spread: float) -> None:
    every = simulated(8, spread, growth=0.08)
    assert 0.01 <= np.mean([level_break(counts, MONTHS).p_value < 0.05 for counts in every]) <= 0.08


def test_the_interval_of_the_slope_covers_the_true_one_in_some_95_of_a_hundred() -> None:
    true = 100 * np.expm1(0.08)
    covered = [found.low <= true <= found.high for found in (yearly_slope(counts, MONTHS) for counts in simulated(9, 0.05, growth=0.08))]
    assert 0.92 <= np.mean(covered) <= 0.98


def test_neighbouring_months_that_hang_together_widen_the_interval() -> None:
    draw = np.random.default_rng(3)
    noise = np.zeros(60)
    for month in range(1, 60):
        noise[month] = 0.8 * noise[month - 1] + draw.normal(0, 0.15)
    counts = draw.poisson(100 * np.exp(noise)).astype(np.float64)
    order = draw.permutation(60)
    together, apart = yearly_slope(counts, MONTHS), yearly_slope(counts[order], MONTHS)
    assert together.correlation > 0.3
    assert together.high - together.low > apart.high - apart.low


def test_a_break_in_the_middle_is_found_where_it_is() -> None:
    draw = np.random.default_rng(5)
    counts = draw.poisson(np.where(np.arange(96) < 50, 60, 35)).astype(np.float64)
    found = level_break(counts, np.arange(600, 696))
    assert found.p_value < 0.001
    assert abs(found.month - 650) <= 1
    assert found.earliest <= 650 <= found.latest
    assert found.low < 100 * (35 / 60 - 1) < found.high


def test_gaps_are_no_zeros() -> None:
    counts = simulated(11, 0.0)[0]
    gapped = np.where((MONTHS > 620) & (MONTHS < 625), np.nan, counts)
    assert level_break(gapped, MONTHS).p_value > 0.05
    assert yearly_slope(gapped, MONTHS).percent == pytest.approx(yearly_slope(counts, MONTHS).percent, abs=3)
    assert np.isnan(yearly_slope(gapped, MONTHS).mean[21:25]).all()


@pytest.mark.parametrize(
    "counts",
    [
        np.zeros(60),
        np.where(np.arange(60) == 3, 1.0, 0.0),
        np.full(60, np.nan),
        np.where(np.arange(60) < 20, 5.0, np.nan),
        np.where(np.arange(60) == 59, 400.0, 0.0),
    ],
)
def test_too_little_is_refused(counts: Floats) -> None:
    with pytest.raises(ValueError, match=r"too little|no finite"):
        yearly_slope(counts, MONTHS)
    with pytest.raises(ValueError, match=r"too little|no finite|no month|no step"):
        level_break(counts, MONTHS)


def test_equal_months_do_not_change() -> None:
    flat = np.full(60, 7.0)
    slope, found = yearly_slope(flat, MONTHS), level_break(flat, MONTHS)
    assert slope.percent == pytest.approx(0, abs=1e-9)
    assert slope.p_value == pytest.approx(1)
    assert found.p_value == 1
    assert found.percent == pytest.approx(0, abs=1e-6)
    assert pettitt(flat).p_value == 1
    assert seasonal_theil_sen(flat, MONTHS) == (0, 0, 0)


@given(arrays(np.float64, 60, elements=st.one_of(st.integers(0, 30).map(float), st.just(np.nan))))
def test_any_series_has_an_answer_or_a_refusal(counts: Floats) -> None:
    for find in (yearly_slope, level_break):
        try:
            found = find(counts, MONTHS)
        except ValueError:
            continue
        assert found.low <= found.percent <= found.high
        assert 0 <= found.p_value <= 1
    assert 0 <= seasonal_mann_kendall(counts, MONTHS).p_value <= 1


def test_pettitt_takes_two_values() -> None:
    with pytest.raises(ValueError, match="two values"):
        pettitt(np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match="and"):
        theil_sen(np.ones(3), np.ones(2))
    assert np.isnan(theil_sen(np.ones(1), np.ones(1))).all()
