"""The register of measures: what was told of each, now or as it was known on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.measures import Declaration, Direction, Goal, GoalUnit, Ground, Registered, Role, Site
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import NotFoundError
from trygghetskarta.queries.cube import end_of_day

_VERSIONS = text("""
    SELECT measure_version.*, registered_at FROM measure_version JOIN measure USING (measure_id)
    WHERE (CAST(:number AS int) IS NULL OR measure_id = :number) AND (CAST(:all_of_them AS boolean) OR known_to IS NULL OR known_to > :instant)
        AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
    ORDER BY starts_on DESC, measure_id DESC, known_from DESC
""")
_SITES = text("""
    SELECT measure_id, known_from, role, level, codes, outline, declared_at, ST_Area(geom) AS square_metres, ST_SRID(geom) AS srid,
        CASE WHEN level IS NULL THEN ST_AsGeoJSON(geom, 2, 0) END AS polygon
    FROM measure_site WHERE measure_id = ANY(:numbers)
""")
_GOALS = text("SELECT * FROM measure_goal WHERE measure_id = ANY(:numbers) ORDER BY number")


def list_measures(connection: Connection, as_of: date | None = None) -> list[Registered]:
    """Read every measure, the latest begun first.

    Args:
        connection: Inside a transaction.
        as_of: As they were known at the end of this day; None for now.

    Returns:
        One version of each that was known then.
    """
    return _registered(connection, None, as_of)


def find_measure(connection: Connection, number: int, as_of: date | None = None) -> Registered:
    """Read one measure.

    Args:
        connection: Inside a transaction.
        number: Its number.
        as_of: As it was known at the end of this day; None for now.

    Returns:
        The version that was known then.

    Raises:
        NotFoundError: There is no such measure, or was none on that day.
    """
    found = _registered(connection, number, as_of) if 0 < number < 2**31 else []
    if not found:
        when, when_en = (f" registrerad den {as_of}", f" registered on {as_of}") if as_of is not None else ("", "")
        raise NotFoundError(f"Det finns ingen åtgärd {number}{when}.", f"There is no measure {number}{when_en}.")
    return found[0]


def versions_of(connection: Connection, number: int) -> list[Registered]:
    """Read every version of a measure, the current one first; empty where there is no such measure."""
    return _registered(connection, number, None, every=True)


def _registered(connection: Connection, number: int | None, as_of: date | None, *, every: bool = False) -> list[Registered]:
    instant = end_of_day(as_of) if as_of is not None else None
    versions = connection.execute(_VERSIONS, {"number": number, "instant": instant, "all_of_them": every}).all()
    asked = {"numbers": list({row.measure_id for row in versions})}
    sites = _by_version(connection.execute(_SITES, asked))
    goals = _by_version(connection.execute(_GOALS, asked))
    return [_one(row, sites[row.measure_id, row.known_from], goals.get((row.measure_id, row.known_from), [])) for row in versions]


def _by_version(rows: Iterable[Row[Any]]) -> dict[tuple[int, datetime], list[Row[Any]]]:
    found: dict[tuple[int, datetime], list[Row[Any]]] = {}
    for row in rows:
        found.setdefault((row.measure_id, row.known_from), []).append(row)
    return found


def _one(row: Row[Any], sites: list[Row[Any]], goals: list[Row[Any]]) -> Registered:
    by_role = {Role(site.role): site for site in sites}
    grounds = {role: _ground(by_role[role]) for role in Role if role in by_role}
    told = Declaration(
        name=row.name,
        description=row.description,
        kind=row.kind,
        responsible=row.responsible,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        cost=row.cost,
        edition=row.edition,
        sites={role: ground.site for role, ground in grounds.items()},
        goals=tuple(_goal(goal) for goal in goals),
        declared_on=row.declared_on,
        declared_in=row.declared_in,
    )
    declared = tuple(goal.declared_at for goal in goals)
    return Registered(row.measure_id, told, grounds, declared, row.registered_at, row.known_from, row.known_to)


def _ground(row: Row[Any]) -> Ground:
    level = AreaLevel(row.level) if row.level is not None else None
    return Ground(Site(level, tuple(row.codes), row.polygon, row.srid), row.outline, row.square_metres, row.declared_at)


def _goal(row: Row[Any]) -> Goal:
    return Goal(
        aim=row.aim,
        sources=tuple(SourceId(source) for source in row.sources),
        categories=tuple(row.categories),
        group=row.of_group,
        baseline=Span(Month(row.baseline_from), Month(row.baseline_to)),
        follow_up=Span(Month(row.follow_up_from), Month(row.follow_up_to)),
        direction=Direction(row.direction),
        change=row.change,
        unit=GoalUnit(row.unit),
        judged_on=row.judged_on,
    )
