"""The collections of `/ogc/v1`, and what one page of a request is answered from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trygghetskarta.api.event_question import EventParameters
from trygghetskarta.api.question import ComparisonParameters, Day, QuestionParameters
from trygghetskarta.api.question_parts import AskedInterval, AskedWeights
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.periods import Interval
from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES, SourceId
from trygghetskarta.queries.areas import Detail
from trygghetskarta.queries.cube import Cube

EVENTS = "events"
COMPARISON = "comparison"
SERIES = "series"
_NOT_HERE = ("format", "dialect", "layout", "column")
"""Parameters of questions that say how an answer is written: here it is GeoJSON."""


class AreaItemParameters(BaseModel):
    """The parameters of a collection of areas."""

    model_config = ConfigDict(extra="forbid")

    edition: Annotated[
        Day | None,
        Field(
            description="Indelningens första dag; utelämnad är den som gäller. / First day of the edition; the one in force if left out."
        ),
    ] = None
    geometry: Annotated[Detail, Field(description="Hur detaljerade gränserna är. / Detail of the outlines.")] = Detail.METRES10


class SeriesItemParameters(QuestionParameters):
    """The parameters of the collection of series."""

    interval: AskedInterval = Interval.MONTH
    weights: AskedWeights = None


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection.

    Attributes:
        code: What addresses call it.
        title: What people call it, in Swedish and in English.
        description: What it holds, likewise.
        parameters: The model of its own parameters.
        shape: The GeoJSON type of its geometries.
        level: The level whose areas it holds; None for another kind.
    """

    code: str
    title: tuple[str, str]
    description: tuple[str, str]
    parameters: type[BaseModel]
    shape: str = "MultiPolygon"
    level: AreaLevel | None = None

    @property
    def own(self) -> tuple[str, ...]:
        """The names of its own parameters."""
        names = (info.alias or field for field, info in self.parameters.model_fields.items())
        return tuple(name for name in names if name not in _NOT_HERE)


_OF_LEVEL = {
    level: Collection(
        level.value,
        (level.told.swedish.title, level.told.english.title),
        (
            "Områdena med gränser, i den indelning som gäller om ingen annan anges med edition.",
            "The areas with outlines, of the edition in force where edition names no other.",
        ),
        AreaItemParameters,
        level=level,
    )
    for level in AreaLevel
}
_QUESTIONS = (
    Collection(
        COMPARISON,
        ("Jämförelse mellan områden", "Comparison of areas"),
        (
            "Antal per område under en period, med prövning. Frågan ställs med parametrar; utelämnade ger de senaste tolv månaderna av den första "
            "källa som du får se.",
            "Figures per area for one span, with tests. The question is asked by parameters; left out they mean the last twelve months of the first "
            "source that you may see.",
        ),
        ComparisonParameters,
    ),
    Collection(
        SERIES,
        ("Områden över tid", "Areas over time"),
        (
            "Antal per område och månad, eller annan period. Frågan ställs med parametrar, som i jämförelsen.",
            "Figures per area and month, or other period. The question is asked by parameters, as in the comparison.",
        ),
        SeriesItemParameters,
    ),
)
_EVENTS = Collection(
    EVENTS,
    ("Händelser", "Events"),
    (
        "Enskilda händelser, de som har en punkt först. Händelser utan punkt har ingen geometri. Bara för behöriga.",
        "Single events, those with a point first. Events without a point have no geometry. For those who may see them only.",
    ),
    EventParameters,
    shape="Point",
)


ALL_OWN = tuple(dict.fromkeys(name for collection in (*_OF_LEVEL.values(), *_QUESTIONS, _EVENTS) for name in collection.own))
"""The names of the parameters that any collection has of its own."""


def collections_of(cube: Cube, sees_events: bool) -> dict[str, Collection]:
    """Give the collections that there are for who asks, by their codes."""
    listed = [*(_OF_LEVEL[level] for level in cube.areas), *_QUESTIONS, *([_EVENTS] if sees_events else [])]
    return {collection.code: collection for collection in listed}


def first_source(cube: Cube, audience: Audience) -> SourceId:
    """Give the source of a question that names none: reported crimes or the next that is delivered and that who asks may see."""
    in_order = sorted(EVENT_SOURCES, key=lambda source: source is not SourceId.ANMALDA_BROTT)
    seen = [source for source in in_order if audience is Audience.STAFF or cube.released or CONTRACTS[source].public]
    return next((source for source in seen if source in cube.covered), seen[0])
