"""The funnel: how far an area's rate may lie from that of the whole by chance, the wider the fewer people live there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CONFIDENCES = (0.95, 0.998)
"""The limits that are drawn: about two and three standard deviations."""

_WINSORISED = 0.10


@dataclass(frozen=True, slots=True)
class Funnel:
    """Limits round a common rate.

    Attributes:
        expected: Events each area would have at the common rate, (areas,); NaN where the exposure is not known or 0.
        limits: Events at the limits, (areas, 4): low and high at 95 %, low and high at 99.8 %; NaN likewise.
        position: How far out each area lies, (areas,): 0 within the 95 % limits, 1 between them and those at 99.8 %, 2 beyond; negative below.
            0 where there are no limits.
        target: The common rate; NaN where nobody lives anywhere.
        dispersion: Spiegelhalter's winsorised dispersion between the areas (phi), about 1 where they differ by chance alone.
        adjusted: Whether the limits were widened by it.
    """

    expected: Floats
    limits: Floats
    position: npt.NDArray[np.int8]
    target: float
    dispersion: float
    adjusted: bool


def funnel(counts: Ints, exposures: Floats) -> Funnel:
    """Limits round the rate of all areas together.

    Args:
        counts: Events, (areas,), >= 0.
        exposures: Person-years or the like, (areas,); NaN or 0 where a rate does not apply, and such an area is left out.

    Returns:
        The limits. Where the areas differ by no more than chance they are quantiles of the Poisson distribution, interpolated; where they differ by
        more, the common rate plus and minus normal quantiles times the square root of the dispersion, and never below 0.

    Raises:
        ValueError: The shapes differ.

    Reference: Spiegelhalter (2005), Stat. Med. 24 (limits and their interpolation) and Qual. Saf. Health Care 14 (over-dispersion, z-scores
    winsorised at 10 %). Not for: change over time, or ranking.
    """
    if counts.shape != exposures.shape:
        raise ValueError(f"{counts.shape} != {exposures.shape}")
    inhabited = exposures > 0
    people = float(exposures[inhabited].sum())
    target = float(counts[inhabited].sum()) / people if people else float("nan")
    expected = np.where(inhabited, target * np.where(inhabited, exposures, 0), np.nan)
    dispersion = winsorised_dispersion(counts[inhabited], expected[inhabited])
    areas = int(inhabited.sum())
    adjusted = areas > 1 and dispersion > 1 + 2 * np.sqrt(2 / areas)
    limits = np.full((len(counts), 4), np.nan)
    for at, confidence in enumerate(CONFIDENCES):
        for side, share in enumerate(((1 - confidence) / 2, (1 + confidence) / 2)):
            within = expected[inhabited]
            limits[inhabited, 2 * at + side] = _widened(within, share, dispersion) if adjusted else _quantile(within, share)
    with np.errstate(invalid="ignore"):
        above = (counts > limits[:, 1]).astype(np.int8) + (counts > limits[:, 3])
        below = (counts < limits[:, 0]).astype(np.int8) + (counts < limits[:, 2])
    return Funnel(expected, limits, (above - below).astype(np.int8), target, dispersion, bool(adjusted))


def winsorised_dispersion(counts: Ints, expected: Floats) -> float:
    """How many times a Poisson variance areas have round their expected counts, with the outermost tenth at each side drawn in.

    Args:
        counts: Events, (areas,), >= 0.
        expected: Expected events, (areas,), >= 0; an area of which none are expected is left out.

    Returns:
        The mean of the squared z-scores, those beyond the 10th and 90th percentile set to these; 1 where there is nothing to go by.

    Reference: Spiegelhalter (2005), Qual. Saf. Health Care 14, appendix. Not for: a handful of areas; a tenth of them is none.
    """
    some = expected > 0
    if some.sum() < 2:
        return 1.0
    # On the square root's scale a Poisson count has the same variance whatever is expected.
    z = 2 * (np.sqrt(counts[some]) - np.sqrt(expected[some]))
    low, high = np.quantile(z, (_WINSORISED, 1 - _WINSORISED))
    return float((np.clip(z, low, high) ** 2).mean())


def _widened(expected: Floats, share: float, dispersion: float) -> Floats:
    from scipy.special import ndtri

    return np.maximum(expected + ndtri(share) * np.sqrt(dispersion * expected), 0.0)


def _quantile(expected: Floats, share: float) -> Floats:
    """Give a quantile of the Poisson distribution, interpolated between whole numbers."""
    from scipy.special import pdtr, pdtrik

    safe = np.maximum(expected, 1e-12)
    reached = np.maximum(np.ceil(pdtrik(share, safe) - 1e-9), 0.0)
    up_to, before = pdtr(reached, safe), np.where(reached > 0, pdtr(np.maximum(reached - 1, 0), safe), 0.0)
    return np.where(expected > 0, np.maximum(reached - (up_to - share) / (up_to - before), 0.0), 0.0)
