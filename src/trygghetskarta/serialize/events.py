"""Single events in the formats of `/v1`; the same rows in each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import orjson

from trygghetskarta.domain.filters import CRS84
from trygghetskarta.queries.event_list import EventPage
from trygghetskarta.serialize.csv import Dialect, table
from trygghetskarta.serialize.feature_pages import event_features
from trygghetskarta.serialize.figures import rows_of


class EventFormat(StrEnum):
    """What events can be written as."""

    GEOJSON = "geojson"
    JSON = "json"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """The media type of the format."""
        return {"geojson": "application/geo+json", "json": "application/json", "csv": "text/csv; charset=utf-8"}[self.value]


@dataclass(frozen=True, slots=True)
class EventList:
    """A page of events.

    Attributes:
        page: Its events, with points in WGS84.
        total: How many all pages hold.
        limit: How many a page holds at the most.
        offset: How many were skipped.
        following: Address of the next page; None after the last.
    """

    page: EventPage
    total: int
    limit: int
    offset: int
    following: str | None


def write_events(listed: EventList, form: EventFormat, dialect: Dialect) -> bytes:
    """Write a page of events.

    Args:
        listed: The page.
        form: The format. A point is a geometry in GeoJSON, and longitude and latitude in the others.
        dialect: Of the CSV.

    Returns:
        The bytes.
    """
    head = {"total": listed.total, "limit": listed.limit, "offset": listed.offset, "next": listed.following}
    if form is EventFormat.GEOJSON:
        return orjson.dumps({"type": "FeatureCollection", **head, "features": event_features(listed.page, CRS84)})
    page = listed.page
    columns = {"id": page.ids, **page.columns, "longitude": page.x, "latitude": page.y}
    items = rows_of(columns)
    if form is EventFormat.CSV:
        return table(items, list(columns), dialect)
    return orjson.dumps({"items": items, **head})
