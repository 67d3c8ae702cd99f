"""Harm from a cube: counts by category times what each weighs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.counts import Figures, Question, Weighed
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.blocks import Block
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.layers import Layers
from trygghetskarta.queries.weights import Weights, chosen

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Run = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Harm:
    """The harm of an answer.

    Attributes:
        days: Shape (areas, periods): sum of counts times weight.
        variance: Shape (areas, periods): sum of counts times weight squared.
        beside: What else a reader needs.
    """

    days: Figures
    variance: Figures
    beside: Weighed


def weights_of(cube: Cube, question: Question) -> Weights | None:
    """Give the set that a question is weighed by; None when there is none."""
    return chosen(cube.weights, question.weights)


def harm_of(cube: Cube, question: Question, part: tuple[Ints, dict[SourceId, list[Run]]], spans: tuple[Span, ...]) -> Harm | None:
    """Weigh the events of a question.

    Args:
        cube: The counts and the sets of weights.
        question: What is asked.
        part: The areas asked for, by their numbers, and the categories counted of each source, as runs of its tree.
        spans: The periods.

    Returns:
        The harm, all by one set of weights; None when there is no set.
    """
    weights = weights_of(cube, question)
    if weights is None:
        return None
    areas, ranges = part
    days, variance, initiated = (np.zeros((len(areas), len(spans))) for _ in range(3))
    events, heaviest = np.zeros((len(areas), len(spans)), np.int64), 0.0
    for source, runs in ranges.items():
        block = cube.blocks.get(source)
        if isinstance(block, Layers):
            days[:] = np.nan  # what is released does not tell of every kind, and noise on a grave one would drown all the others
        if not isinstance(block, Block) or source not in weights.days:
            continue
        asked = (cube.cells(question.level).start + areas, runs, spans)
        kinds, counts = _by_weight(block, (weights.days[source], weights.initiated[source]), asked)
        if not len(kinds):
            continue
        days += counts @ kinds[:, 0]
        variance += counts @ kinds[:, 0] ** 2
        initiated += counts @ (kinds[:, 0] * kinds[:, 1])
        events += counts.sum(axis=2).astype(np.int64)
        heaviest = max(heaviest, float(kinds[:, 0].max()))
    return Harm(days, variance, Weighed(events, initiated, heaviest))


def _by_weight(
    block: Block, weights: tuple[Floats, npt.NDArray[np.bool_]], asked: tuple[Ints, Iterable[Run], tuple[Span, ...]]
) -> tuple[Floats, Floats]:
    """Count the events of each weight.

    The block is summed along the categories, so the categories of one weight cost two columns for every run of them that stand together, and
    most do.

    Args:
        block: The counts of a source.
        weights: Days of each category of its tree, NaN for none, and whether the police mostly find it.
        asked: Cells, runs of categories, and periods.

    Returns:
        The weights that occur with whether they are police-initiated, (kinds, 2), and the counts, (cells, periods, kinds): whole numbers.
    """
    cells, runs, spans = asked
    days, initiated = (values[block.used] for values in weights)
    counted = np.zeros(len(block.used), bool)
    for run in runs:
        low, high = np.searchsorted(block.used, run)
        counted[low:high] = True
    counted &= ~np.isnan(days)
    pairs = np.stack([days, initiated], axis=1)
    found, kind = np.unique(pairs[counted], axis=0, return_inverse=True)
    kinds: Floats = found.astype(np.float64)
    mine = np.zeros((len(block.used), len(kinds)))
    mine[counted, kind.reshape(-1)] = 1.0
    # A count is the sum up to and with a category less the sum up to it, so the sum at a column counts for the category before and against its own.
    sign = np.zeros((len(block.used) + 1, len(kinds)))
    sign[1:] += mine
    sign[:-1] -= mine
    columns = np.flatnonzero(sign.any(axis=1))
    ends = np.array([[span.first.number - block.first, span.last.number - block.first + 1] for span in spans]).clip(0, block.months)
    points, where = np.unique(ends, return_inverse=True)
    # In the order in which they stand in memory, (columns, points, cells); all are whole numbers, so the order of adding changes nothing.
    sums = np.tensordot(block.sums[np.ix_(columns, points, cells)].astype(np.float64), sign[columns], (0, 0)).transpose(1, 0, 2)
    begin, end = where.reshape(ends.shape).T
    counts: Floats = sums[:, end] - sums[:, begin]
    return kinds, counts
