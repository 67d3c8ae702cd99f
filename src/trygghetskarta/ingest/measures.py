"""Write down a measure: told once, kept for good, every change a new version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.areas import AreaLevel, Edition
from trygghetskarta.domain.category_groups import category_groups
from trygghetskarta.domain.measures import Declaration, Goal, Role, Site
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.domain.polygons import not_in_the_city, read_geojson
from trygghetskarta.domain.sources import CONTRACTS, EVENTS
from trygghetskarta.errors import NotCarriedError, NotCoveredError, NotFoundError, bad_parameter
from trygghetskarta.ingest.hiding import hidden
from trygghetskarta.ingest.personal import PERSONAL_DATA
from trygghetskarta.ingest.publication import announce
from trygghetskarta.store.editions import list_editions

# Areas that border on each other share no ground, but for what was repaired away.
_SHARED_M2 = 100.0
_LOCK = 7_301_003

_AREAS = text("""
    WITH held AS (
        SELECT count(*) AS areas, ST_Multi(ST_Union(geom)) AS geom, array_agg(code) AS codes FROM area
        WHERE edition_id = :edition AND level = :level AND code = ANY(:codes)
    )
    SELECT areas, codes, ST_AsEWKT(geom) AS ground, ST_AsGeoJSON(ST_Transform(geom, 4326), 6, 0) AS outline FROM held
""")
_POLYGON = text("""
    WITH told AS (
        SELECT ST_Multi(ST_Transform(ST_SetSRID(ST_GeomFromWKB(:polygon), :told_in), :plane)) AS geom
    )
    SELECT ST_AsEWKT(geom) AS ground, ST_AsGeoJSON(ST_Transform(geom, 4326), 6, 0) AS outline, EXISTS (
        SELECT FROM area WHERE edition_id = :edition AND level = :whole AND ST_Intersects(area.geom, told.geom)
    ) AS inside FROM told
""").bindparams(whole=AreaLevel.STAD.value)
_SHARED = text("SELECT ST_Area(ST_Intersection(ST_GeomFromEWKT(:one), ST_GeomFromEWKT(:other)))")
_CATEGORIES = text("SELECT code FROM category WHERE source_id = ANY(:sources)")
_VERSION = text("""
    INSERT INTO measure_version (measure_id, known_from, name, description, kind, responsible, cost, edition,
        starts_on, ends_on, declared_on, declared_in)
    VALUES (:number, :at, :name, :description, :kind, :responsible, :cost, :edition, :starts_on, :ends_on, :declared_on, :declared_in)
""")
_SITE = text("""
    INSERT INTO measure_site (measure_id, known_from, role, level, codes, geom, outline, declared_at)
    VALUES (:number, :at, :role, :level, :codes, ST_GeomFromEWKT(:ground), :outline, :declared_at)
""")
_GOAL = text("""
    INSERT INTO measure_goal (measure_id, known_from, number, aim, sources, categories, of_group, baseline_from, baseline_to,
        follow_up_from, follow_up_to, direction, change, unit, judged_on, declared_at)
    VALUES (:number, :at, :place, :aim, :sources, :categories, :of_group, :baseline_from, :baseline_to,
        :follow_up_from, :follow_up_to, :direction, :change, :unit, :judged_on, :declared_at)
""")
_CURRENT = text("""
    SELECT known_from, declared_in FROM measure_version WHERE measure_id = :number AND known_to IS NULL
""")
_CURRENT_SITES = text("""
    SELECT role, declared_at, edition, level, codes, ST_AsEWKT(geom) AS ground FROM measure_site JOIN measure_version USING (measure_id, known_from)
    WHERE measure_id = :number AND known_to IS NULL
""")
_CURRENT_GOALS = text("""
    SELECT measure_goal.* FROM measure_goal JOIN measure_version USING (measure_id, known_from) WHERE measure_id = :number AND known_to IS NULL
