"""Which areas are most like each of those asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.analysis.comparison import inflation_of, judge_change
from trygghetskarta.analysis.verdicts import Verdict
from trygghetskarta.domain.answers import PublishedAnswer
from trygghetskarta.domain.counts import Figures, Published, Status
from trygghetskarta.domain.likeness import AreaTraits
from trygghetskarta.stats.similar import distances, nearest, standardised


@dataclass(frozen=True, slots=True)
class Like:
    """One area and those most like it.

    Attributes:
        area: Its number among the areas.
        similar: Numbers of those most like it, nearest first; empty where it can be compared with none.
        distance: Their distances, in standard deviations.
    """

    area: int
    similar: tuple[int, ...]
    distance: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AgainstSimilar:
    """One area's rate against that of those most like it, taken together.

    Attributes:
        ratio: Its rate over theirs; None where there is no such ratio.
        low: Lower end of the 95 % interval.
        high: Upper end; None where it has none.
        p: The p value; None where nothing can be tested.
        adjusted_p: The same among all areas asked for.
        verdict: What can be said of the ratio.
    """

    ratio: float | None
    low: float | None
    high: float | None
    p: float | None
    adjusted_p: float | None
    verdict: Verdict


def similar_areas(published: PublishedAnswer[AreaTraits]) -> tuple[Like, ...]:
    """Find the areas most like each of those asked for.

    Args:
        published: What the areas are like.

    Returns:
        One for each area asked for, in their order.
    """
    traits = published.content
    scores = standardised(traits.values, np.array([trait.logged for trait in traits.traits]))
    found = []
    for area in traits.asked:
        distance = distances(scores, area)
        similar = nearest(distance, area, traits.count)
        found.append(Like(area, tuple(similar.tolist()), tuple(distance[similar].tolist())))
    return tuple(found)


def against_similar(likes: tuple[Like, ...], crime: Published) -> tuple[AgainstSimilar, ...]:
    """Set each area's rate against that of the areas most like it, taken together.

    Args:
        likes: The areas and those most like them.
        crime: Recorded crime of one period in all areas of the level, in their order, with person-years.

    Returns:
        One for each area. Nothing is told of an area whose own count is lacking; of those like it, such as have a count are taken.
    """
    told = (crime.status[:, 0] == Status.VALUE.number) & (_years(crime) > 0)
    pairs = [[(int(crime.counts[rows, 0].sum()), float(_years(crime)[rows].sum())) for rows in _sides(like, told)] for like in likes]
    counts = np.array([[count for count, _ in pair] for pair in pairs], np.int64).reshape(-1, 2)
    years = np.array([[year for _, year in pair] for pair in pairs], np.float64).reshape(-1, 2)
    inflation = inflation_of(crime)[[like.area for like in likes]]
    ratio, low, high, judged = judge_change(counts, years, inflation)
    table = np.stack([ratio, low, high, judged.p, judged.adjusted], axis=1)
    found = []
    for row, verdict in zip(table, judged.verdicts, strict=True):
        times, lowest, highest, p, adjusted = (_finite(value) for value in row)
        found.append(AgainstSimilar(times, lowest, highest, p, adjusted, verdict))
    return tuple(found)


def _years(crime: Published) -> Figures:
    return np.full(len(crime.areas), np.nan) if crime.person_years is None else crime.person_years[:, 0]


def _sides(like: Like, told: npt.NDArray[np.bool_]) -> tuple[list[int], list[int]]:
    """Give the area, and those like it, that have a count."""
    return [area for area in (like.area,) if told[area]], [area for area in like.similar if told[area]]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
