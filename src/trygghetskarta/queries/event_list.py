"""Events one by one: the versions that count now, or that counted on a day, a page of them at a time.

Those with a point come first, then those without; within each by key. A reader that takes its idea of what a layer is from the first few rows sees
points, and an index gives the order, so that a page costs the same wherever it begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.events import Precision, TimePrecision
from trygghetskarta.domain.filters import EVERYTHING, Filter, Holds
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import EVENT_SOURCES, SourceId
from trygghetskarta.errors import NotFoundError, bad_parameter
from trygghetskarta.queries.cube import Cube, end_of_day
from trygghetskarta.queries.filter_sql import Condition, SqlColumn, condition


def _named(column: str, names: Mapping[int, str]) -> str:
    """Write the expression that names the numbers of a column."""
    cases = " ".join(f"WHEN {number} THEN '{name}'" for number, name in names.items())
    return f"CASE {column} {cases} END"


_SOURCE = _named("event.source_id", {source.number: source.value for source in EVENT_SOURCES})
_CATEGORY = "event.category_id IN (SELECT category_id FROM category WHERE {})"
_AREA = "CASE WHEN event.place_id IN (SELECT place_id FROM held) THEN event.place_id IN (SELECT place_id FROM held WHERE {}) END"
_NO_AREA = "event.place_id NOT IN (SELECT place_id FROM held)"
COLUMNS: Mapping[str, SqlColumn] = {
    "source": SqlColumn(Holds.TEXT, _SOURCE),
    "category": SqlColumn(Holds.TEXT, "category.code", _CATEGORY),
    "categoryName": SqlColumn(Holds.TEXT, "category.name", _CATEGORY),
    "month": SqlColumn(Holds.TEXT, "to_char(DATE '1970-01-01' + event.month * INTERVAL '1 month', 'YYYY-MM')"),
    "antal": SqlColumn(Holds.WHOLE, "event.antal"),
    "startsAt": SqlColumn(Holds.INSTANT, "event.starts_at"),
    "endsAt": SqlColumn(Holds.INSTANT, "event.ends_at"),
    "timePrecision": SqlColumn(Holds.TEXT, _named("event.time_precision", {kind: kind.name.lower() for kind in TimePrecision})),
    "reportedOn": SqlColumn(Holds.DAY, "event.reported_on"),
    "precision": SqlColumn(Holds.TEXT, _named("event.precision", {kind: kind.name.lower() for kind in Precision})),
    "area": SqlColumn(Holds.TEXT, "held.area", _AREA, _NO_AREA),
    "areaName": SqlColumn(Holds.TEXT, "held.area_name", _AREA, _NO_AREA),
    "areaText": SqlColumn(Holds.TEXT, "event.area_text"),
    "identity": SqlColumn(Holds.TEXT, "event.identity"),
    "knownFrom": SqlColumn(Holds.INSTANT, "event.known_from"),
}
"""What an event tells of itself, and what events can be filtered by."""

_HELD = """
    held AS (
        SELECT place_id, area.code AS area, area.name AS area_name FROM place_area JOIN area USING (area_id)
        WHERE place_area.edition_id = :edition AND place_area.level = :level AND begins = 0 AND ends = 1000000
    )
"""
_WANTED = """
    event.source_id = ANY(:sources) AND NOT withdrawn AND antal > 0
        AND (known_to IS NULL OR known_to > :instant) AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
        AND (CAST(:first AS int) IS NULL OR month >= :first) AND (CAST(:last AS int) IS NULL OR month <= :last)
        AND (CAST(:since AS timestamptz) IS NULL OR coalesce(ends_at, starts_at) >= :since)
        AND (CAST(:until AS timestamptz) IS NULL OR starts_at <= :until)
        AND (NOT :by_category OR category_id IN (
            SELECT category_id FROM category JOIN unnest(CAST(:of_sources AS smallint[]), CAST(:codes AS text[])) AS kind (source_id, code)
                USING (source_id, code)
        ))
        AND (NOT :by_area OR place_id IN (SELECT place_id FROM held WHERE area = ANY(:areas)))
        AND {FILTER}
