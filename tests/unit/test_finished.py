"""Finished answers: as many as there is room for, and who accepts gzip."""

from __future__ import annotations

import pytest

from trygghetskarta.api.finished import Answers, Asked, Finished, matches
from trygghetskarta.api.packing import accepts_gzip


def asked(number: int) -> Asked:
    return ("/v1/comparisons", f"source=brander&area={number}".encode(), "http", False, ((b"host", b"127.0.0.1"),))


def answer(size: int) -> Finished:
    return Finished(b'"tag"', [(b"etag", b'"tag"')], b"x" * size)


def test_answers_take_no_more_than_they_may_and_those_longest_unused_give_way() -> None:
    kept = Answers(1, 100_000)
    for number in range(8):
        kept.keep(asked(number), answer(10_000))
        assert kept.taken <= 100_000
    assert kept.find(asked(0)) is not None
    for number in range(8, 14):
        kept.keep(asked(number), answer(10_000))
        assert kept.taken <= 100_000
    assert kept.find(asked(0)) is not None
    assert kept.find(asked(1)) is None
    assert kept.find(asked(13)) is not None
    assert len(kept) == 8


def test_an_answer_that_would_take_most_of_the_room_is_not_kept() -> None:
    kept = Answers(1, 100_000)
    kept.keep(asked(1), answer(10_000))
    kept.keep(asked(2), answer(90_000))
    assert kept.find(asked(2)) is None
    assert kept.find(asked(1)) is not None


def test_an_answer_kept_twice_is_counted_once_and_without_room_nothing_is_kept() -> None:
    kept, none = Answers(1, 100_000), Answers(1, 0)
    kept.keep(asked(1), answer(10_000))
    taken = kept.taken
    kept.keep(asked(1), answer(10_000))
    assert (kept.taken, len(kept)) == (taken, 1)
    none.keep(asked(1), answer(0))
    assert len(none) == none.taken == 0


@pytest.mark.parametrize(
    ("accepted", "packs"),
    [
        (b"", False),
        (b"identity", False),
        (b"gzip", True),
        (b"gzip, deflate, br, zstd", True),
        (b"gzip;q=0", False),
        (b"gzip; q=0.000, identity", False),
        (b"gzip;q=0.5", True),
        (b"br;q=0, gzip", True),
        (b"gzip;q=abc", True),
    ],
)
def test_only_who_accepts_gzip_gets_it(accepted: bytes, packs: bool) -> None:
    assert accepts_gzip(accepted) is packs


@pytest.mark.parametrize(
    ("known", "good"), [("", False), ('"a"', True), ('W/"a"', True), ('"b"', False), ('"b", "a"', True), ("*", True), ('"b",W/"a"', True)]
)
def test_a_tag_is_found_among_those_a_caller_has(known: str, good: bool) -> None:
    assert matches(known, '"a"') is good
