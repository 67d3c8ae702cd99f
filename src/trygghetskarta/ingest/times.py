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


def to_instants(local: Ints) -> Instants:
    """Turn times by the Stockholm clock into instants.

    Args:
        local: Microseconds since 1970 by the local clock, (rows,); NO_TIME for none.

    Returns:
        The instants.
    """
    changes = _changes()
    known = local != NO_TIME
    offsets = np.append(changes.before[:1], changes.after)
    number = np.searchsorted(changes.at + changes.before, local, side="right")
    utc = np.where(known, local - offsets[number], NO_TIME)
    # The change a time may be caught in: the one just before it when the clock was put forward, the one after it when it was put back.
    previous, following = np.maximum(number - 1, 0), np.minimum(number, len(changes.at) - 1)
    skipped = (local >= changes.at[previous] + changes.before[previous]) & (local < changes.at[previous] + changes.after[previous])
    twice = (local >= changes.at[following] + changes.after[following]) & (local < changes.at[following] + changes.before[following])
    return Instants(utc, known & skipped, known & twice)


def to_local(utc: Ints) -> Ints:
    """Turn instants into times by the Stockholm clock.

    Args:
        utc: Microseconds since 1970 UTC, (rows,); NO_TIME for none.

    Returns:
        Microseconds since 1970 by the local clock, (rows,).
    """
    changes = _changes()
    offsets = np.append(changes.before[:1], changes.after)
    return np.where(utc == NO_TIME, NO_TIME, utc + offsets[np.searchsorted(changes.at, utc, side="right")])


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
    for width in _DIGITS if clock else (10,):
        rows = np.flatnonzero(length == width)
        if len(rows):
            out[rows] = _read_width(letters, offsets[rows].astype(np.int64), width)
    return out


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
    return np.where(
        local == NO_TIME, NO_TIME, np.where(local == NO_TIME, 0, local).astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    )


def days_of(local: Ints) -> Ints:
    """Give the day of each local time: days since 1970, (rows,); NO_TIME where there is none."""
    return np.where(local == NO_TIME, NO_TIME, local // MICROSECONDS_A_DAY)
