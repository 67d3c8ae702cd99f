"""Which coordinate system a pair of numbers must be in, judged by where the city lies.

Over one city the ranges of the systems in use do not overlap, so coordinates in the wrong one, or with their axes swapped, are told by name
instead of being placed in the wrong country.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from trygghetskarta.domain.cities import CITY
from trygghetskarta.domain.events import Message
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.checks import Checker
from trygghetskarta.ingest.contract import CityBox

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_WORLDWIDE = (4326, 3857)
_MARGIN = 0.25
_MOST = 0.5
_FAR_DEGREES, _FAR_METRES = 20.0, 2_000_000.0


@dataclass(frozen=True, slots=True)
class Range:
    """Where the city and its surroundings lie in one system: x and y, or longitude and latitude."""

    srid: int
    left: float
    bottom: float
    right: float
    top: float

    def holds(self, x: Floats, y: Floats) -> Bools:
        """Tell which points lie in it."""
        with np.errstate(invalid="ignore"):
            return np.asarray((x >= self.left) & (x <= self.right) & (y >= self.bottom) & (y <= self.top), bool)


@cache
def ranges_of(city: CityBox) -> dict[int, Range]:
    """Give the city's range in each system that reaches it, with a quarter of its size around it.

    Args:
        city: Where the city lies.

    Returns:
        Range by EPSG number; the plane itself is always there. What the city's file tells of a system holds before what is worked out.
    """
    left, bottom, right, top = city.box
    wide, high = (right - left) * _MARGIN, (top - bottom) * _MARGIN
    x = np.linspace(left - wide, right + wide, 9)
    y = np.linspace(bottom - high, top + high, 9)
    grid_x, grid_y = (part.ravel() for part in np.meshgrid(x, y))
    ranges = {}
    for srid in dict.fromkeys((city.srid, *_WORLDWIDE, *(CITY.systems if _at_home(city) else ()))):
        moved_x, moved_y = Transformer.from_crs(city.srid, srid, always_xy=True).transform(grid_x, grid_y)
        if np.isfinite(moved_x).all() and np.isfinite(moved_y).all():
            ranges[srid] = Range(srid, float(moved_x.min()), float(moved_y.min()), float(moved_x.max()), float(moved_y.max()))
    return ranges | {srid: Range(srid, *told) for srid, told in CITY.ranges.items()}


def _at_home(city: CityBox) -> bool:
    """Tell whether the areas that are loaded lie where those of the city do, so that its systems are the ones in use."""
    left, bottom, right, top = city.box
    lon, lat = Transformer.from_crs(city.srid, 4326, always_xy=True).transform((left + right) / 2, (bottom + top) / 2)
    west, south, east, north = CITY.bounds
    return bool(west <= lon <= east and south <= lat <= north)


def refuse_unknown_system(srid: int) -> None:
    """Refuse a coordinate system that does not exist.

    Raises:
        BadDeliveryError: EPSG has no such number.
    """
    try:
        CRS.from_epsg(srid)
    except CRSError as error:
        raise BadDeliveryError(
            f"Det finns inget koordinatsystem EPSG:{srid}.", f"There is no coordinate system EPSG:{srid}.", code="unknown_crs"
        ) from error


def system_name(srid: int) -> str:
    """Name a system for a person: its name and its EPSG number."""
    return f"{CRS.from_epsg(srid).name} (EPSG:{srid})"


def check_coordinates(checker: Checker, columns: tuple[str, str], xy: tuple[Floats, Floats], srid: int, city: CityBox) -> None:
    """Reject points that stand in another system or with swapped axes; refuse the file when most do, and more than one of several rows.

    Args:
        checker: Told of the rejected rows.
        columns: The columns of x and y.
        xy: The coordinates as they stand, NaN for no point.
        srid: The system they are said to be in.
        city: Where the city lies.

    Raises:
        BadDeliveryError: Most points of the file stand in another system than the declared.
    """
    x, y = xy
    ranges = ranges_of(city)
    declared = ranges.get(srid)
    given = ~np.isnan(x) & ~np.isnan(y) & checker.good
    # One point says nothing of a file of several rows: it may as well be a slip of the pen, and must not stop the rows around it.
    most = max(_MOST * given.sum(), 1 if len(x) > 1 else 0)
    if declared is None or not given.any():
        return
    off = given & ~declared.holds(x, y)
    if not off.any():
        return
    swapped = off & declared.holds(y, x)
    for other in ranges.values():
        wrong = off & ~swapped & (other.holds(x, y) | other.holds(y, x)) if other.srid != srid else np.zeros(len(x), bool)
        if wrong.sum() > most:
            raise BadDeliveryError(
                f"Koordinaterna ser ut att vara {system_name(other.srid)}, inte {system_name(srid)}. Ange rätt system med --crs.",
                f"The coordinates look like {system_name(other.srid)}, not {system_name(srid)}. Give the right system with --crs.",
                code="wrong_crs",
            )
        checker.reject(
            wrong,
            columns[0],
            Message(
                "wrong_crs",
                f"Koordinaterna ser ut att vara {system_name(other.srid)}, inte {system_name(srid)}.",
                f"The coordinates look like {system_name(other.srid)}, not {system_name(srid)}.",
            ),
        )
    checker.reject(
        swapped, columns[0], Message("swapped_axes", "Koordinaterna står i omvänd ordning.", "The coordinates stand in reverse order.")
    )
    checker.reject(given & (x == 0) & (y == 0), columns[0], Message("no_position", "Koordinaterna är noll.", "The coordinates are zero."))
    far = np.hypot(x - (declared.left + declared.right) / 2, y - (declared.bottom + declared.top) / 2)
    reach = _FAR_DEGREES if CRS.from_epsg(srid).is_geographic else _FAR_METRES
    checker.reject(
        given & (far > reach),
        columns[0],
        Message("no_position", "Koordinaterna ligger inte i närheten av staden.", "The coordinates lie nowhere near the city."),
    )
