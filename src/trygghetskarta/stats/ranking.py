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
        low[ranked], high[ranked] = _ends(_ranks(_draw(counts[ranked].astype(np.float64) + 0.5, exposures[ranked])), (1 - confidence) / 2)
    return low, high


def _draw(shapes: Floats, exposures: Floats) -> Normals:
    """Draw a rate for every area, (draws, areas): a gamma variable by the cube of a normal one."""
    middle, spread = 1 - 1 / (9 * shapes), 1 / (3 * np.sqrt(shapes))
    size = np.cbrt(shapes / exposures)
    cube = _normals(len(shapes)) * (spread * size).astype(np.float32)
    cube += (middle * size).astype(np.float32)
    # Below 0 the cube would turn round; there the order is kept, which is all that a rank needs.
    return cube


def _ranks(draws: Normals) -> npt.NDArray[np.int32]:
    """Rank the areas in every draw, 1 for the largest, (areas, draws)."""
    count, areas = draws.shape
    # The number of the area rides in the lowest bits, so that plain sorting, which is far faster than sorting by an index, tells who came where. It
    # costs the draws their last digits, a few in a hundred thousand.
    bits = max(int(areas - 1).bit_length(), 1)
    keys = (-draws).view(np.int32)
    # Negative floats are in falling order as integers.
    keys ^= (keys >> 31) & 0x7FFFFFFF
    keys &= ~((1 << bits) - 1)
    keys |= np.arange(areas, dtype=np.int32)
    keys.sort(axis=1)
    keys &= (1 << bits) - 1
    ranks = np.empty((areas, count), np.int32)
    ranks[keys, np.arange(count)[:, None]] = np.arange(1, areas + 1, dtype=np.int32)
    return ranks


def _ends(ranks: npt.NDArray[np.int32], tail: float) -> tuple[Ints, Ints]:
    ranks.sort(axis=1)
    last = ranks.shape[1] - 1
    return ranks[:, int(np.floor(tail * last))].astype(np.int64), ranks[:, int(np.ceil((1 - tail) * last))].astype(np.int64)


@lru_cache(maxsize=16)
def _normals(areas: int) -> Normals:
    """Give the normal numbers that every answer over so many areas is made of, (draws, areas)."""
    numbers = np.random.default_rng(SEED).standard_normal((DRAWS, areas), np.float32)
    numbers.setflags(write=False)
    return numbers
