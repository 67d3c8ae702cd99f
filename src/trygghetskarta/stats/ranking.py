"""Where areas stand among each other, and how sure that is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Normals = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

DRAWS = 500
SEED = 20_230_196
_SIGN_BIT = 31


def rank_intervals(counts: Floats | Ints, exposures: Floats, confidence: float = 0.95) -> tuple[Ints, Ints]:
    """The ranks that each area's rate may have; 1 is the highest rate.

    A true rate is drawn for every area from a gamma distribution of shape count + 1/2 (Jeffreys' prior), five hundred times, and the areas
    are ranked each time. The draws are made of fixed normal numbers by Wilson and Hilferty's cube, so the same counts always get the same ranks.

    Args:
        counts: Events, (areas,), >= 0; need not be whole (`stats.dispersion.effective`).
        exposures: Person-years or the like, (areas,); NaN or 0 where a rate does not apply.
        confidence: How much of the drawn ranks the interval holds, between 0 and 1.

    Returns:
        Lowest and highest rank, (areas,), 1 to the number of areas with a rate; 0 for an area without.

    Raises:
        ValueError: The shapes differ.

    Reference: Goldstein and Spiegelhalter (1996), J. R. Stat. Soc. A 159; Wilson and Hilferty (1931). Not for: a league table. Intervals that
    overlap say that nobody knows which of two areas is the higher.
    """
    if counts.shape != exposures.shape:
        raise ValueError(f"{counts.shape} != {exposures.shape}")
    ranked = np.flatnonzero(exposures > 0)
    low, high = np.zeros(len(counts), np.int64), np.zeros(len(counts), np.int64)
    if len(ranked):
        draws = _draw(counts[ranked].astype(np.float64) + 0.5, exposures[ranked])
        low[ranked], high[ranked] = _ends(draws, (1 - confidence) / 2)
    return low, high


def _draw(shapes: Floats, exposures: Floats) -> Normals:
    """Draw a rate for every area, (draws, areas): a gamma variable by the cube of a normal one."""
    middle, spread = 1 - 1 / (9 * shapes), 1 / (3 * np.sqrt(shapes))
    size = np.cbrt(shapes / exposures)
    cube = _normals(len(shapes)) * (spread * size).astype(np.float32)
    cube += (middle * size).astype(np.float32)
    # Below 0 the cube would turn round; there the order is kept, which is all that a rank needs.
    return cube


def _ends(draws: Normals, tail: float) -> tuple[Ints, Ints]:
    """Rank the areas in every draw, 1 for the largest, and give the ranks that so much of the draws lies below and above.

    Plain sorting is far faster than sorting by an index, and than putting each area's ranks where they belong. So the number of the area rides in
    the lowest bits of its draw, which costs the draw its last digits, a few in a hundred thousand; and then in the highest bits of its rank, so
    that all ranks of all draws, sorted at once, stand by area and in order.

    Args:
        draws: Shape (draws, areas); of no use afterwards.
        tail: The share of the draws at either end.

    Returns:
        Lowest and highest rank, (areas,) each.
    """
    count, areas = draws.shape
    bits = max(int(areas - 1).bit_length(), 1)
    lowest = (1 << bits) - 1
    # The first area has the highest number, as the largest draw, which comes last, has the lowest rank.
    backwards = np.arange(areas - 1, -1, -1, dtype=np.int32)
    keys = draws.view(np.int32)
    keys &= ~lowest
    keys |= backwards
    draws.sort(axis=1)
    keys &= lowest
    if 2 * bits >= _SIGN_BIT:
        keys = keys.astype(np.int64)
    keys <<= bits
    keys |= backwards
    ranks = keys.reshape(-1)
    ranks.sort()
    by_area = ranks.reshape(areas, count)[::-1]
    ends = (int(np.floor(tail * (count - 1))), int(np.ceil((1 - tail) * (count - 1))))
    low, high = ((by_area[:, end] & lowest).astype(np.int64) + 1 for end in ends)
    return low, high


@lru_cache(maxsize=16)
def _normals(areas: int) -> Normals:
    """Give the normal numbers that every answer over so many areas is made of, (draws, areas)."""
    numbers = np.random.default_rng(SEED).standard_normal((DRAWS, areas), np.float32)
    numbers.setflags(write=False)
    return numbers
