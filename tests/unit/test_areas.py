"""Names and codes of areas, and the levels."""

from __future__ import annotations

import unicodedata

import pytest

from trygghetskarta.domain.areas import AreaLevel, code_of_name, proper_name


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
