"""GeoJSON and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson

from trygghetskarta.domain.areas import Area
from trygghetskarta.serialize.figures import Row, named
from trygghetskarta.serialize.joining import Joined, Parts

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


@dataclass(frozen=True, slots=True)
class Features:
    """The beginnings of the features of a level, up to and with the properties that say which area each is of: the same in every answer.

    Attributes:
        areas: The areas.
        parts: One per area.
        number_of: Which, by the area's code.
    """

    areas: Sequence[Area]
    parts: Parts
    number_of: Mapping[str, int]

    @classmethod
    def begin(cls, areas: Sequence[Area], outlines: Outlines) -> Features:
        """Write the beginnings.

        Args:
            areas: The areas.
            outlines: GeoJSON text of each area's outline by its code; empty for none.

        Returns:
            What every answer about these areas begins its features with.
        """
        features = (
            {"type": "Feature", "id": area.code, "geometry": _geometry(outlines, area.code), "properties": named(area)} for area in areas
        )
        parts = Parts.of(orjson.dumps(feature)[:-2] for feature in features)
        return cls(areas, parts, {area.code: number for number, area in enumerate(areas)})

    def of(self, areas: Sequence[Area]) -> Parts:
        """Give those of some areas, in their order."""
        if areas is self.areas:
            return self.parts
        return self.parts.taken([self.number_of[area.code] for area in areas])


def joined_collection(head: Mapping[str, Any], parts: Parts, figures: list[bytes]) -> Joined:
    """Write rows as features, joined from the beginnings of the features.

    Args:
        head: Members that stand beside the features.
        parts: The beginnings, one per row, as `Features` has them.
        figures: Their further properties, as `written_rows` writes them.

    Returns:
        The collection, the same as `feature_collection` gives of the rows.
    """
    if figures:
        figures[-1] = figures[-1][:-1]
    return Joined(orjson.dumps({"type": "FeatureCollection", **head, "features": []})[:-2], parts, figures, b"]}")


def by_area(rows: list[Row]) -> list[dict[str, Any]]:
    """Gather the rows of a series by area: code, name, level, and the values in order."""
    lines = []
    for (code, name, level), values in groupby(rows, key=lambda row: (row["code"], row["name"], row["level"])):
        kept = [{key: value for key, value in row.items() if key not in ("code", "name", "level")} for row in values]
        lines.append({"code": code, "name": name, "level": level, "values": kept})
    return lines


def _geometry(outlines: Outlines, code: str) -> orjson.Fragment | None:
    return orjson.Fragment(outlines[code]) if code in outlines else None
