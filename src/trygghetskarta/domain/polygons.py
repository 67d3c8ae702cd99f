"""A polygon that somebody gives: read, or found to be none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import orjson

from trygghetskarta.domain.cities import CITY
from trygghetskarta.errors import bad_parameter

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MOST_POINTS = 20_000
# The systems of a polygon, and where a city in Sweden, or wherever else the city lies, can lie in each: left, bottom, right, top.
_SYSTEMS = {
    4326: CITY.reach or (10.0, 55.0, 25.0, 70.0),
    CITY.plane: CITY.plane_reach or (-500_000.0, 6_000_000.0, 1_000_000.0, 8_000_000.0),
}
_KNOWN, _KNOWN_EN = f"4326 eller {CITY.plane}", f"4326 or {CITY.plane}"


class Plane(StrEnum):
    """The system that polygons are given in: WGS84, or the city's own plane."""

    WORLD = "4326"
    OWN = str(CITY.plane)


@dataclass(frozen=True, slots=True)
class Polygon:
    """A whole polygon, or several together, somewhere near the city.

    Attributes:
        wkb: As well-known binary, in two dimensions.
        srid: EPSG number of its coordinates: 4326 or that of the city's plane.
    """

    wkb: bytes
    srid: int


def read_geojson(written: str, srid: int, name: str) -> Polygon:
    """Read a polygon from a GeoJSON geometry.

    Args:
        written: The geometry as text.
        srid: EPSG number of its coordinates.
        name: The parameter to blame.

    Returns:
        The polygon.

    Raises:
        InvalidQuestionError: It is not a whole one, its system is not known, or it cannot lie in a city in Sweden.
    """
    import shapely

    return _read(lambda: shapely.geometry.shape(orjson.loads(written)), srid, (name, "GeoJSON"))


def read_wkt(written: str, srid: int, name: str) -> Polygon:
    """Read a polygon from well-known text; as `read_geojson`."""
    import shapely

    return _read(lambda: shapely.from_wkt(written), srid, (name, "WKT"))


def not_in_the_city(name: str) -> Exception:
    """Give the error for a polygon that lies elsewhere."""
    swedish, english = "Ytan ligger inte i staden. Stämmer koordinatsystemet?", "The polygon is not in the city. Is its system right?"
    return bad_parameter(name, None, swedish, english)


def _read(made: Callable[[], BaseGeometry], srid: int, told: tuple[str, str]) -> Polygon:
    import shapely

    name, form = told
    if srid not in _SYSTEMS:
        swedish, english = f"Koordinatsystemet är {_KNOWN}, inte {srid}.", f"The system is {_KNOWN_EN}, not {srid}."
        raise bad_parameter(f"{name.removesuffix('.polygon')}.crs" if "." in name else "crs", str(srid), swedish, english)
    shape = _whole(made)
    if shape is None:
        swedish = f"Ytan ska vara en hel Polygon eller MultiPolygon i {form}, med högst {MOST_POINTS} punkter och utan kanter som korsar varandra."
        english = f"The polygon must be a whole Polygon or MultiPolygon in {form} of at most {MOST_POINTS} points whose edges do not cross."
        raise bad_parameter(name, None, swedish, english)
    left, bottom, right, top = _SYSTEMS[srid]
    west, south, east, north = shape.bounds
    if not (left <= west and bottom <= south and east <= right and north <= top):
        raise not_in_the_city(name)
    return Polygon(shapely.to_wkb(shape), srid)


def _whole(made: Callable[[], BaseGeometry]) -> BaseGeometry | None:
    """Give a polygon as a geometry; None where it is not a whole one."""
    import shapely

    try:
        # A number that is none makes no polygon, and is no reason to warn.
        with np.errstate(invalid="ignore"):
            shape = made()
        whole = shape.geom_type in ("Polygon", "MultiPolygon") and shape.is_valid and shape.area > 0
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, shapely.errors.ShapelyError):
        return None
    return shapely.force_2d(shape) if whole and shapely.get_num_coordinates(shape) <= MOST_POINTS else None
