"""Which areas are like which."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from trygghetskarta.stats.similar import distances, nearest, standardised

PLAIN = np.array([False, False, False])
tables = arrays(np.float64, st.tuples(st.integers(3, 12), st.just(3)), elements=st.floats(-1e6, 1e6, width=32))


@settings(deadline=None)  # the oracle takes a while to load
@given(tables)
def test_the_distance_is_scipys_standardised_one(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    from scipy.spatial.distance import seuclidean

    variance = values.var(axis=0, ddof=1)
    scores = standardised(values, PLAIN)
    if np.isnan(scores).all(axis=0).any():
        return
    for other, found in enumerate(distances(scores, 0)):
        assert found == pytest.approx(seuclidean(values[0], values[other], variance) / 3**0.5, rel=1e-6, abs=1e-6)


@given(tables, st.floats(0.01, 1000))
def test_units_and_the_order_of_the_areas_do_not_matter(values: np.ndarray[tuple[int, int], np.dtype[np.float64]], unit: float) -> None:
    positive = np.abs(values) + 1
    logged = np.array([True, True, True])
    found = distances(standardised(positive, logged), 0)
    turned = distances(standardised(positive[::-1] * unit, logged), len(values) - 1)[::-1]
    if not np.isnan(found).any() and not np.isnan(turned).any():
        assert found == pytest.approx(turned, rel=1e-4, abs=1e-4)
        assert distances(standardised(positive, logged), 1)[0] == pytest.approx(found[1])


def test_the_area_itself_is_at_no_distance_and_not_among_the_nearest() -> None:
    scores = standardised(np.array([[1.0, 5, 2], [2, 6, 9], [9, 1, 4]]), PLAIN)
    found = distances(scores, 1)
    assert found[1] == 0
    assert 1 not in nearest(found, 1, 5)


def test_an_area_that_lacks_a_measure_is_like_no_other_and_changes_nothing_for_them() -> None:
    whole = np.array([[1.0, 5, 2], [2, 6, 9], [9, 1, 4]])
    holed = np.vstack([whole, [[3.0, np.nan, 1]], [[0.0, 3, 1]]])
    scores = standardised(holed, np.array([True, False, False]))
    assert np.isnan(scores[3:]).all()
    assert scores[:3] == pytest.approx(standardised(whole, np.array([True, False, False])))
    assert nearest(distances(scores, 0), 0, 9).tolist() == [1, 2] or nearest(distances(scores, 0), 0, 9).tolist() == [2, 1]
    assert len(nearest(distances(scores, 3), 3, 9)) == 0


def test_a_measure_that_is_the_same_everywhere_tells_nothing() -> None:
    values = np.array([[1.0, 7, 2], [2, 7, 9], [9, 7, 4]])
    assert distances(standardised(values, PLAIN), 0) == pytest.approx(distances(standardised(values[:, [0, 2]], PLAIN[:2]), 0))


@pytest.mark.parametrize("values", [np.ones((4, 3)), np.ones((1, 3)), np.full((3, 3), np.nan), np.zeros((0, 3))])
def test_where_nothing_tells_areas_apart_none_is_near(values: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    scores = standardised(values, PLAIN)
    assert np.isnan(scores).all()
    if len(values):
        assert len(nearest(distances(scores, 0), 0, 5)) == 0


def test_of_two_equally_far_the_first_is_named_first() -> None:
    assert nearest(np.array([0.0, 2.0, 1.0, 1.0]), 0, 2).tolist() == [2, 3]


def test_as_many_measures_as_are_said_to_be_logged() -> None:
    with pytest.raises(ValueError, match="3"):
        standardised(np.ones((2, 3)), np.array([True]))
