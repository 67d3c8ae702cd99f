"""What is worked out once for many questions."""

from __future__ import annotations

from itertools import count

from trygghetskarta.queries.kept import MOST, Kept


def test_a_finding_is_found_once_and_told_to_all() -> None:
    kept, found = Kept(), count(1)
    assert [kept.of(("years", 2025), lambda: next(found)) for _ in range(3)] == [1, 1, 1]
    assert kept.of(("years", 2026), lambda: next(found)) == 2


def test_that_nothing_was_found_is_kept_too() -> None:
    kept = Kept()
    assert kept.of("span", lambda: None) is None
    assert kept.of("span", lambda: 1) is None


def test_questions_that_are_always_others_fill_no_memory() -> None:
    kept = Kept()
    for number in range(3 * MOST):
        kept.of(number, object)
        assert len(kept) <= MOST
