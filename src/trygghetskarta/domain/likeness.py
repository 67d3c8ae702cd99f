"""What areas are like: the measures by which similar ones are found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trygghetskarta.domain.areas import Area
from trygghetskarta.domain.counts import Denominator, Figures
from trygghetskarta.domain.periods import Month


class Trait(StrEnum):
    """A measure of an area."""

    RESIDENTS = "residents"
    DENSITY = "density"
    SHARE65PLUS = "share65plus"
    DWELLINGS_PER_RESIDENT = "dwellingsPerResident"
    DAY_POPULATION_PER_RESIDENT = "dayPopulationPerResident"

    @property
    def needs(self) -> Denominator:
        """The count it cannot be worked out without, besides the residents."""
        match self:
            case Trait.RESIDENTS | Trait.DENSITY:
                return Denominator.RESIDENTS
            case Trait.SHARE65PLUS:
                return Denominator.RESIDENTS65PLUS
            case Trait.DWELLINGS_PER_RESIDENT:
                return Denominator.DWELLINGS
            case Trait.DAY_POPULATION_PER_RESIDENT:
                return Denominator.DAY_POPULATION

    @property
    def logged(self) -> bool:
        """Tell whether areas are compared by its logarithm: a number of people, not a share of them."""
        return self is not Trait.SHARE65PLUS

    @property
    def swedish(self) -> str:
        """Its name as a person writes it."""
        return {
            "residents": "antal invånare",
            "density": "invånare per kvadratkilometer",
            "share65plus": "andel 65 år och äldre",
            "dwellingsPerResident": "bostäder per invånare",
            "dayPopulationPerResident": "dagbefolkning per invånare",
        }[self.value]


@dataclass(frozen=True, slots=True)
class AreaTraits:
    """What the areas of a level are like.

    Attributes:
        areas: All areas of the level, (areas,).
        asked: Numbers of those whose like are asked for.
        count: How many similar ones each gets at the most.
        month: The month that the counts are of, interpolated.
        traits: The measures that there are counts for, (traits,).
        left_out: Those that there are none for.
        values: Shape (areas, traits); NaN where an area lacks one.
    """

    areas: tuple[Area, ...]
    asked: tuple[int, ...]
    count: int
    month: Month
    traits: tuple[Trait, ...]
    left_out: tuple[Trait, ...]
    values: Figures
