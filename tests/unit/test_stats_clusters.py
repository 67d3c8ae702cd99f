"""Where high and low values lie together, against esda and R's spdep."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghetskarta.stats.clusters import getis_ord, global_moran, local_moran, permutation_p, quadrants

# The six points of esda's docstring: (10,10) (20,10) (40,10) (15,20) (30,20) (30,30), neighbours within 15.
VALUES = np.array([2, 3, 3.2, 5, 8, 7])
NEIGHBOURS = {1: (2, 4), 2: (1, 4, 5), 3: (5,), 4: (1, 2, 5), 5: (2, 3, 4, 6), 6: (5,)}
PAIRS = np.array([(one - 1, other - 1) for one, others in NEIGHBOURS.items() for other in others])


def chain(areas: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array([(i, j) for i in range(areas) for j in (i - 1, i + 1) if 0 <= j < areas], np.int64).reshape(-1, 2)


# Reference case 8.
def test_getis_ord_is_that_of_esda_and_r() -> None:
    without = [-1.01367289855, -0.0436158942017, 1.31558702896, -0.314126758205, 1.15373985811, 1.77833940862]
    itself = [-1.39727626201, -0.289177615627, 0.650649635161, -0.289177615627, 1.23452088352, 2.02424330939]
    assert getis_ord(VALUES, PAIRS, itself=False).tolist() == pytest.approx(without, abs=5e-11)
    assert getis_ord(VALUES, PAIRS, itself=True).tolist() == pytest.approx(itself, abs=5e-11)


# Reference case 9.
def test_global_moran_is_that_of_r() -> None:
    found = global_moran(VALUES, PAIRS)
    assert found is not None
    assert (found.i, found.expected, found.variance, found.z, found.p) == (
        pytest.approx(0.1189895470383, abs=5e-14),
        pytest.approx(-0.2),
        pytest.approx(0.0867044213415, abs=5e-14),
        pytest.approx(1.083317677, abs=5e-10),
        pytest.approx(0.278667442, abs=5e-10),
    )


# Reference case 10, divisor n - 1.
def test_local_moran_is_that_of_esda() -> None:
    expected = [0.329268293, -0.088850174, -0.862369338, -0.019163763, -0.086236934, 1.322299652]
    assert local_moran(VALUES, PAIRS).tolist() == pytest.approx(expected, abs=5e-10)


def test_an_area_alone_in_the_sea_has_no_statistic_and_changes_no_other_ones_neighbours() -> None:
    values = np.array([*VALUES, np.nan])
    assert np.isnan(getis_ord(values, PAIRS, itself=True)[-1])
    assert getis_ord(values, PAIRS, itself=True)[:-1].tolist() == getis_ord(VALUES, PAIRS, itself=True).tolist()
    assert np.isnan(local_moran(np.array([*VALUES, 4.0]), PAIRS)[-1])
    assert quadrants(np.array([*VALUES, 4.0]), PAIRS)[-1] == 0


@pytest.mark.parametrize("values", [[], [1.0], [0.0] * 5, [3.0] * 5, [0.0, 0.0, 0.0, 0.0, 1.0]])
def test_odd_cities_get_an_answer_or_none(values: list[float]) -> None:
    found, pairs = np.array(values), chain(len(values))
    for figures in (getis_ord(found, pairs, itself=True), getis_ord(found, pairs, itself=False), local_moran(found, pairs)):
        assert figures.shape == found.shape
        assert not np.isinf(figures).any()
    assert permutation_p(found, pairs, itself=True).shape == found.shape


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=8, max_size=12), st.booleans())
def test_permutations_are_seeded_and_repeatable_and_give_probabilities(values: list[int], itself: bool) -> None:
    found, pairs = np.array(values, np.float64), chain(len(values))
    first = permutation_p(found, pairs, itself=itself)
    known = first[~np.isnan(first)]
    assert ((known > 0) & (known <= 1)).all()
    assert np.array_equal(first, permutation_p(found, pairs, itself=itself), equal_nan=True)
