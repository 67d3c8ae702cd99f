"""The checks that every source shares, on one column at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.deliveries import delivered, only
from trygghetskarta.domain.events import NO_TIME, Message, WarningCode
from trygghetskarta.domain.periods import LOCAL_TIME, Month
from trygghetskarta.ingest.amounts import counts, numbers
from trygghetskarta.ingest.checks import AMBIGUOUS_FORMAT, Checker, as_objects, clocks, local_times
from trygghetskarta.ingest.formats import delimited
from trygghetskarta.ingest.row_times import ISO_DATE, ISO_TIME
from trygghetskarta.ingest.times import days_of, months_of, to_instants

Ints = npt.NDArray[np.int64]
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - by the local clock, as the columns are
MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000


def checker_of(*values: str) -> Checker:
    """Make a table whose column v holds these values, beside one that keeps a row from being blank."""
    rows = "".join('"' + value.replace('"', '""') + '";1\n' for value in values)
    file = delivered(f"v;w\n{rows}")
    return Checker.of(only(delimited.tables(file.path, file.name, lambda header: header == ["v", "w"])))


def rejected(checker: Checker) -> list[tuple[int, str, str]]:
    return [(row.line, row.message.code, row.value) for row in checker.rejected]


def local(text: str) -> int:
    """Give a time by the local clock as the columns hold it."""
    return (datetime.fromisoformat(text) - EPOCH) // MICROSECOND


def utc(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH.replace(tzinfo=UTC)) // MICROSECOND


def read_one(read: Callable[[Checker], Ints], value: str) -> int | None:
    """Read one value; None where it was rejected, and then by exactly one message."""
    checker = checker_of(value)
    found = int(read(checker)[0])
    assert len(checker.rejected) == (0 if checker.good[0] else 1)
    return found if checker.good[0] else None


# --- Numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("59.3309", 59.3309),
        ("59,3309", 59.3309),
        ("6 580 000", 6_580_000.0),
        ("6\u00a0580\u00a0000", 6_580_000.0),  # no-break spaces, as a Swedish Excel writes them
        ("6\u202f580\u202f000,5", 6_580_000.5),  # the narrow ones of Unicode's Swedish
        ("\u221212,5", -12.5),  # a real minus
        ("-12.5", -12.5),
        ("0", 0.0),
        ("007", 7.0),
        ("5,", 5.0),
        (".5", 0.5),
    ],
)
def test_a_number_is_read_as_a_swede_writes_it(text: str, value: float) -> None:
    checker = checker_of(text)
    assert numbers(checker, "v", "no_position").tolist() == [value]
    assert checker.rejected == []


@pytest.mark.parametrize(
    "text",
    [
        "1_000", "٣", "１２", "nan", "NaN", "inf", "-inf", "Infinity", "1e999", "1e5", "0x10",
        "1.2.3", "1,2,3", "--1", "1-", "x", ".", ",", "-", "+5 m",
    ],
)  # fmt: skip
def test_what_python_would_take_for_a_number_is_rejected(text: str) -> None:
    checker = checker_of(text, "1")
    found = numbers(checker, "v", "no_position")
    assert np.isnan(found[0])
    assert found[1] == 1.0
    assert rejected(checker) == [(2, "no_position", text if text.isascii() or text.isprintable() else ascii(text)[1:-1])]
    assert text[:3] in checker.rejected[0].message.swedish


@pytest.mark.parametrize("text", ["153.335,68", "153,335.68", "6.580.000,5", "-1.000,0"])
def test_a_number_with_both_marks_is_ambiguous(text: str) -> None:
    # A thousands mark that eats the decimals would move a point by a hundred kilometres.
    checker = checker_of(text, "1")
    assert np.isnan(numbers(checker, "v", "no_position")[0])
    assert rejected(checker) == [(2, "ambiguous_number", text)]


@pytest.mark.parametrize("text", ["15 33 35", "153 3", "1533 356", "6  580 000", "59,3 309", "1 000 00", "-1 2", "59.3309 18.0586"])
def test_a_blank_that_does_not_part_thousands_is_ambiguous(text: str) -> None:
    checker = checker_of(text, "1")
    assert np.isnan(numbers(checker, "v", "no_position")[0])
    assert rejected(checker) == [(2, "ambiguous_number", text)]


@given(st.lists(st.sampled_from(["1.5", "-2", "5.", ".5", "1-2", "-", "1.2.3", "", "1,5", "1 000", "x"]), min_size=1, max_size=5))
@settings(deadline=None, max_examples=100)
def test_a_number_is_read_alike_in_whatever_company(texts: list[str]) -> None:
    # A column of nothing but plain numbers goes a faster way.
    def alone(text: str) -> list[object]:
        checker = checker_of(text)
        return [*np.nan_to_num(numbers(checker, "v", "x"), nan=-1e9).tolist(), checker.good.tolist()]

    checker = checker_of(*texts)
    found = np.nan_to_num(numbers(checker, "v", "x"), nan=-1e9).tolist()
    assert [[value, [good]] for value, good in zip(found, checker.good.tolist(), strict=True)] == [alone(text) for text in texts]


def test_an_empty_number_is_no_number_and_no_fault() -> None:
    checker = checker_of("", "2")
    found = numbers(checker, "v", "no_position")
    assert np.isnan(found[0])
    assert found[1] == 2.0
    assert checker.good.tolist() == [True, True]


@given(st.integers(-(10**9), 10**9), st.sampled_from([".", ","]), st.integers(0, 999))
@settings(deadline=None, max_examples=40)
def test_any_decimal_number_reads_back(whole: int, mark: str, thousandths: int) -> None:
    assert numbers(checker_of(f"{whole}{mark}{thousandths:03}"), "v", "x").tolist() == [float(f"{whole}.{thousandths:03}")]


# --- Counts


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1", 1),
        ("12", 12),
        ("", 1),
        ("007", 7),
        ("999999", 999_999),
        ("1 000", 1000),
        ("1\u00a0000", 1000),
        ("12\u202f000", 12_000),
        ("1.0", 1),
        ("1,0", 1),
        ("1 000,00", 1000),
    ],
)
def test_a_count_is_a_whole_number_and_one_when_nothing_is_said(text: str, count: int) -> None:
    assert read_one(lambda checker: counts(checker, "v"), text) == count


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "00",
        "-1",
        "\u22121",
        "0.5",
        "0,5",
        "1e9",
        "1000000",
        "1_0",
        "٣",
        "２",
        "x",
        "<5",
        "..",
        "10 00",
        "1 0",
        "1  000",
        "0,0",
        "1.000",
        "1,000",
    ],
)
def test_what_is_no_count_is_rejected(text: str) -> None:
    checker = checker_of(text, "2")
    assert counts(checker, "v")[1] == 2
    assert [(line, code) for line, code, _ in rejected(checker)] == [(2, "bad_count")]


# --- Dates and times


def read_date(text: str) -> int | None:
    return read_one(lambda checker: local_times(checker, "v", ISO_DATE), text)


def read_time(text: str) -> int | None:
    return read_one(lambda checker: local_times(checker, "v", ISO_TIME), text)


@pytest.mark.parametrize("text", ["2025-02-28", "2024-02-29", "1970-01-01", "2025-12-31"])
def test_a_date_is_its_midnight_by_the_local_clock(text: str) -> None:
    assert read_date(text) == read_date(text.replace("-", "")) == local(text)
    # A spreadsheet or a program that knows no days writes the day's midnight.
    assert read_date(f"{text} 00:00") == read_date(f"{text} 00:00:00") == read_date(f"{text}T00:00:00") == local(text)


def test_a_clock_time_in_a_column_of_days_is_rejected() -> None:
    assert read_date("2025-03-01 14:05") is None
    assert read_date("2025-03-01 00:00:01") is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-10-01 07:05", "2025-10-01 07:05"),
        ("2025-10-01 07:05:09", "2025-10-01 07:05:09"),
        ("2025-10-01T07:05:09", "2025-10-01 07:05:09"),
        ("2025-10-01T07:05", "2025-10-01 07:05"),
        ("2025-10-01", "2025-10-01 00:00"),
        ("20251001", "2025-10-01 00:00"),
        ("2025-03-30 02:30", "2025-03-30 02:30"),  # by the local clock; that it never was is told later
    ],
)
def test_a_time_is_read_in_any_of_its_formats(text: str, moment: str) -> None:
    assert read_time(text) == local(moment)


def test_the_formats_may_be_mixed_in_a_column() -> None:
    checker = checker_of("2025-10-01", "2025-10-01T07:05:09", "2025-10-01 07:05", "", "2025-10-01 07:05:09", "x")
    found = local_times(checker, "v", ISO_TIME).tolist()
    assert found == [
        local("2025-10-01"),
        local("2025-10-01 07:05:09"),
        local("2025-10-01 07:05"),
        NO_TIME,
        local("2025-10-01 07:05:09"),
        NO_TIME,
    ]
    assert rejected(checker) == [(7, "no_such_date", "x")]


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-29",  # no leap year
        "2025-06-31",
        "2025-13-01",
        "2025-00-01",
        "2025-01-00",
        "2025-W01-1",
        "2025-001",
        "jan-25",
        "1.2.25",
        "2025-01",
        "infinity",
        "now",  # pandas takes these two for dates
        "today",
        "NaT",
        "nan",
        "null",
        "２０２５-01-01",
        "٢٠٢٥-٠١-٠١",
        "12025-01-01",
        "2025-01-01x",
        "45992",  # an Excel serial number
        "202511",  # a month, or the first of January
        "2025111",  # the eleventh of January, or the first of November
        "202501 1",
        "20250229",
    ],
)
def test_a_date_that_does_not_exist_or_is_written_otherwise_is_rejected(text: str) -> None:
    for read in (read_date, read_time):
        assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-01 24:00",
        "2025-01-01 25:10",
        "2025-01-01 12:60",
        "2025-01-01 23:59:60",  # which some parsers take for the next day
        "2025-01-01 23:59:61",
        "2025-02-29 10:00",
        "2025-13-01 10:00",
        "2025-01-01 now",
    ],
)
def test_a_clock_time_that_does_not_exist_is_rejected(text: str) -> None:
    assert read_time(text) is None


@pytest.mark.parametrize("text", ["0001-01-01", "1899-12-31", "0000-00-00"])
def test_a_date_before_our_time_is_rejected(text: str) -> None:
    assert read_date(text) is None


def test_an_empty_date_is_no_date_and_no_fault() -> None:
    assert read_date("") == NO_TIME


def test_a_rejected_date_is_told_with_how_it_should_be_written() -> None:
    checker = checker_of("2025-02-29")
    local_times(checker, "v", ISO_DATE)
    message = checker.rejected[0].message
    assert message.code == "no_such_date"
    assert "2026-01-31" in message.swedish
    assert "2026-01-31" in message.english


AMERICAN = (*ISO_DATE, AMBIGUOUS_FORMAT)


def test_a_date_with_slashes_is_ambiguous_where_the_column_does_not_tell() -> None:
    checker = checker_of("01/02/2025", "2025-03-04")
    assert local_times(checker, "v", AMERICAN)[1] == local("2025-03-04")
    assert [(line, code) for line, code, _ in rejected(checker)] == [(2, "ambiguous_date")]


def test_a_date_with_slashes_is_read_month_first_where_another_row_shows_it() -> None:
    # 01/31 can only be the last of January, so 01/02 is the second of January.
    checker = checker_of("01/02/2025", "01/31/2025")
    assert local_times(checker, "v", AMERICAN).tolist() == [local("2025-01-02"), local("2025-01-31")]
    assert checker.rejected == []


def test_what_one_part_of_a_file_shows_holds_for_the_parts_after_it() -> None:
    first, second = checker_of("01/31/2025"), checker_of("01/02/2025")
    second.month_first = first.month_first
    local_times(first, "v", AMERICAN)
    assert local_times(second, "v", AMERICAN).tolist() == [local("2025-01-02")]


@pytest.mark.parametrize("formats", [("%m/%d/%Y",), ("%m/%d/%Y %H:%M", "%m/%d/%Y"), ("%d/%m/%Y",)])
def test_a_format_that_a_mapping_declares_is_taken_at_its_word(formats: tuple[str, ...]) -> None:
    checker = checker_of("01/02/2025")
    assert local_times(checker, "v", formats).tolist() == [local("2025-02-01" if formats[0].startswith("%d") else "2025-01-02")]
    assert checker.rejected == []


def test_dates_that_can_only_be_day_first_are_rejected() -> None:
    checker = checker_of("31/01/2025", "01/02/2025")
    local_times(checker, "v", AMERICAN)
    assert checker.good.tolist() == [False, False]


@given(st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 31)))  # noqa: DTZ001 - by the local clock
@settings(deadline=None, max_examples=40)
def test_any_time_to_the_second_reads_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    assert read_time(moment.strftime("%Y-%m-%d %H:%M:%S")) == (moment - EPOCH) // MICROSECOND
    assert read_time(moment.isoformat()) == (moment - EPOCH) // MICROSECOND


# --- Clock times


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("0000", 0),
        ("00:00", 0),
        ("2359", 23 * 60 + 59),
        ("23:59", 23 * 60 + 59),
        ("0915", 555),
        ("915", 555),
        ("9:15", 555),
        ("09:15", 555),
    ],
)
def test_a_clock_time_is_minutes_since_midnight(text: str, minutes: int) -> None:
    assert read_one(lambda checker: clocks(checker, "v"), text) == minutes * 60_000_000


@pytest.mark.parametrize(
    "text",
    [
        "24:00",
        "2400",
        "1260",
        "9:60",
        "-100",
        "٠٩١٥",
        "０９１５",
        "x",
        "12.30",
        "08:15:00",
        "08 15",
        ":",
        "::",
        "12:3",
        "1:234",
        "1:2:3",
        "99999",
    ],
)
def test_what_is_no_clock_time_is_rejected(text: str) -> None:
    assert read_one(lambda checker: clocks(checker, "v"), text) is None


def test_an_empty_clock_time_is_none_and_no_fault() -> None:
    assert read_one(lambda checker: clocks(checker, "v"), "") == NO_TIME


# --- Local times to instants


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-01-15 12:00", "2025-01-15 11:00+00:00"),  # one hour ahead in winter
        ("2025-07-15 12:00", "2025-07-15 10:00+00:00"),  # two in summer
        ("2025-03-30 01:59", "2025-03-30 00:59+00:00"),
        ("2025-03-30 03:00", "2025-03-30 01:00+00:00"),
        ("2025-10-26 01:59", "2025-10-25 23:59+00:00"),
        ("2025-10-26 03:00", "2025-10-26 02:00+00:00"),
    ],
)
def test_a_local_time_is_one_instant(text: str, instant: str) -> None:
    found = to_instants(np.array([local(text)]))
    assert found.utc.tolist() == [utc(instant)]
    assert (found.nonexistent[0], found.ambiguous[0]) == (False, False)


def test_a_time_that_the_clock_skipped_is_told_and_stays_within_the_hour_before() -> None:
    # 2025-03-30 the clock went from 02:00 to 03:00, which is 01:00 in UTC.
    found = to_instants(np.array([local("2025-03-30 02:30")]))
    assert (found.nonexistent[0], found.ambiguous[0]) == (True, False)
    assert utc("2025-03-30 00:00+00:00") <= found.utc[0] < utc("2025-03-30 01:00+00:00")
    assert datetime.fromtimestamp(found.utc[0] / 1e6, LOCAL_TIME).date() == date(2025, 3, 30)


def test_a_time_that_the_clock_showed_twice_is_told_and_the_first_is_taken() -> None:
    # 2025-10-26 the clock went from 03:00 back to 02:00; the first 02:30 was still summer time, two hours ahead.
    found = to_instants(np.array([local("2025-10-26 02:30")]))
    assert (found.nonexistent[0], found.ambiguous[0]) == (False, True)
    assert found.utc.tolist() == [utc("2025-10-26 00:30+00:00")]


def test_no_time_is_no_instant_among_times_that_are() -> None:
    found = to_instants(np.array([NO_TIME, local("2025-07-15 12:00"), NO_TIME, local("2025-10-26 02:00")]))
    assert found.utc.tolist() == [NO_TIME, utc("2025-07-15 10:00+00:00"), NO_TIME, utc("2025-10-26 00:00+00:00")]
    assert found.nonexistent.tolist() == [False] * 4
    assert found.ambiguous.tolist() == [False, False, False, True]
    assert to_instants(np.array([NO_TIME])).utc.tolist() == [NO_TIME]
    assert to_instants(np.zeros(0, np.int64)).utc.tolist() == []


@given(st.integers(0, 2 * 365 * 24 * 60))
@settings(deadline=None, max_examples=100)
def test_every_minute_of_two_years_is_told_apart_as_python_tells_it(minute: int) -> None:
    moment = datetime(2025, 1, 1) + timedelta(minutes=minute)  # noqa: DTZ001 - by the local clock
    first, second = moment.replace(tzinfo=LOCAL_TIME, fold=0), moment.replace(tzinfo=LOCAL_TIME, fold=1)
    exists = first.astimezone(UTC).astimezone(LOCAL_TIME).replace(tzinfo=None) == moment
    found = to_instants(np.array([(moment - EPOCH) // MICROSECOND]))
    assert bool(found.nonexistent[0]) == (not exists)
    assert bool(found.ambiguous[0]) == (exists and first.utcoffset() != second.utcoffset())
    if exists:
        assert found.utc[0] == (first - EPOCH.replace(tzinfo=UTC)) // MICROSECOND


# --- Months and days


def test_one_minute_to_midnight_on_the_last_is_still_that_month() -> None:
    moments = np.array([local("2025-03-31 23:59"), local("2025-04-01 00:00"), NO_TIME, local("1969-12-31 23:59")])
    assert months_of(moments).tolist() == [Month.parse("2025-03").number, Month.parse("2025-04").number, NO_TIME, -1]
    assert days_of(moments).tolist() == [
        (date(2025, 3, 31) - date(1970, 1, 1)).days,
        (date(2025, 4, 1) - date(1970, 1, 1)).days,
        NO_TIME,
        -1,
    ]


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001 - by the local clock
@settings(deadline=None, max_examples=60)
def test_the_month_and_the_day_are_those_of_the_calendar(moment: datetime) -> None:
    moments = np.array([(moment - EPOCH) // MICROSECOND])
    assert months_of(moments).tolist() == [Month.of(moment.date()).number]
    assert days_of(moments).tolist() == [(moment.date() - date(1970, 1, 1)).days]


# --- Texts, and the book-keeping


PART = st.sampled_from(["", ',"å":1', ',"a":"b"'])


@given(st.integers(0, 5).flatmap(lambda rows: st.lists(st.lists(PART, min_size=rows, max_size=rows), min_size=1, max_size=3)))
@settings(deadline=None, max_examples=100)
def test_facts_are_put_together_to_objects_and_a_row_without_any_is_null(parts: list[list[str]]) -> None:
    expected = ["{" + "".join(row)[1:] + "}" if any(row) else None for row in zip(*parts, strict=True)]
    assert as_objects([pa.array(part, pa.string()) for part in parts]).to_pylist() == expected


def test_a_field_longer_than_ten_thousand_characters_is_rejected() -> None:
    checker = checker_of("å" * 10_000, "å" * 10_001)
    checker.text("v")
    assert rejected(checker) == [(3, "field_too_long", "å" * 80)]


def test_a_nul_byte_is_rejected_and_shown_escaped() -> None:
    checker = checker_of("a\x00b", "ab")
    checker.text("v")
    assert rejected(checker) == [(2, "nul_byte", "a\\x00b")]


@pytest.mark.parametrize("mark", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_a_mark_that_turns_the_direction_of_writing_is_rejected_and_shown_escaped(mark: str) -> None:
    checker = checker_of(f"a{mark}b", "\u2014 å")
    checker.text("v")
    assert rejected(checker) == [(2, "turned_text", f"a\\u{ord(mark):04x}b")]


def test_an_empty_value_that_is_required_is_rejected() -> None:
    checker = checker_of("a", "", " ")
    checker.require("v", "missing_id", "Raden saknar id.", "The row has no id.")
    assert rejected(checker) == [(3, "missing_id", ""), (4, "missing_id", "")]


def test_a_row_is_rejected_once_for_its_first_fault_and_with_its_own_bytes() -> None:
    checker = checker_of("a", "b", "c")
    checker.reject(np.array([True, True, False]), "v", Message("first", "Ett.", "One."))
    checker.reject(np.array([False, True, True]), "w", lambda value: Message("second", f"Två {value}.", f"Two {value}."))
    assert [(row.line, row.column, row.value, row.message.code, row.raw) for row in checker.rejected] == [
        (2, "v", "a", "first", b'"a";1'),
        (3, "v", "b", "first", b'"b";1'),
        (4, "w", "1", "second", b'"c";1'),
    ]
    assert checker.rejected[2].message.english == "Two 1."
    assert checker.good.tolist() == [False, False, False]


def test_a_warning_counts_the_rows_that_still_stand() -> None:
    checker = checker_of("a", "b", "c")
    checker.reject(np.array([True, False, False]), "v", Message("x", "X.", "X."))
    checker.warn(WarningCode.ORDER, np.array([True, True, False]), "{} är udda.", "{} odd.")
    checker.warn(WarningCode.DIGEST, np.array([True, True, True]), "{} är udda.", "{} odd.")
    checker.warn(WarningCode.OUTSIDE, np.array([True, False, False]), "{} är udda.", "{} odd.")
    told = [warned.told() for warned in checker.warnings]
    assert [(warned.code, warned.count, warned.swedish, warned.english) for warned in told] == [
        (WarningCode.ORDER, 1, "1 rad är udda.", "1 row odd."),
        (WarningCode.DIGEST, 2, "2 rader är udda.", "2 rows odd."),
    ]
