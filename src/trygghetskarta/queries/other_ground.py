"""Codes that meant other ground on other days than they mean in an edition: what is only known by code is then about another area."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, text

from trygghetskarta.domain.areas import AreaLevel, ByDay, Edition, read_by
from trygghetskarta.store.editions import list_editions

SAME_BORDERS = 0.99
"""So much of the larger of two areas the two must share to be one and the same area in two editions."""

# The municipality is the same however it is drawn.
_CODES = text("""
    SELECT theirs.edition_id, level, code, least(forth.share, back.share) >= :share IS TRUE OR theirs.area_id = mine.area_id AS same
    FROM area AS mine JOIN area AS theirs USING (level, code)
    LEFT JOIN area_link AS forth ON (forth.from_area_id, forth.to_area_id) = (mine.area_id, theirs.area_id)
    LEFT JOIN area_link AS back ON (back.from_area_id, back.to_area_id) = (theirs.area_id, mine.area_id)
    WHERE mine.edition_id = :edition AND level <> :city
""")

Codes = frozenset[tuple[str, str]]


def other_ground(connection: Connection, edition: Edition) -> ByDay[Codes]:
    """Find the codes of an edition that meant other ground on other days.

    Args:
        connection: Inside a transaction.
        edition: The edition.

    Returns:
        Level and code of the areas that are not what the codes meant, by day: a code is looked up as for a row of that day (`read_by`), and areas are
        the same where they share all but a hundredth.
    """
    found = connection.execute(_CODES, {"edition": edition.edition_id, "share": SAME_BORDERS, "city": AreaLevel.STAD})
    same: dict[tuple[str, str], dict[int, bool]] = defaultdict(dict)
    for row in found:
        same[row.level, row.code][row.edition_id] = row.same
    other = {code: editions for code, editions in same.items() if not all(editions.values())}
    if not other:
        return ByDay((), (frozenset(),))
    orders = read_by(list_editions(connection))
    return ByDay(orders.begins, tuple(_other(other, order) for order in orders.held))


def _other(same: dict[tuple[str, str], dict[int, bool]], order: tuple[int, ...]) -> Codes:
    """Give the codes whose first edition of an order, of those that have them, has other ground."""
    return frozenset(code for code, editions in same.items() if not next(editions[one] for one in order if one in editions))
