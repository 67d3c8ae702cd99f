"""The counts of some areas and categories, and what a reader must know of each: why it is none, how much is dealt by share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Protected
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.cube import Cube

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts, each of shape (areas, periods).

    Attributes:
        counts: How many events.
        lacking: As `Cube.lacking` gives it: why a figure is none; None where each is one.
        estimated: How many of the counts are dealt by share; None for none.
        protected: How the counts are put together, where they are released ones; None where they are exact.
    """

    counts: Ints
    lacking: npt.NDArray[np.int8] | None
    estimated: Ints | None
    protected: Protected | None


def tally(cube: Cube, level: AreaLevel, part: tuple[Ints, Mapping[SourceId, Iterable[tuple[int, int]]]], spans: tuple[Span, ...]) -> Tally:
    """Count the events of some areas and categories.

    Args:
        cube: The counts.
        level: The level of the areas.
        part: The areas, by their numbers among those of the level, and the categories of each source, as runs of its tree.
        spans: The periods.

    Returns:
        The counts.
    """
    (areas, ranges), cells = part, cube.cells(level)
    every = cube.count(cells, ranges, spans)
    lacking, estimated = cube.lacking(cells, ranges, spans, every), cube.estimated_counts(cells, ranges, spans)
    if len(areas) < len(every):
        every, lacking, estimated = every[areas], lacking[areas], estimated[areas]
    return Tally(every, lacking if lacking.any() else None, estimated if estimated.any() else None, cube.protected(cells, ranges, spans))
