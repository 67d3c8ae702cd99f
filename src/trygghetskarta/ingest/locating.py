"""Where the events of a delivery were: their points in the plane, their places, and what is odd about either."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Transformer
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.events import EventBatch, Precision, Reading, Warned, WarningCode
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import CityBox
from trygghetskarta.ingest.coordinates import ranges_of
from trygghetskarta.ingest.places import OUTSIDE_KEY, Places, areas_of_key
from trygghetskarta.ingest.replace import areas_of_row

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_PLACEHOLDER_ROWS = 10


@dataclass(frozen=True, slots=True)
class AreaNames:
    """What an adapter may know of the areas.

    Attributes:
        stadsdelar: Code by case-folded name of every stadsdel.
        codes: The codes, and the names made codes, of every level.
        city: Where the city lies.
    """

    stadsdelar: Mapping[str, str]
    codes: Mapping[AreaLevel, frozenset[str]]
    city: CityBox


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A point that stands for "not known", in the file's own coordinates, and how many rows stand on it."""

    x: float
    y: float
    rows: int


def area_names(connection: Connection, places: Places) -> AreaNames:
    """Read what an adapter may know of the areas.

    Args:
        connection: Inside a transaction.
        places: The areas, already read.

    Returns:
        Their names and codes, and where the city lies.

    Raises:
        BadDeliveryError: No areas are loaded yet, so that no row could be placed.
    """
    if not places.editions or places.srid is None:
        raise BadDeliveryError(
            "Inga områden är inlästa än, så inget kan placeras. Läs in dem med trygghetskarta areas load.",
            "No areas are loaded yet, so nothing can be placed. Load them with trygghetskarta areas load.",
        )
    stadsdelar = {
        name.casefold(): code
        for name, code in connection.execute(
            text("SELECT area.name, code FROM area JOIN edition USING (edition_id) WHERE level = 'stadsdel' ORDER BY valid_from")
        )
    }
    codes = {
        level: frozenset(code for layers in places.editions for layer in layers if layer.level is level for code in layer.codes)
        for level in AreaLevel
    }
    return AreaNames(stadsdelar, codes, places.box())


def in_plane(reading: Reading, places: Places) -> tuple[Floats, Floats]:
    """Bring the points to the plane of the areas.

    Args:
        reading: What was read.
        places: The areas.

    Returns:
        Eastings and northings, (rows,); NaN without a point.
    """
    x, y = reading.events.x, reading.events.y
    if reading.srid is not None and places.srid is not None and reading.srid != places.srid:
        x, y = Transformer.from_crs(reading.srid, places.srid, always_xy=True).transform(x, y)
    known = np.isfinite(x) & np.isfinite(y)
    return np.where(known, x, np.nan), np.where(known, y, np.nan)


def without_placeholder(reading: Reading, places: Places, x: Floats, y: Floats) -> tuple[Floats, Floats, Placeholder | None]:
    """Take away a point that stands for "not known"; its rows are then known by the area they name, or by none.

    Args:
        reading: What was read; the precision of the rows is corrected in it.
        places: The areas.
        x: Eastings in the plane, (rows,).
        y: Northings, (rows,).

    Returns:
        The eastings and northings that remain, and the point taken away, if there was one.
    """
    events = reading.events
    placeholder = _placeholder(events, x, y, places)
    if placeholder is None:
        return x, y, None
    at = (events.x == placeholder[0]) & (events.y == placeholder[1])
    named = np.array([area is not None for area in events.area.tolist()], bool)
    events.precision[at] = np.where(named[at], int(reading.area_precision), int(Precision.NONE))
    return np.where(at, np.nan, x), np.where(at, np.nan, y), Placeholder(placeholder[0], placeholder[1], int(at.sum()))


