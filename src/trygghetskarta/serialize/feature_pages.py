"""Pages of features as OGC API Features writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from trygghetskarta.domain.filters import Crs
from trygghetskarta.queries.event_list import EventPage
from trygghetskarta.serialize.figures import Row
from trygghetskarta.serialize.geojson import Outlines

Link = dict[str, str]
MEDIA_TYPE = "application/geo+json"


@dataclass(frozen=True, slots=True)
class PageHead:
    """What stands beside the features of a page.

    Attributes:
        links: To this page, to the next, to the collection.
        matched: How many features all pages hold; None where that is not counted.
        said: What is to be minded of the figures, in sentences.
        not_used: The parts of the question that were given and that the figures have no use for.
    """

    links: list[Link]
    matched: int | None
    said: tuple[str, ...] = ()
    not_used: tuple[str, ...] = ()


def page_of(features: Sequence[dict[str, Any]], head: PageHead) -> bytes:
    """Write a page of features.

    Args:
        features: The features.
        head: What stands beside them.

    Returns:
        The page.
    """
    matched = {"numberMatched": head.matched} if head.matched is not None else {}
    page = {"type": "FeatureCollection", "links": head.links, **matched, "numberReturned": len(features), "features": features}
    return orjson.dumps(page | saying(head.said, head.not_used))


def saying(said: tuple[str, ...], not_used: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Give the members that hold sentences and what was asked without use; none where nothing is to be minded."""
    told = {"sentences": list(said), "notUsed": list(not_used)}
    return {name: texts for name, texts in told.items() if texts}


def row_feature(identity: str, row: Row, outlines: Outlines, key: str) -> dict[str, Any]:
    """Make a feature of a row.

    Args:
        identity: The feature's id.
        row: Its properties.
        outlines: GeoJSON text of geometries by key.
        key: Its own.
    """
    outline = orjson.Fragment(outlines[key]) if key in outlines else None
    return {"type": "Feature", "id": identity, "geometry": outline, "properties": row}


def event_features(page: EventPage, crs: Crs) -> list[dict[str, Any]]:
    """Make features of events.

    Args:
        page: The events.
        crs: The system of their points.
    """
    names = list(page.columns)
    axes = (page.y, page.x) if crs.northing_first else (page.x, page.y)
    properties = zip(*page.columns.values(), strict=True)
    return [
        {
            "type": "Feature",
            "id": identity,
            "geometry": None if first is None else {"type": "Point", "coordinates": (first, second)},
            "properties": dict(zip(names, values, strict=True)),
        }
        for identity, first, second, values in zip(page.ids, *axes, properties, strict=True)
    ]
