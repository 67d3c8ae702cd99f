"""Areas as rows."""

from __future__ import annotations

from typing import Any

from trygghetskarta.domain.areas import Area


def area_row(area: Area) -> dict[str, Any]:
    """Give an area as every format writes it."""
    return {
        "code": area.code,
        "name": area.name,
        "level": area.level.value,
        "parent": area.parent,
        "squareMetres": round(area.square_metres, 1),
    }
