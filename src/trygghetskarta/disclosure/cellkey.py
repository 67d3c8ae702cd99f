"""Protected counts by the cell key method: the table of perturbations, and the look-up in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
CellKeys = npt.NDArray[np.uint32]

KEYS = 2**32
"""Cell keys are 0 to KEYS - 1: the sum of the keys of the records in the cell, modulo KEYS."""


@dataclass(frozen=True)
class Perturbation:
    """What is added to a count before it is shown to the public, and how likely each addition is.

    For each true count the probabilities are those of greatest entropy among all that have mean 0 and the variance asked for, and publish no
    count that is hidden: so the published figure says as little as it can about the true one beside its size. A true 0 stays 0. Counts so large
    that nothing hidden is within reach all have the same, symmetric, probabilities.

    Not for: sums of protected counts (each has noise of its own), rates or weights (work them out from protected counts), or hiding that there
    was something at all where anybody knows it was not zero.

    Attributes:
        reach: The largest addition or subtraction; D in the literature.
        variance: Of what is added; V.
        hidden: Published counts are 0 or larger than this; js.
        monotone: Whether a smaller change downwards is never less likely than a larger one, where the count itself may be published. Costs a
            little entropy.

    Reference: Giessing (2016), Computational issues in the design of transition probabilities, LNCS 9867; Enderle, R package ptable 1.0.0.
    """

    reach: int = 5
    variance: float = 3.0
    hidden: int = 2
    monotone: bool = True

    def noise(self, count: int) -> Ints:
        """What may be added to a true count, ascending."""
        if count == 0:
            return np.zeros(1, np.int64)
        published = np.arange(max(count - self.reach, 0), count + self.reach + 1, dtype=np.int64)
        shown: Ints = published[(published == 0) | (published > self.hidden)]
        return shown - count

    def probabilities(self, count: int) -> Floats:
        """How likely each addition of `noise` is.

        Args:
            count: The true count, >= 0.

        Returns:
            As many as `noise(count)`, summing to 1.

        Raises:
            ValueError: No probabilities have this reach, this variance and mean 0.
        """
        noise = self.noise(count)
        if count == 0:
            return np.ones(1)
        tied = np.arange(len(noise))  # neighbours of one number are equally likely
        while True:
            found = _of_greatest_entropy(noise, tied, self.variance)
            falls = np.flatnonzero((np.diff(found) < -1e-12) & (noise[1:] <= 0))
            if not (self.monotone and 0 in noise and falls.size):
                return found
            tied = tied - (tied > tied[falls[0]])

    @property
    def rows(self) -> int:
        """How many true counts have probabilities of their own, 0 among them: all larger ones have those of the last."""
        return self.reach + self.hidden + 2

    @cached_property
    def _table(self) -> tuple[Ints, npt.NDArray[np.uint64]]:
        """Additions, and the cell key below which each is taken; (rows, widest) each, ascending."""
        width = 2 * self.reach + 1
        noise = np.zeros((self.rows, width), np.int64)
        below = np.full((self.rows, width), KEYS, np.uint64)
        for count in range(self.rows):
            of_row = self.noise(count)
            noise[count, : len(of_row)] = of_row
            below[count, : len(of_row) - 1] = np.rint(np.cumsum(self.probabilities(count))[:-1] * KEYS)
        return noise, below

    def protect(self, counts: Ints, cell_keys: CellKeys) -> Ints:
        """Published counts.

        Args:
            counts: True counts, >= 0, any shape.
            cell_keys: The sum modulo 2^32 of the record keys of what was counted, same shape: the same records give the same published count,
                wherever and whenever they are counted.

        Returns:
            Same shape; each 0 or larger than `hidden`, within `reach` of the true one, 0 where that is 0.

        Raises:
            ValueError: Shapes differ, a count is negative, or cell keys are no 32-bit unsigned integers.
        """
        if counts.shape != cell_keys.shape:
            raise ValueError(f"counts {counts.shape} and cell keys {cell_keys.shape} differ in shape")
        if cell_keys.dtype != np.uint32:
            raise ValueError(f"cell keys are {cell_keys.dtype}, not uint32")
        if (counts < 0).any():
            raise ValueError("a count is negative")
        noise, below = self._table
        row = np.minimum(counts, self.rows - 1)
        place = np.zeros(counts.shape, np.int64)
        for bounds in below.T[:-1]:
            place += cell_keys >= bounds[row]
        return counts + noise[row, place]


STANDARD = Perturbation()
"""What the public's cells are protected with."""


def protect(counts: Ints, cell_keys: CellKeys) -> Ints:
    """Published counts, by the standard perturbation; see `Perturbation.protect`."""
    return STANDARD.protect(counts, cell_keys)


def _of_greatest_entropy(noise: Ints, tied: Ints, variance: float) -> Floats:
    """Probabilities of greatest entropy that have mean 0 and a variance, and are equal where tied.

    They are of the form exp(a x + b x²), where x and x² of tied values are replaced by their means.

    Raises:
        ValueError: There are none.
    """
    # Loaded when a period is drawn: a worker that only serves never needs it.
    from scipy.optimize import root

    size = np.bincount(tied)
    first = (np.bincount(tied, noise) / size)[tied]
    second = (np.bincount(tied, noise**2) / size)[tied]

    def likely(parameters: Floats) -> Floats:
        exponent = parameters[0] * first + parameters[1] * second
        weight = np.exp(exponent - exponent.max())
        return np.asarray(weight / weight.sum())

    def amiss(parameters: Floats) -> Floats:
        found = likely(parameters)
        return np.array([found @ noise, found @ noise**2 - variance])

    solved = root(amiss, np.array([0.0, -0.5 / variance]), tol=1e-13)
    if np.abs(amiss(solved.x)).max() > 1e-9:
        raise ValueError(f"no probabilities of the changes {noise.min()} to {noise.max()} have mean 0 and variance {variance}")
    return likely(solved.x)
