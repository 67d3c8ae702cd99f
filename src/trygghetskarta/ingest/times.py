"""Dates and times as they are written, by the Stockholm clock, and as instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trygghetskarta.domain.events import NO_TIME
from trygghetskarta.domain.periods import LOCAL_TIME

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MICROSECONDS_A_DAY = 86_400_000_000
_MICROSECONDS_A_SECOND = 1_000_000
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_FIRST_DAY, _LAST_DAY = (int(np.datetime64(f"{year}-01-01", "D").astype(np.int64)) for year in (_FIRST_YEAR, _LAST_YEAR))
_YEAR_ONE = int(np.datetime64("0001-01-01", "us").astype(np.int64))
# Where the digits stand in 2026-01-31 14:05:59, and what stands between them.
_DIGITS = {10: (0, 1, 2, 3, 5, 6, 8, 9), 16: (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15), 19: (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)}
_STAMP = (
    r"^(?P<clock>[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:[.,][0-9]{1,9})?"
    r" ?(?P<zone>Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?$"
)
_MARKS = {4: b"-", 7: b"-", 10: b" T", 13: b":", 16: b":"}


class Instants(NamedTuple):
    """Local times as instants.

    Attributes:
        utc: Microseconds since 1970 UTC, (rows,); NO_TIME where there was none.
        nonexistent: True where the clock skipped that time in spring; the hour before the change is given.
        ambiguous: True where the clock showed that time twice in autumn; the first is given.
    """

    utc: Ints
    nonexistent: Bools
    ambiguous: Bools


class _Changes(NamedTuple):
    """When the Stockholm clock was changed, (changes,): the instants, and the offsets before and after, all in microseconds."""

    at: Ints
    before: Ints
    after: Ints


@cache
def _changes() -> _Changes:
    """Find every change of the clock between 1900 and 2200."""
    found: list[tuple[int, int, int]] = []
    month = [datetime(year, number, 1, tzinfo=UTC) for year in range(_FIRST_YEAR, _LAST_YEAR) for number in range(1, 13)]
    for low, high in pairwise(month):
        before, after = _offset(low), _offset(high)
        if before == after:
            continue
        first, last = low, high
        while last - first > timedelta(seconds=1):
            middle = first + (last - first) // 2
            first, last = (middle, last) if _offset(middle) == before else (first, middle)
        # The change is the one whole second in between.
        found.append((int(last.timestamp() // 1) * _MICROSECONDS_A_SECOND, before, after))
    at, before_, after_ = np.array(found, np.int64).T
    return _Changes(at, before_, after_)


def _offset(instant: datetime) -> int:
    offset = instant.astimezone(LOCAL_TIME).utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * _MICROSECONDS_A_SECOND


class _Days(NamedTuple):
    """Every day from 1900 to 2200, (days,).

    Attributes:
        offset: How far from UTC the Stockholm clock stands, microseconds.
        is_steady: True where the clock is not changed on that day nor on the ones beside it, by whichever clock the day is meant.
        month: Its month, months since 1970.
    """

    offset: Ints
    is_steady: Bools
    month: Ints


@cache
def _days() -> _Days:
    """Tell of every day what nearly all times of that day have in common."""
    changes = _changes()
    day = np.arange(_FIRST_DAY, _LAST_DAY)
    earlier, later = (np.searchsorted(changes.at, (day + away) * MICROSECONDS_A_DAY) for away in (-1, 2))
    offset = np.append(changes.before[:1], changes.after)[earlier]
    return _Days(offset, earlier == later, day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64))


def _day_numbers(times: Ints) -> tuple[Ints, Bools]:
    """Give the number of each time's day among `_days`, and whether it is there; 0 where it is not."""
    day = times // MICROSECONDS_A_DAY - _FIRST_DAY
    there = (times >= _FIRST_DAY * MICROSECONDS_A_DAY) & (times < _LAST_DAY * MICROSECONDS_A_DAY)
    return np.where(there, day, 0), there


def _offsets(times: Ints) -> tuple[Ints, Ints]:
    """Give how far from UTC the Stockholm clock stands at some times, by whichever clock, and the rows where that must be looked up with care."""
    days = _days()
    day, there = _day_numbers(times)
    return days.offset[day], np.flatnonzero(~(there & days.is_steady[day]) & (times != NO_TIME))


def to_instants(local: Ints) -> Instants:
    """Turn times by the Stockholm clock into instants.

    Args:
        local: Microseconds since 1970 by the local clock, (rows,); NO_TIME for none.

    Returns:
        The instants.
    """
    offset, rest = _offsets(local)
    found = Instants(np.where(local == NO_TIME, NO_TIME, local - offset), np.zeros(len(local), bool), np.zeros(len(local), bool))
    if len(rest):
        for every, some in zip(found, _near_a_change(local[rest]), strict=True):
            every[rest] = some
    return found


def _near_a_change(local: Ints) -> Instants:
    """Turn known times by the Stockholm clock into instants, looking for the change of the clock that each may be caught in."""
    changes = _changes()
    offsets = np.append(changes.before[:1], changes.after)
    number = np.searchsorted(changes.at + changes.before, local, side="right")
    # The change a time may be caught in: the one just before it when the clock was put forward, the one after it when it was put back.
    previous, following = np.maximum(number - 1, 0), np.minimum(number, len(changes.at) - 1)
    skipped = (local >= changes.at[previous] + changes.before[previous]) & (local < changes.at[previous] + changes.after[previous])
    twice = (local >= changes.at[following] + changes.after[following]) & (local < changes.at[following] + changes.before[following])
    return Instants(local - offsets[number], skipped, twice)


