"""Areas as rows."""

from __future__ import annotations

from typing import Any

from trygghetskarta.domain.areas import Area, Edition, Reshaped
from trygghetskarta.queries.area_links import AreaLink


def area_row(area: Area) -> dict[str, Any]:
    """Give an area as every format writes it."""
    return {
        "code": area.code,
        "name": area.name,
        "level": area.level.value,
        "parent": area.parent,
        "squareMetres": round(area.square_metres, 1),
    }


def edition_row(edition: Edition) -> dict[str, Any]:
    """Give an edition with its levels."""
    return {
        "validFrom": str(edition.valid_from),
        "name": edition.name,
        "srid": edition.srid,
        "schematic": edition.schematic,
        "standing": edition.standing.value,
        "levels": [{"level": level.value, "areas": areas} for level, areas in edition.levels.items()],
        "reshaped": [reshaped_row(one) for one in edition.reshaped],
    }


def reshaped_row(area: Reshaped) -> dict[str, Any]:
    """Give an area that has other ground than its code had before."""
    return {"level": area.level.value, "code": area.code, "squareMetres": area.square_metres, "before": str(area.before)}


def link_row(link: AreaLink) -> dict[str, Any]:
    """Give what an area is in another edition."""
    return {
        "level": link.level.value,
        "from": {"code": link.code, "name": link.name},
        "to": {"edition": str(link.to_edition), "level": link.to_level.value, "code": link.to_code, "name": link.to_name},
        "kind": link.kind,
        "share": link.share,
        "basis": link.basis,
    }