"""
_TEXTS = {
    Holds.INSTANT: 'to_char({}, \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')',
    Holds.DAY: "to_char({}, 'YYYY-MM-DD')",
}
_SHOWN = ",\n        ".join(_TEXTS.get(column.holds, "{}").format(column.value) for column in COLUMNS.values())
_FOUND = """
    SELECT {SOURCE} || '.' || event.key AS id, {SHOWN}, ST_X(point), ST_Y(point)
    FROM (SELECT page.*, ST_Transform(geom, :srid) AS point FROM page) AS event JOIN category USING (category_id) LEFT JOIN held USING (place_id)
    ORDER BY event.key, event.source_id
"""


def _whole(template: str) -> str:
    """Put the parts that statements share into one of them; its filter is put in when it is asked."""
    for name, part in {"FOUND": _FOUND, "HELD": _HELD, "WANTED": _WANTED, "SOURCE": _SOURCE, "SHOWN": _SHOWN}.items():
        template = template.replace(f"{{{name}}}", part)
    return template


_PAGE = _whole("""
    WITH {HELD}, page AS (
        SELECT * FROM event
        WHERE {WANTED} AND (geom IS NULL) = :pointless AND (key, source_id) > (CAST(:key AS uuid), CAST(:after_source AS smallint))
        ORDER BY key, source_id LIMIT :limit
    )
    {FOUND}
""")
_COUNT = _whole("WITH {HELD} SELECT count(*) FROM event WHERE {WANTED}")
_ONE = _whole("""
    WITH {HELD}, page AS (SELECT * FROM event WHERE {WANTED} AND key = CAST(:key AS uuid))
    {FOUND}
""")
_CURSOR = re.compile(r"([pn])\.([0-9]{1,3})\.([0-9a-f-]{36})", re.ASCII)
_ID = re.compile(r"([a-z_]+)\.([0-9a-f-]{36})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events.

    Attributes:
        edition: The edition whose areas they are told by.
        level: The level of those areas.
        sources: Of these sources.
        kinds: Source and code of the categories; None for all.
        areas: Codes of the areas whose place they are wholly in; None for all.
        months: First and last month they count in; None for no limit.
        instant: As they were known then; None for now.
        during: They happened at some time between these instants; None for no limit.
        filter: What else they must be.
    """

    edition: Edition
    level: AreaLevel
    sources: tuple[SourceId, ...]
    kinds: tuple[tuple[SourceId, str], ...] | None = None
    areas: tuple[str, ...] | None = None
    months: tuple[Month | None, Month | None] = (None, None)
    instant: datetime | None = None
    during: tuple[datetime | None, datetime | None] = (None, None)
    filter: Filter = EVERYTHING


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where in the order of all events a page begins: after this one."""

    pointless: bool = False
    source: int = 0
    key: str = str(UUID(int=0))

    def __str__(self) -> str:
        """Give it as an address holds it."""
        return f"{'n' if self.pointless else 'p'}.{self.source}.{self.key}"

    @classmethod
    def parse(cls, written: str) -> Cursor:
        """Read one.

        Raises:
            InvalidQuestionError: It is none.
        """
        found = _CURSOR.fullmatch(written)
        try:
            return cls(found[1] == "n", int(found[2]), str(UUID(found[3]))) if found else _no_cursor(written)
        except ValueError:
            return _no_cursor(written)


def _no_cursor(written: str) -> Cursor:
    swedish = "after är ingen plats i listan. Följ länken next från sidan före."
    raise bad_parameter("after", written[:100], swedish, "after is no place in the list. Follow the link next of the page before.")


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of events.

    Attributes:
        rows: Each its id, its columns in the order of `COLUMNS`, and easting and northing, both None without a point.
        following: Where the next page begins; None after the last.
    """

    rows: list[tuple[Any, ...]]
    following: Cursor | None


