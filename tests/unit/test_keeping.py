"""What was made last is kept up to a weight."""

from __future__ import annotations

from functools import partial

from trygghetskarta.api.keeping import Keeping


def test_what_was_made_is_made_once() -> None:
    keeping = Keeping(10)
    assert [keeping.get("a", partial(str, made), lambda _: 1) for made in ("one", "two", "three")] == ["one"] * 3


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    keeping = Keeping(10)
    for key in "abc":
        keeping.get(key, partial(str, key), lambda _: 4)
    assert keeping.get("c", lambda: "new", lambda _: 4) == "c"
    assert keeping.get("b", lambda: "new", lambda _: 4) == "b"
    assert keeping.get("a", lambda: "new", lambda _: 4) == "new"


def test_what_weighs_too_much_is_not_kept() -> None:
    keeping = Keeping(10)
    assert keeping.get("a", lambda: "one", lambda _: 11) == "one"
    assert keeping.get("a", lambda: "two", lambda _: 11) == "two"
