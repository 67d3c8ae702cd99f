"""What each source has delivered: its months, the days of them, and when a month was first known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.periods import Month, local_day
from trygghetskarta.domain.sources import SourceId

Ints = npt.NDArray[np.int64]

# A delivery tells of no day after the one it came: a month in progress is covered to that day.
_MONTHS = text("""
    SELECT source_id, month, min(known_from) AS first_known,
        range_agg(daterange(first_day, least(last_day, (known_from AT TIME ZONE 'Europe/Stockholm')::date), '[]'))
            @> daterange(min(first_of_month), (min(first_of_month) + interval '1 month')::date) AS whole
    FROM coverage CROSS JOIN LATERAL (SELECT (date '1970-01-01' + make_interval(months => month))::date AS first_of_month) AS calendar
    WHERE (known_to IS NULL OR known_to > :instant) AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
        AND first_day <= (known_from AT TIME ZONE 'Europe/Stockholm')::date
    GROUP BY source_id, month ORDER BY source_id, month
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
        partial: Those of which some day is in no delivery, or had not been when the last one came.
        in_step: Those delivered whole, and first while they went on or in the month after: not filled in afterwards.
    """

    months: Ints
    partial: Ints
    in_step: Ints


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
        months = list(mine)
        found[source_of[number]] = Delivered(
            months=_numbers(row.month for row in months),
            partial=_numbers(row.month for row in months if not row.whole),
            in_step=_numbers(row.month for row in months if row.whole and Month.of(local_day(row.first_known)).number <= row.month + 1),
        )
    return found


def load_latest(connection: Connection, instant: datetime | None) -> Mapping[SourceId, date]:
    """Read the day of each source's last delivery; see `load_coverage`."""
    source_of = {source.number: source for source in SourceId}
    return {source_of[number]: local_day(latest) for number, latest in connection.execute(_LATEST, {"instant": instant})}


def _numbers(months: Iterator[int]) -> Ints:
    return np.fromiter(months, np.int64)
