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

import numpy as np
import orjson
from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.events import Precision, TimePrecision
from trygghetskarta.domain.filters import EVERYTHING, Filter, Holds
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import EVENT_SOURCES, SourceId
from trygghetskarta.errors import NotFoundError, bad_parameter
from trygghetskarta.queries.cube import Cube, end_of_day
from trygghetskarta.queries.filter_sql import Condition, SqlColumn, condition
from trygghetskarta.store.arrays import floats_of, ints_of


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
_BEYOND = "(geom IS NULL) = :pointless AND (key, source_id) > (CAST(:key AS uuid), CAST(:after_source AS smallint))"
# Each column as one value, which is read without a Python object for each row; what names a category or an area is looked up once for each of them.
_FOUND = """
    SELECT string_agg(key::text, ' ') AS keys, array_send(array_agg(source_id::int)) AS source_id, array_send(array_agg(category_id)) AS category_id,
        array_send(array_agg(place_id)) AS place_id, array_send(array_agg(month)) AS month, array_send(array_agg(antal)) AS antal,
        array_send(array_agg(time_precision::int)) AS time_precision, array_send(array_agg(precision::int)) AS precision,
        {STARTS_AT} AS starts_at, {ENDS_AT} AS ends_at, {KNOWN_FROM} AS known_from,
        json_agg(reported_on)::text AS reported_on, json_agg(area_text)::text AS area_text, json_agg(identity)::text AS identity,
        array_send(array_agg(coalesce(ST_X(point), 'NaN'))) AS x, array_send(array_agg(coalesce(ST_Y(point), 'NaN'))) AS y
    FROM page
"""
_ROW = """
    key, source_id, category_id, place_id, month, antal, time_precision, precision, starts_at, ends_at, known_from, reported_on, area_text, identity,
    ST_Transform(geom, :srid) AS point
"""
# Not EXTRACT, which makes a numeric of it first.
_SECONDS = "array_send(array_agg(coalesce(date_part('epoch', {}), 'NaN')))"
_CATEGORIES = text("SELECT category_id, code, name FROM category WHERE category_id = ANY(:numbers)")
_AREAS = text("""
    SELECT place_id, area.code, area.name FROM place_area JOIN area USING (area_id)
    WHERE place_area.edition_id = :edition AND place_area.level = :level AND begins = 0 AND ends = 1000000 AND place_id = ANY(:numbers)
""")


_PARTS = {
    "FOUND": _FOUND,
    "HELD": _HELD,
    "WANTED": _WANTED,
    "BEYOND": _BEYOND,
    "ROW": _ROW,
    **{name: _SECONDS.replace("{}", name.lower()) for name in ("STARTS_AT", "ENDS_AT", "KNOWN_FROM")},
}


def _whole(template: str) -> str:
    """Put the parts that statements share into one of them; its filter is put in when it is asked."""
    for name, part in _PARTS.items():
        template = template.replace(f"{{{name}}}", part)
    return template


