"""What makes an event itself from delivery to delivery, and what makes two versions of it the same."""

from __future__ import annotations

import random
import struct
from collections import Counter
from dataclasses import fields
from itertools import pairwise
from tempfile import TemporaryFile
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.murmur import murmur
from trygghetskarta.domain.events import NO_TIME, EventBatch, Precision
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.identity import (
    Hashes,
    Seen,
    as_bytes,
    fingerprints,
    from_bytes,
    in_order,
    is_first,
    keys_by_id,
    keys_by_values,
    occurrences,
)

TEXTS = ("identity", "kind", "area", "detail")
CRIMES, FIRES = SourceId.ANMALDA_BROTT, SourceId.BRANDER


def batch(*rows: dict[str, Any]) -> EventBatch:
    """Make a batch of rows that differ from an ordinary one in what is given."""
    ordinary: dict[str, Any] = {
        "line": 2,
        "identity": None,
        "kind": "0310",
        "starts_at": 1_759_300_000_000_000,
        "ends_at": NO_TIME,
        "time_precision": 0,
        "reported_on": 20_364,
        "month": 669,
        "antal": 1,
        "x": np.nan,
        "y": np.nan,
        "precision": int(Precision.BASOMRADE),
        "area": "0101001",
        "withdrawn": False,
        "detail": '{"street":"Ringvägen"}',
    }
    kinds = {"x": float, "y": float, "withdrawn": bool}
    whole = [ordinary | row for row in rows]

    def column(name: str) -> Any:  # noqa: ANN401 - numpy's or arrow's
        values = [row[name] for row in whole]
        return pa.array(values, pa.string()) if name in TEXTS else np.array(values, kinds.get(name, np.int64))

    return EventBatch(**{field.name: column(field.name) for field in fields(EventBatch)})


def raw(hashes: Hashes) -> list[bytes]:
    content = as_bytes(hashes).tobytes()
    return [content[at : at + 16] for at in range(0, len(content), 16)]


def printed(events: EventBatch) -> Hashes:
    return fingerprints(events, events.x, events.y)


def digested(events: EventBatch) -> list[bytes]:
    return raw(printed(events))


def keyed(events: EventBatch, source: SourceId = CRIMES) -> list[bytes]:
    fingerprint = printed(events)
    if len(events) and events.identity.null_count == 0:
        return raw(keys_by_id(source, events))
    return raw(keys_by_values(source, fingerprint, occurrences(in_order(fingerprint))))


def test_equal_values_have_equal_digests_and_sixteen_bytes() -> None:
    events = batch({}, {}, {"kind": "0808"})
    found = digested(events)
    assert {len(value) for value in found} == {16}
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_where_a_row_stands_in_the_file_changes_nothing() -> None:
    assert digested(batch({"line": 2}, {"line": 99})) == digested(batch({"line": 5}, {"line": 1}))


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "0311"},
        {"starts_at": 1_759_300_000_000_001},
        {"starts_at": NO_TIME},
        {"ends_at": 1_759_300_000_000_000},
        {"time_precision": 1},
        {"reported_on": 20_365},
        {"month": 670},
        {"antal": 2},
        {"x": 153_335.68, "y": 6_579_532.15},
        {"x": 0.0, "y": 0.0},  # a point at zero is not no point
        {"precision": int(Precision.STADSDEL)},
        {"area": "0101002"},
        {"area": None},
        {"area": ""},
        {"withdrawn": True},
        {"detail": None},
        {"detail": '{"street":"Ringvagen"}'},
    ],
)
def test_every_value_counts(changed: dict[str, Any]) -> None:
    one, other = digested(batch({}, changed))
    assert one != other


def test_the_values_of_neighbouring_columns_do_not_run_together() -> None:
    # "ab" beside "c" is not "a" beside "bc", and nothing is not an empty text.
    found = digested(
        batch({"area": "ab", "detail": "c"}, {"area": "a", "detail": "bc"}, {"area": "", "detail": None}, {"area": None, "detail": ""})
    )
    assert len(set(found)) == 4


