"""When in the week, against published shares."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from tests.pages import DOCS, read, rows_of
from trygghetskarta.domain.periods import LOCAL_TIME, hour_of_week
from trygghetskarta.serialize.swedish import WEEKDAYS
from trygghetskarta.stats.hours import HOURS, aoristic, densest


def minute(*local: int) -> int:
    return int(datetime(*local, tzinfo=LOCAL_TIME).timestamp()) // 60  # type: ignore[misc, arg-type]


def week(starts: list[int], ends: list[int], weights: list[int] | None = None) -> dict[tuple[str, int], float]:
    """Give the hours that hold something, by weekday and hour."""
    table = aoristic(np.array(starts), np.array(ends), np.array(weights or [1] * len(starts)), hour_of_week)
    return {(WEEKDAYS[hour // 24][:3], hour % 24): round(float(held), 6) for hour, held in enumerate(table) if held}


# Reference case 16; 2025-03-07 was a Friday.
def test_a_night_is_spread_by_the_share_of_each_hour() -> None:
    assert week([minute(2025, 3, 7, 22, 30)], [minute(2025, 3, 8, 2, 15)]) == {
        ("fre", 22): 0.133333,
        ("fre", 23): 0.266667,
        ("lör", 0): 0.266667,
        ("lör", 1): 0.266667,
        ("lör", 2): 0.066667,
    }


def test_without_an_end_it_counts_in_the_hour_it_starts_in() -> None:
    start = minute(2025, 3, 7, 22, 30)
    assert week([start, start], [-(2**31), start], [1, 2]) == {("fre", 22): 3.0}


def test_more_than_a_week_says_nothing_of_when() -> None:
    start = minute(2025, 3, 3, 10)
    spread = aoristic(np.array([start]), np.array([start + HOURS * 60 + 1]), np.array([1]), hour_of_week)
    assert spread.tolist() == [1 / HOURS] * HOURS
    # A week to the minute is as even, hour by hour.
    assert aoristic(np.array([start + 30]), np.array([start + 30 + HOURS * 60]), np.array([1]), hour_of_week) == pytest.approx(1 / HOURS)


def test_an_end_on_the_hour_adds_nothing_to_the_hour_it_ends_in() -> None:
    assert week([minute(2025, 3, 3, 10)], [minute(2025, 3, 3, 12)]) == {("mån", 10): 0.5, ("mån", 11): 0.5}


def test_the_hour_that_spring_leaves_out_gets_nothing_and_the_two_of_autumn_are_one() -> None:
    assert week([minute(2025, 3, 30, 1)], [minute(2025, 3, 30, 4)]) == {("sön", 1): 0.5, ("sön", 3): 0.5}
    assert week([minute(2025, 10, 26, 1)], [minute(2025, 10, 26, 4)]) == {("sön", 1): 0.25, ("sön", 2): 0.5, ("sön", 3): 0.25}


@given(st.lists(st.tuples(st.integers(0, 30_000_000), st.integers(-100, 20_000), st.integers(0, 50)), max_size=30))
def test_nothing_is_lost_and_nothing_is_below_zero(rows: list[tuple[int, int, int]]) -> None:
    starts, lengths, weights = (np.array([row[part] for row in rows], np.int64) for part in range(3))
    table = aoristic(starts, starts + lengths, weights, hour_of_week)
    assert table.sum() == pytest.approx(weights.sum())
    assert (table >= 0).all()


@given(st.integers(0, 500_000))
def test_the_hour_of_the_week_is_that_of_the_clocks_in_stockholm(hour: int) -> None:
    local = datetime.fromtimestamp(hour * 3600, UTC).astimezone(LOCAL_TIME)
    if local.minute == 0:  # until 1879 Stockholm's time was its own; all later hours are whole
        assert hour_of_week(np.array([hour])).tolist() == [local.weekday() * 24 + local.hour]


def test_the_densest_hours_go_round_the_week() -> None:
    table = np.ones(HOURS)
    table[[166, 167, 0]] = 20.0
    first, held, chance = densest(table)
    assert (first, held) == (166, 60.0)
    # 60 or more where 225 * 3 / 168 are expected, at some of 168 places.
    assert chance == pytest.approx(HOURS * poisson.sf(59, 225 * 3 / HOURS), rel=1e-9)


def test_even_hours_and_no_events_say_nothing() -> None:
    assert densest(np.full(HOURS, 2.0))[2] == 1.0
    assert densest(np.zeros(HOURS)) == (0, 0.0, 1.0)


def test_the_example_of_the_page_is_what_the_function_gives() -> None:
    stated = rows_of(read(DOCS / "methods" / "hours.md"), "Timme", "Minuter", "Andel")
    found = week([minute(2025, 3, 7, 22, 30)], [minute(2025, 3, 8, 2, 15)])
    assert {(row[0][:3], int(row[0].split()[1])): float(row[2]) for row in stated} == found
