"""The days a delivery tells of, and the months it covers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, text

from trygghetskarta.domain.events import NO_TIME, EventBatch, TimePrecision
from trygghetskarta.domain.periods import local_day
from trygghetskarta.domain.sources import CountsBy, SourceContract
from trygghetskarta.ingest.times import MICROSECONDS_A_DAY, to_local

Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class Days:
    """The days that the parts of a file tell of.

    A source that has something to tell every month covers the months of its rows; one that may have nothing to tell covers every month from
    its first row to its last. Within the first month and the last one the days before the first row and after the last are not covered.

    Attributes:
        contract: What the source states of itself.
        known_from: When the delivery is published; a thing announced for a coming month does not cover it.
        rows: How many rows each month has, by its number.
        first: The first day, days since 1970.
        last: The last day.
    """

    contract: SourceContract
    known_from: datetime
    rows: dict[int, int] = field(default_factory=dict)
    first: int | None = None
    last: int | None = None

    def add(self, events: EventBatch) -> None:
        """Note the days of a part's events."""
        if not len(events):
            return
        earliest = int(events.month.min())
        for month, count in enumerate(np.bincount(events.month - earliest).tolist(), earliest):
            if count:
                self.rows[month] = self.rows.get(month, 0) + count
        begins, ends = _days(events, self.contract.counts_by)
        first, last = int(begins.min()), int(ends.max())
        self.first = first if self.first is None else min(first, self.first)
        self.last = last if self.last is None else max(last, self.last)

    @property
    def months(self) -> tuple[str, str] | None:
        """First and last month, as 2026-01; None without any row."""
        if not self.rows:
            return None
        return str(np.datetime64(min(self.rows), "M")), str(np.datetime64(max(self.rows), "M"))

    def covered(self) -> list[tuple[int, str, str]]:
        """Give the months covered: the number of each, and its first and last covered day."""
        today = np.datetime64(local_day(self.known_from))
        told = [month for month in sorted(self.rows) if np.datetime64(month, "M") <= today]
        if not told or self.first is None or self.last is None:
            return []
        months = told if self.contract.every_month else range(told[0], told[-1] + 1)
        covered = []
        for month in months:
            begin = max(np.datetime64(month, "M").astype("datetime64[D]"), np.datetime64(self.first, "D"))
            end = min(np.datetime64(month + 1, "M").astype("datetime64[D]") - 1, np.datetime64(self.last, "D"), today)
            if begin <= end:
                covered.append((month, str(begin), str(end)))
        return covered


def _days(events: EventBatch, counts_by: CountsBy) -> tuple[Ints, Ints]:
    """Give the first and the last day of the date that puts each event in its month, days since 1970."""
    happened = to_local(events.starts_at)
    happened = np.where(happened == NO_TIME, NO_TIME, happened // MICROSECONDS_A_DAY)
    first, second = (events.reported_on, happened) if counts_by is CountsBy.REPORTED else (happened, events.reported_on)
    day = np.where(first == NO_TIME, second, first)
    earliest = int(events.month.min())
    begins = np.arange(earliest, int(events.month.max()) + 2).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    begin, end = begins[events.month - earliest], begins[events.month - earliest + 1] - 1
    whole = events.time_precision == TimePrecision.MONTH
    return np.where(whole, begin, np.clip(day, begin, end)), np.where(whole, end, np.clip(day, begin, end))


def cover(connection: Connection, delivery: int, days: Days) -> None:
    """Record the months that a delivery covers.

    Args:
        connection: Inside a transaction.
        delivery: Its number.
        days: The days it tells of.
    """
    covered = days.covered()
    if not covered:
        return
    months, first, last = zip(*covered, strict=True)
    connection.execute(
        text("""
            INSERT INTO coverage (source_id, month, delivery_id, first_day, last_day, known_from)
            SELECT :source, month, :delivery, first_day, last_day, :known_from
            FROM unnest(CAST(:months AS int[]), CAST(:first AS date[]), CAST(:last AS date[])) AS covered (month, first_day, last_day)
        """),
        {
            "source": days.contract.source.number,
            "delivery": delivery,
            "known_from": days.known_from,
            "months": list(months),
            "first": list(first),
            "last": list(last),
        },
    )
