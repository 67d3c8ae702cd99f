"""Denominators: interpolated between counts, held a while beyond them, and named."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trygghetskarta.domain.counts import Denominator
from trygghetskarta.domain.periods import Month
from trygghetskarta.queries.population import Population

KIND = Denominator.RESIDENTS
AREA = slice(0, 1)


def counted(days: dict[date, float], deliveries: tuple[int, ...] | None = None) -> Population:
    """Make the counts of one area."""
    months = np.array([(day - date(1970, 1, 1)).days / (365.2425 / 12) for day in days])
    told = tuple(frozenset({number}) for number in deliveries or range(1, len(days) + 1))
    return Population({KIND: months}, {KIND: np.array([list(days.values())])}, {KIND: tuple(days)}, {KIND: told})


def months(first: str, last: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.arange(Month.parse(first).number, Month.parse(last).number + 1)


LEAP = counted({date(2020, 1, 1): 1000.0, date(2021, 1, 1): 1366.0})


def years(population: Population, first: str, last: str) -> float:
    return float(population.person_years(AREA, KIND, [months(first, last)])[0, 0])


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_between_two_counts_a_year_lies_between_them(first: float, last: float) -> None:
    population = counted({date(2020, 1, 1): first, date(2021, 1, 1): last})
    low, high = sorted((first, last))
    assert low * (1 - 1e-9) <= years(population, "2020-01", "2020-12") <= high * (1 + 1e-9)


def test_a_count_is_held_for_five_years_and_no_longer() -> None:
    assert years(LEAP, "2025-12", "2025-12") == pytest.approx(1366 / 12)
    assert np.isnan(years(LEAP, "2026-02", "2026-02"))
    assert years(LEAP, "2015-01", "2015-01") == pytest.approx(1000 / 12)
    assert np.isnan(years(LEAP, "2014-12", "2014-12"))


def test_a_period_with_one_month_out_of_reach_has_no_denominator_and_the_others_have() -> None:
    found = LEAP.person_years(AREA, KIND, [months("2025-06", "2026-06"), months("2020-01", "2020-12")])
    assert np.isnan(found[0, 0])
    assert found[0, 1] > 1000


def test_an_area_is_out_of_reach_by_its_own_counts() -> None:
    population = Population(
        LEAP.dates, {KIND: np.array([[1000.0, 1366.0], [500.0, np.nan], [np.nan, np.nan]])}, LEAP.days, LEAP.deliveries
    )  # fmt: skip
    found = population.person_years(slice(0, 3), KIND, [months("2025-06", "2025-06"), months("2020-06", "2020-06")])
    assert np.isnan(found[:, 0]).tolist() == [False, True, True]
    assert np.isnan(found[:, 1]).tolist() == [False, False, True]


def test_a_kind_that_was_never_counted_has_none() -> None:
    assert np.isnan(LEAP.person_years(AREA, Denominator.DWELLINGS, [months("2020-01", "2020-12")])).all()
    assert not LEAP.reaches(Denominator.DWELLINGS, months("2020-01", "2020-12"))


def test_the_denominator_names_the_counts_within_and_nearest_to_the_months() -> None:
    days = [date(year, 12, 31) for year in range(2016, 2026)]
    population = counted(dict.fromkeys(days, 100.0), (3,) * 5 + (8,) * 5)
    used = population.used(KIND, months("2020-01", "2020-12"))
    assert (used.counted, used.held, used.deliveries) == ((date(2019, 12, 31), date(2020, 12, 31)), False, (3,))
    assert population.used(KIND, months("2020-06", "2022-02")).deliveries == (3, 8)
    assert population.used(KIND, months("2026-01", "2026-06")).counted == (date(2025, 12, 31),)
    assert population.used(KIND, months("2026-01", "2026-06")).held
    assert population.used(KIND, months("2016-01", "2016-12")).held
