"""What the areas of a level are like, by their inhabitants, dwellings and day population."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.answers import ExactAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Denominator, Ledger, Question
from trygghetskarta.domain.likeness import AreaTraits, Trait
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.slices import counted_days, part_of, provenance

Figures = npt.NDArray[np.float64]

_SQUARE_METRES = 1e6
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class SimilarAsked:
    """A question about similar areas.

    Attributes:
        level: The level of the areas.
        areas: Codes of the areas whose like are wanted; empty for all.
        count: How many each gets at the most.
        edition: The edition of the areas; None for the one in force.
        as_of: What was known at the end of this day.
    """

    level: AreaLevel
    areas: tuple[str, ...]
    count: int
    edition: date | None = None
    as_of: date | None = None


def area_traits(cube: Cube, asked: SimilarAsked) -> ExactAnswer[AreaTraits]:
    """Give what the areas of a level are like, in the month of the newest count of inhabitants.

    Args:
        cube: The areas and the counts of people.
        asked: What is asked.

    Returns:
        The measures of all areas of the level.

    Raises:
        InvalidQuestionError: There is no such level or area.
        NotCoveredError: The inhabitants were never counted.
    """
    month = Month.of(counted_days(cube, Denominator.RESIDENTS)[-1])
    at = [np.array([month.number])]
    question = Question(
        asked.level, (SourceId.POPULATION,), Span(month, month), edition=asked.edition, areas=asked.areas, as_of=asked.as_of
    )
    asked_for = tuple(part_of(cube, question).areas.tolist())
    counted = {
        kind: cube.population.person_years(cube.cells(asked.level), kind, at)[:, 0] * _MONTHS_A_YEAR
        for kind in Denominator
        if cube.population.reaches(kind, at[0])
    }
    traits = tuple(trait for trait in Trait if trait.needs in counted)
    areas = cube.areas[asked.level]
    square_kilometres = np.array([area.square_metres for area in areas]) / _SQUARE_METRES
    values = np.stack([_measure(trait, counted, square_kilometres) for trait in traits], axis=1)
    left_out = tuple(trait for trait in Trait if trait not in traits)
    content = AreaTraits(areas, asked_for, asked.count, month, traits, left_out, values)
    used = replace(cube.population.used(Denominator.RESIDENTS, at[0]), without=int(np.isnan(counted[Denominator.RESIDENTS]).sum()))
    return ExactAnswer(question, content, Ledger(0, 0, 0, 0), (), provenance(cube, question, used))


def _measure(trait: Trait, counted: dict[Denominator, Figures], square_kilometres: Figures) -> Figures:
    residents = counted[Denominator.RESIDENTS]
    inhabited = np.where(residents > 0, residents, np.nan)
    match trait:
        case Trait.RESIDENTS:
            return inhabited
        case Trait.DENSITY:
            return inhabited / np.where(square_kilometres > 0, square_kilometres, np.nan)
        case Trait.SHARE65PLUS | Trait.DWELLINGS_PER_RESIDENT | Trait.DAY_POPULATION_PER_RESIDENT:
            return counted[trait.needs] / inhabited
