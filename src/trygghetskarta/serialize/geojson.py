"""GeoJSON and JSON."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import orjson

from trygghetskarta.serialize.figures import Row

Outlines = Mapping[str, str]


def feature_collection(head: Mapping[str, Any], rows: list[Row], outlines: Outlines | None, key: str = "code") -> bytes:
    """Write rows as features.

    Args:
        head: Members that stand beside the features.
        rows: One per feature.
        outlines: GeoJSON text of each row's geometry by its key; None for none.
        key: The column that names a row.

    Returns:
        The collection.
    """
    drawn = outlines or {}
    features = [
        {"type": "Feature", "id": row[key], "geometry": _geometry(drawn, row[key]), "properties": row}
        for row in rows
    ]  # fmt: skip
    return orjson.dumps({"type": "FeatureCollection", **head, "features": features})


def by_area(rows: list[Row]) -> list[dict[str, Any]]:
    """Gather the rows of a series by area: code, name, level, and the values in order."""
    lines = []
    for (code, name, level), values in groupby(rows, key=lambda row: (row["code"], row["name"], row["level"])):
        kept = [{key: value for key, value in row.items() if key not in ("code", "name", "level")} for row in values]
        lines.append({"code": code, "name": name, "level": level, "values": kept})
    return lines


def _geometry(outlines: Outlines, code: str) -> orjson.Fragment | None:
    return orjson.Fragment(outlines[code]) if code in outlines else None
