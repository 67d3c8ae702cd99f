"""Whether events near each other in space also come near each other in time: the Knox test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_PERMUTATIONS = 999
FEWEST_PERMUTATIONS = 99
MOST_PAIRS = 10_000_000
SEED = 19_640_117
_WORK = 200_000_000
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Bands:
    """What counts as near: the ends of half-open bands, the lower end in the band and the upper not.

    Attributes:
        metres: Ascending, shape (space bands + 1,), the first 0.
        days: Ascending whole days, shape (time bands + 1,), the first 0.
    """

    metres: tuple[float, ...]
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Knox:
    """Pairs of events by distance and time apart.

    Attributes:
        observed: Shape (space bands, time bands): pairs.
        expected: Shape (space bands, time bands): pairs if times had nothing to do with places.
        p: Shape (space bands, time bands): how seldom chance gives so many, one-sided.
        pairs: All pairs of events.
        permutations: How many times the times were shuffled.
    """

    observed: Ints
    expected: Floats
    p: Floats
    pairs: int
    permutations: int

    @property
    def ratio(self) -> Floats:
        """Observed over expected; NaN where nothing is expected."""
        ratio: Floats = np.divide(self.observed, self.expected, out=np.full(self.expected.shape, np.nan), where=self.expected > 0)
        return ratio


def pairs_within(places: Floats, metres: float) -> int:
    """Count the pairs of events nearer each other than a distance.

    Args:
        places: Shape (events, 2), metres.
        metres: The distance, >= 0; a pair just so far apart is counted.

    Returns:
        How many, without making a list of them.

    Reference: a k-d tree. Not for: degrees.
    """
    # Loaded when first needed, as in `rates`.
    from scipy.spatial import cKDTree

    if len(places) < 2:
        return 0
    tree = cKDTree(places)
    return (int(tree.count_neighbors(tree, metres)) - len(places)) // 2


def knox(places: Floats, days: Ints, bands: Bands, seed: int = SEED) -> Knox:
    """Count pairs of events near in space and time, and how many chance would give.

    Args:
        places: Shape (events, 2), metres.
        days: Shape (events,), whole days from any first day.
        bands: What counts as near.
        seed: What the shuffling begins from.

    Returns:
        Pairs by band. What is expected is exact: the share of all pairs that is so near in time, of the pairs so near in space. The p values are by
        shuffling the days among the places, 999 times, fewer with very many pairs and never under 99; the order as it is counts as one of them.

    Raises:
        ValueError: The shapes do not fit, a list of ends does not ascend from 0, or there are more than `MOST_PAIRS` pairs within reach.

    Reference: Knox 1964; Johnson et al. 2007 and Ratcliffe's Near Repeat Calculator (permutation). Not for: places that stand for an area, and times
    known to a month only.
    """
    if places.shape != (*days.shape, 2) or any(ends[0] != 0 or min(np.diff(ends)) <= 0 for ends in (bands.metres, bands.days)):
        raise ValueError(f"{places.shape}, {days.shape}, {bands}")
    near = pairs_within(places, bands.metres[-1])
    if near > MOST_PAIRS:
        raise ValueError(f"{near} pairs")
    first, second, band = _near_pairs(places, np.array(bands.metres))
    shape = (len(bands.metres) - 1, len(bands.days) - 1)
    band_of = _band_of_days(days, bands.days)
    observed = _table((first, second, band), days, band_of, shape)
    permutations = int(np.clip(_WORK // max(len(first), 1), FEWEST_PERMUTATIONS, MOST_PERMUTATIONS))
    as_many = np.ones(shape, np.int64)
    random = np.random.default_rng(seed)
    if len(first):
        for _ in range(permutations):
            as_many += _table((first, second, band), random.permutation(days), band_of, shape) >= observed
    total = len(days) * (len(days) - 1) // 2
    in_space = np.bincount(band, minlength=shape[0]).astype(np.float64)
    expected = in_space[:, None] * _in_time(days, bands.days)[None, :] / max(total, 1)
    p = as_many / (permutations + 1) if len(first) else np.ones(shape)
    return Knox(observed, expected, p, total, permutations if len(first) else 0)


def knox_by_poisson(both: int, near_in_space: int, near_in_time: int, pairs: int) -> tuple[float, float]:
    """Knox's own test of one table: what is expected by its margins, and a Poisson tail.

    Args:
        both: Pairs near in both.
        near_in_space: Pairs near in space.
        near_in_time: Pairs near in time.
        pairs: All pairs, >= 1.

    Returns:
        The expected pairs near in both, and the probability of as many as seen or more.

    Raises:
        ValueError: There are no pairs, or more near than there are.

    Reference: Knox 1964, 96 cases of leukaemia. Not for: tables where much is near: pairs are then not independent, and permutation is the test.
    """
    if pairs < 1 or not 0 <= both <= min(near_in_space, near_in_time) <= pairs:
        raise ValueError(f"{both}, {near_in_space}, {near_in_time}, {pairs}")
    # Loaded when first needed, as in `rates`.
    from scipy.special import gammainc

    expected = near_in_space * near_in_time / pairs
    return expected, float(gammainc(both, expected)) if both else 1.0


def _near_pairs(places: Floats, metres: Floats) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Give the pairs within the outermost band, and the band of each."""
    from scipy.spatial import cKDTree

    found = (
        cKDTree(places).query_pairs(metres[-1], output_type="ndarray").astype(np.int32) if len(places) > 1 else np.zeros((0, 2), np.int32)
    )
    between = places[found[:, 0]] - places[found[:, 1]]
    apart = np.hypot(between[:, 0], between[:, 1])
    band = (np.searchsorted(metres, apart, "right") - 1).astype(np.int32)
    within = band < len(metres) - 1
    # In order of the first, so that its day is read once for many pairs.
    found, band = found[within], band[within]
    order = np.argsort(found[:, 0], kind="stable")
    return found[order, 0], found[order, 1], band[order]


def _band_of_days(days: Ints, ends: tuple[int, ...]) -> npt.NDArray[np.int32]:
    """Give the band of every difference in days there can be; the last number for beyond."""
    differences = np.arange(int(np.ptp(days)) + 1) if len(days) else np.zeros(1, np.int64)
    return np.minimum(np.searchsorted(np.array(ends), differences, "right") - 1, len(ends) - 1).astype(np.int32)


def _table(
    near: tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]],
    days: Ints,
    band_of: npt.NDArray[np.int32],
    shape: tuple[int, int],
) -> Ints:
    """Count the near pairs by band of space and time, some at a time."""
    first, second, band = near
    on = days.astype(np.int32)
    columns = shape[1] + 1
    counted = np.zeros(shape[0] * columns, np.int64)
    for start in range(0, len(first), _BLOCK):
        part = slice(start, start + _BLOCK)
        apart = np.abs(on[first[part]] - on[second[part]])
        counted += np.bincount(band[part] * columns + band_of[apart], minlength=len(counted))
    return counted.reshape(shape[0], columns)[:, :-1]


def _in_time(days: Ints, ends: tuple[int, ...]) -> Floats:
    """Count all pairs of events by how many days apart they are."""
    ordered = np.sort(days)
    within = [float((np.searchsorted(ordered, ordered + end, "left") - np.arange(len(ordered)) - 1).clip(0).sum()) for end in ends]
    return np.diff(np.array(within))
