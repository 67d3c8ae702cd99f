"""How well what is shown hides small counts, and how well it tells large ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tests.attacks.cities import LEVELS, Lattice
from tests.attacks.solving import Known, least_squares, narrowed, system_of


@dataclass(frozen=True)
class Guesses:
    """Counts that an attacker says are 1.

    Attributes:
        made: How many.
        right: How many of them are.
    """

    made: int
    right: int

    @property
    def precision(self) -> float:
        """The share that is right; 0 of none."""
        return self.right / self.made if self.made else 0.0


@dataclass(frozen=True)
class Use:
    """What the figures are good for, in cells.

    Attributes:
        large: Shown with 20 or more.
        near: Of those, within 5 per cent of the truth.
        changes: Pairs of a year and the next in which the truth, 20 or more, changed by 10 per cent or more.
        told: Of those, shown to change the same way.
    """

    large: int
    near: int
    changes: int
    told: int


def found_out(lattice: Lattice, known: Known | None) -> tuple[int, int]:
    """Count the small counts that differencing finds out exactly, and all small counts, year by year."""
    found = small = 0
    for year in range(lattice.city.years):
        system = system_of(lattice.year(year), known)
        low, high = narrowed(system)
        found += int((system.small & (low == high)).sum())
        small += int(system.small.sum())
    return found, small


def guessed_ones(lattice: Lattice, known: Known | None, *, alone: bool = False) -> Guesses:
    """Count the cells that least squares says are 1.

    Args:
        lattice: What is shown.
        known: What is known from elsewhere.
        alone: True to guess from what is known from elsewhere and nothing that is shown.
    """
    made = right = 0
    for year in range(lattice.city.years):
        system = system_of(lattice.year(year), known)
        if alone:
            system = replace(system.alone, shown=np.full_like(system.shown, -1))
        ones = ~system.known & (np.rint(least_squares(system)) == 1)
        made += int(ones.sum())
        right += int((system.truth[ones] == 1).sum())
    return Guesses(made, right)


def best_value(lattice: Lattice, least: int = 30) -> Guesses:
    """Give the shown value that most surely stands for a true 1, of those that so many cells of a level and length show.

    This attacker knows how often each true count stands behind each shown one in the whole city, which nobody outside does.
    """
    best = Guesses(0, 0)
    for of, seen in lattice.seen.items():
        truth, shown = lattice.city.counts(of)[seen], lattice.shown[of][seen]
        for value in range(13):
            cells = shown == value
            guesses = Guesses(int(cells.sum()), int((truth[cells] == 1).sum()))
            if guesses.made >= least and guesses.precision > best.precision:
                best = guesses
    return best


def use_of(lattice: Lattice) -> Use:
    """Count how many large cells are near, and how many changes from year to year are told rightly."""
    large = near = changes = told = 0
    for of, seen in lattice.seen.items():
        truth, shown = lattice.city.counts(of), lattice.shown[of]
        many = seen & (shown >= 20)
        large += int(many.sum())
        near += int((np.abs(shown - truth)[many] <= 0.05 * truth[many]).sum())
        if of[1] == 12:
            before, after = truth[:, :, :-1], truth[:, :, 1:]
            moved = seen[:, :, :-1] & seen[:, :, 1:] & (before >= 20) & (np.abs(after - before) >= 0.1 * before)
            changes += int(moved.sum())
            told += int((np.sign(shown[:, :, 1:] - shown[:, :, :-1]) == np.sign(after - before))[moved].sum())
    return Use(large, near, changes, told)


def cells_of(lattice: Lattice) -> dict[str, int]:
    """Count the cells shown, by level."""
    return {level.value: sum(int(seen.sum()) for (of, _), seen in lattice.seen.items() if of is level) for level in LEVELS}
