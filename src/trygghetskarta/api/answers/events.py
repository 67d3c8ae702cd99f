"""Answers about single events."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from trygghetskarta.api.answers.parts import MonthText, Page, Part
from trygghetskarta.domain.sources import SourceId


class EventTold(Part):
    """En händelse så som en källa berättar om den. / An event as one source tells it."""

    source: SourceId
    category: str
    category_name: str
    month: Annotated[MonthText | None, Field(description="Månaden den räknas i. / The month it counts in.")]
    antal: Annotated[int, Field(ge=1, description="Hur många den räknas som. / How many it counts as.")]
    starts_at: datetime | None
    ends_at: datetime | None
    time_precision: str
    reported_on: date | None
    precision: Annotated[str, Field(description="Hur noga platsen är känd. / How exactly the place is known.")]
    area: Annotated[str | None, Field(description="Det minsta område den är känd till. / The smallest area it is known to.")]
    area_name: str | None
    area_text: Annotated[str | None, Field(description="Platsen som källan skriver den. / The place as the source writes it.")]
    identity: Annotated[str | None, Field(description="Källans eget nummer. / The source's own number.")]
    known_from: Annotated[datetime, Field(description="När tjänsten fick veta det. / When the service came to know of it.")]


class EventRow(EventTold):
    """En händelse i en tabell. / An event in a table."""

    id: str
    longitude: float | None
    latitude: float | None


class EventPoint(Part):
    """En punkt, longitud och latitud. / A point, longitude and latitude."""

    type: Literal["Point"]
    coordinates: Annotated[list[float], Field(min_length=2, max_length=2)]


class EventFeature(Part):
    """En händelse på kartan. / An event on the map."""

    type: Literal["Feature"]
    id: str
    geometry: EventPoint | None
    properties: EventTold


class _EventPage(Page):
    """Var i listan svaret är. / Which part of the list the answer is."""

    next: Annotated[str | None, Field(description="Adressen till nästa sida. / Address of the next page.")]


class Events(_EventPage):
    """Händelser, en sida i taget. / Events, a page at a time."""

    items: list[EventRow]


class EventFeatures(_EventPage):
    """Händelser på kartan, en sida i taget. / Events on the map, a page at a time."""

    type: Literal["FeatureCollection"]
    features: list[EventFeature]
