"""Files of values: the survey, the population, and counts per police region."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.deliveries import SHOOTING_HEADER, Refusal, context, delivered, lines
from trygghetskarta.domain.events import Rejected
from trygghetskarta.domain.values import AreaValue, ValueReading
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.contract import ValueSource
from trygghetskarta.ingest.sources.population import Population
from trygghetskarta.ingest.sources.skjutningar import Skjutningar
from trygghetskarta.ingest.sources.sprangningar import Sprangningar
from trygghetskarta.ingest.sources.trygghetsmatning import Trygghetsmatning

SURVEY = "omrade;niva;ar;fraga;grupp;varde;n;intervall"
POPULATION = "niva;kod;datum;slag;antal"
REGIONS = "typ,matt,polisregion,ar,manad,antal"


def read(source: ValueSource, *rows: str) -> ValueReading:
    readings = source.values(delivered(lines(*rows)), context())
    assert readings is not None
    blocks = list(readings)
    return ValueReading(
        [value for block in blocks for value in block.values],
        [row for block in blocks for row in block.rejected],
        sum(block.blank for block in blocks),
    )


def only(source: ValueSource, *rows: str) -> AreaValue:
    reading = read(source, *rows)
    assert (len(reading.values), reading.rejected, reading.blank) == (1, [], 0)
    return reading.values[0]


def refused(source: ValueSource, *rows: str) -> Refusal:
    reading = read(source, *rows)
    assert reading.values == []
    assert len(reading.rejected) == 1
    tell_both_languages(reading.rejected[0])
    assert reading.rejected[0].raw.decode() == rows[1]
    return Refusal.of(reading.rejected[0])


def tell_both_languages(rejected: Rejected) -> None:
    assert rejected.message.swedish.endswith(".")
    assert rejected.message.english.endswith(".")
    assert rejected.message.swedish != rejected.message.english


def test_an_answer_is_a_share_with_its_answers_and_half_its_interval() -> None:
    value = only(Trygghetsmatning(), SURVEY, "Rinkeby;stadsdel;2023;otrygg ute;Kvinnor;40,7;3 397;1,7")
    assert (value.line, value.level, value.area, value.on_date) == (2, "stadsdel", "Rinkeby", date(2023, 1, 1))
    assert (value.question, value.group, value.value, value.n, value.half_width) == ("otrygg ute", "kvinnor", 40.7, 3397, 1.7)


@pytest.mark.parametrize("name", ["Stockholm", "Stockholms kommun", "Stockholms stad", "0180"])
def test_the_whole_city_goes_by_its_municipality(name: str) -> None:
    assert only(Trygghetsmatning(), SURVEY, f"{name};hela staden;2023;otrygg ute;alla;30;500;").level == "stad"


@pytest.mark.parametrize("mark", ["..", "-", "–", "*", "<5", "< 5"])
def test_an_answer_that_the_survey_withholds_is_no_zero(mark: str) -> None:
    value = only(Trygghetsmatning(), SURVEY, f"Rinkeby;stadsdel;2023;otrygg ute;alla;{mark};12;")
    assert (value.value, value.n, value.half_width) == (None, 12, None)


@pytest.mark.parametrize(
    ("row", "column", "code", "value"),
    [
        ("Påhittsberg;stadsdel;2023;q;alla;30;500;1", "omrade", "unknown_area", "Påhittsberg"),
        ("Rinkeby;kvarter;2023;q;alla;30;500;1", "niva", "unknown_level", "kvarter"),
        ("Rinkeby;stadsdel;23;q;alla;30;500;1", "ar", "no_such_date", "23"),
        ("Rinkeby;stadsdel;２０２３;q;alla;30;500;1", "ar", "no_such_date", "２０２３"),
        ("Rinkeby;stadsdel;1969;q;alla;30;500;1", "ar", "too_early", "1969"),
        ("Rinkeby;stadsdel;2026;q;alla;30;500;1", "ar", "future", "2026"),
        ("Rinkeby;stadsdel;2023;;alla;30;500;1", "fraga", "missing_value", ""),
        ("Rinkeby;stadsdel;2023;q;;30;500;1", "grupp", "missing_value", ""),
        ("Rinkeby;stadsdel;2023;q;alla;1e999;500;1", "varde", "bad_number", "1e999"),
        ("Rinkeby;stadsdel;2023;q;alla;100,1;500;1", "varde", "bad_number", "100,1"),
        ("Rinkeby;stadsdel;2023;q;alla;-1;500;1", "varde", "bad_number", "-1"),
        ("Rinkeby;stadsdel;2023;q;alla;;500;1", "varde", "bad_number", ""),
        ("Rinkeby;stadsdel;2023;q;alla;30;;1", "n", "bad_number", ""),
        ("Rinkeby;stadsdel;2023;q;alla;30;49,5;1", "n", "bad_number", "49,5"),
        ("Rinkeby;stadsdel;2023;q;alla;30;500;nan", "intervall", "bad_number", "nan"),
    ],
)
def test_a_bad_answer_is_rejected_by_its_column(row: str, column: str, code: str, value: str) -> None:
    assert refused(Trygghetsmatning(), SURVEY, row) == Refusal(2, column, code, value)


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("residents", "residents"),
        ("Invånare", "residents"),
        ("invånare 65+", "residents65plus"),
        ("dagbefolkning", "dayPopulation"),
        ("dayPopulation", "dayPopulation"),
        ("bostäder", "dwellings"),
    ],
)
def test_a_denominator_goes_by_its_swedish_or_its_english_name(kind: str, found: str) -> None:
    value = only(Population(), POPULATION, f"basomrade;0101001;2024-12-31;{kind};1 589")
    assert (value.level, value.area, value.on_date, value.question) == ("basomrade", "0101001", date(2024, 12, 31), found)
    assert (value.group, value.value, value.n) == ("alla", 1589.0, None)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("basomrade;9901001;2024-12-31;residents;1", "kod", "unknown_area"),
        ("basomrade;0101001;2024-02-30;residents;1", "datum", "no_such_date"),
        ("basomrade;0101001;;residents;1", "datum", "no_date"),
        ("basomrade;0101001;2024-12-31;katter;1", "slag", "unknown_kind"),
        ("basomrade;0101001;2024-12-31;residents;-1", "antal", "bad_number"),
        ("basomrade;0101001;2024-12-31;residents;", "antal", "bad_number"),
        ("basomrade;0101001;2024-12-31;residents;..", "antal", "bad_number"),
    ],
)
def test_a_bad_denominator_is_rejected_by_its_column(row: str, column: str, code: str) -> None:
    refusal = refused(Population(), POPULATION, row)
    assert (refusal.line, refusal.column, refusal.code) == (2, column, code)


@pytest.mark.parametrize("source", [Trygghetsmatning(), Population()])
def test_a_file_of_other_columns_is_refused_by_what_it_lacks(source: ValueSource) -> None:
    with pytest.raises(BadDeliveryError, match="saknas") as refusal:
        list(source.values(delivered(lines("id;tid", "1;2")), context()) or ())
    assert refusal.value.code == "missing_column"


def test_a_region_with_the_citys_name_is_a_region_and_its_sums_are_not_added() -> None:
    reading = read(
        Skjutningar(),
        REGIONS,
        "skjutningar,skjutningar,Stockholm,2017,4,10",
        "skjutningar,skjutningar,Syd,2017,4,12",
        "skjutningar,skjutningar,Totalt,2017,4,38",
    )
    assert [(value.level, value.area, value.on_date, value.value) for value in reading.values] == [
        ("polisregion", "Stockholm", date(2017, 4, 1), 10.0),
        ("polisregion", "Syd", date(2017, 4, 1), 12.0),
    ]
    assert (reading.rejected, reading.blank) == ([], 1)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("sprängningar,sprängningar,Stockholm,2017,4,10", "typ", "wrong_source"),
        ("skjutningar,skjutningar,Stockholm,2017,13,10", "manad", "no_such_date"),
        ("skjutningar,skjutningar,,2017,4,10", "polisregion", "missing_value"),
        ("skjutningar,skjutningar,Stockholm,2017,4,1.5", "antal", "bad_number"),
        ("skjutningar,skjutningar,Stockholm,2017,4,", "antal", "bad_number"),
    ],
)
def test_a_bad_count_of_a_region_is_rejected_by_its_column(row: str, column: str, code: str) -> None:
    refusal = refused(Skjutningar(), REGIONS, row)
    assert (refusal.line, refusal.column, refusal.code) == (2, column, code)


def test_explosions_have_regions_as_shootings_do() -> None:
    assert only(Sprangningar(), REGIONS, "sprangningar,sprangningar,Syd,2017,4,3").question == "sprangningar"
    assert only(Sprangningar(), REGIONS, "Sprängningar,sprangningar,Syd,2017,4,*").value is None


@pytest.mark.parametrize("source", [Skjutningar(), Sprangningar()])
def test_a_list_is_no_file_of_values(source: ValueSource) -> None:
    assert source.values(delivered(lines(SHOOTING_HEADER, "S1;2025-01-01 12:00;;;;0;0;bekräftad")), context()) is None
