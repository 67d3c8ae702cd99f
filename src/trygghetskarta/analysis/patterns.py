"""Findings of patterns: whether events lie as they did, and in how few areas they lie."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.counts import Published, Status
from trygghetskarta.stats.concentration import Chance, areas_holding, by_chance, generalized_gini, gini, lorenz
from trygghetskarta.stats.emerging import LEVEL
from trygghetskarta.stats.pattern import Similarity, share_tests, similarity

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class ShareVerdict(StrEnum):
    """Whether an area's share of all events is another than before."""

    HIGHER = "higher"
    LOWER = "lower"
    CANNOT_TELL = "cannotTell"
    NOT_APPLICABLE = "notApplicable"


@dataclass(frozen=True, slots=True)
class PatternChange:
    """How a pattern differs from the one before.

    Attributes:
        shown: Shape (areas,): True where both spans have a figure; the shares are among these.
        similarity: Shares, intervals and the index S, of the areas shown.
        p: Shape (areas,): exact and two-sided; NaN where there was no test.
        adjusted: Shape (areas,): p adjusted for the areas.
        verdicts: One per area.
    """

    shown: npt.NDArray[np.bool_]
    similarity: Similarity
    p: Floats
    adjusted: Floats
    verdicts: tuple[ShareVerdict, ...]


@dataclass(frozen=True, slots=True)
class Concentration:
    """In how few areas events lie.

    Attributes:
        shown: Shape (areas,): True where there is a figure.
        rank: Shape (areas,): 1 for most events; equal counts share the best rank. 0 where there is no figure.
        running: Shape (areas,): share of all events in this area and all before it; NaN where there is no figure.
        areas: How many areas have a figure.
        events: How many events they have.
        holding: The fewest areas that hold half of the events; None without events.
        in_half: Shape (areas,): True for those areas.
        chance: What chance alone gives, every area as likely; None without events.
        by_people: What chance alone gives by how many live there; None when no rate was asked for.
        gini: The Gini coefficient; None without events.
        generalized_gini: Against the evenest that so few events can be.
    """

    shown: npt.NDArray[np.bool_]
    rank: Ints
    running: Floats
    areas: int
    events: int
    holding: int | None
    in_half: npt.NDArray[np.bool_]
    chance: Chance | None
    by_people: Chance | None
    gini: float | None
    generalized_gini: float | None


def find_pattern_change(published: Published) -> PatternChange:
    """Compare the pattern of a span with its baseline's.

    Args:
        published: The answer for every area of the region, with one column for the span and one for the baseline.

    Returns:
        Where shares have changed. An area without a figure in either span is left out of both.
    """
    shown = (published.status == Status.VALUE.number).all(axis=1)
    test, base = (np.where(shown, published.counts[:, column], 0) for column in (0, 1))
    found = similarity(base[shown], test[shown])
    p, adjusted = (np.full(shown.shape, np.nan) for _ in range(2))
    p[shown], adjusted[shown] = share_tests(base[shown], test[shown])
    # Compared as whole numbers: of equal shares neither is the higher.
    rise = np.sign(test * base.sum() - base * test.sum())
    verdicts = tuple(_verdict(float(adjusted[i]), int(rise[i])) for i in range(len(shown)))
    return PatternChange(shown, _spread(found, shown), p, adjusted, verdicts)


def find_concentration(published: Published) -> Concentration:
    """Find in how few areas the events of a span lie.

    Args:
        published: The answer for every area of the region; its first period is the span.

    Returns:
        The areas that hold half, and what chance would give.
    """
    shown = published.status[:, 0] == Status.VALUE.number
    counts = published.counts[shown, 0]
    order = np.argsort(-counts, kind="stable")
    running, rank = np.full(shown.shape, np.nan), np.zeros(shown.shape, np.int64)
    ranked = np.empty(len(counts), np.int64)
    ranked[order] = 1 + np.searchsorted(-counts[order], -counts[order])
    rank[shown] = ranked
    shares = np.empty(len(counts))
    shares[order] = lorenz(counts)
    running[shown] = shares
    holding = areas_holding(counts)
    in_half = np.zeros(shown.shape, np.bool_)
    in_half[np.flatnonzero(shown)[order[: holding or 0]]] = True
    people = published.person_years[shown, 0] if published.person_years is not None else None
    return Concentration(
        shown=shown,
        rank=rank,
        running=running,
        areas=len(counts),
        events=int(counts.sum()),
        holding=holding,
        in_half=in_half,
        chance=by_chance(counts),
        by_people=by_chance(counts, people) if people is not None else None,
        gini=gini(counts),
        generalized_gini=generalized_gini(counts),
    )


def _spread(found: Similarity, shown: npt.NDArray[np.bool_]) -> Similarity:
    """Put the figures of the areas shown in their places among all."""

    def among_all(column: Floats) -> Floats:
        wide = np.full(shown.shape, np.nan)
        wide[shown] = column
        return wide

    local = np.zeros(shown.shape, np.int64)
    local[shown] = found.local
    base, test, low, high = (among_all(column) for column in (found.base, found.test, found.low, found.high))
    return Similarity(base, test, low, high, local, found.s, found.robust_s)


def _verdict(adjusted: float, rise: int) -> ShareVerdict:
    if np.isnan(adjusted):
        return ShareVerdict.NOT_APPLICABLE
    if adjusted > LEVEL or not rise:
        return ShareVerdict.CANNOT_TELL
    return ShareVerdict.HIGHER if rise > 0 else ShareVerdict.LOWER
