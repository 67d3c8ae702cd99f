"""Single events in the formats of `/v1`; the same rows in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from trygghetskarta.domain.filters import CRS84
from trygghetskarta.serialize.csv import Dialect, table
from trygghetskarta.serialize.feature_pages import event_features


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
        names: Of the properties.
        rows: Each an id, a value for each name, and longitude and latitude, both None without a point.
        total: How many all pages hold.
        limit: How many a page holds at the most.
        following: Address of the next page; None after the last.
    """

    names: Sequence[str]
    rows: list[tuple[Any, ...]]
    total: int
    limit: int
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
    head = {"total": listed.total, "limit": listed.limit, "next": listed.following}
    if form is EventFormat.GEOJSON:
        return orjson.dumps({"type": "FeatureCollection", **head, "features": event_features(listed.rows, listed.names, CRS84)})
    columns = ["id", *listed.names, "longitude", "latitude"]
    items = [dict(zip(columns, _rounded(row), strict=True)) for row in listed.rows]
    if form is EventFormat.CSV:
        return table(items, columns, dialect)
    return orjson.dumps({"items": items, **head})


def _rounded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    *values, x, y = row
    return (*values, None, None) if x is None else (*values, round(x, CRS84.decimals), round(y, CRS84.decimals))
