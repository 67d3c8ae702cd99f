"""Rates of small areas, drawn towards those of the whole as far as their own counts are uncertain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Rates smoothed by empirical Bayes.

    Attributes:
        rates: Events per exposure, (areas,); NaN where the exposure is not known or 0.
        variance: The variance between the areas' true rates (Marshall's a), never below 0; NaN where no area has an exposure. A number, or (areas,).
        mean: The rate that they are drawn to (b), likewise.
    """

    rates: Floats
    variance: Floats
    mean: Floats


def smooth_globally(counts: Ints, exposures: Floats) -> Smoothed:
    """Draw every area's rate towards the rate of all.

    Args:
        counts: Events, (areas,), >= 0.
        exposures: Person-years or the like, (areas,); NaN or 0 where a rate does not apply, and such an area is left out.

    Returns:
        The rates. A variance that comes out below 0 (the areas differ less than chance would have them) is taken as 0, and every rate is then
        that of all; so no rate leaves the range of the raw rates.

    Raises:
        ValueError: The shapes differ.

    Reference: Marshall (1991), Appl. Stat. 40; R's spdep EBest. Not for: asking whether one area differs (the test works on its own counts).
    """
    everyone = np.zeros(len(counts), np.int64)
    found = _smooth(counts, exposures, everyone, np.arange(len(counts)), 1)
    return Smoothed(found.rates, found.variance.reshape(-1)[0], found.mean.reshape(-1)[0])


def smooth_locally(counts: Ints, exposures: Floats, neighbours: Ints) -> Smoothed:
    """Draw every area's rate towards the rate of itself and its neighbours together.

    The variance round an area is that of its neighbours' rates, each about the mean round that neighbour, as R has it by default; GeoDa takes
    them all about the mean round the area itself.

    Args:
        counts: Events, (areas,), >= 0.
        exposures: Person-years or the like, (areas,); NaN or 0 where a rate does not apply, and such an area is left out.
        neighbours: Pairs of area and neighbour, (pairs, 2), each pair in both directions and no area with itself.

    Returns:
        The rates, with a variance and a mean per area. An area without neighbours keeps its own rate.

    Raises:
        ValueError: The shapes differ.

    Reference: Marshall (1991); R's spdep EBlocal. Not for: a map of clusters by eye: neighbours are smoothed to look alike.
    """
    own = np.arange(len(counts))
    area = np.concatenate([own, neighbours[:, 0]])
    member = np.concatenate([own, neighbours[:, 1]])
    return _smooth(counts, exposures, area, member, len(counts))


def _smooth(counts: Ints, exposures: Floats, group: Ints, member: Ints, groups: int) -> Smoothed:
    """Smooth by groups of areas: `member` is in `group`; with one group it is that of every area."""
    if counts.shape != exposures.shape:
        raise ValueError(f"{counts.shape} != {exposures.shape}")
    inhabited = exposures > 0
    n, people = np.where(inhabited, counts, 0).astype(np.float64), np.where(inhabited, exposures, 0.0)
    rate = n / np.where(inhabited, people, 1.0)

    def total(values: Floats) -> Floats:
        return np.bincount(group, values, groups).astype(np.float64)

    in_all = total(people[member])
    some = np.where(in_all > 0, in_all, np.nan)
    mean = total(n[member]) / some
    # Each member's rate is held against the mean round that member.
    of_group = mean[member] if groups > 1 else mean[group]
    spread = total(people[member] * (rate[member] - np.where(np.isnan(of_group), 0, of_group)) ** 2) / some
    variance = np.maximum(spread - mean / (some / total(inhabited[member].astype(np.float64)).clip(1)), 0)
    a, b = (np.broadcast_to(value, counts.shape) if groups == 1 else value for value in (variance, mean))
    noise = b / np.where(inhabited, people, 1.0)
    share = np.where(a > 0, a / np.where(a > 0, a + noise, 1.0), 0.0)
    return Smoothed(np.where(inhabited, b + share * (rate - b), np.nan), variance, mean)
