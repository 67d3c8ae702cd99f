"""What tells of the tiles."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trygghetskarta.api.answers.parts import Part


class Layer(Part):
    """Ett lager i kartrutorna. / A layer of the tiles."""

    id: str
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]


class TileJson(Part):
    """Kartrutorna beskrivna enligt TileJSON 3.0. / The tiles described by TileJSON 3.0."""

    tilejson: Literal["3.0.0"]
    name: str
    description: str
    attribution: str
    scheme: Literal["xyz"]
    tiles: list[str]
    minzoom: int
    maxzoom: int
    bounds: list[float]
    center: list[float]
    # The standard's own name, which is no camelCase.
    vector_layers: Annotated[list[Layer], Field(alias="vector_layers")]
