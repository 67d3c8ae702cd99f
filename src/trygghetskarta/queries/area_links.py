"""How the areas of one edition became those of another, as it was measured when they were loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel

_LINKS = text("""
    SELECT one.level, one.code, one.name, other.level AS to_level, other.code AS to_code, other.name AS to_name, kind, share, basis,
        there.valid_from AS to_edition
    FROM area_link JOIN area AS one ON one.area_id = from_area_id JOIN edition AS here ON here.edition_id = one.edition_id
    JOIN area AS other ON other.area_id = to_area_id JOIN edition AS there ON there.edition_id = other.edition_id
    WHERE here.valid_from = :edition AND (CAST(:to AS date) IS NULL OR there.valid_from = :to)
    ORDER BY there.valid_from DESC, one.code COLLATE "C", share DESC, other.code COLLATE "C"
""")


@dataclass(frozen=True, slots=True)
class AreaLink:
    """How much of one area lies in an area of another edition: at the same level or, where that edition lacks it, at its next larger.

    Attributes:
        level: Its level.
        code: Code of the first area.
        name: Its name.
        to_edition: First day of the other edition.
        to_level: The level of the area there.
        to_code: Code of the area there.
        to_name: Its name.
        kind: What that makes it: same, merge, split or boundary.
        share: How much of the first area lies in the other, above 0 and at most 1.
        basis: What the share is a share of: land.
    """

    level: AreaLevel
    code: str
    name: str
    to_edition: date
    to_level: AreaLevel
    to_code: str
    to_name: str
    kind: str
    share: float
    basis: str


_INSIDE = text("SELECT from_area_id, to_area_id FROM area_link WHERE share > 0.999")


def load_inside(connection: Connection) -> frozenset[tuple[int, int]]:
    """Read which areas lie wholly in an area of another edition: the keys of both. Two that are the same lie in each other."""
    return frozenset((row.from_area_id, row.to_area_id) for row in connection.execute(_INSIDE))


def links_of(connection: Connection, edition: date, to: date | None = None, level: AreaLevel | None = None) -> list[AreaLink]:
    """Read the links from an edition's areas.

    Args:
        connection: Inside a transaction.
        edition: First day of the edition.
        to: First day of the other edition; None for all others.
        level: Only from this level; None for all.

    Returns:
        The links: the newest other edition first, then the finest level, then by code, the largest share first.
    """
    rows = connection.execute(_LINKS, {"edition": edition, "to": to}).all()
    links = [
        AreaLink(
            AreaLevel(row.level),
            row.code,
            row.name,
            row.to_edition,
            AreaLevel(row.to_level),
            row.to_code,
            row.to_name,
            row.kind,
            row.share,
            row.basis,
        )
        for row in rows
    ]
    return sorted((link for link in links if level in (None, link.level)), key=lambda link: (-link.to_edition.toordinal(), link.level.rank))