def _placeholder(events: EventBatch, x: Floats, y: Floats, places: Places) -> tuple[float, float] | None:
    """Find a point far from the city on which many rows stand: it is no place but a sign that none was known."""
    city = ranges_of(places.box())[places.srid or 0]
    far = np.flatnonzero(~np.isnan(x) & ~city.holds(x, y))
    pairs, many = np.unique(np.stack([events.x[far], events.y[far]]), axis=1, return_counts=True)
    if not len(many) or many.max() < _PLACEHOLDER_ROWS:
        return None
    most = int(np.argmax(many))
    return float(pairs[0, most]), float(pairs[1, most])


def place_numbers(connection: Connection, places: Places, events: EventBatch, xy: tuple[Floats, Floats]) -> Ints:
    """Give every event its place, making the ones first met."""
    place = np.zeros(len(events), np.int64)
    has_point = ~np.isnan(xy[0])
    if has_point.any():
        number, combinations = places.of_points(xy[0][has_point], xy[1][has_point])
        made = places.place_ids(connection, [(areas, Precision.POINT if areas else Precision.OUTSIDE) for areas in combinations])
        place[has_point] = made[number]
    rows = np.flatnonzero(~has_point)
    named = [(int(precision), str(area or "")) for precision, area in zip(events.precision[rows], events.area[rows], strict=True)]
    names = list(dict.fromkeys(named))
    numbers = places.place_ids(connection, [areas_of_row(places, Precision(precision), area) for precision, area in names])
    number_of = dict(zip(names, numbers.tolist(), strict=True))
    place[rows] = [number_of[name] for name in named]
    return place


def place_warnings(events: EventBatch, places: Places, place: Ints, placeholder: Placeholder | None) -> list[Warned]:
    """Tell what is odd about where a delivery's events were: a placeholder, events outside the city, areas that disagree with points."""
    warnings = []
    if placeholder is not None:
        point, point_sv = f"{placeholder.x:g} {placeholder.y:g}", f"{placeholder.x:g} {placeholder.y:g}".replace(".", ",")
        warnings.append(
            Warned(
                WarningCode.PLACEHOLDER_POINT,
                placeholder.rows,
                f"{_rows(placeholder.rows)} står på samma punkt långt utanför staden ({point_sv}); platsen läses som okänd.",
                f"{placeholder.rows} rows stand on one point far outside the city ({point}); the place is read as not known.",
            )
        )
    outside = int((place == places.known.get(OUTSIDE_KEY, -1)).sum())
    if outside:
        warnings.append(
            Warned(
                WarningCode.OUTSIDE,
                outside,
                f"{_rows(outside)} ligger utanför staden och räknas inte i dess siffror.",
                f"{outside} row(s) lie outside the city and are not counted in its figures.",
            )
        )
    return warnings + _agreement(events, places, place)


def _agreement(events: EventBatch, places: Places, place: Ints) -> list[Warned]:
    """Compare the area a row names with the one its point lies in, for rows that have both."""
    both = np.array([area is not None for area in events.area.tolist()], bool) & (events.precision == Precision.POINT)
    if not both.any():
        return []
    key_of = {place_id: key for key, place_id in places.known.items()}
    held = {place_id: areas_of_key(key) for place_id, key in key_of.items()}
    agree = sum(
        bool(held[place_id] & places.named(str(area)))
        for place_id, area in zip(place[both].tolist(), events.area[both].tolist(), strict=True)
    )
    total = int(both.sum())
    if agree == total:
        return []
    percent, percent_en = f"{100 * agree / total:.1f}".replace(".", ","), f"{100 * agree / total:.1f}"
    return [
        Warned(
            WarningCode.AREA_DISAGREES,
            total - agree,
            f"Punkten ligger i det område raden anger för {agree} av {total} rader som har båda ({percent} %). Punkten gäller.",
            f"The point lies in the area the row names for {agree} of {total} rows that have both ({percent_en} %). The point holds.",
        )
    ]


def _rows(count: int) -> str:
    return "1 rad" if count == 1 else f"{count} rader"
