"""The values of a survey by area, year, question and group, as an answer holds them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.areas import Area
from trygghetskarta.domain.counts import Figures, Status

WOMEN, MEN = "kvinnor", "män"
"""The groups whose gap is told."""


class Lack(StrEnum):
    """Why there is no value."""

    NONE = "none"
    TOO_FEW = "tooFewAnswers"
    BY_SOURCE = "withheldBySource"
    OTHER_BORDERS = "otherBorders"
    NOT_ASKED = "notAsked"

    @property
    def number(self) -> int:
        """The reason as it stands in an array."""
        return list(Lack).index(self)

    @property
    def status(self) -> Status:
        """The status of a value that is lacking for this reason."""
        match self:
            case Lack.NONE:
                return Status.VALUE
            case Lack.TOO_FEW | Lack.BY_SOURCE:
                return Status.WITHHELD
            case Lack.OTHER_BORDERS | Lack.NOT_ASKED:
                return Status.MISSING

    def said(self, smallest_n: int | None) -> tuple[str | None, str | None]:
        """Say it in Swedish and English; None where nothing is lacking."""
        match self:
            case Lack.NONE:
                return None, None
            case Lack.TOO_FEW:
                return f"Värdet bygger på färre än {smallest_n} svar.", f"The value rests on fewer than {smallest_n} answers."
            case Lack.BY_SOURCE:
                return "Källan lämnar inte ut värdet.", "The source withholds the value."
            case Lack.OTHER_BORDERS:
                return "Området hade andra gränser det året.", "The area had other borders that year."
            case Lack.NOT_ASKED:
                return "Undersökningen har inget värde för området.", "The survey has no value for the area."


@dataclass(frozen=True, slots=True)
class SurveyValues:
    """What a survey found.

    Attributes:
        areas: (areas,).
        years: Years of the survey, ascending, (years,); those before `shown` are there to be compared with.
        questions: As they were asked, (questions,).
        groups: Of whom, (groups,); those who were asked for first, then any that the gap needs.
        value: Per cent, shape (areas, years, questions, groups); NaN where `lack` gives a reason.
        n: Answers, same shape; 0 where nothing is told.
        half_width: Half the survey's own 95 % interval, percentage points, same shape; NaN where it states none.
        lack: The number of a `Lack`, same shape.
        shown: Number of the first year that was asked for.
        wanted: How many of the groups were asked for.
        baseline: Number of the year that every year is compared with; None for the survey before.
        smallest_n: A value on fewer answers is withheld; None where none is.
        elsewhere: How many values of the asked years stand in areas that the edition does not have.
    """

    areas: tuple[Area, ...]
    years: tuple[int, ...]
    questions: tuple[str, ...]
    groups: tuple[str, ...]
    value: Figures
    n: npt.NDArray[np.int64]
    half_width: Figures
    lack: npt.NDArray[np.int8]
    shown: int
    wanted: int
    baseline: int | None
    smallest_n: int | None
    elsewhere: int

    def before(self, year: int) -> int | None:
        """Give the number of the year that a year is compared with; None where there is none."""
        if self.baseline is not None:
            return self.baseline if self.baseline != year else None
        return year - 1 if year > 0 else None

    def group(self, name: str) -> int | None:
        """Give the number of a group; None where there are no values of it."""
        return self.groups.index(name) if name in self.groups else None
