"""Squares of the map: WebMercatorQuad, the tile matrix set that every map library on the web shares."""

from __future__ import annotations

import math
from dataclasses import dataclass

MIN_ZOOM = 6
"""The first zoom with tiles: the city is a few per cent of one tile."""

MAX_ZOOM = 14
"""The last: a unit of a tile is 0.3 m on the ground there, and a map library stretches the tile for every zoom beyond."""

UNITS = 4096
"""Units across a tile, in which its outlines are written."""

_MOST_LATITUDE = 85.0511287798066

Bounds = tuple[float, float, float, float]
"""West, south, east and north in degrees, WGS84."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One square: zoom, column from the west and row from the north, each from 0."""

    z: int
    x: int
    y: int

    @property
    def exists(self) -> bool:
        """True for a square that there is, at a zoom with tiles."""
        return MIN_ZOOM <= self.z <= MAX_ZOOM and 0 <= self.x < 1 << self.z and 0 <= self.y < 1 << self.z


@dataclass(frozen=True, slots=True)
class TileLimits:
    """The columns and rows of one zoom that some bounds touch, first and last included."""

    z: int
    first_x: int
    last_x: int
    first_y: int
    last_y: int

    def hold(self, tile: Tile) -> bool:
        """Tell whether a tile of this zoom is among them."""
        return self.first_x <= tile.x <= self.last_x and self.first_y <= tile.y <= self.last_y


def limits_of(bounds: Bounds, z: int) -> TileLimits:
    """Give the columns and rows that some bounds touch.

    Args:
        bounds: West, south, east and north, degrees, west < east.
        z: The zoom, 0 or more.

    Returns:
        The limits, within the map.
    """
    west, south, east, north = bounds
    return TileLimits(z, _column(west, z), _column(east, z), _row(north, z), _row(south, z))


def _column(longitude: float, z: int) -> int:
    return _within(math.floor((longitude + 180.0) / 360.0 * (1 << z)), z)


def _row(latitude: float, z: int) -> int:
    radians = math.radians(max(-_MOST_LATITUDE, min(_MOST_LATITUDE, latitude)))
    return _within(math.floor((1.0 - math.asinh(math.tan(radians)) / math.pi) / 2.0 * (1 << z)), z)


def _within(number: int, z: int) -> int:
    return max(0, min((1 << z) - 1, number))
