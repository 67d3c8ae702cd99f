"""Names and codes of areas, and the levels."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from trygghetskarta.domain.areas import AreaLevel, ByDay, Edition, Standing, code_of_name, in_order, proper_name, read_by


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Enskede-Årsta-Vantör", "enskede-arsta-vantor"),
        ("ENSKEDE-ÅRSTA-VANTÖR", "enskede-arsta-vantor"),
        ("Enskede Årsta Vantör", "enskede-arsta-vantor"),
        ("  Gamla   Stan ", "gamla-stan"),
        ("Älvsjö", "alvsjo"),
        ("Långbro (södra)", "langbro-sodra"),
        ("0101001", "0101001"),
        ("Södermalm２", "sodermalm2"),  # a full-width digit is the digit it looks like
        ("???", ""),
        ("", ""),
    ],
)
def test_an_area_known_by_name_only_has_a_plain_code(name: str, code: str) -> None:
    assert code_of_name(name) == code


@pytest.mark.parametrize("name", ["Årsta", "Östermalm", "Ängby", "Hässelby Gård"])
def test_a_name_has_one_code_whether_its_rings_and_dots_are_apart_or_not(name: str) -> None:
    apart = unicodedata.normalize("NFD", name)
    assert apart != name
    assert code_of_name(apart) == code_of_name(name)


@pytest.mark.parametrize(
    ("name", "proper"),
    [
        ("GAMLA STAN", "Gamla Stan"),
        ("ENSKEDE-ÅRSTA-VANTÖR", "Enskede-Årsta-Vantör"),
        ("Gamla stan", "Gamla stan"),
        ("T-Centralen", "T-Centralen"),
        ("  Farsta\tStrand ", "Farsta Strand"),
        (unicodedata.normalize("NFD", "ÅRSTA"), "Årsta"),
        (unicodedata.normalize("NFD", "Östberga"), "Östberga"),
        ("0101001", "0101001"),
    ],
)
def test_only_a_name_in_capitals_is_rewritten(name: str, proper: str) -> None:
    assert proper_name(name) == proper


def test_the_levels_go_from_the_finest_to_the_whole_city() -> None:
    assert [level.value for level in AreaLevel] == ["basomrade", "stadsdel", "stadsdelsomrade", "stad"]
    assert [level.rank for level in AreaLevel] == [0, 1, 2, 3]
    assert [level.swedish for level in AreaLevel] == ["basområde", "stadsdel", "stadsdelsområde", "hela staden"]


FIRST, LARGE, LATER = (
    Edition(number, day, str(day), 3011, dict.fromkeys(levels, 1), schematic=False)
    for number, day, levels in (
        (1, date(2020, 7, 1), (AreaLevel.BASOMRADE, AreaLevel.STADSDEL, AreaLevel.STAD)),
        (2, date(2023, 7, 1), (AreaLevel.STADSDEL, AreaLevel.STAD)),
        (3, date(2025, 1, 1), (AreaLevel.BASOMRADE, AreaLevel.STADSDEL, AreaLevel.STADSDELSOMRADE, AreaLevel.STAD)),
    )
)


@pytest.mark.parametrize(
    ("editions", "today", "told"),
    [
        ((FIRST, LARGE, LATER), date(2025, 1, 1), {3: Standing.DEFAULT, 1: Standing.EARLIER, 2: Standing.INCOMPLETE}),
        ((FIRST, LARGE, LATER), date(2024, 12, 31), {1: Standing.DEFAULT, 2: Standing.INCOMPLETE, 3: Standing.FUTURE}),
        ((FIRST, replace(LARGE, stands=True)), date(2024, 1, 1), {2: Standing.DEFAULT, 1: Standing.EARLIER}),
        # What lacks a level of one that waits, or is to come, lacks nothing.
        ((replace(FIRST, held=True), LARGE), date(2024, 1, 1), {2: Standing.DEFAULT, 1: Standing.HELD}),
        ((FIRST, replace(LATER, held=True)), date(2026, 1, 1), {1: Standing.DEFAULT, 3: Standing.HELD}),
        # A held one waits also when its day has not come, and the next to come is told before a later.
        ((replace(LARGE, held=True), FIRST, LATER), date(2022, 1, 1), {1: Standing.DEFAULT, 3: Standing.FUTURE, 2: Standing.HELD}),
        ((LATER, LARGE), date(2010, 1, 1), {2: Standing.DEFAULT, 3: Standing.FUTURE}),
        ((), date(2010, 1, 1), {}),
    ],
)
def test_the_newest_whole_edition_whose_day_has_come_is_meant(
    editions: tuple[Edition, ...], today: date, told: dict[int, Standing]
) -> None:
    for order in permutations(editions):
        assert [(one.edition_id, one.standing) for one in in_order(order, today)] == list(told.items())


def test_a_code_is_looked_up_first_in_the_edition_in_force_on_the_day_then_before_it_then_after() -> None:
    last = replace(LATER, edition_id=4, valid_from=date(2026, 1, 1))
    for editions in permutations((FIRST, LARGE, LATER, last)):
        read = read_by(editions)
        # The second lacks a level, so it never was in force.
        assert read.begins == (date(2025, 1, 1), date(2026, 1, 1))
        assert read.held == ((1, 2, 3, 4), (3, 1, 2, 4), (4, 3, 1, 2))
        days = (date(1970, 1, 1), date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2200, 1, 1))
        assert [read.on(day)[0] for day in days] == [1, 1, 3, 3, 4, 4]
        assert [read.number(day) for day in days] == [0, 0, 1, 1, 2, 2]
    # One that waits is asked last, also for the days that it is to hold.
    waiting = read_by((FIRST, replace(LATER, held=True), last))
    assert [waiting.on(day) for day in (date(2020, 1, 1), date(2025, 6, 1), date(2026, 1, 1))] == [(1, 4, 3), (1, 4, 3), (4, 1, 3)]
    assert read_by((FIRST,)) == ByDay((), ((1,),))
    assert read_by(()) == ByDay((), ((),))
