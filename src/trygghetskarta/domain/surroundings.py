"""What a comparison is judged against: all areas of the level, the earlier years, and what lies next to what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.periods import Span

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The whole level round the areas of an answer, whichever of them were asked for. Released with the answer, or not at all.

    Attributes:
        shown: The answer's areas as numbers among all of the level, (areas,).
        counts: Events, (all, periods).
        known: Shape (all, periods): False where nothing was delivered or the source withholds what there is.
        person_years: The denominator of a rate, (all, periods), NaN where not known; None where no rate may be worked out.
        no_rate: Why not, Swedish and English; None where there is one.
        days: The days that each period was counted over, (periods,); NaN where what was delivered of them cannot be held against each other.
        history: Events in the span's months of earlier years, (all, years), newest first.
        history_spans: Which months those are, (years,).
        neighbours: Pairs of areas that border on each other, by their numbers, (pairs, 2), in both directions.
        against: The one area that each is held against, as its number among all of the level, and its name; None for the rest of the city.
        noise: The variance that protection adds to every count, the largest of the periods; 0 where the counts are exact.
    """

    shown: Ints
    counts: Ints
    known: npt.NDArray[np.bool_]
    person_years: Floats | None
    no_rate: tuple[str, str] | None
    days: Floats
    history: Ints
    history_spans: tuple[Span, ...]
    neighbours: Ints
    against: tuple[int, str] | None = None
    noise: float = 0.0
