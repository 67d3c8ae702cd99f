"""Counting by the other date: what happened by when it was reported, what was reported by when it happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.sources import CONTRACTS, EVENT_SOURCES, CountsBy, SourceId
from trygghetskarta.queries.completeness import LAST_AGE
from trygghetskarta.queries.coverage import Delivered

Ints = npt.NDArray[np.int64]

OTHER_MONTH = """
    CASE WHEN CAST(:by AS text) = 'happened'
        THEN (extract(year FROM starts_at AT TIME ZONE 'Europe/Stockholm')::int - 1970) * 12
            + extract(month FROM starts_at AT TIME ZONE 'Europe/Stockholm')::int - 1
        ELSE (extract(year FROM reported_on)::int - 1970) * 12 + extract(month FROM reported_on)::int - 1
    END
"""
"""SQL: the month of an event by the date that `:by` names; NULL where the row does not tell it."""


def counted_otherwise(by: CountsBy | None) -> tuple[SourceId, ...]:
    """Give the sources whose events are counted by another date than their own when a question names one."""
    return tuple(
        source for source in EVENT_SOURCES if by is not None and CONTRACTS[source].counts_by is not by and by in CONTRACTS[source].dates
    )


def as_far_as_told(delivered: Mapping[SourceId, Delivered], by: CountsBy | None) -> dict[SourceId, Delivered]:
    """Say what the deliveries tell of each month when some sources are counted by another date than the one they deliver by.

    What happens in a month is reported in it and in the months after: by the day it happened, a month is open until those have come. What is
    reported in a month happened in it and in the months before: by the day of the report, a month is partial where those were not delivered.
    Twelve months are waited for, as for completeness.

    Args:
        delivered: What each source has delivered, by its own date.
        by: The date that the question names.

    Returns:
        By source.
    """
    found = dict(delivered)
    for source in counted_otherwise(by):
        if source in found:
            mine = found[source]
            if by is CountsBy.HAPPENED:
                found[source] = replace(mine, open=_lacking(mine.months, 1), in_step=mine.in_step[:0])
            else:
                partial = np.union1d(mine.partial, _lacking(mine.months, -1))
                found[source] = replace(mine, partial=partial, in_step=mine.in_step[:0])
    return found


def _lacking(months: Ints, step: int) -> Ints:
    """Give the months of which not all of the twelve after (step 1) or before (step -1) were delivered."""
    near = months[:, None] + step * np.arange(1, LAST_AGE + 1)
    lacking: Ints = months[~np.isin(near, months).all(axis=1)]
    return lacking
