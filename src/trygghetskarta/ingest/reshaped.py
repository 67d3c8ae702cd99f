"""Areas that keep their code and get other ground: an edition with such areas waits for a person's yes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import orjson
import shapely
from sqlalchemy import Connection, Row, text

from trygghetskarta.domain.areas import AreaLevel, Edition, Reshaped, Standing
from trygghetskarta.errors import ConflictError, NotFoundError
from trygghetskarta.ingest.area_lock import change_areas
from trygghetskarta.ingest.links import AREAS_OF, LEAST_SHARE
from trygghetskarta.ingest.publication import announce
from trygghetskarta.ingest.replace import replace_events
from trygghetskarta.store.editions import list_editions

_BEFORE = text("""
    SELECT edition_id, valid_from FROM edition
    WHERE valid_from < (SELECT valid_from FROM edition WHERE edition_id = :edition) AND NOT held
        AND EXISTS (SELECT FROM area WHERE area.edition_id = edition.edition_id AND level = :level)
    ORDER BY valid_from DESC LIMIT 1
""")
_CHANGED = text("SELECT held, changed FROM edition WHERE edition_id = :edition")
_HOLD = text("UPDATE edition SET held = :held, changed = CAST(:changed AS jsonb) WHERE edition_id = :edition")
_RELEASE = text("UPDATE edition SET held = false WHERE edition_id = :edition")
_STANDS = text("UPDATE edition SET stands = true WHERE edition_id = :edition")


def hold_if_reshaped(connection: Connection, edition_id: int, level: AreaLevel) -> tuple[Reshaped, ...]:
    """Let an edition wait for a person's yes where areas of a level have other ground than the same codes had in the edition before it.

    Ground is the same as long as the links between editions say so: all but a thousandth.

    Args:
        connection: Inside a transaction.
        edition_id: The edition; it waits no longer for what was found of an earlier version of the level.
        level: The level, loaded.

    Returns:
        The areas, the largest change first.
    """
    found = _reshaped(connection, edition_id, level)
    told = connection.execute(_CHANGED, {"edition": edition_id}).one()
    others = [one for one in told.changed if one["level"] != level]
    rows = [*others, *({"level": one.level, "code": one.code, "squareMetres": one.square_metres, "before": one.before} for one in found)]
    waits = bool(found) or (told.held and bool(others))
    connection.execute(_HOLD, {"edition": edition_id, "held": waits, "changed": orjson.dumps(rows).decode()})
    return found


def _reshaped(connection: Connection, edition_id: int, level: AreaLevel) -> tuple[Reshaped, ...]:
    before = connection.execute(_BEFORE, {"edition": edition_id, "level": level}).one_or_none()
    if before is None:
        return ()
    old = {row.code: row for row in connection.execute(AREAS_OF, {"edition_id": before.edition_id, "level": level})}
    new = [row for row in connection.execute(AREAS_OF, {"edition_id": edition_id, "level": level}) if row.code in old]
    return _compared(new, old, level, before.valid_from)


def _compared(new: Sequence[Row[Any]], old: Mapping[str, Row[Any]], level: AreaLevel, before: date) -> tuple[Reshaped, ...]:
    is_other = [row for row in new if row.geom != old[row.code].geom]
    mine = shapely.from_wkb(np.array([row.geom for row in is_other], object))
    theirs = shapely.from_wkb(np.array([old[row.code].geom for row in is_other], object))
    shared, larger = shapely.area(shapely.intersection(mine, theirs)), np.maximum(shapely.area(mine), shapely.area(theirs))
    changed = shapely.area(mine) + shapely.area(theirs) - 2 * shared
    found = [
        Reshaped(level, row.code, round(float(m2), 1), before)
        for row, m2, whole in zip(is_other, changed, shared >= (1 - LEAST_SHARE) * larger, strict=True)
        if not whole
    ]
    return tuple(sorted(found, key=lambda one: -one.square_metres))


def keep_meant(connection: Connection, meant: Edition | None) -> None:
    """Let the edition that was meant where none is named be so still, though an older one was loaded with a level that it lacks.

    Args:
        connection: Inside a transaction, after the loading.
        meant: The edition that was meant before it; None where there was none.
    """
    if any(
        meant is not None and one.edition_id == meant.edition_id and one.standing is Standing.INCOMPLETE
        for one in list_editions(connection)
    ):
        connection.execute(_STANDS, {"edition": meant.edition_id if meant is not None else None})


def approve_edition(connection: Connection, day: date) -> Edition:
    """Say yes to an edition that waits, or else to one that lacks a level which the one before it has: from its day it is meant where none is named.

    These are two things to say yes to, one at a time.

    Args:
        connection: Inside a transaction, which the caller commits.
        day: First day of the edition.

    Returns:
        The edition as it now is.

    Raises:
        NotFoundError: There is no such edition.
        ConflictError: It waits for nothing.
    """
    change_areas(connection)
    edition = _edition_of(connection, day)
    if edition.standing not in (Standing.HELD, Standing.INCOMPLETE) and not (edition.standing is Standing.FUTURE and not edition.stands):
        raise ConflictError(f"Indelningen från {day} väntar inte på godkännande.", f"The edition of {day} does not wait for approval.")
    connection.execute(_RELEASE if edition.held else _STANDS, {"edition": edition.edition_id})
    # A row that has no point is where its code says, and of days from the edition's first the code may now mean other ground.
    replace_events(connection)
    announce(connection, "areas")
    return _edition_of(connection, day)


def _edition_of(connection: Connection, day: date) -> Edition:
    found = next((edition for edition in list_editions(connection) if edition.valid_from == day), None)
    if found is None:
        raise NotFoundError(f"Det finns ingen indelning från {day}.", f"There is no edition of {day}.")
    return found
