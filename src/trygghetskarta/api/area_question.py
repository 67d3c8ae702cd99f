"""The parameters of the questions about areas and editions themselves."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from trygghetskarta.api.question import MOST, USUAL_LIMIT, Day, EditionParameters, ListParameters
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.queries.areas import Detail
from trygghetskarta.serialize.formats import Format


class OneAreaParameters(EditionParameters):
    """Which of the areas that have a code."""

    level: Annotated[
        AreaLevel | None,
        Field(
            description="Områdesnivå; utelämnad är den med störst områden. Några koder finns på flera nivåer. "
            "/ Level; the one with the largest areas if left out. Some codes stand on several levels.",
            examples=["stadsdel"],
        ),
    ] = None


class AreaFormat(StrEnum):
    """What areas are given as."""

    GEOJSON = Format.GEOJSON.value
    JSON = Format.JSON.value


class AreaParameters(BaseModel):
    """The parameters of a list of areas."""

    model_config = ConfigDict(extra="forbid")

    level: Annotated[AreaLevel, Field(description="Områdesnivå. / Level of the areas.")] = AreaLevel.STADSDELSOMRADE
    edition: Annotated[Day | None, Field(description="Indelningens första dag. / First day of the edition.")] = None
    format: Annotated[
        AreaFormat, Field(description="geojson ger områdena med gränser, json en lista. / geojson: with outlines; json: a list.")
    ] = AreaFormat.JSON
    geometry: Annotated[Detail, Field(description="Hur detaljerade gränserna är. / Detail of the outlines.")] = Detail.METRES10
    limit: Annotated[
        int,
        Field(ge=1, le=1000, description="Högsta antal; utelämnad ger geojson alla. / Most areas; left out, geojson gives all."),
    ] = USUAL_LIMIT
    offset: Annotated[int, Field(ge=0, le=MOST, description="Hur många att hoppa över. / How many to skip.")] = 0

    @property
    def page(self) -> ListParameters:
        """Which part of the list of areas is asked for."""
        return ListParameters(limit=self.limit, offset=self.offset)

    @property
    def drawn(self) -> slice:
        """Which areas are drawn: all, unless fewer are asked for, since a map needs them all."""
        return slice(self.offset, self.offset + self.limit if "limit" in self.model_fields_set else None)

    @property
    def told(self) -> dict[str, int]:
        """Which part that is, as a list tells it; nothing where all are drawn."""
        return {name: getattr(self, name) for name in ("limit", "offset") if name in self.model_fields_set}


class LinkParameters(ListParameters):
    """The parameters of the list of links between editions."""

    to: Annotated[
        Day | None,
        Field(
            description="Den andra indelningens första dag; utelämnad ger alla andra. / First day of the other edition; all if left out."
        ),
    ] = None
    level: Annotated[AreaLevel | None, Field(description="Bara denna nivå. / Only this level.")] = None
