"""A filter on the columns of rows, once it has been read and found to name nothing but what may be filtered by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from trygghetskarta.domain.cities import CITY

Literal = str | float | bool | date | datetime


class Holds(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole"
    DECIMAL = "decimal"
    TRUTH = "truth"
    DAY = "day"
    INSTANT = "instant"


class Operator(StrEnum):
    """How a column is held against values."""

    EQUAL = "="
    OTHER = "<>"
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    LIKE = "like"
    BETWEEN = "between"
    IN = "in"
    IS_NULL = "isNull"


@dataclass(frozen=True, slots=True)
class Compared:
    """A column held against values.

    Attributes:
        column: The column.
        operator: How.
        values: One value; two of `BETWEEN`; one or more of `IN`; none of `IS_NULL`. Of the column's own kind.
        any_case: Whether capitals and small letters are the same.
    """

    column: str
    operator: Operator
    values: tuple[Literal, ...]
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class Crs:
    """A coordinate reference system that places are given in.

    Attributes:
        uri: What OGC calls it.
        srid: Its EPSG number.
        northing_first: Whether it writes northing before easting, or latitude before longitude.
        reach: Easting and northing between which anything of Sweden lies: left, bottom, right, top. Nothing further away can be meant.
        decimals: How many decimals of a coordinate are a centimetre or less.
    """

    uri: str
    srid: int
    northing_first: bool
    reach: tuple[float, float, float, float]
    decimals: int


@dataclass(frozen=True, slots=True)
class Touches:
    """The geometry has a point in common with another.

    Attributes:
        geometry: The other one, GeoJSON, in the order of axes that its coordinate reference system writes.
        crs: That system.
    """

    geometry: str
    crs: Crs


@dataclass(frozen=True, slots=True)
class Not:
    """What a filter does not hold of."""

    part: Filter


@dataclass(frozen=True, slots=True)
class Every:
    """Filters that all hold; of none, what holds of everything."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Filters of which one holds; of none, what holds of nothing."""

    parts: tuple[Filter, ...]


Filter = Compared | Touches | Not | Every | Some
EVERYTHING = Every(())
"""The filter that holds of everything."""
Columns = Mapping[str, Holds]
Row = Mapping[str, Any]
Holding = Callable[[Row], bool | None]
"""Whether a filter holds of a row: None where a value that it needs is not there."""

_SWEREF_REACH = (-900_000.0, 5_500_000.0, 1_900_000.0, 8_500_000.0)
CRS84 = Crs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", 4326, False, CITY.reach or (0.0, 50.0, 40.0, 75.0), 7)
SYSTEMS = {
    crs.uri: crs
    for crs in (
        CRS84,
        Crs("http://www.opengis.net/def/crs/EPSG/0/4326", 4326, True, CRS84.reach, 7),
        Crs("http://www.opengis.net/def/crs/EPSG/0/3006", 3006, True, _SWEREF_REACH, 3),
        Crs(f"http://www.opengis.net/def/crs/EPSG/0/{CITY.plane}", CITY.plane, CITY.northing_first, CITY.plane_reach or _SWEREF_REACH, 3),
        Crs(
            "http://www.opengis.net/def/crs/EPSG/0/3857", 3857, False, CITY.plane_reach or (0.0, 6_440_000.0, 4_460_000.0, 13_000_000.0), 2
        ),
    )
}
"""The coordinate reference systems that anything is given in."""
