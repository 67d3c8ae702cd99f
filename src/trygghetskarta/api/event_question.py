"""The parameters that ask for single events."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trygghetskarta.api.question import Day
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.filters import EVERYTHING, Filter
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import EVENT_SOURCES, SourceId
from trygghetskarta.errors import Fault, NotCarriedError, bad_parameter
from trygghetskarta.queries.asking import month_of
from trygghetskarta.queries.cube import Cube
from trygghetskarta.queries.event_list import Wanted, kinds_below, known_at

_MOST_VALUES = 500
Times = tuple[datetime | None, datetime | None]


class EventParameters(BaseModel):
    """Which events."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    source: Annotated[
        list[SourceId],
        Field(max_length=len(SourceId), description="Bara från dessa källor. / Only from these sources.", examples=[["brander"]]),
    ] = []
    category: Annotated[
        list[str],
        Field(max_length=_MOST_VALUES, description="Koder på kategorier, med allt under dem. / Codes of categories, with all below."),
    ] = []
    level: Annotated[
        AreaLevel,
        Field(description="Nivån på området som händelserna anger och väljs efter. / Level of the area they tell of and are chosen by."),
    ] = AreaLevel.STADSDELSOMRADE
    area: Annotated[
        list[str],
        Field(
            max_length=_MOST_VALUES,
            description="Koder på områden: bara händelser vars plats helt ligger i ett av dem. / Codes of areas: only events wholly in one of them.",
            examples=[["jarva"]],
        ),
    ] = []
    edition: Annotated[
        Day | None,
        Field(
            description="Indelningens första dag; utelämnad är den som gäller. / First day of the edition; the one in force if left out."
        ),
    ] = None
    from_: Annotated[
        str | None, Field(alias="from", description="Första månad de räknas i. / First month they count in.", examples=["2025-01"])
    ] = None
    to: Annotated[str | None, Field(description="Sista månad de räknas i. / Last month they count in.", examples=["2025-12"])] = None
    as_of: Annotated[
        Day | None, Field(alias="asOf", description="Händelserna så som de var kända denna dag. / The events as known on this day.")
    ] = None

    def wanted(self, cube: Cube, filtered: Filter = EVERYTHING, during: Times = (None, None)) -> Wanted:
        """Give which events are asked for, checked.

        Args:
            cube: The counts of the edition.
            filtered: What else they must be.
            during: They happened between these instants.

        Raises:
            InvalidQuestionError: It names a level, area, category or month that there is not.
            NotCarriedError: A source holds no events.
        """
        for source in self.source:
            if source not in EVENT_SOURCES:
                swedish, english = f"Källan {source} har inga händelser.", f"The source {source} has no events."
                raise NotCarriedError(swedish, english, (Fault("source", source, swedish, english),))
        sources = tuple(dict.fromkeys(self.source)) or EVENT_SOURCES
        self._refuse_areas(cube)
        months = self._months()
        return Wanted(
            edition=cube.edition,
            level=self.level,
            sources=sources,
            kinds=kinds_below(cube, sources, self.category) if self.category else None,
            areas=tuple(self.area) or None,
            months=months,
            instant=known_at(self.as_of),
            during=during,
            filter=filtered,
        )

    def _months(self) -> tuple[Month | None, Month | None]:
        first = month_of("from", self.from_) if self.from_ is not None else None
        last = month_of("to", self.to) if self.to is not None else None
        if first is not None and last is not None and last < first:
            raise bad_parameter(
                "to",
                str(last),
                f"Perioden slutar i {last.swedish} innan den börjar i {first.swedish}.",
                f"The span ends in {last.english} before it begins in {first.english}.",
            )
        return first, last

    def _refuse_areas(self, cube: Cube) -> None:
        if self.level not in cube.areas:
            day = cube.edition.valid_from
            raise bad_parameter(
                "level",
                self.level,
                f"Indelningen från {day} har inte nivån {self.level}.",
                f"The edition of {day} has no level {self.level}.",
            )
        known = {area.code for area in cube.areas[self.level]}
        for code in self.area:
            if code not in known:
                raise bad_parameter("area", code, f"Det finns inget område {code}.", f"There is no area {code}.")
