"""What a release is made of: the single events behind each count, and what has been drawn of them before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.disclosure.drawing import Drawn, Stretch
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.periods import Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.store.arrays import ints_of

Ints = npt.NDArray[np.int64]

_KEY_BYTES = 16
_EVENTS = text("""
    SELECT month, array_send(array_agg(place_id)) AS place, array_send(array_agg(category_id)) AS category,
        array_send(array_agg(antal)) AS antal, string_agg(uuid_send(key), '') AS keys
    FROM event
    WHERE source_id = :source AND month BETWEEN :first AND :last AND antal > 0 AND NOT withdrawn
        AND known_from <= :instant AND (known_to IS NULL OR known_to > :instant)
    GROUP BY month
""")
_WITHHELD = text("""
    SELECT place_id, category_id, month FROM event
    WHERE source_id = :source AND month BETWEEN :first AND :last AND antal = 0 AND NOT withdrawn
        AND (detail::jsonb ? 'withheld' OR detail::jsonb->'absent'->>'antal' IN ('missing', 'unknown'))
        AND known_from <= :instant AND (known_to IS NULL OR known_to > :instant)
""")
_ROLLED_UP = text("""
    SELECT month, array_send(place_ids) AS place, array_send(category_ids) AS category, array_send(antal) AS antal FROM rollup_month
    WHERE source_id = :source
""")
_OPEN = text("""
    WITH newest AS (
        SELECT DISTINCT ON (first_month) * FROM public_draw WHERE source_id = :source ORDER BY first_month, number DESC
    )
    SELECT first_month, edition_id, level, area_ids, category_ids, counts, estimated FROM newest JOIN public_cell USING (draw_id)
""")
_DRAWS = text("""
    SELECT first_month, months, max(number) AS number, bool_or(final) AS final FROM public_draw WHERE source_id = :source GROUP BY 1, 2
""")
_LACKING = text("""
    SELECT draw_id, first_month, months, known_at, edition_id, level
    FROM public_draw CROSS JOIN (SELECT DISTINCT edition_id, level FROM area) AS held LEFT JOIN public_cell USING (draw_id, edition_id, level)
    WHERE source_id = :source AND perturbed AND public_cell.draw_id IS NULL ORDER BY known_at, first_month
""")
_METHODS = text("SELECT DISTINCT method FROM public_draw WHERE perturbed")


@dataclass(frozen=True, slots=True)
class Contributors:
    """Events of one source.

    Attributes:
        rows: Place, category, month and antal of each, (4, events).
        keys: What each is known by, whatever version of it stands, (events,) of 16 bytes.
        withheld: Place, category, month and 1 of each count that the source itself withholds or lacks, (4, counts).
    """

    rows: Ints
    keys: npt.NDArray[np.void]
    withheld: Ints


def load_contributors(connection: Connection, source: SourceId, span: Span, instant: datetime) -> Contributors:
    """Read the events of some months as they were known at an instant.

    Args:
        connection: Inside a transaction, of one who may read events.
        source: Whose events.
        span: The months.
        instant: What is known later is left out.

    Returns:
        The events.
    """
    asked = {"source": source.number, "first": span.first.number, "last": span.last.number, "instant": instant}
    parts, keys = [np.zeros((4, 0), np.int64)], []
    for row in connection.execute(_EVENTS, asked):
        place, category, antal = ints_of(row.place), ints_of(row.category), ints_of(row.antal)
        parts.append(np.stack([place, category, np.full(len(place), row.month), antal]))
        keys.append(row.keys)
    withheld = [(row.place_id, row.category_id, row.month, 1) for row in connection.execute(_WITHHELD, asked)]
    told = np.frombuffer(b"".join(keys), np.dtype(f"V{_KEY_BYTES}"))
    return Contributors(np.concatenate(parts, axis=1), told, np.array(withheld, np.int64).reshape(-1, 4).T)


def load_counts(connection: Connection, source: SourceId) -> dict[int, Ints]:
    """Read the current counts of every month: place, category, month and antal of each, (4, counts), by month; none where there are none."""
    found = {}
    for row in connection.execute(_ROLLED_UP, {"source": source.number}):
        place, category, antal = ints_of(row.place), ints_of(row.category), ints_of(row.antal)
        found[row.month] = np.stack([place, category, np.full(len(place), row.month), antal])
    return found


def load_draws(connection: Connection, source: SourceId) -> Mapping[Stretch, Drawn]:
    """Read what has been drawn of a source: the newest draw of each period."""
    return {
        Stretch(row.first_month, row.months): Drawn(row.number, row.final)
        for row in connection.execute(_DRAWS, {"source": source.number})
    }  # fmt: skip


Columns = tuple[list[int], list[int], list[int], list[int]]
"""Areas, categories, counts, and how many of them are estimated."""


def load_open(connection: Connection, source: SourceId) -> dict[int, dict[tuple[int, AreaLevel], Columns]]:
    """Read what stands released of a source that is public elsewhere: by month, then by edition and level."""
    found: dict[int, dict[tuple[int, AreaLevel], Columns]] = {}
    for row in connection.execute(_OPEN, {"source": source.number}):
        found.setdefault(row.first_month, {})[row.edition_id, AreaLevel(row.level)] = (
            row.area_ids,
            row.category_ids,
            row.counts,
            row.estimated,
        )
    return found


@dataclass(frozen=True, slots=True)
class Lacking:
    """What draws lack, as areas were loaded after them.

    Attributes:
        known_at: The draws are of what was known then.
        numbers: The draws, by their period.
        levels: The key of each edition that they lack, with each of its levels.
    """

    known_at: datetime
    numbers: Mapping[Stretch, int]
    levels: frozenset[tuple[int, AreaLevel]]


def load_lacking(connection: Connection, source: SourceId) -> list[Lacking]:
    """Read which draws of a source lack the areas of an edition or a level, together those that lack the same."""
    rows = connection.execute(_LACKING, {"source": source.number}).all()
    lacks: dict[int, set[tuple[int, AreaLevel]]] = {}
    for row in rows:
        lacks.setdefault(row.draw_id, set()).add((row.edition_id, AreaLevel(row.level)))
    found: dict[tuple[datetime, frozenset[tuple[int, AreaLevel]]], dict[Stretch, int]] = {}
    for row in rows:
        found.setdefault((row.known_at, frozenset(lacks[row.draw_id])), {})[Stretch(row.first_month, row.months)] = row.draw_id
    return [Lacking(known_at, numbers, levels) for (known_at, levels), numbers in found.items()]


def methods_used(connection: Connection) -> frozenset[str]:
    """Read how what is drawn so far was protected."""
    return frozenset(connection.execute(_METHODS).scalars())