""")


def register(connection: Connection, told: Declaration, at: datetime) -> int:
    """Write down a new measure.

    Args:
        connection: Inside a transaction.
        told: What is told of it.
        at: When.

    Returns:
        Its number.

    Raises:
        InvalidQuestionError: It names an area, category or group that there is not, its areas overlap, or a text may point at a person.
        NotCarriedError: A goal counts what its source does not hold.
        NotFoundError: There is no such edition.
        NotCoveredError: No areas are loaded.
    """
    grounds, edition = _checked(connection, told)
    number = connection.execute(text("INSERT INTO measure (registered_at) VALUES (:at) RETURNING measure_id"), {"at": at}).scalar_one()
    _write(connection, number, (replace(told, edition=edition), grounds), at, {})
    announce(connection, "measure")
    return int(number)


def change(connection: Connection, number: int, told: Declaration, at: datetime) -> None:
    """Write down a new version of a measure; the one before is kept as it was known.

    Args:
        connection: Inside a transaction.
        number: The measure's number.
        told: All that is now told of it.
        at: When.

    Raises:
        NotFoundError: There is no such measure, or no such edition.
        InvalidQuestionError: As in `register`.
        NotCarriedError: As in `register`.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock, hashint8(:number))"), {"lock": _LOCK, "number": number})
    current = connection.execute(_CURRENT, {"number": number}).one_or_none()
    if current is None:
        raise NotFoundError(f"Det finns ingen åtgärd {number}.", f"There is no measure {number}.")
    grounds, edition = _checked(connection, told)
    told = replace(told, edition=edition)
    kept = dict(_kept(connection, number, told, grounds))
    if told.declared_in is not None and told.declared_in == current.declared_in:
        # The decision named the ground as it was; what is named otherwise now was named now.
        kept |= {name: at for name in _names(told) if name not in kept}
    connection.execute(
        text("UPDATE measure_version SET known_to = :at WHERE measure_id = :number AND known_to IS NULL"), {"at": at, "number": number}
    )
    _write(connection, number, (told, grounds), at, kept)
    announce(connection, "measure")


def _names(told: Declaration) -> Iterator[str]:
    """Name each ground and goal."""
    yield from (role.value for role in told.sites)
    yield from (f"goal {place}" for place in range(1, len(told.goals) + 1))


def _kept(connection: Connection, number: int, told: Declaration, grounds: Mapping[Role, Row[Any]]) -> Iterator[tuple[str, datetime]]:
    """Give since when each ground and goal that has not changed has been as it is."""
    for row in connection.execute(_CURRENT_SITES, {"number": number}):
        role = Role(row.role)
        if role in told.sites and (row.level, list(row.codes)) == (told.sites[role].level, list(told.sites[role].codes)):
            same = row.edition == told.edition if row.level is not None else row.ground == grounds[role].ground
            if same:
                yield role.value, row.declared_at
    goals = [{**row} for row in connection.execute(_CURRENT_GOALS, {"number": number}).mappings()]
    for place, goal in enumerate(told.goals, 1):
        columns = _columns(goal)
        for before in goals:
            if all(before[name] == value for name, value in columns.items()):
                yield f"goal {place}", before["declared_at"]


def _write(
    connection: Connection,
    number: int,
    what: tuple[Declaration, Mapping[Role, Row[Any]]],
    at: datetime,
    kept: Mapping[str, datetime],
) -> None:
    told, grounds = what
    decided = datetime.combine(told.declared_on, time(), LOCAL_TIME) if told.declared_on is not None else at
    version = {"number": number, "at": at}
    connection.execute(
        _VERSION,
        {
            **version,
            **{name: getattr(told, name) for name in ("name", "description", "kind", "responsible", "cost", "edition")},
            **{name: getattr(told, name) for name in ("starts_on", "ends_on", "declared_on", "declared_in")},
        },
    )
    for role, site in told.sites.items():
        connection.execute(
            _SITE,
            {
                **version,
                "role": role.value,
                "level": site.level,
                "codes": list(site.codes),
                "ground": grounds[role].ground,
                "outline": grounds[role].outline,
                "declared_at": kept.get(role.value, decided),
            },
        )
    for place, goal in enumerate(told.goals, 1):
        row = {**version, "place": place, **_columns(goal), "declared_at": kept.get(f"goal {place}", decided)}
        connection.execute(_GOAL, row)


def _columns(goal: Goal) -> dict[str, Any]:
    return {
        "aim": goal.aim,
        "sources": [source.value for source in goal.sources],
        "categories": list(goal.categories),
        "of_group": goal.group,
        "baseline_from": goal.baseline.first.number,
        "baseline_to": goal.baseline.last.number,
        "follow_up_from": goal.follow_up.first.number,
        "follow_up_to": goal.follow_up.last.number,
        "direction": goal.direction.value,
        "change": goal.change,
        "unit": goal.unit.value,
        "judged_on": goal.judged_on,
    }


