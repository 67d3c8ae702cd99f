"""Rates with their intervals."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_EXACT_BELOW = 10


def per_thousand_years(counts: Ints, person_years: Floats, inflation: Floats | None = None) -> Floats:
    """Events per 1 000 inhabitants and year, with the ends of its interval.

    Args:
        counts: Events, any shape, >= 0.
        person_years: Inhabitants times years, same shape, >= 0 or NaN where not known.
        inflation: How many times a Poisson variance each count has, same shape, >= 1; None for once.

    Returns:
        Shape (..., 3): the rate, and the lower and upper end of its 95 % interval. NaN where nobody is registered or nothing is known of
        who is: a rate per inhabitant says nothing about a harbour, and 0 or infinity would both be read as a fact.

    Raises:
        ValueError: The shapes differ.

    Reference: `poisson_interval`. Not for: sources that are a selection, or areas where few live and many pass.
    """
    if counts.shape != person_years.shape:
        raise ValueError(f"{counts.shape} != {person_years.shape}")
    inhabited = np.where(person_years > 0, person_years, np.nan)
    low, high = poisson_interval(counts) if inflation is None else (end * inflation for end in poisson_interval(counts / inflation))
    return np.stack([counts / inhabited, low / inhabited, high / inhabited], axis=-1) * 1000


def poisson_interval(counts: Ints | Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Interval of a Poisson count: exact below 10 events, Byar's approximation from 10.

    Args:
        counts: Events, any shape, >= 0. Need not be whole: an over-dispersed count is worth fewer (`stats.dispersion.effective`).
        confidence: The confidence level, between 0 and 1.

    Returns:
        Lower and upper end, same shape as `counts`.

    Reference: the rule and the form of Byar's approximation of the English public-health guidance (PHEindicatormethods); exact ends by the
    chi-squared quantiles (Garwood 1936). Not for: counts whose variance exceeds their mean; those need a wider interval.
    """
    # Loaded when first needed: most answers are counts, and scipy is a large part of what a worker would carry.
    from scipy.special import gammaincinv, ndtri

    events = counts.astype(np.float64)
    tail = (1 - confidence) / 2
    return (
        np.where(events < _EXACT_BELOW, gammaincinv(events.clip(1e-300), tail) * (events > 0), _byar(events, -ndtri(1 - tail), 0)),
        np.where(events < _EXACT_BELOW, gammaincinv(events + 1, 1 - tail), _byar(events, ndtri(1 - tail), 1)),
    )


def wilson_interval(hits: Ints | Floats, of: Ints | Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Interval of a share by Wilson's score method, without continuity correction.

    Args:
        hits: How many had it, any shape, 0 <= hits <= of; NaN for unknown. Not whole where it is a published share, rounded, of all.
        of: Of how many, same shape.
        confidence: The confidence level, between 0 and 1.

    Returns:
        Lower and upper end as shares 0 to 1, same shape; NaN where `of` is 0: of nobody nothing is known.

    Raises:
        ValueError: The shapes differ, or there are more hits than there are in all.

    Reference: Wilson (1927), J. Am. Stat. Assoc. 22; the form of PHEindicatormethods. Not for: weighted samples, or shares of a whole that was
    counted in full.
    """
    from scipy.special import ndtri

    if hits.shape != of.shape:
        raise ValueError(f"{hits.shape} != {of.shape}")
    if ((hits < 0) | (hits > of)).any():
        raise ValueError("hits outside 0..of")
    square = float(ndtri((1 + confidence) / 2)) ** 2
    asked = np.where(of > 0, of, np.nan)
    middle = hits + square / 2
    # Taken by the smaller side, so that the ends at none and at all are 0 and 1 and not a rounding beside them.
    half = np.sqrt(square) * np.sqrt(hits * (asked - hits) / asked + square / 4)
    low = np.where(hits == 0, 0.0, (middle - half) / (asked + square)).clip(min=0.0)
    high = np.where(hits == of, 1.0, (middle + half) / (asked + square)).clip(max=1.0)
    return np.where(of > 0, low, np.nan), np.where(of > 0, high, np.nan)


def _byar(events: Floats, z: float, added: int) -> Floats:
    """Byar's cubic approximation of one end of the interval; `added` is 0 for the lower end and 1 for the upper."""
    n = np.maximum(events + added, 1)
    return n * (1 - 1 / (9 * n) + z / (3 * np.sqrt(n))) ** 3