def kinds_below(cube: Cube, sources: Iterable[SourceId], codes: Iterable[str]) -> tuple[tuple[SourceId, str], ...]:
    """Give the categories of the sources that the codes name, with all below them.

    Raises:
        InvalidQuestionError: No source has a category of a code.
    """
    wanted = tuple(sources)
    found = []
    for code in codes:
        runs = [
            (source, cube.trees[source].ranges[code]) for source in wanted if source in cube.trees and code in cube.trees[source].ranges
        ]
        if not runs:
            raise bad_parameter("category", code, f"Källan har ingen kategori {code}.", f"The source has no category {code}.")
        found += [(source, node.code) for source, (low, high) in runs for node in cube.trees[source].nodes[low:high]]
    return tuple(dict.fromkeys(found))


def known_at(day: date | None) -> datetime | None:
    """Give the end of a day, which is what events are asked for as of it; None for now."""
    return None if day is None else end_of_day(day)


def list_events(connection: Connection, wanted: Wanted, limit: int, after: Cursor, srid: int) -> EventPage:
    """Read a page of events.

    Args:
        connection: Inside a transaction.
        wanted: Which events.
        limit: How many at the most.
        after: Where the page begins.
        srid: The system to give their points in.

    Returns:
        The page.
    """
    where = _condition(wanted)
    statement, values = text(_PAGE.replace("{FILTER}", where.sql)), {**_values(wanted), **where.values, "srid": srid}
    rows: list[tuple[Any, ...]] = []
    # One more than asked for tells whether there is a page after this one.
    for pointless in (False, True) if not after.pointless else (True,):
        begins = after if after.pointless is pointless else Cursor(pointless)
        place = {"pointless": pointless, "key": begins.key, "after_source": begins.source, "limit": limit + 1 - len(rows)}
        rows += [tuple(row) for row in connection.execute(statement, {**values, **place})]
        if len(rows) > limit:
            break
    if len(rows) <= limit:
        return EventPage(rows, None)
    last = rows[limit - 1]
    source, _, key = last[0].partition(".")
    return EventPage(rows[:limit], Cursor(last[-1] is None, SourceId(source).number, key))


def count_events(connection: Connection, wanted: Wanted) -> int:
    """Count the events wanted."""
    where = _condition(wanted)
    return int(connection.execute(text(_COUNT.replace("{FILTER}", where.sql)), {**_values(wanted), **where.values}).scalar_one())


def find_event(connection: Connection, wanted: Wanted, identity: str, srid: int) -> tuple[Any, ...]:
    """Read one event by its id.

    Raises:
        NotFoundError: There is none among those wanted.
    """
    found = _ID.fullmatch(identity)
    if found is not None and found[1] in SourceId.__members__.values():
        where = _condition(wanted)
        values = {**_values(wanted), **where.values, "srid": srid, "sources": [SourceId(found[1]).number], "key": found[2]}
        row = connection.execute(text(_ONE.replace("{FILTER}", where.sql)), values).one_or_none() if _is_key(found[2]) else None
        if row is not None:
            return tuple(row)
    raise NotFoundError("Det finns ingen sådan händelse.", "There is no such event.")


def _is_key(written: str) -> bool:
    try:
        return str(UUID(written)) == written
    except ValueError:
        return False


def _condition(wanted: Wanted) -> Condition:
    return condition(wanted.filter, COLUMNS, "event.geom", "CAST(:plane AS int)")


def _values(wanted: Wanted) -> dict[str, Any]:
    first, last = wanted.months
    return {
        "edition": wanted.edition.edition_id,
        "plane": wanted.edition.srid,
        "level": wanted.level.value,
        "sources": [source.number for source in wanted.sources],
        "instant": wanted.instant,
        "first": first.number if first is not None else None,
        "last": last.number if last is not None else None,
        "since": wanted.during[0],
        "until": wanted.during[1],
        "by_category": wanted.kinds is not None,
        "of_sources": [source.number for source, _ in wanted.kinds or ()],
        "codes": [code for _, code in wanted.kinds or ()],
        "by_area": wanted.areas is not None,
        "areas": list(wanted.areas or ()),
    }
