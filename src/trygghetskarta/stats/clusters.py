"""Where high and low values lie together: Getis-Ord, Moran's I, local and global.

Neighbours are pairs of area numbers, shape (pairs, 2), each pair both ways. An area without a value (NaN) is left out altogether, as if it were
not there; one without neighbours has no local statistic. Weights are binary for Getis-Ord and row-standardised for Moran.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PERMUTATIONS = 19_999
"""So many that the smallest p value, doubled for two sides, passes a correction for the 400 areas of a city."""
SEED = 20_230_701
_SAME = 1e-9
_FEWEST = 4


@dataclass(frozen=True, slots=True)
class Moran:
    """Global Moran's I.

    Attributes:
        i: The statistic.
        expected: Its expectation when values lie anyhow.
        variance: Its variance then, under randomisation.
        z: Its distance from the expectation in standard deviations.
        p: Two-sided, by the normal distribution.
    """

    i: float
    expected: float
    variance: float
    z: float
    p: float


def getis_ord(values: Floats, pairs: Ints, *, itself: bool) -> Floats:
    """How far the sum over an area's neighbours is from what it would be if the values lay anyhow.

    Args:
        values: Shape (areas,), any unit; NaN where there is none.
        pairs: Shape (pairs, 2).
        itself: Count the area among its neighbours (Gi*), or leave it out of everything (Gi).

    Returns:
        Shape (areas,): standard deviations from the expectation, binary weights. NaN without a value or neighbours, where all the values are
        equal, and where the neighbours are all there is: then there is nothing that it could differ from.

    Reference: Ord & Getis 1995, equation 5 (Gi) and 6 (Gi*); R's spdep::localG; esda's G_Local with transform="B". Not for: counts of areas that
    differ in size, and as a p value where few areas have events: the sum is then far from normal.
    """
    kept, linked = _present(values, pairs)
    x = values[kept]
    n = len(x)
    found = np.full(values.shape, np.nan)
    if n < 3:
        return found
    sums, near = _sums(x, linked), _degrees(n, linked)
    others = n if itself else n - 1
    total, squares = (x.sum(), (x**2).sum()) if itself else (x.sum() - x, (x**2).sum() - x**2)
    near_all = near + itself
    mean = total / others
    variance = squares / others - mean**2
    spread = variance * near_all * (others - near_all) / (others - 1)
    usable = (near > 0) & (variance > _SAME * np.maximum(squares / others, 1e-300)) & (near_all < others)
    z = np.full(n, np.nan)
    distance = sums + itself * x - near_all * mean
    z[usable] = distance[usable] / np.sqrt(np.broadcast_to(spread, n)[usable])
    found[kept] = z
    return found


def local_moran(values: Floats, pairs: Ints) -> Floats:
    """How alike an area and its neighbours are: above zero alike (both high or both low), below zero unlike.

    Args:
        values: Shape (areas,); NaN where there is none.
        pairs: Shape (pairs, 2).

    Returns:
        Shape (areas,): the area's deviation times the mean of its neighbours', over the variance with divisor n - 1. NaN without a value or
        neighbours, and where all the values are equal.

    Reference: Anselin 1995; esda's Moran_Local (divisor n - 1). R's spdep::localmoran has divisor n by default, which gives a figure larger by
    n / (n - 1). Not for: telling high from low; see `quadrants`.
    """
    kept, linked = _present(values, pairs)
    found = np.full(values.shape, np.nan)
    if len(kept) < 3 or _all_equal(values[kept]):
        return found
    z = values[kept] - values[kept].mean()
    near = _degrees(len(z), linked)
    found[kept[near > 0]] = (z * _sums(z, linked))[near > 0] / near[near > 0] * (len(z) - 1) / (z**2).sum()
    return found


def quadrants(values: Floats, pairs: Ints) -> Ints:
    """Tell on which side of the mean an area and its neighbours lie.

    Args:
        values: Shape (areas,); NaN where there is none.
        pairs: Shape (pairs, 2).

    Returns:
        Shape (areas,): 1 high among high, 2 low among high, 3 low among low, 4 high among low; 0 without a value or neighbours.

    Reference: Anselin 1995, esda's Moran_Local. Not for: areas that no test tells from chance.
    """
    kept, linked = _present(values, pairs)
    found = np.zeros(values.shape, np.int64)
    if not len(kept):
        return found
    z = values[kept] - values[kept].mean()
    around = _sums(z, linked)
    quadrant = np.select([(z > 0) & (around > 0), (z <= 0) & (around > 0), (z <= 0) & (around <= 0)], [1, 2, 3], 4)
    found[kept] = np.where(_degrees(len(z), linked) > 0, quadrant, 0)
    return found


def global_moran(values: Floats, pairs: Ints) -> Moran | None:
    """Whether like values lie near each other over the whole city.

    Args:
        values: Shape (areas,); NaN where there is none.
        pairs: Shape (pairs, 2). An area without neighbours is left out.

    Returns:
        Moran's I, row-standardised; None with fewer than four areas, or where all the values are equal.

    Reference: Cliff & Ord 1981, variance under randomisation; R's spdep::moran.test. Not for: telling where; and rates of small areas that have
    not been smoothed, whose variances differ.
    """
    kept, linked = _present(values, pairs)
    kept, linked = _present(np.where(_degrees(len(kept), linked) > 0, values[kept], np.nan), linked, kept)
    n = len(kept)
    if n < _FEWEST or _all_equal(values[kept]):
        return None
    z = values[kept] - values[kept].mean()
    near = _degrees(n, linked)
    i = float((z * _sums(z, linked) / near).sum() / (z**2).sum())
    expected = -1 / (n - 1)
    variance = _randomisation_variance(z, linked, near)
    if not variance > 0:
        return None
    # Loaded when first needed, as in `rates`.
    from scipy.special import ndtr

    distance = (i - expected) / variance**0.5
    return Moran(i, expected, variance, distance, float(2 * ndtr(-abs(distance))))


def _randomisation_variance(z: Floats, linked: Ints, near: Ints) -> float:
    n = len(z)
    weight = 1 / near[linked[:, 0]]
    both = {(int(a), int(b)): float(w) for (a, b), w in zip(linked, weight, strict=True)}
    s1 = sum((w + both.get((b, a), 0.0)) ** 2 / (2 if (b, a) in both else 1) for (a, b), w in both.items())
    s2 = float(((1 + np.bincount(linked[:, 1], weight, n)) ** 2).sum())
    peaked = float(n * (z**4).sum() / (z**2).sum() ** 2)
    above = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * n**2) - peaked * (n * (n - 1) * s1 - 2 * n * s2 + 6 * n**2)
    return above / ((n - 1) * (n - 2) * (n - 3) * n**2) - 1 / (n - 1) ** 2


@dataclass(frozen=True, slots=True)
class Shuffles:
    """Random orders of areas, the same for all who ask with the same numbers.

    Attributes:
        drawn: Shape (permutations, drawn): the first areas of each order.
        entries: Every place in `drawn`, by the area that stands there.
        starts: Where in `entries` each area begins.
    """

    drawn: npt.NDArray[np.int32]
    entries: Ints
    starts: Ints


def shuffles(areas: int, drawn: int, permutations: int = PERMUTATIONS, seed: int = SEED) -> Shuffles:
    """Shuffle the areas, and keep the first of each order.

    Args:
        areas: How many there are, >= 1.
        drawn: How many to keep, 1 to `areas`.
        permutations: How many orders.
        seed: What the random numbers begin from.

    Returns:
        The orders: every one of them equally likely, and the same for the same arguments.

    Reference: the Fisher-Yates shuffle, stopped early. Not for: secrets.
    """
    random = np.random.default_rng(seed)
    order = np.tile(np.arange(areas, dtype=np.int32), (permutations, 1))
    rows = np.arange(permutations)
    for place in range(drawn):
        other = random.integers(place, areas, permutations)
        taken = order[rows, other]
        order[rows, other] = order[:, place]
        order[:, place] = taken
    kept = np.ascontiguousarray(order[:, :drawn])
    entries = np.argsort(kept, axis=None, kind="stable")
    return Shuffles(kept, entries, np.searchsorted(kept.ravel()[entries], np.arange(areas + 1)))


def permutation_p(values: Floats, pairs: Ints, *, itself: bool, orders: Shuffles | None = None) -> Floats:
    """How seldom chance would give neighbours as far from the rest as these.

    Args:
        values: Shape (areas,); NaN where there is none.
        pairs: Shape (pairs, 2).
        itself: True for Gi*: all values are shuffled, the area's own with them, as in its expectation. False for Gi and local Moran: the area
            keeps its own value and the others are shuffled among the rest.
        orders: Orders of the areas that have values, at least one longer than the most neighbours; None to shuffle by `SEED`.

    Returns:
        Shape (areas,), above 0 to 1: twice the smaller share of the orders, the order as it is among them, whose sum is as far out on one side.
        NaN without a value or neighbours, and where all the values are equal.

    Reference: Anselin 1995 (conditional permutation); Phipson & Smyth 2010 (never 0). Not for: fewer than some ten areas, which have so few orders
    that nothing is found.
    """
    kept, linked = _present(values, pairs)
    found = np.full(values.shape, np.nan)
    x = values[kept]
    near = _degrees(len(x), linked)
    if len(x) < 3 or not near.any() or _all_equal(x):
        return found
    if orders is None:
        orders = shuffles(len(x), min(len(x), int(near.max()) + 1))
    seen = _sums(x, linked) + itself * x
    sums = np.pad(np.cumsum(x[orders.drawn], axis=1), ((0, 0), (1, 0)))
    slack = _SAME * np.abs(x).max() * len(x) ** 0.5
    for count in np.unique(near[near > 0]).tolist():
        which = np.flatnonzero(near == count)
        ordered = np.sort(sums[:, count + itself])
        above = len(ordered) - np.searchsorted(ordered, seen[which] - slack)
        below = np.searchsorted(ordered, seen[which] + slack, "right")
        if not itself:
            changed = np.array([_own_value_kept(x, orders, sums, (area, count), (seen[area], slack)) for area in which.tolist()])
            above, below = above + changed[:, 0], below + changed[:, 1]
        found[kept[which]] = np.minimum(2 * (np.minimum(above, below) + 1) / (len(ordered) + 1), 1.0)
    return found


def _own_value_kept(x: Floats, orders: Shuffles, sums: Floats, at: tuple[int, int], seen: tuple[float, float]) -> tuple[int, int]:
    """Give how many more orders are as far out, above and below, when those that drew the area itself draw the next one instead.

    Orders without the area in them are orders of the others: leaving it out of those that drew it gives every order of the others its due.
    """
    (area, count), (sum_seen, slack) = at, seen
    entries = orders.entries[orders.starts[area] : orders.starts[area + 1]]
    row, place = np.divmod(entries, orders.drawn.shape[1])
    row = row[place < count]
    drew, instead = sums[row, count], sums[row, count + 1] - x[area]
    above = int((instead >= sum_seen - slack).sum()) - int((drew >= sum_seen - slack).sum())
    below = int((instead <= sum_seen + slack).sum()) - int((drew <= sum_seen + slack).sum())
    return above, below


def _present(values: Floats, pairs: Ints, numbers: Ints | None = None) -> tuple[Ints, Ints]:
    """Give the areas that have a value, and the pairs among them by their new numbers: no doubles, no area with itself."""
    here = np.isfinite(values)
    new = np.cumsum(here) - 1
    wanted = pairs[here[pairs].all(axis=1) & (pairs[:, 0] != pairs[:, 1])] if len(pairs) else pairs.reshape(0, 2)
    linked = np.unique(new[wanted], axis=0) if len(wanted) else np.zeros((0, 2), np.int64)
    kept = np.flatnonzero(here)
    return (kept if numbers is None else numbers[kept]), linked


def _degrees(n: int, linked: Ints) -> Ints:
    return np.bincount(linked[:, 0], minlength=n)


def _sums(x: Floats, linked: Ints) -> Floats:
    return np.bincount(linked[:, 0], x[linked[:, 1]], len(x)).astype(np.float64)


def _all_equal(x: Floats) -> bool:
    return bool(np.ptp(x) <= _SAME * np.abs(x).max())
