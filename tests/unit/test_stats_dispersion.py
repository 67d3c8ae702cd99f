"""How much more counts vary than Poisson counts do, against R's and statsmodels' numbers."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from trygghetskarta.stats.dispersion import (
    LIMIT,
    UNKNOWN,
    Variance,
    between_years,
    negative_binomial_regression,
)
from trygghetskarta.stats.trend import poisson_fit

# R's warpbreaks: breaks per loom by wool (A, B) and tension (L, M, H), nine looms each.
LOOMS = """
    26 30 54 25 70 52 51 26 67  18 21 29 17 12 18 35 30 36  36 21 24 18 10 43 28 15 26
    27 14 29 19 29 31 41 20 44  42 26 19 16 39 28 21 39 29  20 21 24 17 13 15 15 16 28
"""
BREAKS = np.array(LOOMS.split(), np.int64)
WOOL, TENSION = np.repeat([0, 1], 27), np.tile(np.repeat([0, 1, 2], 9), 2)
DESIGN = np.stack([np.ones(54), WOOL, TENSION == 1, TENSION == 2], axis=1).astype(np.float64)


def test_the_poisson_fit_of_warpbreaks_is_that_of_r() -> None:
    # Reference case 18: glm(breaks ~ wool + tension, poisson).
    found = poisson_fit(BREAKS.astype(np.float64), DESIGN)
    assert found.coefficients.tolist() == pytest.approx([3.691963145, -0.205988443, -0.321320432, -0.518488497], abs=5e-10)
    assert found.dispersion == pytest.approx(4.26152188, abs=5e-9)


def test_the_theta_of_warpbreaks_is_that_of_r() -> None:
    # Reference case 18: MASS::glm.nb.
    assert negative_binomial_regression(DESIGN, BREAKS).theta == pytest.approx(9.9443854, abs=5e-7)


@pytest.mark.parametrize("theta", [2.0, 20.0])
def test_regressions_are_those_of_statsmodels(theta: float) -> None:
    rng = np.random.default_rng(5)
    design = np.stack([np.ones(300), rng.normal(size=300), rng.integers(0, 2, 300)], axis=1)
    exposures = rng.uniform(0.5, 2, 300)
    mean = exposures * np.exp(design @ np.array([2.0, 0.3, -0.4]))
    counts = rng.poisson(mean * rng.gamma(theta, 1 / theta, 300))
    ours = poisson_fit(counts.astype(np.float64), design, exposures)
    theirs = sm.GLM(counts, design, sm.families.Poisson(), exposure=exposures).fit()
    assert ours.coefficients.tolist() == pytest.approx(theirs.params.tolist(), abs=1e-8)
    assert ours.dispersion == pytest.approx(theirs.pearson_chi2 / theirs.df_resid, rel=1e-8)
    negative = negative_binomial_regression(design, counts, exposures)
    # From where a rough fit ends by Newton's steps: by its own the oracle says on some processors that it does not come to rest.
    asked = sm.NegativeBinomial(counts, design, exposure=exposures)
    oracle = asked.fit(asked.fit(disp=0, maxiter=200, gtol=1e-3).params, method="newton", disp=0, maxiter=200)
    assert negative.coefficients.tolist() == pytest.approx(oracle.params[:-1].tolist(), abs=1e-4)
    assert 1 / negative.theta == pytest.approx(oracle.params[-1], rel=1e-3)


def test_counts_that_vary_less_than_chance_have_no_theta() -> None:
    assert negative_binomial_regression(np.ones((6, 1)), np.array([10, 10, 11, 10, 9, 10])).theta == float("inf")


def test_a_regression_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="all counts are 0"):
        negative_binomial_regression(np.ones((3, 1)), np.zeros(3, np.int64))
    with pytest.raises(ValueError, match="do not go together"):
        negative_binomial_regression(np.ones((3, 1)), np.ones(2, np.int64))
    for counts in (np.zeros(3), np.ones(2)):
        with pytest.raises(ValueError, match="nothing happened"):
            poisson_fit(counts, np.ones((3, 1)))


def test_the_dispersion_between_years_is_that_of_a_regression_with_a_mean_for_each_area() -> None:
    rng = np.random.default_rng(2)
    counts, days = rng.poisson(rng.uniform(5, 80, (9, 1)) * np.ones(4)), np.array([365.0, 365, 366, 365])
    design = np.kron(np.eye(9), np.ones((4, 1)))
    oracle = sm.GLM(counts.ravel(), design, sm.families.Poisson(), exposure=np.tile(days, 9)).fit()
    found = between_years(counts, days)
    assert found.pearson == pytest.approx(oracle.pearson_chi2 / oracle.df_resid, rel=1e-9)
    assert found.freedom == oracle.df_resid == 27


def test_by_hand() -> None:
    # Two areas, three years: means 10 and 20; X2 = (4 + 0 + 4)/10 + (25 + 0 + 25)/20 = 3.3 on 4 degrees of freedom.
    found = between_years(np.array([[8, 10, 12], [15, 20, 25]]), np.full(3, 365.0))
    assert (found.pearson, found.freedom, found.variance) == (pytest.approx(0.825), 4, Variance.POISSON)


def test_poisson_counts_are_taken_as_poisson_counts() -> None:
    rng = np.random.default_rng(1)
    found = between_years(rng.poisson(np.full((100, 5), 30.0)), np.full(5, 365.0))
    assert found.variance is Variance.POISSON
    assert found.inflation(np.array([10.0, 1000.0])).tolist() == [1.0, 1.0]


def test_a_variance_as_the_mean_is_told_from_one_as_its_square() -> None:
    rng = np.random.default_rng(4)
    mean = np.exp(rng.normal(4.5, 1, (117, 1))) * np.ones(5)
    in_bursts = between_years(4 * rng.poisson(mean / 4), np.full(5, 365.0))
    assert in_bursts.variance is Variance.QUASI_POISSON
    assert in_bursts.pearson == pytest.approx(4, rel=0.2)
    by_year = between_years(rng.poisson(mean * rng.gamma(25, 1 / 25, mean.shape)), np.full(5, 365.0))
    assert by_year.variance is Variance.NEGATIVE_BINOMIAL
    assert by_year.heterogeneity == pytest.approx(1 / 25, rel=0.3)
    small, large = by_year.inflation(np.array([10.0, 1000.0]))
    assert 1 < small < 2 < 30 < large


def test_few_years_of_one_area_widen_further() -> None:
    alone = between_years(np.array([[60, 100, 140]]), np.full(3, 365.0))
    assert (alone.pearson, alone.freedom) == (pytest.approx(16.0), 2)
    # Student's t with 2 degrees of freedom: 4.30265 against 1.95996.
    assert float(alone.inflation(np.array([100.0]))[0]) == pytest.approx(16 * (4.302652729911275 / 1.959963984540054) ** 2)


@pytest.mark.parametrize("counts", [np.zeros((4, 5), np.int64), np.zeros((0, 5), np.int64), np.array([[3, 9]])])
def test_where_there_is_nothing_to_go_by_it_is_unknown(counts: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> None:
    found = between_years(counts, np.full(counts.shape[1], 365.0))
    assert found is UNKNOWN
    assert found.inflation(np.ones(2)).tolist() == [1.0, 1.0]


def test_years_and_exposures_go_together() -> None:
    assert LIMIT == 1.5
    with pytest.raises(ValueError, match="does not go with 2 years"):
        between_years(np.ones((3, 5), np.int64), np.ones(2))
