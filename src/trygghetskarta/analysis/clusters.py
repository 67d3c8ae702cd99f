"""Findings of clusters: where high and low values lie together, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.stats.clusters import PERMUTATIONS, Moran, getis_ord, global_moran, local_moran, permutation_p, quadrants
from trygghetskarta.stats.emerging import LEVEL, Emerging, classes, per_period
from trygghetskarta.stats.multiple import benjamini_hochberg
from trygghetskarta.stats.smoothing import smooth_globally

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_A_THOUSAND = 1000
_SQUARE_KILOMETRE = 1e6


class ClusterMethod(StrEnum):
    """How clusters are looked for."""

    GISTAR = "gistar"
    MORAN = "moran"
    EMERGING = "emerging"


class Cluster(StrEnum):
    """What an area is, with its neighbours."""

    HOT = "hot"
    COLD = "cold"
    HIGH_HIGH = "highHigh"
    LOW_LOW = "lowLow"
    HIGH_LOW = "highLow"
    LOW_HIGH = "lowHigh"
    NONE = "none"
    NOT_APPLICABLE = "notApplicable"


_QUADRANTS = (Cluster.NONE, Cluster.HIGH_HIGH, Cluster.LOW_HIGH, Cluster.LOW_LOW, Cluster.HIGH_LOW)


@dataclass(frozen=True, slots=True)
class Clusters:
    """The clusters of one span, area by area; NaN where there is no figure.

    Attributes:
        method: How they were looked for.
        values: Shape (areas,): rates per 1 000 and year, or counts per square kilometre.
        smoothed: Shape (areas,): the same, drawn towards the whole region's; what the test is of.
        statistic: Shape (areas,): the local Moran; None with Gi*, whose statistic is its z.
        z: Shape (areas,): how far the neighbours are from the rest, in standard deviations.
        p: Shape (areas,): two-sided, by permutation.
        adjusted: Shape (areas,): p adjusted for the areas.
        clusters: One per area.
        overall: Moran's I of the whole region; None where there is none.
        permutations: How many orders the p values rest on.
    """

    method: ClusterMethod
    values: Floats
    smoothed: Floats
    statistic: Floats | None
    z: Floats
    p: Floats
    adjusted: Floats
    clusters: tuple[Cluster, ...]
    overall: Moran | None
    permutations: int = PERMUTATIONS


@dataclass(frozen=True, slots=True)
class EmergingClusters:
    """What areas have been over the periods.

    Attributes:
        labels: The periods that were tested, the oldest first.
        values: Shape (areas,): the last tested period's rate or density; NaN where there is none.
        smoothed: Shape (areas,): the same, smoothed.
        z: Shape (areas,): Gi* of that period.
        p: Shape (areas,): two-sided, by permutation.
        adjusted: Shape (areas,): p adjusted for the areas.
        classes: One per area.
        hot: Shape (areas, tested periods).
        tested: Shape (areas, tested periods).
    """

    labels: tuple[str, ...]
    values: Floats
    smoothed: Floats
    z: Floats
    p: Floats
    adjusted: Floats
    classes: tuple[Emerging, ...]
    hot: npt.NDArray[np.bool_]
    tested: npt.NDArray[np.bool_]


def find_clusters(published: Published, pairs: Ints, method: ClusterMethod) -> Clusters:
    """Find the clusters of a span.

    Args:
        published: The answer for every area of the region; its first period is the span.
        pairs: Shape (pairs, 2): areas that border on each other.
        method: Gi* or local Moran.

    Returns:
        The clusters. An area without a figure, without neighbours, or in a region where all figures are equal is NOT_APPLICABLE.
    """
    values, smoothed = _smoothed(published, 0)
    itself = method is not ClusterMethod.MORAN
    z = getis_ord(smoothed, pairs, itself=itself)
    statistic = None
    if not itself:
        statistic = local_moran(smoothed, pairs)
        # Given the area's own value, Moran's I and Gi say the same of the neighbours, but for the sign of the area's own deviation.
        z = z * np.sign(smoothed - _mean(smoothed))
    p = permutation_p(smoothed, pairs, itself=itself)
    adjusted = benjamini_hochberg(p)
    sides = quadrants(smoothed, pairs)
    clusters = tuple(_cluster(method, float(adjusted[i]), float(z[i]), int(sides[i])) for i in range(len(values)))
    return Clusters(method, values, smoothed, statistic, z, p, adjusted, clusters, global_moran(smoothed, pairs))


def find_emerging(published: Published, pairs: Ints) -> EmergingClusters:
    """Find hot spots in every period, and what areas have been over them.

    Args:
        published: The answer for every area of the region and every period, the oldest first.
        pairs: Shape (pairs, 2): areas that border on each other.

    Returns:
        The classes. Periods in which nothing has a figure are left out.
    """
    columns = [_smoothed(published, column) for column in range(len(published.periods))]
    there = [column for column, (_, smoothed) in enumerate(columns) if np.isfinite(smoothed).any()]
    nothing = np.full(len(published.areas), np.nan)
    smoothed = np.stack([columns[column][1] for column in there], axis=1) if there else nothing[:, None][:, :0]
    found = per_period(smoothed, pairs)
    last = -1 if there else None
    return EmergingClusters(
        labels=tuple(published.periods[column].label for column in there),
        values=columns[there[-1]][0] if there else nothing,
        smoothed=smoothed[:, -1] if there else nothing,
        z=found.z[:, last] if last is not None else nothing,
        p=found.p[:, last] if last is not None else nothing,
        adjusted=found.adjusted[:, last] if last is not None else nothing,
        classes=tuple(classes(found.hot, found.tested)),
        hot=found.hot,
        tested=found.tested,
    )


def _smoothed(published: Published, column: int) -> tuple[Floats, Floats]:
    """Give a period's values and the same smoothed; NaN where there is no count, or nothing to count per."""
    shown = published.status[:, column] == Status.VALUE.number
    if published.person_years is not None:
        exposure, unit = published.person_years[:, column], _A_THOUSAND
    else:
        exposure, unit = np.array([area.square_metres for area in published.areas]) / _SQUARE_KILOMETRE, 1
    there = shown & (np.nan_to_num(exposure) > 0)
    values, smoothed = (np.full(len(published.areas), np.nan) for _ in range(2))
    if there.any():
        counts = published.counts[there, column]
        values[there] = counts / exposure[there] * unit
        smoothed[there] = smooth_globally(counts, exposure[there]).rates * unit
    return values, smoothed


def _mean(values: Floats) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else 0.0


def _cluster(method: ClusterMethod, adjusted: float, z: float, side: int) -> Cluster:
    if np.isnan(adjusted) or np.isnan(z):
        return Cluster.NOT_APPLICABLE
    if adjusted > LEVEL:
        return Cluster.NONE
    if method is ClusterMethod.MORAN:
        return _QUADRANTS[side]
    return Cluster.HOT if z > 0 else Cluster.COLD
