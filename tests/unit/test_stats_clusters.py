"""Getis-Ord, Moran's I and emerging hot spots, against published numbers and esda."""

from __future__ import annotations

import warnings

import esda
import libpysal
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghetskarta.stats.clusters import (
    Floats,
    Ints,
    getis_ord,
    global_moran,
    local_moran,
    permutation_p,
    quadrants,
    shuffles,
)  # fmt: skip
from trygghetskarta.stats.emerging import Emerging, classes, per_period

SIX = np.array([2.0, 3.0, 3.2, 5.0, 8.0, 7.0])
_NEAR = {0: (1, 3), 1: (0, 3, 4), 2: (4,), 3: (0, 1, 4), 4: (1, 2, 3, 5), 5: (4,)}
PAIRS = np.array([(area, other) for area, others in _NEAR.items() for other in others])


def ring(areas: int) -> Ints:
    """Give areas in a ring, each bordering on the one before and the one after."""
    return np.array([(area, (area + step) % areas) for area in range(areas) for step in (-1, 1)])


def grid(side: int) -> Ints:
    """Give areas in a square, bordering on those beside and above."""
    found = []
    for row in range(side):
        for column in range(side):
            for down, right in ((0, 1), (1, 0)):
                if row + down < side and column + right < side:
                    here, there = row * side + column, (row + down) * side + column + right
                    found += [(here, there), (there, here)]
    return np.array(found)


