"""What makes an event itself from delivery to delivery, and what makes two versions of it the same."""

from __future__ import annotations

import random
import struct
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xxhash import xxh3_128_digest

from trygghetskarta.domain.events import NO_TIME, EventBatch, Precision
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.identity import digests, keys

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
    kinds = {"identity": object, "kind": object, "area": object, "detail": object, "x": float, "y": float, "withdrawn": bool}
    whole = [ordinary | row for row in rows]
    return EventBatch(
        **{field.name: np.array([row[field.name] for row in whole], kinds.get(field.name, np.int64)) for field in fields(EventBatch)}
    )


def digested(events: EventBatch) -> list[bytes]:
    return [bytes(value) for value in digests(events, events.x, events.y).tolist()]


def keyed(events: EventBatch, source: SourceId = CRIMES) -> list[bytes]:
    return [bytes(value) for value in keys(source, events, digests(events, events.x, events.y)).tolist()]


def test_equal_values_have_equal_digests_and_sixteen_bytes() -> None:
    events = batch({}, {}, {"kind": "0808"})
    found = digests(events, events.x, events.y)
    assert found.dtype == np.dtype("S16")
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
    empty = replace(batch({}), **{field.name: getattr(batch({}), field.name)[:0] for field in fields(EventBatch)})
    assert digested(empty) == []
    assert keyed(empty) == []


def hashed(*values: bytes | None) -> bytes:
    """Hash fields as they are stored: their number, and each with its length before it, as in PostgreSQL's binary COPY format."""
    parts = [struct.pack(">h", len(values))]
    parts += [struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value for value in values]
    return xxh3_128_digest(b"".join(parts))


def test_digests_and_keys_are_the_ones_of_every_machine_and_day() -> None:
    # Stored keys must be found again after any change of code: with another digest, every known event would be a changed one.
    # If this fails on purpose, the events already stored need a migration.
    events = batch({"x": 153_335.681, "y": 6_579_532.146, "precision": 0, "ends_at": 5, "withdrawn": True})
    digest = hashed(
        b"0310",
        struct.pack(">q", 1_759_300_000_000_000),
        struct.pack(">q", 5),
        struct.pack(">h", 0),
        struct.pack(">q", 20_364),
        struct.pack(">i", 669),
        struct.pack(">i", 1),
        struct.pack(">q", 15_333_568),  # whole centimetres
        struct.pack(">q", 657_953_215),
        struct.pack(">h", 0),
        b"0101001",
        b"\x01",
        '{"street":"Ringvägen"}'.encode(),
    )
    assert digested(events) == [digest]
    # Reported crimes are source 2, shootings 3.
    assert keyed(events, CRIMES) == [hashed(struct.pack(">h", 2), digest, struct.pack(">i", 0))]
    assert keyed(batch({"identity": "SKJ-1"}), SourceId.SKJUTNINGAR) == [hashed(struct.pack(">h", 3), b"SKJ-1")]
