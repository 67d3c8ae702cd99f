"""How much the page weighs on its way to the browser."""

from __future__ import annotations

from benchmarks.page import weights

MOST_FIRST = 150_000
MOST = 350_000


def test_the_scripts_of_the_page_are_light() -> None:
    found = weights()

    assert 50_000 < found["first view"] < MOST_FIRST
    assert found["first view"] < found["all"] < MOST
