"""Hexagons of h3: a grid to draw points in, the same all over the world. Not for placing events in areas."""

from __future__ import annotations

from functools import lru_cache

import h3
import numpy as np
import numpy.typing as npt
import orjson

FINEST, COARSEST, USUAL = 10, 6, 8
"""The resolutions served: a hexagon of 10 is some 130 metres across, one of 6 some 6 kilometres."""


def cells_of(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], resolution: int) -> npt.NDArray[np.str_]:
    """Give the cell that holds each point.

    Args:
        lon: Degrees east, WGS84, (points,).
        lat: Degrees north, likewise.
        resolution: h3's, 0 to 15.

    Returns:
        The cells as h3 writes them, (points,).
    """
    return np.array([h3.latlng_to_cell(*at, resolution) for at in zip(lat.tolist(), lon.tolist(), strict=True)], "U15")


@lru_cache(maxsize=8192)  # a city has some thousands, and they are the same in one answer after another
def outline_of(cell: str) -> str:
    """Give the outline of a cell as the text of a GeoJSON geometry, WGS84, six decimals, turned as RFC 7946 asks."""
    ring = [(round(lon, 6), round(lat, 6)) for lat, lon in h3.cell_to_boundary(cell)]
    return orjson.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}).decode()
