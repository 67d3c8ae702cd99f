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


def parts_shown(sheets: Sequence[Sheet], parts: Ints, in_time: Sequence[Bools] | None) -> list[Bools]:
    """Tell which cells are shown.

    Args:
        sheets: One per level, the outermost first; the lattice has of no level what it does not have of the one before.
        parts: Each category with each that it is a part of, (pairs, 2); what is a part of none is the whole of the source.
        in_time: Per sheet which cells are parts of long enough periods that show enough, as shape `shown`; None for the longest periods.

    Returns:
        Per sheet, shape of its `shown`.
    """
    found: list[Bools] = []
    inwards = _inwards(parts)
    for number, sheet in enumerate(sheets):
        seen = np.broadcast_to(sheet.has[:, None], sheet.shown.shape).copy()
        if sheet.above is not None:
            seen &= (found[-1] & enough(sheets[number - 1].shown))[sheet.above] & (sheet.above >= 0)[:, None, None]
        if in_time is not None:
            seen &= in_time[number]
        divided = enough(sheet.shown)
        for part, whole in inwards:
            seen[:, part] &= (seen & divided)[:, whole]
        found.append(seen)
    return found


def _inwards(parts: Ints) -> list[tuple[Ints, Ints]]:
    """Put parts and their wholes in an order in which every whole is done with before its parts, no part twice in one step."""
    depth = np.zeros(parts.max(initial=-1) + 1, np.int64)
    while (deeper := depth[parts[:, 1]] >= depth[parts[:, 0]]).any():
        np.maximum.at(depth, parts[deeper, 0], depth[parts[deeper, 1]] + 1)
    order = parts[np.argsort(parts[:, 0], kind="stable")]
    begins = np.searchsorted(order[:, 0], order[:, 0])
    step = np.stack([depth[order[:, 0]], np.arange(len(order)) - begins], axis=1)
    steps, at = np.unique(step, axis=0, return_inverse=True)
    found = [order[at.ravel() == number] for number in range(len(steps))]
    return [(pairs[:, 0], pairs[:, 1]) for pairs in found]
