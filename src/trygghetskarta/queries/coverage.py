"""What each source has delivered: its months, the days of them, and when a month was first known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.periods import Month, local_day
from trygghetskarta.domain.sources import CONTRACTS, SourceId

Ints = npt.NDArray[np.int64]

SILENT_DAYS = 3
"""So many days in a row without a row are taken for days on which nothing happened, of a source that has something to tell every month."""

_MONTHS = text("""
    WITH told AS (
        SELECT source_id, month, min(known_from) AS first_known, max((known_from AT TIME ZONE 'Europe/Stockholm')::date) AS last_told,
            range_agg(daterange(first_day, last_day, '[]')) AS days, array_agg(DISTINCT delivery_id ORDER BY delivery_id) AS deliveries,
            (date '1970-01-01' + make_interval(months => month))::date AS first_day,
            (date '1970-01-01' + make_interval(months => month + 1))::date AS next_month
        FROM coverage
        WHERE (known_to IS NULL OR known_to > :instant) AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
        GROUP BY source_id, month
    )
    SELECT source_id, month, first_known, last_told < next_month AS goes_on, deliveries,
        (SELECT coalesce(max(upper(hole) - lower(hole)), 0) FROM unnest(datemultirange(daterange(first_day, next_month)) - days) AS hole) AS hole
    FROM told ORDER BY source_id, month
""")
_LATEST = text("""
    SELECT source_id, max(published_at) AS latest FROM delivery
    WHERE published_at IS NOT NULL AND (CAST(:instant AS timestamptz) IS NULL OR published_at <= :instant) GROUP BY source_id
""")


@dataclass(frozen=True, slots=True)
class Delivered:
    """The months one source has delivered, as months since 1970, ascending.

    Attributes:
        months: All that a delivery tells of, whole or in part.
        partial: Those that went on when they were last told of, and those with a hole in their days.
        in_step: Those delivered whole, and first while they went on or in the month after: not filled in afterwards.
        open: Those that later months will add to, counted by another date than the source delivers by.
        deliveries: By month, the numbers of the deliveries that told of it, ascending; empty where they may not be told.
        every: The months as a set.
    """

    months: Ints
    partial: Ints
    in_step: Ints
    open: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    deliveries: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    every: frozenset[int] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Make the set: whether some months are among all is asked by every question."""
        object.__setattr__(self, "every", frozenset(self.months.tolist()))


def load_coverage(connection: Connection, instant: datetime | None) -> dict[SourceId, Delivered]:
    """Read what each source has delivered.

    Args:
        connection: Inside a transaction.
        instant: As it was known then; None for now.

    Returns:
        By source; a source that never delivered is not there.
    """
    source_of = {source.number: source for source in SourceId}
    rows = connection.execute(_MONTHS, {"instant": instant}).all()
    found = {}
    for number, mine in groupby(rows, key=lambda row: row.source_id):
        months, source = list(mine), source_of[number]
        partial = {row.month for row in months if row.goes_on or _has_hole(source, row.hole)}
        found[source] = Delivered(
            months=_numbers(row.month for row in months),
            partial=_numbers(iter(sorted(partial))),
            in_step=_numbers(
                row.month for row in months if row.month not in partial and Month.of(local_day(row.first_known)).number <= row.month + 1
            ),
            deliveries={row.month: tuple(row.deliveries) for row in months},
        )
    return found


def load_latest(connection: Connection, instant: datetime | None) -> Mapping[SourceId, date]:
    """Read the day of each source's last delivery; see `load_coverage`."""
    source_of = {source.number: source for source in SourceId}
    return {source_of[number]: local_day(latest) for number, latest in connection.execute(_LATEST, {"instant": instant})}


def _has_hole(source: SourceId, days: int) -> bool:
    """Tell whether so many days without a row mean that they were not delivered; of a source that may have nothing to tell they never do."""
    return CONTRACTS[source].every_month and days > SILENT_DAYS


def _numbers(months: Iterator[int]) -> Ints:
    return np.fromiter(months, np.int64)
