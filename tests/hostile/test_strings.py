"""A string that means harm in every parameter of every operation: never an internal error, and nothing told that should not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle

import pytest

from tests.hostile.asking import Asker, Place, Request, places
from tests.hostile.strings import NAUGHTY

EACH = 3
"""How many strings a parameter is given, in turn, where it is not given all."""


def tried(server: str, asked: Iterator[Request]) -> Counter[str]:
    """Ask all, and give what was wrong by fault and address."""
    faults: Counter[str] = Counter()
    asker = Asker(server)
    for request in asked:
        if fault := asker.ask(request):
            faults[f"{fault}: {request.method} {request.address[:300]} {request.headers}"] += 1
    asker.close()
    return faults


def some(found: Sequence[Place]) -> Iterator[Request]:
    strings = cycle(NAUGHTY)
    for place in found:
        for _ in range(EACH):
            yield place.with_string(next(strings))
        if (beside := place.beside(next(strings))) is not None:
            yield beside


def every(found: Sequence[Place]) -> Iterator[Request]:
    for place in found:
        for string in NAUGHTY:
            yield place.with_string(string)
            if (beside := place.beside(string)) is not None:
                yield beside


def test_every_operation_and_parameter_is_a_place(public_server: str) -> None:
    found = places(public_server)
    assert len({place.operation for place in found}) >= 80
    assert len({(place.operation, place.kind, place.name) for place in found}) == len(found) >= 880
    assert len(set(NAUGHTY)) == len(NAUGHTY) >= 150


@pytest.mark.parametrize("audience", ["public", "staff"])
def test_a_string_that_means_harm_does_none(public_server: str, live_server: str, audience: str) -> None:
    server = {"public": public_server, "staff": live_server}[audience]
    assert tried(server, some(places(server))) == Counter()


@pytest.mark.thorough
@pytest.mark.timeout(0)
@pytest.mark.parametrize("audience", ["public", "staff"])
def test_every_string_in_every_parameter_does_no_harm(public_server: str, live_server: str, audience: str) -> None:
    server = {"public": public_server, "staff": live_server}[audience]
    assert tried(server, every(places(server))) == Counter()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-30", "9999-12-31"])
def test_the_first_and_last_days_of_the_calendar_are_days(live_server: str, day: str) -> None:
    asked = [place.with_string(day.encode()) for place in places(live_server) if place.name == "asOf"]
    assert len(asked) >= 30
    assert tried(live_server, iter(asked)) == Counter()
