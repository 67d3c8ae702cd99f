"""From p-values to verdicts: what is said of many areas at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from trygghetskarta.stats.multiple import benjamini_hochberg

Floats = npt.NDArray[np.float64]

SINGLE = 0.05
"""No area whose own p-value is above this is said to be higher or lower: of areas where nothing has changed at most one in twenty are."""
FALSE_SHARE = 0.20
"""The share of false findings among the areas said to be higher or lower, by Benjamini and Hochberg; see decision 0021."""
STRONG = 0.05
"""An adjusted p-value up to this is strong evidence."""


class Verdict(StrEnum):
    """What can be said of a ratio."""

    HIGHER = "higher"
    LOWER = "lower"
    CANNOT_TELL = "cannotTell"
    NOT_APPLICABLE = "notApplicable"


class Evidence(StrEnum):
    """How well a verdict of higher or lower is founded."""

    STRONG = "strong"
    MODERATE = "moderate"


_VERDICTS = (Verdict.HIGHER, Verdict.LOWER, Verdict.CANNOT_TELL, Verdict.NOT_APPLICABLE)
_EVIDENCE = (None, Evidence.MODERATE, Evidence.STRONG)


@dataclass(frozen=True, slots=True)
class Judged:
    """What many tests come to.

    Attributes:
        p: P-values, (areas,); NaN where nothing was tested.
        adjusted: P-values adjusted for how many they are, likewise.
        verdicts: (areas,).
        evidence: (areas,); None where the verdict is neither higher nor lower.
    """

    p: Floats
    adjusted: Floats
    verdicts: tuple[Verdict, ...]
    evidence: tuple[Evidence | None, ...]

    @property
    def tested(self) -> int:
        """How many were tested."""
        return int((~np.isnan(self.p)).sum())


def judge(p: Floats, ratios: Floats, falls: bool = True, rises: bool = True) -> Judged:
    """Give each area its verdict, in the light of how many they are.

    Args:
        p: P-values, (areas,); NaN where nothing could be tested.
        ratios: How many times as high, (areas,); above 1 is higher.
        falls: Whether a fall can be told at all; without, lower is cannotTell.
        rises: Whether a rise can.

    Returns:
        The verdicts: higher or lower where the p-value is at most `SINGLE` and the adjusted one at most `FALSE_SHARE`.
    """
    adjusted = benjamini_hochberg(p)
    with np.errstate(invalid="ignore"):
        found = (p <= SINGLE) & (adjusted <= FALSE_SHARE) & np.where(ratios > 1, rises, falls)
        strong = adjusted <= STRONG
    number = np.where(np.isnan(p), 3, np.where(~found, 2, np.where(ratios > 1, 0, 1))).tolist()
    graded = (found * (1 + strong.astype(np.int8))).tolist()
    return Judged(p, adjusted, tuple(_VERDICTS[at] for at in number), tuple(_EVIDENCE[at] for at in graded))