def published(weights: str, table: str, column: str) -> tuple[Floats, Ints, libpysal.weights.W]:
    """Read one of the data sets that come with libpysal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        w = libpysal.io.open(libpysal.examples.get_path(weights)).read()
        values = np.array(libpysal.io.open(libpysal.examples.get_path(table)).by_col(column), np.float64)
    number = {name: place for place, name in enumerate(w.id_order)}
    return values, np.array([(number[a], number[b]) for a in w.id_order for b in w.neighbors[a]]), w


# Reference case 8: the docstring of esda's G_Local, and R's localG.
def test_gi_is_that_of_esda_and_r() -> None:
    expected = [-1.01367289855, -0.0436158942017, 1.31558702896, -0.314126758205, 1.15373985811, 1.77833940862]
    assert getis_ord(SIX, PAIRS, itself=False) == pytest.approx(expected, abs=5e-11)


def test_gi_star_is_that_of_esda_and_r() -> None:
    expected = [-1.39727626201, -0.289177615627, 0.650649635161, -0.289177615627, 1.23452088352, 2.02424330939]
    assert getis_ord(SIX, PAIRS, itself=True) == pytest.approx(expected, abs=5e-11)


# Reference case 9: R's moran.test.
def test_global_moran_is_that_of_r() -> None:
    found = global_moran(SIX, PAIRS)
    assert found is not None
    assert found.i == pytest.approx(0.1189895470383, abs=5e-14)
    assert found.expected == pytest.approx(-0.2)
    assert found.variance == pytest.approx(0.0867044213415, abs=5e-14)
    assert found.z == pytest.approx(1.083317677, abs=5e-10)
    assert found.p == pytest.approx(0.278667442, abs=5e-10)


# Reference case 10, with divisor n - 1.
def test_local_moran_is_that_of_the_reference() -> None:
    expected = [0.329268293, -0.088850174, -0.862369338, -0.019163763, -0.086236934, 1.322299652]
    assert local_moran(SIX, PAIRS) == pytest.approx(expected, abs=5e-10)


# Docstrings of esda: Moran of homicides round St. Louis (0.244, E -0.012987012987012988), of SIDS in North Carolina (0.248); Moran_Local of desmith.
@pytest.mark.parametrize(
    ("weights", "table", "column", "i", "expected"),
    [
        ("stl.gal", "stl_hom.txt", "HR8893", 0.244, -0.012987012987012988),
        ("sids2.gal", "sids2.dbf", "SIDR74", 0.248, -1 / 99),
    ],
)
def test_global_moran_of_published_data(weights: str, table: str, column: str, i: float, expected: float) -> None:
    values, pairs, _ = published(weights, table, column)
    found = global_moran(values, pairs)
    assert found is not None
    assert round(found.i, 3) == i
    assert found.expected == pytest.approx(expected)


def test_the_quadrants_of_desmith_are_those_published() -> None:
    values, pairs, _ = published("desmith.gal", "desmith.txt", "z")
    assert quadrants(values, pairs).tolist() == [4, 4, 4, 2, 3, 3, 1, 4, 3, 3]


@pytest.mark.parametrize(
    ("weights", "table", "column"),
    [
        ("stl.gal", "stl_hom.txt", "HR8893"),
        ("sids2.gal", "sids2.dbf", "SIDR74"),
        ("columbus.gal", "columbus.dbf", "CRIME"),
        ("desmith.gal", "desmith.txt", "z"),
    ],
)
def test_every_figure_is_that_of_esda(weights: str, table: str, column: str) -> None:
    values, pairs, w = published(weights, table, column)
    overall = global_moran(values, pairs)
    oracle = esda.Moran(values, w, permutations=0)
    assert overall is not None
    assert (overall.i, overall.variance, overall.p) == pytest.approx((oracle.I, oracle.VI_rand, oracle.p_rand))
    local = esda.Moran_Local(values, w, permutations=0)
    assert local_moran(values, pairs) == pytest.approx(local.Is)
    for itself in (True, False):
        # Its analytic z is right with binary weights only.
        oracle_g = esda.G_Local(values, w, transform="B", star=itself, permutations=0)
        assert getis_ord(values, pairs, itself=itself) == pytest.approx(oracle_g.Zs)


def test_p_values_are_those_of_every_order_there_is() -> None:
    # Six values have 720 orders: Gi* of an area with two neighbours is far out when the three drawn sum to as much.
    from itertools import permutations

    orders = np.array(list(permutations(range(6))))
    for area, others in _NEAR.items():
        drawn = SIX[orders[:, : len(others) + 1]].sum(axis=1)
        seen = SIX[[area, *others]].sum()
        exact = min(2 * min((drawn >= seen - 1e-9).mean(), (drawn <= seen + 1e-9).mean()), 1.0)
        assert permutation_p(SIX, PAIRS, itself=True)[area] == pytest.approx(exact, abs=0.02)


def test_p_values_of_gi_keep_the_areas_own_value() -> None:
    from itertools import permutations

    for area, others in _NEAR.items():
        rest = np.delete(SIX, area)
        drawn = rest[np.array(list(permutations(range(5))))[:, : len(others)]].sum(axis=1)
        seen = SIX[list(others)].sum()
        exact = min(2 * min((drawn >= seen - 1e-9).mean(), (drawn <= seen + 1e-9).mean()), 1.0)
        assert permutation_p(SIX, PAIRS, itself=False)[area] == pytest.approx(exact, abs=0.02)


def test_the_same_question_has_the_same_p_values_and_leaves_the_global_random_state_alone() -> None:
    before = np.random.get_state(legacy=True)
    first = permutation_p(SIX, PAIRS, itself=True)
    assert first.tolist() == permutation_p(SIX, PAIRS, itself=True).tolist()
    assert str(before) == str(np.random.get_state(legacy=True))


def test_every_order_is_as_likely() -> None:
    drawn = shuffles(4, 2, permutations=24_000, seed=1).drawn
    seen = np.bincount(drawn[:, 0] * 4 + drawn[:, 1], minlength=16).reshape(4, 4)
    assert np.diag(seen).tolist() == [0, 0, 0, 0]
    assert np.abs(seen[~np.eye(4, dtype=bool)] - 2000).max() < 200


def test_a_planted_cluster_is_hot_and_nothing_else() -> None:
    side = 12
    values = np.random.default_rng(3).gamma(20, 1, side * side)
    planted = [row * side + column for row in (4, 5, 6) for column in (4, 5, 6)]
    values[planted] += 20
    found = per_period(values[:, None], grid(side))
    assert found.hot[5 * side + 5, 0]
    assert set(np.flatnonzero(found.hot[:, 0])) <= {
        row * side + column for row in range(3, 8) for column in range(3, 8)
    }  # fmt: skip


def test_where_values_lie_anyhow_few_areas_are_called_clusters() -> None:
    random = np.random.default_rng(11)
    false = [per_period(random.poisson(8, (100, 1)) / 8, grid(10)).hot.any() for _ in range(60)]
    assert sum(false) <= 8


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(6),
        np.full(6, 7.5),
        np.full(6, np.nan),
        np.array([np.nan, np.nan, 1.0, np.nan, np.nan, np.nan]),
        np.full(6, 1e-300),
    ],
)
def test_equal_or_missing_values_have_no_clusters(values: Floats) -> None:
    for itself in (True, False):
        assert np.isnan(getis_ord(values, PAIRS, itself=itself)).all()
        assert np.isnan(permutation_p(values, PAIRS, itself=itself)).all()
    assert np.isnan(local_moran(values, PAIRS)).all()
    assert global_moran(values, PAIRS) is None


def test_one_area_or_none_has_no_clusters() -> None:
    nothing = np.zeros((0, 2), np.int64)
    for values in (np.zeros(0), np.array([3.0]), np.array([3.0, 4.0])):
        assert np.isnan(getis_ord(values, nothing, itself=True)).all()
        assert np.isnan(permutation_p(values, nothing, itself=True)).all()
        assert global_moran(values, nothing) is None
        assert quadrants(values, nothing).tolist() == [0] * len(values)


def test_an_area_without_neighbours_has_no_figure_and_one_without_a_value_is_as_if_not_there() -> None:
    island = np.append(SIX, 4.0)
    assert np.isnan(getis_ord(island, PAIRS, itself=True)[6])
    assert np.isnan(permutation_p(island, PAIRS, itself=True)[6])
    missing = np.append(SIX, np.nan)
    beside = np.concatenate([PAIRS, [(6, 0), (0, 6)]])
    assert getis_ord(missing, beside, itself=True)[:6] == pytest.approx(getis_ord(SIX, PAIRS, itself=True))
    assert local_moran(missing, beside)[:6] == pytest.approx(local_moran(SIX, PAIRS))
    assert global_moran(missing, beside) == global_moran(SIX, PAIRS)


def test_where_all_are_neighbours_of_all_there_is_nothing_to_differ_from() -> None:
    pairs = np.array([(a, b) for a in range(5) for b in range(5) if a != b])
    assert np.isnan(getis_ord(np.arange(5.0), pairs, itself=True)).all()
    assert np.isnan(getis_ord(np.arange(5.0), pairs, itself=False)).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=6, max_size=40))
def test_the_order_of_the_areas_and_the_unit_do_not_matter(values: list[int]) -> None:
    x = np.array(values, np.float64)
    pairs = ring(len(x))
    order = np.random.default_rng(len(values)).permutation(len(x))
    place = np.argsort(order)
    moved = getis_ord(x[order] * 3 + 7, place[pairs], itself=True)
    assert moved == pytest.approx(getis_ord(x, pairs, itself=True)[order], nan_ok=True, abs=1e-6)
    p = permutation_p(x, pairs, itself=True)
    assert ((p > 0) & (p <= 1) | np.isnan(p)).all()


@pytest.mark.parametrize(
    ("hot", "kind"),
    [
        ("0000", Emerging.NONE),
        ("0100", Emerging.NONE),
        ("0110", Emerging.FORMER),
        ("0001", Emerging.NEW),
        ("0011", Emerging.EMERGING),
        ("1001", Emerging.INTERMITTENT),
        ("0111", Emerging.PERSISTENT),
        ("1111", Emerging.PERSISTENT),
        ("1110", Emerging.FORMER),
        ("110011", Emerging.INTERMITTENT),
        ("010011", Emerging.EMERGING),
        ("0101010101", Emerging.INTERMITTENT),
        ("111", Emerging.NOT_APPLICABLE),
    ],
)
def test_the_classes_are_as_defined(hot: str, kind: Emerging) -> None:
    row = np.array([[one == "1" for one in hot]])
    assert classes(row, np.ones_like(row)) == [kind]


def test_a_period_that_was_not_tested_is_left_out() -> None:
    hot = np.array([[True, True, True, True, False]])
    tested = np.array([[True, True, True, True, False]])
    assert classes(hot, tested) == [Emerging.PERSISTENT]
    with pytest.raises(ValueError, match="!="):
        classes(hot, tested[:, :2])
