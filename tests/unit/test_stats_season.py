"""Season against R and statsmodels, and the pages on it."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.seasonal import seasonal_decompose

from tests.pages import example, table
from tests.unit.published_series import AIR_PASSENGERS, CO2, MDEATHS, NOTTEM
from trygghetskarta.domain.periods import Month
from trygghetskarta.stats.season import Model, StlSettings, classical, stl

# REFERENCE_CASES 17; R: decompose(AirPassengers, "multiplicative")$figure.
CASE_17 = [
    0.910230367372, 0.883625320694, 1.0073662876, 0.975906012323, 0.981378027495, 1.11277582668, 1.22655554293, 1.21991097, 1.06049193,
    0.92175724, 0.80117808, 0.89882439,
]  # fmt: skip


def quartiles(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    """Give what R's summary prints."""
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return [float(value) for value in (values.min(), low, middle, values.mean(), high, values.max())]


def test_case_17_the_season_of_air_passengers() -> None:
    found = classical(AIR_PASSENGERS, 1, Model.MULTIPLICATIVE)
    assert found.index == pytest.approx(CASE_17, abs=5e-9)
    assert found.p_value < 1e-10


def test_the_additive_season_of_air_passengers_is_that_of_r() -> None:
    # R's decompose(AirPassengers)$figure, as printed to seven digits.
    expected = [
        -24.748737, -36.188131, -2.241162, -8.036616, -4.506313, 35.402778, 63.830808, 62.823232, 16.520202, -20.642677, -53.593434, -28.619949,
    ]  # fmt: skip
    assert classical(AIR_PASSENGERS, 1, Model.ADDITIVE).index.tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("model", Model)
def test_classical_decomposition_is_that_of_statsmodels(model: Model) -> None:
    found = classical(NOTTEM, 1, model)
    oracle = seasonal_decompose(NOTTEM, model=model.value, period=12)
    for ours, theirs in ((found.season, oracle.seasonal), (found.trend, oracle.trend), (found.remainder, oracle.resid)):
        assert ours == pytest.approx(theirs, nan_ok=True)


def test_the_index_follows_the_month_that_the_series_begins_in() -> None:
    assert classical(AIR_PASSENGERS[5:], 6, Model.MULTIPLICATIVE).index == pytest.approx(CASE_17, abs=0.02)


def test_stl_of_carbon_dioxide_is_what_r_prints() -> None:
    # R's tests/Examples/stats-Ex.Rout.save: summary(stl(log(co2), s.window = 21)); windows 21 21 13, degrees 0 1 1, jumps 3 3 2, inner 2, outer 0.
    found = stl(np.log(CO2), StlSettings(21, 21, 0, robust=False, inner=2, outer=0, jumps=(3, 3, 2)))
    assert quartiles(found.season) == pytest.approx(
        [-9.939103e-03, -4.536535e-03, 8.777611e-04, -1.304469e-06, 4.997747e-03, 9.114691e-03], abs=1e-9
    )
    assert quartiles(found.trend) == pytest.approx([5.753541, 5.778556, 5.815125, 5.819267, 5.859806, 5.898750], abs=1e-6)
    assert quartiles(found.remainder) == pytest.approx(
        [-2.255405e-03, -4.586796e-04, -8.867395e-06, -1.965549e-06, 4.023465e-04, 1.939626e-03], abs=1e-9
    )
    assert (found.weights == 1).all()


def test_robust_stl_finds_the_outliers_that_r_finds() -> None:
    # The same file: stl(mdeaths, s.window = "per", robust = TRUE); windows 721 19 13, jumps 73 2 2, inner 1, outer 15. "10 were considered outliers".
    found = stl(MDEATHS, StlSettings(721, 19, 0, robust=True, inner=1, outer=15, jumps=(73, 2, 2)))
    assert (np.flatnonzero(found.weights < 1e-8) + 1).tolist() == [24, 26, 27, 28, 36, 37, 50, 52, 59, 61]
    of_year = np.arange(72) % 12
    season = np.array([found.season[of_year == month].mean() for month in range(12)])[of_year]
    # R stops its robust rounds a little earlier: within half a per cent of the range of the data.
    assert quartiles(season) == pytest.approx([-446.8302, -301.5726, -79.05613, 0, 304.5673, 544.7904], abs=1.5)
    assert quartiles(found.trend) == pytest.approx([1318.650, 1432.208, 1448.891, 1472.880, 1548.974, 1615.535], abs=1.5)


def test_the_served_stl_adds_up_and_is_repeatable() -> None:
    found, again = stl(NOTTEM), stl(NOTTEM)
    assert found.trend + found.season + found.remainder == pytest.approx(NOTTEM)
    assert np.array_equal(found.trend, again.trend)


def test_stl_takes_three_years_without_a_gap() -> None:
    with pytest.raises(ValueError, match="three full years"):
        stl(NOTTEM[:35])
    with pytest.raises(ValueError, match="three full years"):
        stl(np.where(np.arange(240) == 100, np.nan, NOTTEM))


def test_a_gap_says_nothing_of_the_season_and_is_no_zero() -> None:
    gap = NOTTEM.copy()
    gap[100] = np.nan
    whole, found = classical(NOTTEM, 1, Model.ADDITIVE), classical(gap, 1, Model.ADDITIVE)
    assert found.index == pytest.approx(whole.index, abs=0.6)
    assert np.isnan(found.trend[94:107]).all()
    assert not np.isnan(found.trend[[93, 107]]).any()


@pytest.mark.parametrize("values", [np.zeros(48), np.full(48, 7.0)])
def test_equal_months_have_no_season(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    found = classical(values, 1, Model.ADDITIVE)
    assert found.index.tolist() == [0] * 12
    assert found.p_value == 1
    flat = stl(values)
    assert flat.season == pytest.approx(np.zeros(48), abs=1e-9)


def test_so_many_times_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no value with a trend"):
        classical(np.zeros(48), 1, Model.MULTIPLICATIVE)
    with pytest.raises(ValueError, match="no value with a trend"):
        classical(np.ones(12), 1, Model.ADDITIVE)


def test_the_page_on_season_is_right() -> None:
    counts, _ = example("season.md")
    times, more = classical(counts, 1, Model.MULTIPLICATIVE), classical(counts, 1, Model.ADDITIVE)
    rows = table("season.md", "Månad", "Gånger", "Antal")
    assert [(float(row[1]), float(row[2])) for row in rows] == list(zip(times.index.round(4), more.index.round(4), strict=True))


def test_the_page_on_stl_is_right() -> None:
    counts, numbers = example("stl.md")
    found = stl(counts)
    for row in table("stl.md", "Månad", "Antal", "Nivå", "Säsong", "Rest"):
        at = int(np.flatnonzero(numbers == Month.parse(row[0]).number)[0])
        parts = (counts[at], found.trend[at], found.season[at], found.remainder[at])
        assert [float(cell) for cell in row[1:]] == [round(float(part), 2) for part in parts]
