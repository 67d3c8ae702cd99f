"""Whole counts dealt by share: systematic sampling, in whole numbers throughout."""

from __future__ import annotations

from hashlib import md5

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

WHOLE = 1_000_000
"""Shares are written in millionths."""
STEP = 618_033
"""How far the draw moves from a month to the next: near the golden ratio, and without a factor in common with `WHOLE`, so that the draws of any run
of months lie evenly and all are met."""


def draw_of(known_by: str, source: str, category: str) -> int:
    """Give the draw of month 0 for what is dealt together.

    Args:
        known_by: What names the place, the same in every database that holds it.
        source: Code of the source.
        category: Code of the category.

    Returns:
        A number 0 to 999 999 that is as good as random, and always the same for the same names.
    """
    digits = md5(f"{known_by}|{source}|{category}".encode(), usedforsecurity=False).hexdigest()[:15]
    return int(digits, 16) % WHOLE


def dealt(counts: Ints, parts: tuple[Ints, Ints], draws: Ints, months: Ints) -> tuple[Ints, Ints]:
    """Deal whole counts by share: each part gets the events between two whole steps on the line of all of them.

    With C1 and C2 where the part begins and ends, n the count and u the draw, the part gets the events from floor(C1 n + u) to floor(C2 n + u).
    Parts that together are the whole line get n together, whatever the draw; a part cut in two gets what its two parts get; and over all draws,
    which are equally likely, a part gets its share of n on average. It is never as much as one from its share of n.

    Args:
        counts: Events, >= 0 and below 2**43, (cells,).
        parts: Where the part begins and ends, in millionths of the line, (cells,) each; begin <= end.
        draws: Draw of month 0, in millionths, (cells,).
        months: Months since 1970, (cells,); the draw of a month is that of month 0 moved on by `STEP` for each.

    Returns:
        Number of the first event of the part, and of the first after it, (cells,) each, 0 to `counts`; their difference is how many the part gets: 0
        for a count of 0 and for an empty part.

    Raises:
        ValueError: A count is negative, or a part does not lie on the line.

    Reference: W. G. Madow and L. H. Madow (1944), On the theory of systematic sampling, Annals of Mathematical Statistics 15; the draws
    of following months are a Weyl sequence (L. Kuipers and H. Niederreiter, Uniform Distribution of Sequences, 1974). Not for telling
    which of the events belong to the part: nobody knows.
    """
    begins, ends = parts
    if (counts < 0).any() or (begins < 0).any() or (ends > WHOLE).any() or (begins > ends).any():
        raise ValueError("counts must not be negative, and parts must lie on the line")
    draw = (draws + months * STEP) % WHOLE
    return (begins * counts + draw) // WHOLE, (ends * counts + draw) // WHOLE
