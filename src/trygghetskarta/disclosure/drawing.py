"""Drawing a period: which periods are due, and the protected counts of their cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trygghetskarta.disclosure.cellkey import KEYS, STANDARD, protect
from trygghetskarta.disclosure.lattice import MONTH, QUARTER, YEAR
from trygghetskarta.domain.dividing import DIVIDED_FROM, DIVIDED_IN_TIME_FROM

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

WITHHELD = -1
"""Stands for a count of which the source itself withholds all there is."""
_NOISE = f"reach={STANDARD.reach} variance={STANDARD.variance:g} hidden={STANDARD.hidden}"
METHOD = f"cellkey {_NOISE} divided={DIVIDED_FROM} months={DIVIDED_IN_TIME_FROM} bundles"
"""How the counts of a draw are protected."""
_SURE = 1.96


def variance_of(cells: Ints) -> Floats:
    """Give the variance that protection adds to sums of so many cells, any shape."""
    return np.asarray(cells * STANDARD.variance, np.float64)


def margin_of(cells: Ints) -> Ints:
    """Give how far sums of so many protected cells are from the exact ones at most, in 95 cases of 100; any shape.

    What is added to one cell is nearly normal, and to many the more so; no sum is further away than all its cells can be together.
    """
    likely = np.ceil(_SURE * np.sqrt(variance_of(cells)))
    return np.minimum(likely, cells * STANDARD.reach).astype(np.int64)


class Stretch(NamedTuple):
    """A month, a quarter or a year: its first month since 1970, and how many months it has."""

    first: int
    months: int


class Drawn(NamedTuple):
    """A draw of a period: 1 for the first and 2 for the last, and whether the source's figures of the period were final."""

    number: int
    final: bool


def due(known: Mapping[Stretch, Drawn], ready: Mapping[int, bool]) -> dict[Stretch, Drawn]:
    """Give the draws that some months make due.

    A period is drawn when it is first released, and once more when its figures are final; never a third time, as each look at a count tells a
    little more of it. A quarter or a year is drawn with the last of its months.

    Args:
        known: What has been drawn before, the newest of each period.
        ready: The months to release, each with whether its figures are final.

    Returns:
        The draws to make.
    """
    drawn: dict[Stretch, Drawn] = {}
    for month, final in sorted(ready.items()):
        _draw(drawn, known, Stretch(month, MONTH), final=final)
    after = {**known, **drawn}
    for length in (QUARTER, YEAR):
        for first in sorted({month // length * length for month in ready}):
            held = [after.get(Stretch(month, MONTH)) for month in range(first, first + length)]
            if all(draw is not None for draw in held):
                _draw(drawn, known, Stretch(first, length), final=all(draw is not None and draw.final for draw in held))
    return drawn


def _draw(drawn: dict[Stretch, Drawn], known: Mapping[Stretch, Drawn], stretch: Stretch, *, final: bool) -> None:
    before = known.get(stretch)
    if before is None:
        drawn[stretch] = Drawn(1, final)
    elif final and not before.final:
        drawn[stretch] = Drawn(2, final=True)


@dataclass(frozen=True, slots=True)
class Contributions:
    """What counts in the cells of the lattice, for the one who publishes alone; (entries,) each.

    Attributes:
        cell: The area, as its number among those of all levels.
        node: The category.
        month: Months since 1970.
        antal: How many events; 0 for a count that the source withholds.
        key: The sum of their record keys.
    """

    cell: Ints
    node: Ints
    month: Ints
    antal: Ints
    key: Ints

    def of(self, which: Bools) -> Contributions:
        """Give some of them."""
        return Contributions(self.cell[which], self.node[which], self.month[which], self.antal[which], self.key[which])


def protected(entries: Contributions, numbers: Ints) -> tuple[Ints, Ints]:
    """Give the protected counts of cells.

    Args:
        entries: What counts in them.
        numbers: The number of the cell that each counts in, (entries,).

    Returns:
        The numbers of the cells that are not 0, ascending, and their counts; WITHHELD where the source withholds all there is.
    """
    if not len(numbers):
        return numbers, numbers
    order = np.argsort(numbers, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(numbers[order]) > 0))
    counts, keys = (np.add.reduceat(values[order], begins) for values in (entries.antal, entries.key))
    shown = np.where(counts == 0, WITHHELD, protect(counts, (keys % KEYS).astype(np.uint32)))
    seen = shown != 0
    return numbers[order][begins][seen], shown[seen]