_PAGE = _whole("""
    WITH {HELD}, page AS (
        SELECT {ROW} FROM event
        WHERE {WANTED} AND {BEYOND} ORDER BY key, source_id LIMIT :limit OFFSET :skip
    )
    {FOUND}
""")
_SKIPPED = _whole("WITH {HELD} SELECT count(*) FROM (SELECT FROM event WHERE {WANTED} AND {BEYOND} LIMIT :skip) AS skipped")
_COUNT = _whole("WITH {HELD} SELECT count(*) FROM event WHERE {WANTED}")
_ONE = _whole("""
    WITH {HELD}, page AS (SELECT {ROW} FROM event WHERE {WANTED} AND key = CAST(:key AS uuid))
    {FOUND}
""")
_SOURCE_OF = {source.number: source.value for source in SourceId}
_TIME_PRECISION = {kind.value: kind.name.lower() for kind in TimePrecision}
_PRECISION = {kind.value: kind.name.lower() for kind in Precision}
_TIMES = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
_CURSOR = re.compile(r"([pn])\.([0-9]{1,3})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)
_ID = re.compile(r"([a-z_]+)\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.ASCII)


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
        if found is None:
            swedish = "after är ingen plats i listan. Följ länken next från sidan före."
            raise bad_parameter("after", written[:100], swedish, "after is no place in the list. Follow the link next of the page before.")
        return cls(found[1] == "n", int(found[2]), found[3])


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of events.

    Attributes:
        limit: How many at the most.
        srid: The system to give their points in.
        decimals: How many decimals their coordinates have.
        after: Where the page begins.
        skip: How many events after that to leave out first.
    """

    limit: int
    srid: int
    decimals: int
    after: Cursor = Cursor()
    skip: int = 0


@dataclass(frozen=True, slots=True)
class EventPage:
    """A page of events, column by column.

    Attributes:
        ids: The id of each.
        columns: Their values by the names of `COLUMNS`, in that order.
        x: Easting or longitude; None without a point.
        y: Northing or latitude, likewise.
        following: Where the next page begins; None after the last.
    """

    ids: list[str]
    columns: Mapping[str, list[Any]]
    x: list[float | None]
    y: list[float | None]
    following: Cursor | None = None


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


def list_events(connection: Connection, wanted: Wanted, asked: Asked) -> EventPage:
    """Read a page of events.

    Args:
        connection: Inside a transaction that sees one state of the data (`store.engine.one_state`).
        wanted: Which events.
        asked: Which page of them.

    Returns:
        The page.
    """
    where, after = _condition(wanted), asked.after
    statement, skipped = (text(template.replace("{FILTER}", where.sql)) for template in (_PAGE, _SKIPPED))
    values = {**_values(wanted), **where.values, "srid": asked.srid}
    parts, left, skip = [], asked.limit, asked.skip
    for begins in (after,) if after.pointless else (after, Cursor(pointless=True)):
        # One more than are left to give tells whether there is a page after this one.
        place = {"pointless": begins.pointless, "key": begins.key, "after_source": begins.source, "limit": left + 1, "skip": skip}
        part = _read(connection, wanted, asked, connection.execute(statement, {**values, **place}).one())
        parts.append(part)
        if len(part.ids) > left:
            return _cut(_joined(parts), asked.limit)
        left -= len(part.ids)
        if skip:
            skip = 0 if part.ids else skip - int(connection.execute(skipped, {**values, **place}).scalar_one())
    return _joined(parts)


def _read(connection: Connection, wanted: Wanted, asked: Asked, row: Any) -> EventPage:  # noqa: ANN401 - a row of `_FOUND`
    """Turn the columns of a page into lists."""
    if row.keys is None:
        return EventPage([], {name: [] for name in COLUMNS}, [], [])
    sources = [_SOURCE_OF[number] for number in ints_of(row.source_id).tolist()]
    kinds, places, months = (ints_of(numbers) for numbers in (row.category_id, row.place_id, row.month))
    kind_of = _names(connection.execute(_CATEGORIES, {"numbers": np.unique(kinds).tolist()}))
    where = {"edition": wanted.edition.edition_id, "level": wanted.level.value, "numbers": np.unique(places).tolist()}
    area_of = _names(connection.execute(_AREAS, where))
    of_kind = [kind_of[number] for number in kinds.tolist()]
    in_area = [area_of.get(number, (None, None)) for number in places.tolist()]
    month_of = {number: str(Month(number)) for number in np.unique(months).tolist()}
    columns: dict[str, list[Any]] = {
        "source": sources,
        "category": [code for code, _ in of_kind],
        "categoryName": [name for _, name in of_kind],
        "month": [month_of[number] for number in months.tolist()],
        "antal": ints_of(row.antal).tolist(),
        "startsAt": _instants(row.starts_at),
        "endsAt": _instants(row.ends_at),
        "timePrecision": [_TIME_PRECISION[number] for number in ints_of(row.time_precision).tolist()],
        "reportedOn": orjson.loads(row.reported_on),
        "precision": [_PRECISION[number] for number in ints_of(row.precision).tolist()],
        "area": [code for code, _ in in_area],
        "areaName": [name for _, name in in_area],
        "areaText": orjson.loads(row.area_text),
        "identity": orjson.loads(row.identity),
        "knownFrom": _instants(row.known_from),
    }
    ids = [f"{source}.{key}" for source, key in zip(sources, row.keys.split(" "), strict=True)]
    return EventPage(ids, columns, _rounded(row.x, asked.decimals), _rounded(row.y, asked.decimals))


def _names(rows: Iterable[Any]) -> dict[int, tuple[str | None, str | None]]:
    """Give code and name of what numbers stand for."""
    return {number: (code, name) for number, code, name in rows}


def _instants(sent: bytes) -> list[str | None]:
    """Write instants as RFC 3339 to the second, in UTC."""
    seconds = floats_of(sent)
    known = ~np.isnan(seconds)
    instants = np.where(known, seconds, 0).astype("datetime64[s]")
    written: list[str | None] = orjson.loads(orjson.dumps(instants, option=_TIMES))
    return written if known.all() else [text if there else None for text, there in zip(written, known.tolist(), strict=True)]


def _rounded(sent: bytes, decimals: int) -> list[float | None]:
    found = floats_of(sent)
    if np.isnan(found).any():
        return [None] * len(found)
    values: list[float | None] = np.round(found, decimals).tolist()
    return values


def _joined(parts: list[EventPage]) -> EventPage:
    """Put those without a point after those with one."""
    if len(parts) == 1:
        return parts[0]
    one, other = parts
    columns = {name: values + other.columns[name] for name, values in one.columns.items()}
    return EventPage(one.ids + other.ids, columns, one.x + other.x, one.y + other.y)


def _cut(page: EventPage, limit: int) -> EventPage:
    """Leave out what is beyond the page, and tell where the next one begins."""
    source, _, key = page.ids[limit - 1].partition(".")
    columns = {name: values[:limit] for name, values in page.columns.items()}
    following = Cursor(page.x[limit - 1] is None, SourceId(source).number, key)
    return EventPage(page.ids[:limit], columns, page.x[:limit], page.y[:limit], following)


def count_events(connection: Connection, wanted: Wanted) -> int:
    """Count the events wanted."""
    where = _condition(wanted)
    return int(connection.execute(text(_COUNT.replace("{FILTER}", where.sql)), {**_values(wanted), **where.values}).scalar_one())


def find_event(connection: Connection, wanted: Wanted, identity: str, asked: Asked) -> EventPage:
    """Read one event by its id, as a page of one.

    Raises:
        NotFoundError: There is none among those wanted.
    """
    found = _ID.fullmatch(identity)
    if found is not None and found[1] in SourceId.__members__.values():
        where = _condition(wanted)
        values = {**_values(wanted), **where.values, "srid": asked.srid, "sources": [SourceId(found[1]).number], "key": found[2]}
        page = _read(connection, wanted, asked, connection.execute(text(_ONE.replace("{FILTER}", where.sql)), values).one())
        if page.ids:
            return page
    raise NotFoundError("Det finns ingen sådan händelse.", "There is no such event.")


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
