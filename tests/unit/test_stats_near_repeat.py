"""The Knox test."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghetskarta.stats.near_repeat import Bands, knox, knox_by_poisson, pairs_within

BANDS = Bands((0.0, 1.0, 100.0, 200.0), (0, 7, 14))


# Knox 1964, childhood leukaemia in Northumberland and Durham: 96 cases, 4 560 pairs, 152 within 59 days, 25 within a kilometre, 5 in both.
def test_knoxs_own_table_has_the_expectation_and_the_p_he_printed() -> None:
    expected, p = knox_by_poisson(5, 25, 152, 4560)
    assert round(expected, 2) == 0.83
    assert round(p, 3) == 0.002
    assert 96 * 95 // 2 == 4560


def test_nothing_near_is_expected_by_chance_always() -> None:
    assert knox_by_poisson(0, 25, 152, 4560)[1] == 1
    assert knox_by_poisson(0, 0, 10, 20) == (0, 1)
    with pytest.raises(ValueError, match="0"):
        knox_by_poisson(1, 0, 0, 0)


def test_pairs_are_in_the_band_whose_lower_end_they_are_at() -> None:
    # Same place, 100 m and 200 m away: 100 belongs to the band from 100, and 200 is beyond the last.
    places = np.array([[0.0, 0.0], [0.0, 0.0], [100.0, 0.0], [0.0, 200.0]])
    days = np.array([0, 7, 6, 0])
    found = knox(places, days, BANDS)
    assert found.observed.tolist() == [[0, 1], [0, 0], [2, 0]]
    assert found.pairs == 6


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 30)), min_size=2, max_size=25))
def test_the_table_is_that_of_every_pair(events: list[tuple[int, int, int]]) -> None:
    places, days = np.array([event[:2] for event in events]) * 50.0, np.array([event[2] for event in events])
    found = knox(places, days, BANDS)
    observed, in_space, in_time = np.zeros((3, 2)), np.zeros(3), np.zeros(2)
    for a, b in combinations(range(len(events)), 2):
        metres, apart = float(np.hypot(*(places[a] - places[b]))), abs(int(days[a] - days[b]))
        space = next((band for band in range(3) if BANDS.metres[band] <= metres < BANDS.metres[band + 1]), None)
        time = next((band for band in range(2) if BANDS.days[band] <= apart < BANDS.days[band + 1]), None)
        if space is not None:
            in_space[space] += 1
        if time is not None:
            in_time[time] += 1
        if space is not None and time is not None:
            observed[space, time] += 1
    assert found.observed.tolist() == observed.tolist()
    assert found.expected == pytest.approx(np.outer(in_space, in_time) / found.pairs)
    assert ((found.p > 0) & (found.p <= 1)).all()


def test_events_that_repeat_are_found() -> None:
    random = np.random.default_rng(7)
    places, days = random.uniform(0, 5000, (400, 2)), random.integers(0, 365, 400)
    again = places[:120] + random.normal(0, 20, (120, 2))
    both = np.concatenate([places, again])
    found = knox(both, np.concatenate([days, days[:120] + random.integers(0, 6, 120)]), BANDS)
    assert found.ratio[1, 0] > 5
    assert found.p[1, 0] == pytest.approx(1 / (found.permutations + 1))


def test_the_same_events_give_the_same_p_values() -> None:
    random = np.random.default_rng(9)
    places, days = random.uniform(0, 1000, (150, 2)), random.integers(0, 90, 150)
    assert knox(places, days, BANDS).p.tolist() == knox(places, days, BANDS).p.tolist()


def test_where_times_have_nothing_to_do_with_places_p_is_even() -> None:
    random = np.random.default_rng(21)
    found = [knox(random.uniform(0, 1500, (120, 2)), random.integers(0, 120, 120), BANDS).p[2, 0] for _ in range(40)]
    assert 0.3 < float(np.mean(found)) < 0.7
    assert sum(p <= 0.05 for p in found) <= 6


@pytest.mark.parametrize("events", [0, 1, 2])
def test_few_events_give_a_table_and_no_claim(events: int) -> None:
    found = knox(np.arange(2.0 * events).reshape(-1, 2) * 1000, np.zeros(events, np.int64), BANDS)
    assert found.observed.sum() == 0
    assert (found.permutations, found.p.min()) == (0, 1)
    assert np.isnan(found.ratio).all()


def test_all_at_one_place_on_one_day_is_what_is_expected() -> None:
    found = knox(np.zeros((30, 2)), np.zeros(30, np.int64), BANDS)
    assert found.observed[0, 0] == 435
    assert found.ratio[0, 0] == 1
    assert found.p[0, 0] == 1


def test_too_many_pairs_and_bands_that_do_not_ascend_are_refused() -> None:
    crowd = np.zeros((5000, 2))
    assert pairs_within(crowd, 10) == 5000 * 4999 // 2
    with pytest.raises(ValueError, match="pairs"):
        knox(crowd, np.zeros(5000, np.int64), BANDS)
    with pytest.raises(ValueError, match="Bands"):
        knox(np.zeros((3, 2)), np.zeros(3, np.int64), Bands((0.0, 10.0, 5.0), (0, 7)))