def to_local(utc: Ints) -> Ints:
    """Turn instants into times by the Stockholm clock.

    Args:
        utc: Microseconds since 1970 UTC, (rows,); NO_TIME for none.

    Returns:
        Microseconds since 1970 by the local clock, (rows,).
    """
    offset, rest = _offsets(utc)
    if len(rest):
        changes = _changes()
        offset[rest] = np.append(changes.before[:1], changes.after)[np.searchsorted(changes.at, utc[rest], side="right")]
    return np.where(utc == NO_TIME, NO_TIME, utc + offset)


def iso_times(values: pa.StringArray, *, clock: bool) -> Ints:
    """Read the texts that are written as 2026-01-31, 2026-01-31 14:05 or 2026-01-31 14:05:59 (or with T between).

    Args:
        values: (rows,).
        clock: Whether a clock time may stand beside the day.

    Returns:
        Microseconds since 1970 by the clock they are written by, (rows,); NO_TIME where a text is something else, or no such time exists.
    """
    out = np.full(len(values), NO_TIME, np.int64)
    offsets = np.frombuffer(values.buffers()[1], np.int32, len(values) + 1, values.offset * 4)
    if values.buffers()[2] is None:
        return out
    letters = np.frombuffer(values.buffers()[2], np.uint8)
    length = np.diff(offsets)
    widths = tuple(_DIGITS) if clock else (10,)
    if np.isin(length, (0, *widths)).all() and (read := _all_iso(values, length > 0)) is not None:
        return read
    for width in widths:
        rows = np.flatnonzero(length == width)
        if len(rows):
            out[rows] = _read_width(letters, offsets[rows].astype(np.int64), width)
    return out


def _all_iso(values: pa.StringArray, known: Bools) -> Ints | None:
    """Read texts of the widths that times have, NO_TIME for the empty ones; None where some text is no time."""
    try:
        found = pc.if_else(pa.array(known), values, pa.scalar(None, pa.string())).cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None
    read = np.where(known, pc.fill_null(found.cast(pa.int64()), 0).to_numpy(), NO_TIME)
    return read if (read[known] >= _YEAR_ONE).all() else None


def _read_width(letters: npt.NDArray[np.uint8], begin: Ints, width: int) -> Ints:
    """Read texts of one width; NO_TIME where one is no time."""
    # The texts as a table, a row for each of their letters: one look-up for a text, and not one for a letter.
    texts = np.ndarray(len(letters) - width + 1, f"V{width}", letters, strides=(1,))[begin]
    table = np.ascontiguousarray(texts.view(np.uint8).reshape(-1, width).T)
    digits = table - np.uint8(ord("0"))
    good = (digits[list(_DIGITS[width])] <= 9).all(axis=0)
    for at, marks in _MARKS.items():
        if at < width:
            good &= np.logical_or.reduce([table[at] == mark for mark in marks])
    pairs = {
        at: np.where(good, digits[at] * np.uint8(10) + digits[at + 1], 0).astype(np.int64)
        for at in (0, 2, 5, 8, 11, 14, 17)
        if at + 1 < width
    }
    year, month, day = pairs[0] * 100 + pairs[2], pairs[5], pairs[8]
    good &= (year >= 1) & (month >= 1) & (month <= 12) & (day >= 1)
    months = np.where(good, (year - 1970) * 12 + month - 1, 0)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    good &= day <= following - first
    hour, minute, second = (pairs.get(at, np.zeros(len(begin), np.int64)) for at in (11, 14, 17))
    good &= (hour < 24) & (minute < 60) & (second < 60)
    seconds = (first + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
    return np.where(good, seconds * _MICROSECONDS_A_SECOND, NO_TIME)


def stamps(values: pa.StringArray) -> tuple[Ints, Ints]:
    """Read the texts that are written as a database or a program writes them: 2026-01-31T14:05:59.250Z or 2026-01-31 14:05:59.000 +01:00.

    Args:
        values: (rows,).

    Returns:
        Microseconds since 1970 by the local clock, (rows,), NO_TIME where a text is something else; and the instants of those that say how
        far from UTC they stand, NO_TIME for the others. Parts of a second are left out.
    """
    found = pc.extract_regex(values, _STAMP)
    clock, zone = (pc.fill_null(pc.struct_field(found, name), "") for name in ("clock", "zone"))
    written = iso_times(clock.cast(pa.string()), clock=True)
    zones = zone.dictionary_encode()
    far = np.array([_far_from_utc(text) for text in zones.dictionary.to_pylist()] or [NO_TIME], np.int64)
    offset = far[zones.indices.to_numpy(zero_copy_only=False)]
    told = (written != NO_TIME) & (offset != NO_TIME)
    utc = np.where(told, written - np.where(told, offset, 0), NO_TIME)
    return np.where(told, to_local(utc), written), utc


def _far_from_utc(zone: str) -> int:
    """Give how far a written zone stands from UTC, microseconds; NO_TIME for none."""
    if not zone:
        return NO_TIME
    minutes = 0 if zone == "Z" else int(zone[1:3]) * 60 + int(zone[-2:])
    return (-minutes if zone[0] == "-" else minutes) * 60 * _MICROSECONDS_A_SECOND


def months_of(local: Ints) -> Ints:
    """Give the month of each local time: months since 1970, (rows,); NO_TIME where there is none."""
    day, there = _day_numbers(local)
    months = np.where(there, _days().month[day], NO_TIME)
    rest = np.flatnonzero(~there & (local != NO_TIME))
    if len(rest):
        months[rest] = local[rest].astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    return months


def days_of(local: Ints) -> Ints:
    """Give the day of each local time: days since 1970, (rows,); NO_TIME where there is none."""
    return np.where(local == NO_TIME, NO_TIME, local // MICROSECONDS_A_DAY)
