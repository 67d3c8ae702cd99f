"""Where the events of a delivery were: their points in the plane, their places, and what is odd about either."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyproj import Transformer
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel, ByDay
from trygghetskarta.domain.events import NO_TIME, EventBatch, Precision, Reading, Warned, WarningCode
from trygghetskarta.domain.sources import CountsBy
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import CityBox
from trygghetskarta.ingest.coordinates import ranges_of
from trygghetskarta.ingest.places import OUTSIDE_KEY, Places, areas_of_key
from trygghetskarta.ingest.replace import areas_of_row
from trygghetskarta.ingest.sending import Connect
from trygghetskarta.ingest.times import days_of, to_local

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_PLACEHOLDER_ROWS = 10


@dataclass(frozen=True, slots=True)
class AreaNames:
    """What an adapter may know of the areas.

    Attributes:
        stadsdelar: Code by case-folded name of every stadsdel, by the day on which it was named.
        codes: The codes, and the names made codes, of every level.
        city: Where the city lies.
        editions: First days of the editions, oldest first.
    """

    stadsdelar: ByDay[Mapping[str, str]]
    codes: Mapping[AreaLevel, frozenset[str]]
    city: CityBox
    editions: tuple[date, ...]


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
            code="no_areas",
        )
    named: dict[int, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(text("SELECT edition_id, name, code FROM area WHERE level = :level"), {"level": AreaLevel.STADSDEL}):
        named[row.edition_id][row.name.casefold()] = row.code
    by_edition = [named[layers[0].edition_id] for layers in places.editions]
    # The edition asked first has the last word.
    stadsdelar = tuple(dict(pair for one in reversed(order) for pair in by_edition[one].items()) for order in places.in_force.held)
    codes = {
        level: frozenset(code for layers in places.editions for layer in layers if layer.level is level for code in layer.codes)
        for level in AreaLevel
    }
    editions = tuple(connection.execute(text("SELECT valid_from FROM edition ORDER BY valid_from")).scalars())
    return AreaNames(ByDay(places.in_force.begins, stadsdelar), codes, places.box(), editions)


def own_days(events: EventBatch, rows: Ints, counts_by: CountsBy) -> Ints:
    """Give the day that puts each of some rows in its month: by it the edition is chosen that an area's code is read by.

    Args:
        events: The events.
        rows: Which of them.
        counts_by: The source's date.

    Returns:
        Days since 1970, (rows,); the first of the month for a row that tells no day.
    """
    happened, reported = days_of(to_local(events.starts_at[rows])), events.reported_on[rows]
    first, second = (reported, happened) if counts_by is CountsBy.REPORTED else (happened, reported)
    day = np.where(first == NO_TIME, second, first)
    return np.where(day == NO_TIME, events.month[rows].astype("datetime64[M]").astype("datetime64[D]").astype(np.int64), day)


@dataclass(slots=True)
class Locator:
    """Places the events of a delivery, part by part, and remembers what is odd about where they were.

    Attributes:
        places: The areas.
        counts_by: The date that puts an event in its month: its code is read as that of the edition in force then.
        area_precision: Precision of a row that has no point but names an area.
        placeholders: Points that stand for "not known", in the file's own coordinates, and how many rows stood on each.
        outside: How many rows lie outside the city.
        nearest: How many rows lie in a gap between the areas and were given to the nearest.
        with_both: How many rows have a point and name an area.
        agree: How many of those name the area their point lies in.
    """

    places: Places
    counts_by: CountsBy
    area_precision: Precision = Precision.NONE
    placeholders: dict[tuple[float, float], int] = field(default_factory=dict)
    outside: int = 0
    nearest: int = 0
    with_both: int = 0
    agree: int = 0
    _to_plane: Transformer | None = None

    def in_plane(self, reading: Reading) -> tuple[Floats, Floats]:
        """Bring the points of a part to the plane of the areas.

        Args:
            reading: What was read.

        Returns:
            Eastings and northings, (rows,); NaN without a point.
        """
        x, y = reading.events.x, reading.events.y
        self.area_precision = reading.area_precision
        if reading.srid is not None and self.places.srid is not None and reading.srid != self.places.srid:
            self._to_plane = self._to_plane or Transformer.from_crs(reading.srid, self.places.srid, always_xy=True)
            x, y = self._to_plane.transform(x, y)
        known = np.isfinite(x) & np.isfinite(y)
        return np.where(known, x, np.nan), np.where(known, y, np.nan)

    def without_placeholder(self, events: EventBatch, x: Floats, y: Floats) -> tuple[EventBatch, Floats, Floats]:
        """Take away the points that stand for "not known"; their rows are then known by the area they name, or by none.

        Args:
            events: The events.
            x: Eastings in the plane, (rows,).
            y: Northings, (rows,).

        Returns:
            The events with the precision they have without those points, and the eastings and northings that remain; the very same where no
            point stands for "not known".
        """
        self._find_placeholder(events, x, y)
        at = np.zeros(len(events), bool)
        for point in self.placeholders:
            rows = (events.x == point[0]) & (events.y == point[1])
            self.placeholders[point] += int(rows.sum())
            at |= rows
        if not at.any():
            return events, x, y
        named = events.area.is_valid().to_numpy(zero_copy_only=False)
        less = np.where(named, int(self.area_precision), int(Precision.NONE))
        return replace(events, precision=np.where(at, less, events.precision)), np.where(at, np.nan, x), np.where(at, np.nan, y)

    def _find_placeholder(self, events: EventBatch, x: Floats, y: Floats) -> None:
        """Find a point far from the city on which many rows stand: it is no place but a sign that none was known."""
        city = ranges_of(self.places.box())[self.places.srid or 0]
        far = np.flatnonzero(~np.isnan(x) & ~city.holds(x, y))
        if not len(far):
            return
        pairs, many = np.unique(np.stack([events.x[far], events.y[far]]), axis=1, return_counts=True)
        if many.max() >= _PLACEHOLDER_ROWS:
            most = int(np.argmax(many))
            self.placeholders.setdefault((float(pairs[0, most]), float(pairs[1, most])), 0)

    def locate(self, events: EventBatch, x: Floats, y: Floats) -> Located:
        """Find the areas of every event, without the database."""
        has_point = ~np.isnan(x)
        combination, areas = np.zeros(0, np.int32), list[tuple[int, ...]]()
        if has_point.any():
            combination, areas, nearest = self.places.of_points(x[has_point], y[has_point])
            self.nearest += nearest
        rows = np.flatnonzero(~has_point)
        named = pc.fill_null(events.area.take(pa.array(rows)), "").dictionary_encode()
        names = named.dictionary.to_pylist()
        told = (self._periods(events, rows) * len(Precision) + events.precision[rows]) * len(names) + named.indices.to_numpy()
        tellings, row_of = np.unique(told, return_inverse=True)
        period, kind, name = np.unravel_index(tellings, (len(self.places.in_force.held), len(Precision), max(len(names), 1)))
        without = [
            areas_of_row(self.places, Precision(one), names[at], of)
            for of, one, at in zip(period.tolist(), kind.tolist(), name.tolist(), strict=True)
        ]
        points = [(one, Precision.POINT if one else Precision.OUTSIDE) for one in areas]
        return Located(has_point, combination, points, row_of, without)

    def _periods(self, events: EventBatch, rows: Ints) -> Ints:
        """Give the period of `Places.in_force` in which each of some rows lies, (rows,)."""
        begins = self.places.in_force.begins
        if not begins:
            return np.zeros(len(rows), np.int64)
        return np.searchsorted(np.array(begins, "datetime64[D]").astype(np.int64), own_days(events, rows, self.counts_by), side="right")

    def number(self, connect: Connect, events: EventBatch, located: Located) -> Ints:
        """Give every event its place, making the ones first met, and note what is odd.

        Args:
            connect: Gives the connection, inside a transaction.
            events: The events.
            located: Their areas.

        Returns:
            The places' numbers, (rows,).
        """
        place = np.zeros(len(events), np.int64)
        if located.points:
            place[located.has_point] = self.places.place_ids(connect, located.points)[located.combination]
        if located.without:
            place[~located.has_point] = self.places.place_ids(connect, located.without)[located.row_of]
        self.outside += int((place == self.places.known.get(OUTSIDE_KEY, -1)).sum())
        self._note_agreement(events, place)
        return place

    def _note_agreement(self, events: EventBatch, place: Ints) -> None:
        """Compare the area a row names with the one its point lies in, for rows that have both."""
        both = events.area.is_valid().to_numpy(zero_copy_only=False) & (events.precision == Precision.POINT)
        if not both.any():
            return
        named = events.area.filter(pa.array(both)).dictionary_encode()
        names = named.dictionary.to_pylist()
        pairs, many = np.unique(place[both] * len(names) + named.indices.to_numpy(), return_counts=True)
        held = {place_id: areas_of_key(key) for key, place_id in self.places.known.items()}
        ids = {name: self.places.named(name) for name in names}
        self.with_both += int(both.sum())
        self.agree += sum(
            count
            for pair, count in zip(pairs.tolist(), many.tolist(), strict=True)
            if held[pair // len(names)] & ids[names[pair % len(names)]]
        )

    def warnings(self) -> list[Warned]:
        """Tell what is odd about where the events were: a placeholder, events outside the city, areas that disagree with points."""
        warnings = [_placeholder_warning(point, rows) for point, rows in self.placeholders.items()]
        if self.outside:
            warnings.append(
                Warned(
                    WarningCode.OUTSIDE,
                    self.outside,
                    "{} ligger utanför staden och räknas inte i dess siffror.",
                    "{} lie outside the city and are not counted in its figures.",
                )
            )
        if self.nearest:
            warnings.append(
                Warned(
                    WarningCode.NEAREST_AREA,
                    self.nearest,
                    "{} ligger i vatten eller i en lucka mellan områdena; de räknas i det närmaste området, högst 50 meter bort.",
                    "{} lie in water or in a gap between the areas; they are counted in the nearest area, at most 50 metres away.",
                )
            )
        if self.agree < self.with_both:
            share = 100 * self.agree / self.with_both
            percent, percent_en = f"{share:.1f}".replace(".", ","), f"{share:.1f}"
            warnings.append(
                Warned(
                    WarningCode.AREA_DISAGREES,
                    self.with_both - self.agree,
                    f"Punkten ligger i det område raden anger för {self.agree} av {self.with_both} rader som har båda ({percent} %). Punkten gäller.",
                    f"The point lies in the area the row names for {self.agree} of {self.with_both} rows that have both ({percent_en} %). "
                    "The point holds.",
                )
            )
        return warnings


@dataclass(frozen=True, slots=True)
class Located:
    """The areas of a part's events.

    Attributes:
        has_point: (rows,).
        combination: For each row with a point, the number of its areas among `points`.
        points: The areas that hold a point, and the precision.
        row_of: For each row without a point, its number among `without`.
        without: The areas of a row without a point, and how exactly they are known.
    """

    has_point: npt.NDArray[np.bool_]
    combination: npt.NDArray[np.int32]
    points: list[tuple[tuple[int, ...], Precision]]
    row_of: Ints
    without: list[tuple[tuple[int, ...], Precision]]


def _placeholder_warning(point: tuple[float, float], rows: int) -> Warned:
    english = f"{point[0]:g} {point[1]:g}"
    return Warned(
        WarningCode.PLACEHOLDER_POINT,
        rows,
        f"{{}} står på samma punkt långt utanför staden ({english.replace('.', ',')}); platsen läses som okänd.",
        f"{{}} stand on one point far outside the city ({english}); the place is read as not known.",
    )
