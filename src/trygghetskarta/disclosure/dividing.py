"""Which cells are divided: a cell is parted into smaller areas, narrower kinds or shorter periods only where it shows enough.

Perturbation alone does not hold against somebody who knows exact totals from elsewhere (the national statistics give them for the city and its
stadsdelsområden): where the true total is 1, the one part that does not show 0 holds it. So a part is shown only where each whole that it is a part
of shows at least `DIVIDED_FROM`. What decides is what the wholes show, never what they are, so that a part is missing tells nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.dividing import DIVIDED_FROM, DIVIDED_IN_TIME_FROM

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the cells of one level show, for periods of one length.

    Attributes:
        shown: Protected counts, (areas, categories, periods).
        has: Which categories the lattice has at this level for this length of time, (categories,).
        above: For each area the one it lies in, of the sheet before, and -1 for an area that is in none and not shown; None for the outermost level.
    """

    shown: Ints
    has: Bools
    above: Ints | None


def enough(shown: Ints) -> Bools:
    """Tell which cells show enough to be divided into smaller areas and narrower kinds, any shape."""
    found: Bools = shown >= DIVIDED_FROM
    return found


def enough_for_months(shown: Ints) -> Bools:
    """Tell which cells of years show enough for those after them to be divided in months and quarters, any shape."""
    found: Bools = shown >= DIVIDED_IN_TIME_FROM
    return found


def parts_shown(sheets: Sequence[Sheet], parents: Ints, in_time: Sequence[Bools] | None) -> list[Bools]:
    """Tell which cells are shown.

    Args:
        sheets: One per level, the outermost first; the lattice has of no level what it does not have of the one before.
        parents: For each category the one it is a part of; -1 for the whole of the source.
        in_time: Per sheet which cells are parts of long enough periods that show enough, as shape `shown`; None for the longest periods.

    Returns:
        Per sheet, shape of its `shown`.
    """
    found: list[Bools] = []
    for number, sheet in enumerate(sheets):
        seen = np.broadcast_to(sheet.has[:, None], sheet.shown.shape).copy()
        if sheet.above is not None:
            seen &= (found[-1] & enough(sheets[number - 1].shown))[sheet.above] & (sheet.above >= 0)[:, None, None]
        if in_time is not None:
            seen &= in_time[number]
        divided = enough(sheet.shown)
        for inner in _inwards(parents):
            seen[:, inner] &= (seen & divided)[:, parents[inner]]
        found.append(seen)
    return found


def _inwards(parents: Ints) -> list[Ints]:
    """Give the categories that are parts of the whole, the parts of those, and so on."""
    found = []
    inner = np.flatnonzero(np.isin(parents, np.flatnonzero(parents < 0)))
    while inner.size:
        found.append(inner)
        inner = np.flatnonzero(np.isin(parents, inner))
    return found
