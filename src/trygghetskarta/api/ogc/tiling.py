"""How `/ogc/v1` leads to tiles."""

from __future__ import annotations

from typing import Any

CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
    "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
)
"""The conformance classes that these routes meet."""

MATRIX_SET = "WebMercatorQuad"
REL = "http://www.opengis.net/def/rel/ogc/1.0"


def tileset_links(collection: str, base: str) -> list[dict[str, Any]]:
    """Give the link by which a collection leads to its tiles.

    Args:
        collection: Its id, which is its level.
        base: Address of the face, without the last stroke.

    Returns:
        The links, one.
    """
    return [link(f"{base}/collections/{collection}/tiles", f"{REL}/tilesets-vector", "Kartrutor / Tiles")]


def landing_links(base: str) -> list[dict[str, Any]]:
    """Give the link by which the landing page leads to the tile matrix sets.

    Args:
        base: Address of the face, without the last stroke.

    Returns:
        The links, one.
    """
    return [link(f"{base}/tileMatrixSets", f"{REL}/tiling-schemes", "Rutnät / Tile matrix sets")]


def link(href: str, rel: str, title: str, media_type: str = "application/json") -> dict[str, Any]:
    """Give a link."""
    return {"href": href, "rel": rel, "type": media_type, "title": title}
