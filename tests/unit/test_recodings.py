"""The recoding calendar."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.answers import span
from trygghetskarta.domain.categories import tree_of
from trygghetskarta.domain.recodings import Breaks, Recoding, recodings
from trygghetskarta.domain.sources import SourceId

BROTT = SourceId.ANMALDA_BROTT


def change(*categories: str, breaks: Breaks = Breaks.ITSELF, when: date = date(2018, 7, 1), last: date | None = None) -> Recoding:
    return Recoding(BROTT, when, last or when, categories, breaks, "Något ändrades.", "Something changed.", "SFS 2018:1")


def test_the_calendar_names_categories_that_there_are_and_tells_what_happened_where() -> None:
    assert len(recodings()) > 20
    assert list(recodings()) == sorted(recodings(), key=lambda recoding: recoding.first)
    for recoding in recodings():
        assert recoding.first <= recoding.last <= date(recoding.first.year, 12, 31)
        assert all(code in tree_of(recoding.source).by_code for code in recoding.categories), recoding
        for text in (recoding.what, recoding.what_en):
            assert text.strip() == text
            assert text.endswith(".")
        assert recoding.reference


@pytest.mark.parametrize(
    ("spans", "divides"),
    [
        (["2018-01..2018-06"], False),
        (["2018-07..2018-12"], False),
        (["2018-06..2018-07"], True),
        (["2018-07..2018-12", "2017-07..2017-12"], True),
        (["2019-01..2019-12", "2018-07..2018-12"], False),
    ],
)
def test_a_change_divides_the_months_before_it_from_those_after(spans: list[str], divides: bool) -> None:
    assert change("valdtakt").divides(span(*text.split("..")) for text in spans) is divides


@pytest.mark.parametrize(
    ("text", "divides"), [("2022-01..2022-12", False), ("2023-01..2023-12", True), ("2024-01..2024-12", False), ("2022-12..2024-01", True)]
)
def test_a_change_whose_day_is_not_known_may_divide_its_whole_year(text: str, divides: bool) -> None:
    recoding = change("vapenlagen", when=date(2023, 1, 1), last=date(2023, 12, 31))
    assert not recoding.is_day
    assert recoding.divides([span(*text.split(".."))]) is divides


@pytest.mark.parametrize(
    ("asked", "below", "itself", "above"),
    [
        ("kap-9", False, False, True),
        ("bedrageri", False, True, True),
        ("bedrageri-kort", True, True, True),
        ("0956", True, True, True),
        ("haleri", False, False, False),
    ],
)
def test_a_change_is_felt_as_far_up_and_down_the_tree_as_it_says(asked: str, below: bool, itself: bool, above: bool) -> None:
    felt = [change("bedrageri", breaks=breaks).touches([asked]) for breaks in (Breaks.BELOW, Breaks.ITSELF, Breaks.ABOVE)]
    assert felt == [below, itself, above]


def test_a_whole_source_is_touched_only_by_what_changed_it_whole() -> None:
    assert not change("bedrageri", breaks=Breaks.ABOVE).touches([])
    assert change().touches([])
    assert change().touches(["0956"])
