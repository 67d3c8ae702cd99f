"""Which cells are divided: a cell is parted into smaller areas, narrower kinds or shorter periods only where it shows enough.

Perturbation alone does not hold against somebody who knows exact totals from elsewhere (the national statistics give them for the city and its
stadsdelsområden): where the true total is 1, the one part that does not show 0 holds it. So a part is shown only where each whole that it is a part
of shows at least `DIVIDED_FROM`, those of other editions too, whose totals may be known as well. What decides is what the wholes show, never what
they are, so that a part is missing tells nothing new.
"""

from __future__ import annotations

from itertools import chain

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.dividing import DIVIDED_FROM, DIVIDED_IN_TIME_FROM

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def enough(shown: Ints) -> Bools:
    """Tell which cells show enough to be divided into smaller areas and narrower kinds, any shape."""
    found: Bools = shown >= DIVIDED_FROM
    return found


def enough_for_months(shown: Ints) -> Bools:
    """Tell which cells of years show enough for those after them to be divided in months and quarters, any shape."""
    found: Bools = shown >= DIVIDED_IN_TIME_FROM
    return found


def parts_shown(shown: Ints, has: Bools, areas: Ints, categories: Ints) -> Bools:
    """Tell which cells are shown.

    Args:
        shown: What they show, for periods of one length, of the areas of every level and edition together, (areas, categories, periods).
        has: Which of them there are to show: the lattice has them, and they are parts of long enough periods that show enough, likewise.
        areas: Each area with each that it is a part of, in its own edition and others, (pairs, 2).
        categories: Each category with each that it is a part of, (pairs, 2).

    Returns:
        Shape of `shown`.
    """
    seen, divided = has.copy(), enough(shown)
    outermost, inwards = np.setdiff1d(np.arange(len(shown)), areas[:, 0]), list(chain.from_iterable(_inwards(categories)))
    for rows, steps in [(outermost, []), *((steps[0][0], steps) for steps in _inwards(areas))]:
        for part, whole in steps:
            seen[part] &= seen[whole] & divided[whole]
        mine, enough_here = seen[rows], divided[rows]
        for part, whole in inwards:
            mine[:, part] &= mine[:, whole] & enough_here[:, whole]
        seen[rows] = mine
    return seen


def _inwards(parts: Ints) -> list[list[tuple[Ints, Ints]]]:
    """Put parts and their wholes in steps, those of every whole before those of its parts.

    Returns:
        What are parts of wholes alone, then the parts of those, and so on: for each depth steps of parts and a whole of each, the first with every
        part of that depth, and none with a part twice.
    """
    depth = np.zeros(parts.max(initial=-1) + 1, np.int64)
    while (deeper := depth[parts[:, 1]] >= depth[parts[:, 0]]).any():
        np.maximum.at(depth, parts[deeper, 0], depth[parts[deeper, 1]] + 1)
    order = parts[np.argsort(parts[:, 0], kind="stable")]
    turn = np.arange(len(order)) - np.searchsorted(order[:, 0], order[:, 0])
    found: list[list[tuple[Ints, Ints]]] = []
    for level in range(1, depth.max(initial=0) + 1):
        here = depth[order[:, 0]] == level
        steps = [order[here & (turn == number)] for number in range(turn[here].max(initial=-1) + 1)]
        found.append([(step[:, 0], step[:, 1]) for step in steps])
    return found
