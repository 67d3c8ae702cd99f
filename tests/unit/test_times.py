"""The Stockholm clock against Python's, and times as they are written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trygghetskarta.domain.events import NO_TIME
from trygghetskarta.domain.periods import LOCAL_TIME
from trygghetskarta.ingest.times import _changes, _near_a_change, iso_times, to_instants, to_local

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - by the local clock, as the columns are
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


def changes(first: int, last: int) -> Iterator[datetime]:
    """Go through the hours of UTC at which the clock was changed, by Python's reckoning."""
    hour = datetime(first, 1, 1, tzinfo=UTC)
    offset = hour.astimezone(LOCAL_TIME).utcoffset()
    while hour.year <= last:
        # A change is looked for from day to day, and then from hour to hour.
        day = hour + timedelta(days=1)
        if day.astimezone(LOCAL_TIME).utcoffset() != offset:
            while hour.astimezone(LOCAL_TIME).utcoffset() == offset:
                hour += HOUR
            offset = hour.astimezone(LOCAL_TIME).utcoffset()
            yield hour
        hour = day


CHANGES = list(changes(1970, 2040))
AROUND = [change + timedelta(minutes=30 * step) for change in CHANGES for step in range(-8, 9)]


def local_of(moment: datetime) -> int:
    return (moment.replace(tzinfo=None) - LOCAL_EPOCH) // MICROSECOND


def test_summer_time_began_again_in_1980_and_comes_and_goes_every_year() -> None:
    assert [sum(change.year == year for change in CHANGES) for year in (1979, 1980, 1996, 2025, 2040)] == [0, 2, 2, 2, 2]


def test_every_half_hour_around_a_change_has_the_time_by_the_clock_that_python_gives() -> None:
    found = to_local(np.array([(moment - EPOCH) // MICROSECOND for moment in AROUND]))
    assert found.tolist() == [local_of(moment.astimezone(LOCAL_TIME)) for moment in AROUND]


def test_every_half_hour_by_the_clock_around_a_change_is_the_instant_that_python_gives() -> None:
    by_clock = [(moment.astimezone(LOCAL_TIME)).replace(tzinfo=None) + shift for moment in AROUND for shift in (timedelta(0), HOUR)]
    found = to_instants(np.array([local_of(moment) for moment in by_clock]))
    for moment, utc, nonexistent, ambiguous in zip(by_clock, *(part.tolist() for part in found), strict=True):
        first, second = moment.replace(tzinfo=LOCAL_TIME, fold=0), moment.replace(tzinfo=LOCAL_TIME, fold=1)
        exists = first.astimezone(UTC).astimezone(LOCAL_TIME).replace(tzinfo=None) == moment
        assert nonexistent == (not exists), moment
        assert ambiguous == (exists and first.utcoffset() != second.utcoffset()), moment
        # Of a time shown twice the first; of a time that never was the one an hour earlier by the clock, as if it had not been put forward.
        expected = first if exists else second
        assert utc == (expected - EPOCH) // MICROSECOND, moment


@given(st.datetimes(datetime(1901, 1, 1), datetime(2199, 12, 31)))  # noqa: DTZ001 - the zone follows
@settings(deadline=None, max_examples=300)
@example(datetime(1916, 5, 14, 22, 0))  # noqa: DTZ001 - the first summer time
@example(datetime(1945, 6, 1))  # noqa: DTZ001
def test_any_instant_is_the_time_by_the_clock_that_python_gives_and_comes_back(moment: datetime) -> None:
    instant = moment.replace(tzinfo=UTC)
    utc = np.array([(instant - EPOCH) // MICROSECOND])
    local = to_local(utc)
    assert local.tolist() == [local_of(instant.astimezone(LOCAL_TIME))]
    back = to_instants(local)
    assert not back.nonexistent[0]
    assert back.ambiguous[0] or back.utc.tolist() == utc.tolist()


def test_the_days_with_their_offsets_tell_what_every_change_of_the_clock_tells() -> None:
    hours = np.arange(-720_000, 2_100_000, 7) * 3_600_000_000
    about = (_changes().at[:, None] + np.arange(-80, 81)[None, :] * 1_800_000_000).ravel()
    local = np.concatenate([hours, about])
    for every, each in zip(to_instants(local), _near_a_change(local), strict=True):
        assert (every == each).all()
    instants = to_instants(local)
    known = ~instants.nonexistent
    assert (to_local(instants.utc)[known] == local[known]).all()


def test_no_time_is_none_by_any_clock() -> None:
    times = np.array([NO_TIME, 0, NO_TIME])
    assert to_local(times).tolist() == [NO_TIME, 3_600_000_000, NO_TIME]
    assert to_instants(times).utc.tolist() == [NO_TIME, -3_600_000_000, NO_TIME]


def read(texts: list[str], *, clock: bool = True) -> list[int]:
    read_as: list[int] = iso_times(pa.array(texts, pa.string()), clock=clock).tolist()
    return read_as


def as_python(text: str, *, clock: bool) -> int:
    """Read a text as Python does, less what it takes beyond our three ways of writing; its digits are ASCII."""
    widths = (10, 16, 19) if clock else (10,)
    if len(text) not in widths or not text.isascii() or text[4] != "-" or (len(text) > 10 and text[10] not in " T"):
        return NO_TIME
    try:
        return (datetime.fromisoformat(text) - LOCAL_EPOCH) // MICROSECOND
    except (ValueError, TypeError):
        return NO_TIME


WRITTEN = st.builds(
    "{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}".format,
    st.sampled_from([0, 1, 1900, 1970, 2000, 2024, 2025, 2100, 9999]),
    st.integers(0, 13),
    st.integers(0, 32),
    st.sampled_from([" ", "T", "t", "_"]),
    st.integers(0, 25),
    st.integers(0, 61),
    st.integers(0, 61),
).flatmap(lambda text: st.sampled_from([text, text[:16], text[:13], text[:10], text[:7], f"{text}Z", f" {text}"]))
SPOILT = st.tuples(WRITTEN, st.integers(0, 18), st.sampled_from([*"0123456789-: T/Wå٣", ""])).map(
    lambda parts: parts[0][: parts[1]] + parts[2] + parts[0][parts[1] + 1 :]
)


@given(st.lists(WRITTEN | SPOILT, max_size=6), st.booleans())
@settings(deadline=None, max_examples=400)
@example(["2025-10-26 02:30", "", "2024-02-29", "2025-02-29"], True)
@example(["9999-12-31 23:59:59"], True)
@example([""], False)
@example(["2025-10-01T10+01"], True)
@example(["2025-10-01T1000Z"], True)
@example(["2025-10-01T10:00+01"], True)
@example(["0000-01-01"], True)
def test_a_time_is_read_just_when_python_reads_it_and_as_python_does(texts: list[str], clock: bool) -> None:
    assert read(texts, clock=clock) == [as_python(text, clock=clock) for text in texts]


@pytest.mark.parametrize("clock", [True, False])
def test_a_part_of_a_column_is_read_like_a_whole_one(clock: bool) -> None:
    whole = pa.array(["x", "2025-10-01", "2025-10-01 10:00", "2025-10-01"])
    assert iso_times(whole.slice(1, 2), clock=clock).tolist() == read(["2025-10-01", "2025-10-01 10:00"], clock=clock)


def test_no_texts_are_no_times() -> None:
    assert read([]) == []
    assert read(["", ""]) == [NO_TIME, NO_TIME]
