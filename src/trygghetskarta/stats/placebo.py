"""Where a measure's effect stands among those of areas in which nothing was done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DRAWS = 999
_SEED = 20181


@dataclass(frozen=True, slots=True)
class Placebo:
    """Where the true effect stands among those of areas in which nothing was done.

    Attributes:
        rank: 1 for the largest reduction of all.
        of: How many there are, the true one with them.
        p: Share of them whose effect is as far from none as the true one, in either direction.
    """

    rank: int
    of: int
    p: float


def placebo(true: float, others: Floats) -> Placebo | None:
    """Rank a true effect among those computed for areas in which nothing was done.

    Args:
        true: The true effect in standard errors, negative for a reduction.
        others: Those of the other areas, (others,), in the same way; NaN where there is none.

    Returns:
        Its rank; None where there is no true effect, or none to compare with.

    Reference: Abadie, Diamond & Hainmueller (2010), J. American Statistical Association 105:493, placebo tests; the p-value counts the true one with
    the others, as a permutation test does. Not for: few areas; with 9 others p cannot be below 0.1.
    """
    known = others[~np.isnan(others)]
    if np.isnan(true) or not len(known):
        return None
    further = int((np.abs(known) >= abs(true)).sum())
    return Placebo(int((known < true).sum()) + 1, len(known) + 1, (further + 1) / (len(known) + 1))


@lru_cache(maxsize=16)
def drawn(areas: int, size: int) -> Ints:
    """Draw areas to stand for a target, as many together as it has: the same ones each time.

    Args:
        areas: How many there are to draw from.
        size: How many the target has, > 0 and at most as many.

    Returns:
        Numbers of the areas, (draws, size): each area by itself where the target is one.
    """
    if size == 1:
        return np.arange(areas)[:, None]
    rng = np.random.default_rng(_SEED)
    found = np.array([rng.choice(areas, size, replace=False) for _ in range(DRAWS)])
    found.setflags(write=False)
    return found
