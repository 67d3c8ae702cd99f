"""Months beside each other, against Brå's layout and the page on it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.pages import example, table
from trygghetskarta.domain.periods import Month
from trygghetskarta.stats.series import (
    change,
    days_of,
    p1,
    rolling_sum,
    same_days_last_year,
    scaled_by_days,
    weekdays_of,
    year_before,
    year_to_date,
)

COUNTS = arrays(np.float64, st.integers(25, 60), elements=st.integers(0, 50).map(float))


def months(first: str, count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return Month.parse(first).number + np.arange(count)


def test_case_15_the_layout_p1_of_bra_december_2006() -> None:
    # bra.se, P1Ln06Dec-2007: all crimes of a county of 331 539 inhabitants. Its months sum to 36 861, and to 32 401 the year before.
    before, now = np.full(12, (32_401 - 2_894) / 11), np.full(12, (36_861 - 2_974) / 11)
    before[-1], now[-1] = 2_894, 2_974
    found = p1(np.concatenate([before, now])[None], months("2005-01", 24), np.array([331_539.0]))
    assert found.count[0] == pytest.approx([2974, 36861, 36861])
    assert found.change[0] == pytest.approx([80, 4460, 4460])
    assert np.round(found.percent[0]).tolist() == [3, 14, 14]
    assert np.isnan(found.per_100_000[0, 0])
    assert found.per_100_000[0, 1:] == pytest.approx([11118.149, 11118.149], abs=5e-4)
    rows = table("rolling.md", "Del", "Nu", "Före", "Ändring", "Procent", "Per 100 000")
    assert [int(row[1]) for row in rows] == found.count[0, :2].round().tolist()
    assert [int(row[3]) for row in rows] == found.change[0, :2].round().tolist()
    assert rows[1][5] == f"{found.per_100_000[0, 1]:.3f}"


def test_p1_has_no_percentage_at_base_0_and_no_rate_without_inhabitants() -> None:
    rows = np.zeros((2, 24))
    rows[0, -1] = 5
    found = p1(rows, months("2024-01", 24), np.array([0.0, 100.0]))
    assert found.change[0].tolist() == [5, 5, 5]
    assert np.isnan(found.percent).all()
    assert np.isnan(found.per_100_000[0]).all()
    assert found.per_100_000[1, 1:].tolist() == [0, 0]


def test_p1_of_a_month_in_the_year_has_its_own_year_so_far() -> None:
    found = p1(np.ones((1, 27)), months("2023-01", 27))
    assert found.count.tolist() == [[1, 3, 12]]


@pytest.mark.parametrize(("rows", "numbers"), [(np.ones((1, 23)), months("2024-01", 23)), (np.ones((1, 24)), months("2024-01", 24) * 2)])
def test_p1_takes_two_years_of_consecutive_months(rows: np.ndarray[tuple[int, int], np.dtype[np.float64]], numbers: np.ndarray) -> None:
    with pytest.raises(ValueError, match="months"):
        p1(rows, numbers)


def test_the_page_on_rolling_sums_is_right() -> None:
    counts, numbers = example("rolling.md")
    rolled, so_far, before = rolling_sum(counts), year_to_date(counts, numbers), year_before(counts)
    changed, scaled = change(counts, before), scaled_by_days(counts, numbers)
    columns = ("Månad", "Antal", "Rullande tolv", "Hittills i år", "I fjol", "Skillnad", "Procent", "Lika lång")
    for row in table("rolling.md", *columns):
        at = int(np.flatnonzero(numbers == Month.parse(row[0]).number)[0])
        assert [float(cell) for cell in row[1:]] == [
            counts[at],
            rolled[at],
            so_far[at],
            before[at],
            changed.difference[at],
            round(changed.percent[at], 2),
            round(scaled[at], 2),
        ]


@given(COUNTS)
def test_a_rolling_year_moves_by_the_month_that_comes_less_the_one_that_goes(counts: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    rolled = rolling_sum(counts)
    assert np.isnan(rolled[:11]).all()
    assert np.diff(rolled[11:]).tolist() == (counts[12:] - counts[:-12]).tolist()


@given(COUNTS, st.integers(0, 24))
def test_a_gap_is_no_zero_in_any_sum_that_holds_it(counts: np.ndarray[tuple[int], np.dtype[np.float64]], gap: int) -> None:
    counts[gap] = np.nan
    assert np.isnan(rolling_sum(counts)[gap : gap + 12]).all()
    so_far = year_to_date(counts, months("2020-01", len(counts)))
    assert np.isnan(so_far[gap : gap // 12 * 12 + 12]).all()
    assert not np.isnan(so_far[: gap // 12 * 12]).any()


def test_the_year_so_far_of_december_is_the_rolling_year() -> None:
    counts = np.arange(36.0)
    assert year_to_date(counts, months("2020-01", 36))[11::12].tolist() == rolling_sum(counts)[11::12].tolist()


def test_a_year_whose_january_lies_before_the_first_month_has_no_sum_so_far() -> None:
    assert np.isnan(year_to_date(np.ones(5), months("2020-10", 5))[:3]).all()
    assert year_to_date(np.ones(5), months("2020-10", 5))[3:].tolist() == [1, 2]


def test_a_rolling_sum_longer_than_the_series_is_nothing() -> None:
    assert np.isnan(rolling_sum(np.ones(3))).all()
    with pytest.raises(ValueError, match="0 months"):
        rolling_sum(np.ones(3), 0)


def test_the_leap_day_is_compared_with_the_day_before() -> None:
    assert same_days_last_year(date(2024, 1, 1), date(2024, 2, 29)) == (date(2023, 1, 1), date(2023, 2, 28))
    assert same_days_last_year(date(2024, 1, 1), date(2024, 3, 1)) == (date(2023, 1, 1), date(2023, 3, 1))
    assert same_days_last_year(date(2025, 1, 1), date(2025, 2, 28)) == (date(2024, 1, 1), date(2024, 2, 28))
    with pytest.raises(ValueError, match="2024"):
        same_days_last_year(date(2024, 2, 1), date(2024, 1, 1))


@given(st.integers(-240, 1200))
def test_a_month_has_the_days_and_weekdays_of_the_calendar(number: int) -> None:
    first = Month(number).first_day
    days = [first + timedelta(days=day) for day in range((Month(number).plus(1).first_day - first).days)]
    assert days_of(np.array([number])).tolist() == [len(days)]
    assert weekdays_of(np.array([number]))[0].tolist() == [sum(day.weekday() == weekday for day in days) for weekday in range(7)]


def test_months_scaled_by_days_of_equal_weight_are_those_scaled_by_days() -> None:
    numbers = months("2024-01", 12)
    counts = days_of(numbers).astype(np.float64) * 2
    assert scaled_by_days(counts, numbers) == pytest.approx(np.full(12, 60.875))
    assert scaled_by_days(counts, numbers, np.ones(7)) == pytest.approx(np.full(12, 60.875))
    # A month of five Saturdays is scaled down when Saturdays have more.
    saturdays = np.array([1, 1, 1, 1, 1, 3, 1.0])
    heavy = scaled_by_days(np.ones(12), numbers, saturdays)
    assert heavy[2] < scaled_by_days(np.ones(12), numbers)[2], "March 2024 had five Saturdays"
    with pytest.raises(ValueError, match="seven"):
        scaled_by_days(counts, numbers, np.zeros(7))
    with pytest.raises(ValueError, match="12"):
        scaled_by_days(counts[:3], numbers)
