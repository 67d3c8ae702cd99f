"""Any file, any row: a row becomes an event or a rejection, the file is read or refused, and nothing else ever happens."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.unit.deliveries import AREA_HEADER, FIRE_HEADER, NOW, POINT_HEADER, SHOOTING_HEADER, context, delivered, only, outcome_of
from tests.unit.test_rows_of import slowly
from trygghetskarta.domain.events import NO_TIME, EventBatch, Precision, Reading, TimePrecision
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import Source
from trygghetskarta.ingest.copying import texts
from trygghetskarta.ingest.identity import as_bytes, fingerprints, in_order, keys_by_id, keys_by_values, occurrences
from trygghetskarta.ingest.sources.anmalda_brott import AnmaldaBrott
from trygghetskarta.ingest.sources.brander import Brander
from trygghetskarta.ingest.sources.polishandelser import Polishandelser
from trygghetskarta.ingest.sources.skjutningar import Skjutningar

# A separator, a header, and rows that are right.
TABLES: dict[str, tuple[Source, str, list[str], list[list[str]]]] = {
    "basområde": (
        AnmaldaBrott(),
        ";",
        AREA_HEADER.split(";"),
        [
            ["2025-10-03", "Vällingby", "0101001", "Ringvägen", "0310", "2", "2025-10-01", "2025-10-02", "2215", "0130"],
            ["2025-10-31", "Järva", "", "", "310", "1", "10/31/2025", "", "", ""],
        ],
    ),
    "punkt": (
        AnmaldaBrott(),
        ",",
        POINT_HEADER.split(","),
        [
            ["K-1", "0355", "59.3309", "18.0586", "Kungsgatan", "3", "Stockholm", "2025-10-01 10:00", ""],
            ["K-2", "9301", "", "", "", "", "Solna", "2025-10-26 02:30", "2025-10-27 01:00"],
        ],
    ),
    "skjutningar": (
        Skjutningar(),
        ";",
        SHOOTING_HEADER.split(";"),
        [
            ["SKJ-1", "2025-10-26 23:45", "153079", "6576159", "Farsta", "0", "1", "bekräftad"],
            ["SKJ-2", "2025-03-30 02:30", "", "", "Gamla Stan", "1", "0", "återtagen"],
        ],
    ),
    "bränder": (
        Brander(),
        ";",
        FIRE_HEADER.split(";"),
        [["B1", "2025-10-01 02:00", "3", "154906", "6579777,5", "Tallvägen 25"], ["B2", "2025-10-01", "99", "", "", ""]],
    ),
}
DATES = [
    "2025-02-29", "2025-13-01", "0001-01-01", "9999-12-31", "2025-10-01 24:00", "2025-03-30 02:30", "2025-10-26 02:30", "01/02/2025",
    "31/12/2025", "now", "today", "NaT", "infinity", "20250101", "45992", "２０２５-10-01", "2025-10-01 23:59:60", "-1", "2400",
]  # fmt: skip
NUMBERS = [
    "0",
    "-1",
    "1e999",
    "nan",
    "inf",
    "1_000",
    "٣",
    "9" * 400,
    "9" * 5000,
    "0,5",
    "−12",
    "6 580 000",
    "0x10",
    "673995",
    "6580894",
    "59.3309",
    "1.2.3",
]
TEXTS = [
    "", " ", "\x00", "\u00a0", "Å" * 11_000, "=1+1", "<script>", "\u202e", "\ufeff", "🔥", "Summa", "Källa: x", "NULL", "..", "Solna",
    "återtagen", "\t", "\x1a", "\x85", "\u2028",
]  # fmt: skip
MARKS = ['"', '""', "\n", "\r", "\r\n", ";", ",", "\t", '"x"y', 'x"y']


def quoted(field: str, separator: str) -> str:
    return '"' + field.replace('"', '""') + '"' if any(mark in field for mark in ('"', "\n", "\r", separator)) else field


@st.composite
def odd_fields(draw: DrawFn) -> str:
    odd = st.sampled_from([*DATES, *NUMBERS, *TEXTS, *MARKS])
    return draw(st.one_of(odd, st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.builds(str.__add__, odd, odd)))


@st.composite
def tables(draw: DrawFn, name: str) -> bytes:
    """Draw a file of rows that are right, some with a field or two that are not, written with or without proper quotes and separators."""
    _, separator, header, good = TABLES[name]
    rows = []
    for _ in range(draw(st.integers(0, 6))):
        row = list(draw(st.sampled_from(good)))
        for _ in range(draw(st.integers(0, 2))):
            row[draw(st.integers(0, len(row) - 1))] = draw(odd_fields())
        how = draw(st.integers(0, 9))
        text = separator.join(quoted(field, separator) if how else field for field in row)
        if how == 1:
            text = text.replace(separator, "", 1)
        if how == 2:
            text += separator
        if how == 3:
            text = draw(st.sampled_from(["", " ", separator * 3, "Summa", "Källa: Polisen", separator * (len(header) - 1)]))
        rows.append(text)
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    content = end.join([separator.join(header), *rows]) + (end if draw(st.booleans()) else "")
    raw = content.encode(draw(st.sampled_from(["utf-8-sig", "utf-8", "utf-8", "utf-8", "cp1252"])), "replace")
    if draw(st.integers(0, 7)) == 0 and len(raw) > 1:
        at = draw(st.integers(0, len(raw) - 1))
        raw = raw[:at] + draw(st.binary(min_size=1, max_size=3)) + raw[at:]
    return raw


def rows_of(content: bytes, separator: str) -> int:
    """Count the rows below the header, a byte at a time."""
    raw = content.removeprefix(b"\xef\xbb\xbf").replace(b";" if separator == "," else b",", b" ")
    return len(slowly(raw.replace(separator.encode(), b";"))) - 1


def check(reading: Reading, source: Source) -> None:
    """See that what an adapter gives can be stored, and that every rejection tells what a person must know."""
    events = reading.events
    columns = [getattr(events, name) for name in events.__dataclass_fields__]
    assert {len(column) for column in columns} == {len(events)}
    for rejected in reading.rejected:
        assert rejected.line >= 1
        assert rejected.message.code.replace("_", "").isalnum()
        assert rejected.message.swedish.endswith(".")
        assert rejected.message.english.endswith(".")
        assert rejected.value.isprintable()
        assert rejected.raw
    lines = events.line.tolist() + [rejected.line for rejected in reading.rejected]
    assert all(reading.raw_of(row) for row in range(len(events)))
    if source.source.value != "polishandelser":  # where several objects may stand on one line
        assert len(set(lines)) == len(lines)
    # What the database holds: months from 1970 to tomorrow, counts from one, points that are both or neither, texts without NUL.
    month = NOW.year * 12 + NOW.month - 1 - 1970 * 12
    assert ((events.month >= 0) & (events.month <= month + (7 if source.source.value == "polishandelser" else 1))).all()
    assert ((events.antal >= 1) & (events.antal < 1_000_000)).all()
    assert (np.isnan(events.x) == np.isnan(events.y)).all()
    assert np.isfinite(events.x[~np.isnan(events.x)]).all()
    assert np.isfinite(events.y[~np.isnan(events.y)]).all()
    assert set(events.precision.tolist()) <= {int(precision) for precision in Precision}
    assert set(events.time_precision.tolist()) <= {int(precision) for precision in TimePrecision}
    assert ((events.precision == Precision.POINT) == ~np.isnan(events.x)).all()
    assert (events.ends_at[events.ends_at != NO_TIME] >= events.starts_at[events.ends_at != NO_TIME]).all()
    for column in (events.identity, events.kind, events.area, events.detail):
        assert not any("\x00" in text or "\\u0000" in text for text in column.tolist() if text is not None)
        # A free text may hold any letter; an id, a kind or an area none that turns the writing.
        turned = any(mark in text for mark in TURNS for text in column.tolist() if text is not None)
        assert not turned or column is events.detail or source.source.value == "polishandelser"
        column.validate(full=True)
        texts(column)
    assert len(keyed(source, events)) == len(events) or events.identity.null_count < len(events)


def check_refusal(error: BadDeliveryError) -> None:
    """See that a refusal has a code and a sentence in both languages."""
    assert error.code.replace("_", "").isalnum()
    assert error.swedish.endswith((".", "?"))
    assert error.english.endswith((".", "?"))


TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def keyed(source: Source, events: EventBatch) -> set[bytes]:
    """Give the keys of events, the points as they stand in the file."""
    fingerprint = fingerprints(events, events.x, events.y)
    by_id = len(events) > 0 and events.identity.null_count == 0
    keys = keys_by_id(source.source, events) if by_id else keys_by_values(source.source, fingerprint, occurrences(in_order(fingerprint)))
    return {key.tobytes() for key in as_bytes(keys)}


@pytest.mark.parametrize("name", list(TABLES))
def test_any_table_is_read_to_the_last_row_or_refused(name: str) -> None:
    source, separator, _, _ = TABLES[name]

    @given(tables(name))
    @settings(deadline=None, max_examples=60)
    def any_table(content: bytes) -> None:
        outcome = outcome_of(lambda: only(source.read(delivered(content), context())))
        if isinstance(outcome, BadDeliveryError):
            check_refusal(outcome)
        else:
            assert outcome.rows == rows_of(content, separator)
            check(outcome, source)

    any_table()


@pytest.mark.parametrize("name", list(TABLES))
def test_bad_rows_stop_no_good_row(name: str) -> None:
    # A proper file, in which only the values of one row are odd: the rows around it are events whatever it is.
    source, separator, header, good = TABLES[name]
    number_of_id = 0 if name != "basområde" else None

    @given(odd_fields(), st.integers(0, len(header) - 1))
    @settings(deadline=None, max_examples=60)
    def one_odd_field(odd: str, at: int) -> None:
        row = list(good[0])
        row[at] = odd
        first, last = list(good[1]), list(good[1])
        if number_of_id is not None:
            first[number_of_id], last[number_of_id] = "FÖRST", "SIST"
        content = "\n".join(separator.join(quoted(field, separator) for field in fields) for fields in (header, first, row, last)) + "\n"
        reading = only(source.read(delivered(content), context()))
        assert reading.rows == 3
        check(reading, source)
        # The middle row may move the last one's line, never take it away. Slashed dates are read by the column, so they may fall.
        fallen = {rejected.message.code for rejected in reading.rejected if rejected.raw.decode() == separator.join(first)}
        assert fallen <= {"ambiguous_date"}
        if not fallen:
            assert len(reading.events) >= 2

    # The only point of the file, turned by one field into one of another system that is in use here.
    example("673995", 3)(one_odd_field)()


EVENT = {
    "datetime": "2025-10-01 7:05:09 +02:00",
    "id": 371971,
    "location": {"gps": "59.329324,18.068581", "name": "Stockholm"},
    "name": "01 oktober 06:50, Rån, Stockholm",
    "summary": "Ett rån i Farsta.",
    "type": "Rån",
    "url": "/aktuellt/",
}
ANY_TEXT = st.text(max_size=8) | st.sampled_from(
    [*TEXTS, "\ud800", "29 februari 10:00, Rån, Stockholm", "Sammanfattning natt", "x, Stockholms län"]
)
ANY_TIME = st.sampled_from([
    "2025-10-01 7:05:09 +02:00", "1970-01-01 0:00:00 +00:00", "1969-12-31 23:59:59 +00:00", "0001-01-01 0:00:00 +02:00",
    "9999-12-31 23:59:59 -10:00", "2025-10-26 2:30:00 +02:00", "2025-02-29 7:05:09 +01:00", "2025-10-01 7:05:09 +99:99",
    "2026-01-01 0:00:00 +01:00",
])  # fmt: skip
ANY_VALUE: SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | ANY_TIME | st.just(10**4000),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from([*EVENT, "x"]), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def feeds(draw: DrawFn) -> tuple[str, int]:
    """Draw the text of an answer of the feed, and how many values it holds."""
    values: list[Any] = []
    for number in range(draw(st.integers(0, 5))):
        value: Any = EVENT | {"id": number}
        if draw(st.booleans()):
            value = value | draw(st.dictionaries(st.sampled_from(list(EVENT)), ANY_VALUE, min_size=1, max_size=2))
        elif draw(st.integers(0, 4)) == 0:
            value = draw(ANY_VALUE)
        values.append(value)
    ascii_only = draw(st.booleans()) or any("\ud800" <= letter <= "\udfff" for letter in json.dumps(values, ensure_ascii=False))
    if draw(st.booleans()) or not values:
        return json.dumps(values, ensure_ascii=ascii_only, indent=draw(st.sampled_from([None, 1]))), len(values)
    return "\n".join(json.dumps(value, ensure_ascii=ascii_only) for value in values), len(values)


@given(feeds())
@example(("[]", 0))
@settings(deadline=None, max_examples=100)
def test_any_answer_of_the_feed_is_read_to_the_last_value(feed: tuple[str, int]) -> None:
    text, count = feed
    source = Polishandelser()
    # One value a line: a first one that is an array cannot be told from the array of all, and is read as that or refused.
    if text.lstrip().startswith("[") and not _is_one_array(text):
        return
    # What begins with neither an array nor an object is no answer of the feed, and has the columns of no extract.
    if text.lstrip()[0] not in "[{":
        assert isinstance(outcome_of(lambda: fed(text)), BadDeliveryError)
        return
    reading = fed(text)
    assert reading.rows == (count if not _is_one_array(text) else len(json.loads(text)))
    check(reading, source)


def fed(content: str | bytes) -> Reading:
    """Read an answer of the feed."""
    return only(Polishandelser().read(delivered(content, "polisen.json"), context()))


def _is_one_array(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except json.JSONDecodeError:
        return False


@given(feeds(), st.integers(0, 10**6), st.binary(max_size=3))
@settings(deadline=None, max_examples=80)
def test_an_answer_of_the_feed_with_bytes_changed_is_read_or_refused(feed: tuple[str, int], at: int, more: bytes) -> None:
    raw = feed[0].encode()
    at %= len(raw) + 1
    for content in (raw[:at] + more + raw[at + 1 :], raw[:at]):
        outcome = outcome_of(partial(fed, content))
        if isinstance(outcome, BadDeliveryError):
            check_refusal(outcome)
        else:
            check(outcome, Polishandelser())


@pytest.mark.parametrize("name", list(TABLES))
def test_the_same_rows_in_another_order_are_the_same_events(name: str) -> None:
    # INGEST: a row's identity is its canonical values, whatever order, columns or encoding it came in.
    source, separator, header, good = TABLES[name]

    def keys_of(write: Callable[[list[list[str]]], bytes], rows: list[list[str]]) -> set[bytes]:
        return keyed(source, only(source.read(delivered(write(rows)), context())).events)

    def plain(rows: list[list[str]]) -> bytes:
        return "\n".join(separator.join(row) for row in rows).encode()

    @given(st.randoms(use_true_random=False), st.integers(1, 4))
    @settings(deadline=None, max_examples=15)
    def turned(order: random.Random, times: int) -> None:
        rows = [row for row in good for _ in range(times)]
        columns = list(range(len(header)))
        order.shuffle(columns)
        shuffled = list(rows)
        order.shuffle(shuffled)
        moved = [[row[column] for column in columns] for row in [header, *shuffled]]
        first = keys_of(plain, [header, *rows])
        assert len(first) == (len(rows) if name == "basområde" else len(good))
        assert keys_of(plain, moved) == first
        assert keys_of(lambda some: plain(some).decode().encode("cp1252"), moved) == first
        assert keys_of(lambda some: plain(some).replace(b"\n", b"\r\n"), moved) == first

    turned()
