"""When the events of a table's rows happened and were reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trygghetskarta.domain.events import NO_TIME, Message, TimePrecision, WarningCode
from trygghetskarta.domain.sources import CountsBy
from trygghetskarta.ingest.checks import Checker, clocks, local_times, offsets_of
from trygghetskarta.ingest.contract import Context, Layout
from trygghetskarta.ingest.times import MICROSECONDS_A_DAY, Instants, days_of, months_of, to_instants

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ISO_DATE = ("%Y-%m-%d", "%Y%m%d")
ISO_TIME = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%Y%m%d")
_FUTURE = Message("future", "Datumet ligger i framtiden.", "The date lies in the future.")
_END_BEFORE_START = Message("end_before_start", "Slutet ligger före början.", "The end lies before the start.")


@dataclass(slots=True)
class Times:
    """The times of a table's rows, (rows,) each; NO_TIME where there is none.

    Attributes:
        local: Start by the local clock, microseconds.
        starts: Start as an instant, microseconds since 1970 UTC.
        ends: End as an instant.
        precision: TimePrecision of the start.
        reported_on: Day of the report, days since 1970.
        month: Month the row counts in, months since 1970.
    """

    local: Ints
    starts: Ints
    ends: Ints
    precision: Ints
    reported_on: Ints
    month: Ints


def read_times(checker: Checker, layout: Layout, columns: Mapping[str, str], counts_by: CountsBy, context: Context) -> Times:
    """Read and check every time of a table.

    Args:
        checker: Told of the rows that hold something else.
        layout: The formats.
        columns: Column by field.
        counts_by: The date that puts an event in a month.
        context: What is known outside the file: the time it was received.

    Returns:
        The times.
    """
    start, start_precision = _day_and_clock(checker, layout, columns, ("start", "startTime"))
    end, end_precision = _day_and_clock(checker, layout, columns, ("end", "endTime"))
    reported = np.full(len(start), NO_TIME, np.int64)
    if "reported" in columns:
        reported = local_times(checker, columns["reported"], layout.formats.get("reported", ISO_TIME))
    starts = _instants(checker, start, columns.get("start", ""))
    by_clock = start_precision == TimePrecision.MINUTE
    _warn(checker, (starts.nonexistent & by_clock, starts.ambiguous & by_clock), start, reported)
    precision = np.where(starts.nonexistent & by_clock, int(TimePrecision.DAY), start_precision)
    month = _month(checker, (start, reported), columns, counts_by)
    ends = _instants(checker, end, columns.get("end", "")).utc
    latest = int(context.now.timestamp() * 1_000_000) + MICROSECONDS_A_DAY
    for values, field in ((starts.utc, "start"), (ends, "end"), (reported, "reported")):
        checker.reject(values > latest, columns.get(field, ""), _FUTURE)
    both = (end != NO_TIME) & (start != NO_TIME)
    # In the hour that the clock showed twice, 02:50 may come before 02:10.
    to_the_minute = by_clock & (end_precision == TimePrecision.MINUTE) & ~starts.nonexistent & ~starts.ambiguous
    before = (end // MICROSECONDS_A_DAY < start // MICROSECONDS_A_DAY) | (to_the_minute & (ends < starts.utc))
    checker.reject(both & before, columns.get("end", ""), _END_BEFORE_START)
    # An end without a clock time counts as the start of its day; keep it from going before a start later the same day.
    ends = np.where(both, np.maximum(ends, starts.utc), ends)
    return Times(start, starts.utc, ends, precision, days_of(reported), month)


def _instants(checker: Checker, local: Ints, column: str) -> Instants:
    """Turn a column's times into instants: those that say how far from UTC they stand are neither skipped nor shown twice."""
    found = to_instants(local)
    told = checker.instants.get(column)
    if told is None:
        return found
    free = told == NO_TIME
    return Instants(np.where(free, found.utc, told), found.nonexistent & free, found.ambiguous & free)


def _warn(checker: Checker, clock: tuple[Bools, Bools], start: Ints, reported: Ints) -> None:
    nonexistent, ambiguous = clock
    checker.warn(
        WarningCode.NONEXISTENT_LOCAL_TIME,
        nonexistent,
        "{}: klockan hoppade över tiden när sommartiden började; dagen är behållen.",
        "{}: the clock skipped that time when summer time began; the day is kept.",
    )
    checker.warn(
        WarningCode.AMBIGUOUS_LOCAL_TIME,
        ambiguous,
        "{}: klockan visade tiden två gånger när sommartiden slutade; den första har valts.",
        "{}: the clock showed that time twice when summer time ended; the first was chosen.",
    )
    with_both = (start != NO_TIME) & (reported != NO_TIME)
    checker.warn(
        WarningCode.ORDER,
        with_both & (reported // MICROSECONDS_A_DAY < start // MICROSECONDS_A_DAY),
        "{}: anmälan är gjord före den dag händelsen ska ha skett.",
        "{}: reported before the day it is said to have happened.",
    )


def _day_and_clock(checker: Checker, layout: Layout, columns: Mapping[str, str], fields: tuple[str, str]) -> tuple[Ints, Ints]:
    """Read a day, with a clock time in the same column or in one beside it; and how exactly each is known."""
    day_field, clock_field = fields
    rows = len(checker.table.line)
    to_the_day = np.full(rows, int(TimePrecision.DAY), np.int64)
    if day_field not in columns:
        return np.full(rows, NO_TIME, np.int64), to_the_day
    formats = layout.formats.get(day_field, ISO_TIME)
    local = local_times(checker, columns[day_field], formats)
    if not any("%d" in date_format or "%j" in date_format for date_format in formats):
        return local, np.full(rows, int(TimePrecision.MONTH), np.int64)
    if clock_field in columns:
        clock = clocks(checker, columns[clock_field])
        known = (clock != NO_TIME) & (local != NO_TIME)
        return np.where(known, local + np.where(known, clock, 0), local), np.where(known, int(TimePrecision.MINUTE), to_the_day)
    if not any("%H" in date_format or "%I" in date_format for date_format in formats):
        return local, to_the_day
    # A column of dates and times may hold a bare date; its text is then no longer than one.
    written = np.diff(offsets_of(checker.table.columns[columns[day_field]])) > len("2026-01-31")
    return local, np.where((local != NO_TIME) & written, int(TimePrecision.MINUTE), to_the_day)


def _month(checker: Checker, times: tuple[Ints, Ints], columns: Mapping[str, str], counts_by: CountsBy) -> Ints:
    """Give the month each row counts in, by the source's rule and else by the date there is."""
    start, reported = times
    first, second = (reported, start) if counts_by is CountsBy.REPORTED else (start, reported)
    local = np.where(first == NO_TIME, second, first)
    column = columns.get("reported") if counts_by is CountsBy.REPORTED and "reported" in columns else columns.get("start", "")
    checker.reject(local == NO_TIME, column or "", Message("no_date", "Raden saknar datum.", "The row has no date."))
    months = months_of(local)
    # Counts are kept from 1970 on: one mistyped year must not stretch every count over centuries.
    checker.reject(
        (local != NO_TIME) & (months < 0),
        column or "",
        Message("too_early", "Datumet ligger före år 1970.", "The date lies before the year 1970."),
    )
    return months
