"""The documents that describe `/ogc/v1`: the landing page, the collections, what they can be filtered by, and their schemas."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import Request

from trygghetskarta.api.addresses import address, this
from trygghetskarta.api.ogc import tiling
from trygghetskarta.api.ogc.collections import Collection
from trygghetskarta.domain.areas import Edition
from trygghetskarta.domain.filters import SYSTEMS, Columns, Holds
from trygghetskarta.serialize.columns import known_columns
from trygghetskarta.serialize.feature_pages import MEDIA_TYPE as GEOJSON
from trygghetskarta.serialize.feature_pages import Link

ROOT = "/ogc/v1"
JSON = "application/json"
SCHEMA = "application/schema+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"

_FEATURES = "http://www.opengis.net/spec/ogcapi-features"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf"
CONFORMANCE = (
    f"{_FEATURES}-1/1.0/conf/core",
    f"{_FEATURES}-1/1.0/conf/oas30",
    f"{_FEATURES}-1/1.0/conf/geojson",
    f"{_FEATURES}-2/1.0/conf/crs",
    f"{_FEATURES}-3/1.0/conf/queryables",
    f"{_FEATURES}-3/1.0/conf/queryables-query-parameters",
    f"{_FEATURES}-3/1.0/conf/filter",
    f"{_FEATURES}-3/1.0/conf/features-filter",
    f"{_CQL2}/cql2-text",
    f"{_CQL2}/basic-cql2",
    f"{_CQL2}/advanced-comparison-operators",
    f"{_CQL2}/case-insensitive-comparison",
    f"{_CQL2}/basic-spatial-functions",
    f"{_CQL2}/basic-spatial-functions-plus",
    *tiling.CONFORMANCE,
)
"""What it conforms to. QGIS asks for these by name before it sends a filter."""

_TYPES: dict[Holds, dict[str, Any]] = {
    Holds.TEXT: {"type": "string"},
    Holds.WHOLE: {"type": "integer"},
    Holds.DECIMAL: {"type": "number"},
    Holds.TRUTH: {"type": "boolean"},
    Holds.DAY: {"type": "string", "format": "date"},
    Holds.INSTANT: {"type": "string", "format": "date-time"},
}


def link(rel: str, href: str, media_type: str, title: str) -> Link:
    """Give a link."""
    return {"rel": rel, "href": href, "type": media_type, "title": title}


def landing_page(request: Request) -> dict[str, Any]:
    """Give the page that everything else is found from."""
    return {
        "title": "trygghetskarta",
        "description": "Brott och trygghet per område, som samlingar enligt OGC API Features. / Crime and safety by area, as collections.",
        "links": [
            link("self", address(request, ROOT), JSON, "Den här sidan / This page"),
            link("service-desc", address(request, f"{ROOT}/api"), OPENAPI, "Beskrivning av API:et / The API described"),
            link("conformance", address(request, f"{ROOT}/conformance"), JSON, "Vad det följer / What it conforms to"),
            link("data", address(request, f"{ROOT}/collections"), JSON, "Samlingar / Collections"),
            *tiling.landing_links(address(request, ROOT)),
        ],
    }


def collections_page(request: Request, documents: list[dict[str, Any]]) -> dict[str, Any]:
    """Give the list of collections."""
    return {"links": [link("self", this(request), JSON, "Den här sidan / This page")], "collections": documents}


def collection_document(request: Request, collection: Collection, edition: Edition, extent: Iterable[float]) -> dict[str, Any]:
    """Describe a collection.

    Args:
        request: The request that is answered.
        collection: The collection.
        edition: The edition in force, whose plane its geometries are kept in.
        extent: West, south, east and north of it, WGS84 degrees.
    """
    path = f"{ROOT}/collections/{collection.code}"
    kept_in = next((uri for uri, crs in SYSTEMS.items() if crs.srid == edition.srid), None)
    storage = {"storageCrs": kept_in} if kept_in is not None else {}
    return {
        "id": collection.code,
        "title": " / ".join(collection.title),
        "description": " / ".join(collection.description),
        "itemType": "feature",
        "extent": {"spatial": {"bbox": [list(extent)], "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}},
        "crs": list(SYSTEMS),
        **storage,
        "links": [
            link("self", address(request, path), JSON, "Samlingen / The collection"),
            link("items", address(request, f"{path}/items"), GEOJSON, "Innehållet / Its items"),
            link(QUERYABLES, address(request, f"{path}/queryables"), SCHEMA, "Vad som går att filtrera på / What it can be filtered by"),
            link("describedby", address(request, f"{path}/schema"), SCHEMA, "Hur ett objekt ser ut / What an item looks like"),
            *(tiling.tileset_links(collection.code, address(request, ROOT)) if collection.level is not None else []),
        ],
    }


def queryables(request: Request, collection: Collection, columns: Columns) -> dict[str, Any]:
    """Tell what a collection can be filtered by, as Part 3 has it."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address(request, f"{ROOT}/collections/{collection.code}/queryables"),
        "type": "object",
        "title": " / ".join(collection.title),
        "properties": {
            "geometry": {"$ref": f"https://geojson.org/schema/{collection.shape}.json", "x-ogc-role": "primary-geometry"},
            **_properties(columns),
        },
        "additionalProperties": False,
    }


def schema(request: Request, collection: Collection, columns: Columns) -> dict[str, Any]:
    """Tell what a feature of a collection looks like.

    GDAL takes the types of its fields from it. It reads single types only, so a property that may be null is told of by its type alone.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address(request, f"{ROOT}/collections/{collection.code}/schema"),
        "type": "object",
        "title": " / ".join(collection.title),
        "properties": {
            "type": {"type": "string", "const": "Feature"},
            "id": {"type": "string"},
            "geometry": {"$ref": f"https://geojson.org/schema/{collection.shape}.json"},
            "properties": {"type": "object", "properties": _properties(columns)},
        },
    }


def _properties(columns: Columns) -> dict[str, Any]:
    return {name: {"title": _title(name), **_TYPES[holds]} for name, holds in columns.items()}


def _title(name: str) -> str:
    column = known_columns().get(name)
    return f"{column.name} / {column.name_en}" if column is not None else name
