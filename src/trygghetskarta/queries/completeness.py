"""How much of each recent month is known so far, from the run-off triangle of each source.

A source's own dates say when an event was reported to it; when a figure here could first hold the event is `known_from`, so that is what the
triangle is made of. A month delivered years afterwards, all at once, says nothing of how months become known: only those delivered in step count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.counts import MonthKnown
from trygghetskarta.domain.periods import Month, local_day
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.coverage import Delivered
from trygghetskarta.stats.runoff import Runoff, chain_ladder

Floats = npt.NDArray[np.float64]

LAST_AGE = 12
"""A month is taken to be known in full this many months after it."""
LEAST_MONTHS = 12
"""So many months must have been delivered in step before anything is estimated."""
_MOST_MONTHS = 48
_TOLD_MONTHS = 12

# Events as they stand, by the instant at which any version of them was first known. Few events have earlier versions, so those are the
# small side of the join; one that was in another month then was hardly more than a year away.
_FIRST_KNOWN = text("""
    WITH stands AS (
        SELECT key, month, antal, known_from FROM event
        WHERE source_id = :source AND month = ANY(:months) AND NOT withdrawn AND (known_to IS NULL OR known_to > :instant)
            AND (CAST(:instant AS timestamptz) IS NULL OR known_from <= :instant)
    ), earlier AS (
        SELECT key, min(known_from) AS known_from FROM event
        WHERE source_id = :source AND month >= :first AND known_to IS NOT NULL GROUP BY key
    )
    SELECT stands.month, least(stands.known_from, earlier.known_from) AS known_from, sum(antal) AS antal
    FROM stands LEFT JOIN earlier USING (key) GROUP BY 1, 2
""")


@dataclass(frozen=True, slots=True)
class _History:
    """The months of one source that its triangle is made of, and the month it last delivered in."""

    months: list[int]
    latest: int


def load_completeness(
    connection: Connection, delivered: Mapping[SourceId, Delivered], latest: Mapping[SourceId, date], instant: datetime | None
) -> dict[SourceId, tuple[MonthKnown, ...]]:
    """Estimate how much of each source's recent months is known.

    Args:
        connection: Inside a transaction.
        delivered: What each source has delivered.
        latest: The day of each source's last delivery.
        instant: As it was known then; None for now.

    Returns:
        By source, the last twelve months it delivered, ascending; each with a share, or with the reason why there is none.
    """
    found = {}
    for source, months in delivered.items():
        history = _History(months.in_step[-_MOST_MONTHS:].tolist(), Month.of(latest[source]).number)
        shares = {}
        if len(history.months) >= LEAST_MONTHS:
            parameters = {"source": source.number, "months": history.months, "first": history.months[0] - LAST_AGE, "instant": instant}
            rows = connection.execute(_FIRST_KNOWN, parameters).all()
            shares = _shares(history, [(row.month, Month.of(local_day(row.known_from)).number, int(row.antal)) for row in rows])
        found[source] = tuple(_told(month, months, shares) for month in months.months[-_TOLD_MONTHS:].tolist())
    return found


def _shares(history: _History, first_known: list[tuple[int, int, int]]) -> dict[int, MonthKnown]:
    """Estimate the months of a history; those that cannot be are left out."""
    runoff = chain_ladder(_triangle(history, first_known))
    return {
        month: MonthKnown(Month(month), float(runoff.share[row]), float(runoff.low[row]), float(runoff.high[row]))
        for row, month in enumerate(history.months)
        if _is_estimated(runoff, row)
    }


def _is_estimated(runoff: Runoff, row: int) -> bool:
    return not np.isnan([runoff.share[row], runoff.low[row], runoff.high[row]]).any()


def _triangle(history: _History, first_known: list[tuple[int, int, int]]) -> Floats:
    """Give the counts known so far by month and age. What is known later than the last age is no part of it."""
    row_of = {month: row for row, month in enumerate(history.months)}
    new = np.zeros((len(history.months), LAST_AGE + 1))
    for month, known, antal in first_known:
        age = max(known - month, 0)
        if age <= LAST_AGE:
            new[row_of[month], age] += antal
    reached = np.minimum(history.latest - np.array(history.months), LAST_AGE)
    triangle = np.where(np.arange(LAST_AGE + 1) <= reached[:, None], new.cumsum(axis=1), np.nan)
    # No age is told of that no two months have reached: a step that rests on one month alone is no history.
    return triangle[:, : max(int(np.sort(reached)[-2]) + 1, 2)]


def _told(number: int, delivered: Delivered, shares: Mapping[int, MonthKnown]) -> MonthKnown:
    month = Month(number)
    if number in delivered.partial:
        return MonthKnown(month, reason=("Månaden är inte levererad i sin helhet.", "The month is not delivered in full."))
    if number not in delivered.in_step:
        return MonthKnown(month, reason=("Månaden levererades först i efterhand.", "The month was delivered only afterwards."))
    if len(delivered.in_step) < LEAST_MONTHS:
        so_far = len(delivered.in_step)
        return MonthKnown(
            month,
            reason=(
                f"Källan har levererat {so_far} månader i takt med att de gick; {LEAST_MONTHS} behövs för att skatta hur mycket som saknas.",
                f"The source delivered {so_far} months as they passed; {LEAST_MONTHS} are needed to estimate what is not known yet.",
            ),
        )
    none = MonthKnown(month, reason=("För lite är känt för att skatta hur mycket som saknas.", "Too little is known to estimate the rest."))
    return shares.get(number, none)