def _checked(connection: Connection, told: Declaration) -> tuple[dict[Role, Row[Any]], Any]:
    """Give the ground of each role, and the edition's first day."""
    _refuse_personal_data(told)
    for number, goal in enumerate(told.goals):
        _check_goal(connection, goal, f"goals.{number}")
    edition = next((one for one in list_editions(connection) if told.edition in (None, one.valid_from)), None)
    if edition is None and told.edition is None:
        raise NotCoveredError("Inga områden är inlästa än.", "No areas are loaded yet.")
    if edition is None:
        raise NotFoundError(f"Det finns ingen indelning från {told.edition}.", f"There is no edition of {told.edition}.")
    grounds = {role: _ground(connection, edition, role, site) for role, site in told.sites.items()}
    for (one, ground), (other, beside) in combinations(grounds.items(), 2):
        shared = connection.execute(_SHARED, {"one": ground.ground, "other": beside.ground}).scalar_one()
        if shared > _SHARED_M2:
            swedish = f"{one.swedish.capitalize()} och {other.swedish} överlappar; en händelse skulle räknas i båda."
            raise bad_parameter(other.value, None, swedish, f"{one.value} and {other.value} overlap; an event would be counted in both.")
    return grounds, edition.valid_from


def _ground(connection: Connection, edition: Edition, role: Role, site: Site) -> Row[Any]:
    if site.polygon is not None:
        return _polygon(connection, edition, role, site)
    asked = {"edition": edition.edition_id, "level": site.level, "codes": list(site.codes)}
    found = connection.execute(_AREAS, asked).one()
    missing = sorted(set(site.codes) - set(found.codes or ()))
    if missing:
        swedish = f"Indelningen från {edition.valid_from} har inget område {missing[0]} på nivån {site.level}."
        raise bad_parameter(role.value, missing[0], swedish, f"The edition of {edition.valid_from} has no {site.level} {missing[0]}.")
    return found


def _polygon(connection: Connection, edition: Edition, role: Role, site: Site) -> Row[Any]:
    name = f"{role.value}.polygon"
    polygon = read_geojson(site.polygon or "", site.srid, name)
    asked = {"polygon": polygon.wkb, "told_in": polygon.srid, "plane": edition.srid, "edition": edition.edition_id}
    found = connection.execute(_POLYGON, asked).one()
    if not found.inside:
        raise not_in_the_city(name)
    return found


def _refuse_personal_data(told: Declaration) -> None:
    """Refuse what looks like an identity number, a phone number or an address of e-mail: the register is about places."""
    texts = {name: getattr(told, name) for name in ("name", "description", "kind", "responsible")}
    texts |= {"declaredIn": told.declared_in or ""} | {f"goals.{number}.aim": goal.aim for number, goal in enumerate(told.goals)}
    for name, words in texts.items():
        if hidden(words.encode()) != words.encode():
            raise bad_parameter(name, None, PERSONAL_DATA.swedish, PERSONAL_DATA.english)


def _check_goal(connection: Connection, goal: Goal, name: str) -> None:
    """Refuse a goal that counts what there is not."""
    for source in goal.sources:
        refusal = CONTRACTS[source].refusal(EVENTS)
        if refusal is not None:
            raise NotCarriedError(refusal.reason, refusal.reason_en)
    if goal.group is not None:
        group = category_groups().get(goal.group)
        if group is None or goal.categories or not set(goal.sources) <= set(group.categories):
            swedish = f"Gruppen {goal.group} finns inte, står bredvid kategorier, eller har ingenting ur någon av källorna."
            english = f"The group {goal.group} does not exist, stands beside categories, or holds nothing of one of the sources."
            raise bad_parameter(f"{name}.group", goal.group, swedish, english)
    known = set(connection.execute(_CATEGORIES, {"sources": [source.number for source in goal.sources]}).scalars())
    for code in goal.categories:
        if code not in known:
            raise bad_parameter(f"{name}.category", code, f"Källan har ingen kategori {code}.", f"The source has no category {code}.")