def test_points_a_centimetre_apart_differ_and_half_of_that_does_not() -> None:
    found = digested(batch({"x": 100.001, "y": 200.0}, {"x": 100.004, "y": 200.0}, {"x": 100.01, "y": 200.0}, {"x": 100.0, "y": 200.01}))
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_the_id_of_the_source_is_no_part_of_the_values() -> None:
    one, other = digested(batch({"identity": "A"}, {"identity": "B"}))
    assert one == other


def test_an_event_with_an_id_is_that_id_whatever_its_values() -> None:
    assert keyed(batch({"identity": "A"})) == keyed(batch({"identity": "A", "kind": "0808", "antal": 3}))


def test_another_id_is_another_event_also_with_the_same_values() -> None:
    one, other = keyed(batch({"identity": "A"}, {"identity": "B"}))
    assert one != other


def test_the_same_id_of_another_source_is_another_event() -> None:
    assert keyed(batch({"identity": "A"}), CRIMES) != keyed(batch({"identity": "A"}), FIRES)
    assert keyed(batch({}), CRIMES) != keyed(batch({}), FIRES)


def test_three_equal_rows_without_id_are_three_events_and_the_same_three_again() -> None:
    first = keyed(batch({}, {}, {}))
    assert len(set(first)) == 3
    assert first == keyed(batch({}, {}, {}))


def test_a_fourth_equal_row_is_one_new_event() -> None:
    three, four = keyed(batch({}, {}, {})), keyed(batch({}, {}, {}, {}))
    assert set(three) < set(four)
    assert len(set(four)) == 4


def test_equal_rows_are_numbered_by_themselves_whatever_stands_between() -> None:
    together = keyed(batch({}, {}, {"kind": "0808"}))
    apart = keyed(batch({}, {"kind": "0808"}, {}))
    assert [together[0], together[2], together[1]] == apart


