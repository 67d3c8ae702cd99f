"""How few areas hold how much of all events, and how few would by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DRAWS = 1999
SEED = 20_150_501
HALF = 0.5
_DUST = 1e-9


@dataclass(frozen=True, slots=True)
class Chance:
    """What chance alone would give with as many events and areas.

    Attributes:
        share: Mean share of the areas that hold the given part of the events.
        low: Lower end of the interval that holds 95 % of the draws.
        high: Upper end.
        p: How seldom chance gives as small a share as the one seen, one-sided.
    """

    share: float
    low: float
    high: float
    p: float


def areas_holding(counts: Ints, part: float = HALF) -> int | None:
    """Count the fewest areas that together hold a part of all events.

    Args:
        counts: Events, shape (areas,), >= 0.
        part: Above 0 to 1.

    Returns:
        How many areas; None without events.

    Reference: Weisburd 2015 (the law of crime concentration). Not for: few events, unless beside `by_chance`.
    """
    total = int(counts.sum())
    if not total:
        return None
    return int(_holding(counts[None, :], part)[0])


def by_chance(counts: Ints, weights: Floats | None = None, part: float = HALF, seed: int = SEED) -> Chance | None:
    """Throw as many events at random over as many areas, and see how few areas hold the part.

    Args:
        counts: Events, shape (areas,), >= 0.
        weights: What an area's chance goes by, as its inhabitants, shape (areas,), >= 0; None for the same in all. NaN is taken as 0.
        part: Above 0 to 1.
        seed: What the drawing begins from.

    Returns:
        What chance gives, of `DRAWS` draws; None without events or without any weight.

    Raises:
        ValueError: The shapes differ.

    Reference: after Bernasco & Steenbeek 2017 and Hipp & Kim 2017: with few events chance alone makes them look concentrated. Not for: events that
    come several at a time.
    """
    chances = np.ones(counts.shape) if weights is None else np.nan_to_num(weights)
    if chances.shape != counts.shape:
        raise ValueError(f"{counts.shape} != {chances.shape}")
    seen = areas_holding(counts, part)
    if seen is None or not chances.sum() > 0:
        return None
    drawn = _holding(np.random.default_rng(seed).multinomial(int(counts.sum()), chances / chances.sum(), DRAWS), part)
    low, high = np.quantile(drawn, (0.025, 0.975), method="inverted_cdf") / len(counts)
    return Chance(float(drawn.mean() / len(counts)), float(low), float(high), float((1 + (drawn <= seen).sum()) / (DRAWS + 1)))


def gini(counts: Ints) -> float | None:
    """How unevenly events are spread over areas: 0 when all have as many, near 1 when one has all.

    Args:
        counts: Events, shape (areas,), >= 0.

    Returns:
        The Gini coefficient, 0 to 1 - 1/areas; None without events.

    Reference: R's ineq::Gini. Not for: fewer events than areas; see `generalized_gini`.
    """
    total, areas = int(counts.sum()), len(counts)
    if not total:
        return None
    ranks = np.arange(1, areas + 1)
    return float(2 * (ranks * np.sort(counts)).sum() / (areas * total) - (areas + 1) / areas)


def generalized_gini(counts: Ints) -> float | None:
    """The Gini coefficient against the evenest that so few events can be: one in each of as many areas.

    Args:
        counts: Events, shape (areas,), >= 0.

    Returns:
        0 when no area has more than it must, and equal to `gini` when there are at least as many events as areas; None without events.

    Reference: Bernasco & Steenbeek 2017, G' = max(n/c, 1) (G - 1) + 1 for c events and n areas. Not for: weights or rates.
    """
    plain = gini(counts)
    if plain is None:
        return None
    return max(len(counts) / int(counts.sum()), 1.0) * (plain - 1) + 1


def lorenz(counts: Ints) -> Floats:
    """The share of all events that areas hold together, the ones with most first.

    Args:
        counts: Events, shape (areas,), >= 0.

    Returns:
        Shape (areas,), ascending to 1, in the order of falling counts; NaN without events.

    Reference: Lorenz 1905, from the top as criminology draws it. Not for: telling which area is first when counts are equal.
    """
    total = counts.sum()
    return np.cumsum(-np.sort(-counts)) / total if total else np.full(counts.shape, np.nan)


def _holding(counts: Ints, part: float) -> Ints:
    """Count, row by row, the fewest areas that hold the part."""
    running = np.cumsum(-np.sort(-counts, axis=1), axis=1)
    return np.asarray(1 + (running < part * running[:, -1:] * (1 - _DUST)).sum(axis=1), np.int64)
