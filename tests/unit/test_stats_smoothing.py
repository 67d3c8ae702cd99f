"""Rates of small areas, against R's spdep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trygghetskarta.stats.smoothing import smooth_globally, smooth_locally

COUNTS = np.array([12, 30, 4, 55, 9, 0])
POPULATION = np.array([9000.0, 11000, 8000, 12500, 7000, 1500])
NEIGHBOURS = {1: (2, 4), 2: (1, 4, 5), 3: (5,), 4: (1, 2, 5), 5: (2, 3, 4, 6), 6: (5,)}
PAIRS = np.array([(one - 1, other - 1) for one, others in NEIGHBOURS.items() for other in others])
AREAS = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 20_000)), min_size=1, max_size=20)


# Reference case 6: R's spdep, EBest (Marshall 1991).
def test_rates_are_drawn_to_the_rate_of_all_as_in_r() -> None:
    found = smooth_globally(COUNTS, POPULATION)
    assert float(found.variance) == pytest.approx(1.89758055356e-06, rel=1e-11)
    assert float(found.mean) == pytest.approx(0.00224489795918, rel=1e-11)
    expected = [0.001439235964831, 0.002680431788292, 0.000724791732757, 0.004213670383994, 0.001424384736741, 0.000989844978824]
    assert found.rates.tolist() == pytest.approx(expected, abs=5e-16)


def test_areas_that_differ_less_than_by_chance_have_the_rate_of_all() -> None:
    found = smooth_globally(np.array([10, 20, 30, 41]), np.array([1000.0, 2000, 3000, 4000]))
    assert float(found.variance) == 0
    assert found.rates.tolist() == pytest.approx([0.0101] * 4)


# Reference case 7: R's spdep, EBlocal.
def test_rates_are_drawn_to_those_around_as_in_r() -> None:
    expected = [0.001614874534301, 0.002721234034019, 0.000556984003492, 0.004187894658565, 0.001606296882775, 0.000422039824672]
    assert smooth_locally(COUNTS, POPULATION, PAIRS).rates.tolist() == pytest.approx(expected, abs=5e-16)


@given(AREAS)
def test_smoothing_stays_inside_the_range_of_the_data(areas: list[tuple[int, int]]) -> None:
    counts, population = np.array(areas).T
    raw = counts / population
    chain = np.array([(i, i + 1) for i in range(len(areas) - 1)] + [(i + 1, i) for i in range(len(areas) - 1)], np.int64).reshape(-1, 2)
    for found in (smooth_globally(counts, population.astype(float)), smooth_locally(counts, population.astype(float), chain)):
        assert (found.rates >= raw.min() - 1e-12).all()
        assert (found.rates <= raw.max() + 1e-12).all()


def test_where_nobody_lives_there_is_no_rate_and_others_are_as_without_it() -> None:
    with_harbour = smooth_globally(np.array([*COUNTS, 7]), np.array([*POPULATION, np.nan]))
    assert np.isnan(with_harbour.rates[-1])
    assert with_harbour.rates[:-1].tolist() == smooth_globally(COUNTS, POPULATION).rates.tolist()
    assert np.isnan(smooth_globally(np.array([3, 0]), np.zeros(2)).rates).all()
    assert smooth_globally(np.zeros(3, np.int64), np.ones(3)).rates.tolist() == [0, 0, 0]