@given(st.lists(st.sampled_from(["0310", "0808", "1201"]), min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_the_same_rows_in_any_order_are_the_same_events(kinds: list[str], order: random.Random) -> None:
    shuffled = list(kinds)
    order.shuffle(shuffled)
    first = keyed(batch(*({"kind": kind} for kind in kinds)))
    again = keyed(batch(*({"kind": kind, "line": line} for line, kind in enumerate(shuffled, 2))))
    assert len(set(first)) == len(kinds)
    assert set(first) == set(again)


def test_a_batch_of_no_events_has_no_keys() -> None:
    empty = batch()
    assert digested(empty) == []
    assert keyed(empty) == []


def halves(text: str | None) -> tuple[int, int]:
    return murmur((text or "").encode())


def written(hashed: tuple[int, int]) -> bytes:
    """Write a hash as it is stored."""
    return struct.pack(">QQ", *hashed)


def test_digests_and_keys_are_the_ones_of_every_machine_and_day() -> None:
    # Stored keys must be found again after any change of code: with another digest, every known event would be a changed one.
    # If this fails on purpose, the events already stored need a migration.
    events = batch(
        {"x": 153_335.681, "y": 6_579_532.146, "precision": 2, "time_precision": 1, "ends_at": 946_684_800_000_005, "withdrawn": True},
        {"kind": "0808", "ends_at": NO_TIME, "area": None, "detail": None},
    )
    # Month, number, then the small ones in one number, times, and the point in whole centimetres; minus one for none.
    numbers = [
        (669, 1, (2 << 32) + (1 << 16) + 0b111, 1_759_300_000_000_000, 946_684_800_000_005, 20_364, 15_333_568, 657_953_215),
        (669, 1, (2 << 32), 1_759_300_000_000_000, NO_TIME, 20_364, -1, -1),
    ]
    texts = [("0310", "0101001", '{"street":"Ringvägen"}'), ("0808", None, None)]
    digests = [
        murmur(struct.pack("<8q6Q", *row, *(half for text in three for half in halves(text))))
        for row, three in zip(numbers, texts, strict=True)
    ]
    assert digested(events) == [written(digest) for digest in digests]
    # Reported crimes are source 2, shootings 3.
    assert keyed(events, CRIMES) == [written(murmur(struct.pack("<4Q", 2, *digest, 0))) for digest in digests]
    assert keyed(batch({"identity": "SKJ-1"}), SourceId.SKJUTNINGAR) == [written(murmur(b"SKJ-1", 3))]
    assert digested(events)[0].hex() == "84bee675f58120b5b6c86481ced154a5"  # pragma: allowlist secret


def test_hashes_stand_as_the_database_sorts_uuids() -> None:
    hashes = hashes_of(list(range(50)))
    order, (first, holder) = in_order(hashes).order, is_first(in_order(hashes))
    assert [raw(hashes)[row] for row in order.tolist()] == sorted(raw(hashes))
    assert (first.all(), holder.tolist()) == (True, list(range(50)))
    assert (from_bytes(as_bytes(hashes).tobytes()) == hashes).all()


NUMBERS = st.lists(st.integers(0, 12), max_size=20)


def hashes_of(numbers: list[int]) -> Hashes:
    return np.array([murmur(bytes([number])) for number in numbers], np.uint64).reshape(-1, 2)


@given(NUMBERS)
@settings(deadline=None, max_examples=100)
def test_equal_hashes_are_found_and_numbered_in_the_order_of_the_file(numbers: list[int]) -> None:
    told = in_order(hashes_of(numbers))
    order, (first, holder) = told.order, is_first(told)
    assert sorted(order.tolist()) == list(range(len(numbers)))
    assert first.tolist() == [number not in numbers[:row] for row, number in enumerate(numbers)]
    assert holder.tolist() == [numbers.index(number) for number in numbers]
    assert occurrences(told).tolist() == [numbers[:row].count(number) for row, number in enumerate(numbers)]


@given(st.lists(NUMBERS, max_size=6), st.sampled_from([1, 2, 8, 1 << 17]), st.integers(0, 30))
@settings(deadline=None, max_examples=100)
def test_what_the_parts_before_told_of_is_counted_exactly_however_small_the_table(parts: list[list[int]], table: int, recent: int) -> None:
    # Of eight bits nearly all are soon set, so that the table is in doubt about every hash.
    with TemporaryFile() as file, patch("trygghetskarta.ingest.identity._MOST_RECENT", recent):
        seen = Seen(np.zeros(table, np.uint8), file)
        told: Counter[int] = Counter()
        for part in parts:
            assert seen.before(in_order(hashes_of(part))).tolist() == [told[number] for number in part]
            told.update(part)


def test_the_table_of_what_was_told_of_fits_the_file() -> None:
    with TemporaryFile() as file:
        assert [len(Seen.of(rows, file).bits) * 8 for rows in (0, 87_381, 87_382, 10_000_000, 10**12)] == [
            1 << 20,
            1 << 20,
            1 << 21,
            1 << 27,
            1 << 29,
        ]


@given(st.lists(st.sampled_from(["0310", "0808"]), min_size=1, max_size=12), st.lists(st.integers(0, 12), max_size=3))
@settings(deadline=None, max_examples=60)
def test_equal_rows_in_several_parts_are_numbered_as_in_one(kinds: list[str], cuts: list[int]) -> None:
    whole = batch(*({"kind": kind} for kind in kinds))
    borders = sorted({0, len(kinds), *(cut for cut in cuts if cut < len(kinds))})
    found: list[bytes] = []
    with TemporaryFile() as file:
        seen = Seen.of(len(kinds), file)
        for first, last in pairwise(borders):
            told = in_order(printed(whole)[first:last])
            found += raw(keys_by_values(CRIMES, told.hashes, seen.before(told) + occurrences(told)))
    assert found == keyed(whole)
