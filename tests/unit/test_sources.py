"""What each source states about itself."""

from __future__ import annotations

from datetime import date

import pytest

from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import (
    CONTRACTS,
    EVENT_SOURCES,
    EVENTS,
    POINT,
    RATE,
    RATE_BASOMRADE,
    Carries,
    CountsBy,
    Finality,
    SourceId,
)

EVERY_SOURCE = pytest.mark.parametrize("source", list(SourceId))


@EVERY_SOURCE
def test_every_source_has_a_contract_in_both_languages(source: SourceId) -> None:
    contract = CONTRACTS[source]
    assert contract.source is source
    for swedish, english in ((contract.name, contract.name_en), (contract.description, contract.description_en)):
        assert swedish.strip()
        assert english.strip()
        assert swedish != english
    assert contract.description.endswith(".")
    assert contract.description_en.endswith(".")
    assert all(contract.noun)


def test_the_contracts_are_those_of_the_sources_and_no_others() -> None:
    assert set(CONTRACTS) == set(SourceId)


def test_a_number_is_never_used_again() -> None:
    # They stand in databases: a number may be added here, never changed.
    assert {source.value: source.number for source in SourceId} == {
        "polishandelser": 1,
        "anmalda_brott": 2,
        "skjutningar": 3,
        "brander": 4,
        "sprangningar": 5,
        "tyck_till": 6,
        "incidenter": 7,
        "trygghetsmatning": 8,
        "population": 9,
    }


@pytest.mark.parametrize(
    ("finality", "month", "final"),
    [
        # A year of reported crimes is final after the February of the next.
        (Finality.NEXT_FEBRUARY, "2024-01", date(2025, 3, 1)),
        (Finality.NEXT_FEBRUARY, "2024-12", date(2025, 3, 1)),
        (Finality.NEXT_FEBRUARY, "2025-01", date(2026, 3, 1)),
        # October stays open through November, December and January.
        (Finality.THREE_MONTHS, "2025-10", date(2026, 2, 1)),
        (Finality.NEXT_MONTH, "2025-10", date(2025, 12, 1)),
        (Finality.NEXT_MONTH, "2025-12", date(2026, 2, 1)),
    ],
)
def test_a_month_is_final_from_a_stated_day(finality: Finality, month: str, final: date) -> None:
    assert finality.final_from(Month.parse(month)) == final


def test_reported_crimes_count_when_reported_and_everything_else_when_it_happened() -> None:
    reported = {source for source, contract in CONTRACTS.items() if contract.counts_by is CountsBy.REPORTED}
    assert reported == {SourceId.ANMALDA_BROTT}


def test_of_events_only_the_press_feed_is_public_elsewhere() -> None:
    assert {source for source in EVENT_SOURCES if CONTRACTS[source].public} == {SourceId.POLISHANDELSER}


def test_only_of_what_is_rare_may_a_month_be_empty() -> None:
    rare = {SourceId.SKJUTNINGAR, SourceId.SPRANGNINGAR, SourceId.INCIDENTER}
    assert {source for source in EVENT_SOURCES if not CONTRACTS[source].every_month} == rare


def test_the_survey_and_the_population_are_no_events() -> None:
    assert set(SourceId) - set(EVENT_SOURCES) == {SourceId.TRYGGHETSMATNING, SourceId.POPULATION}
    assert CONTRACTS[SourceId.TRYGGHETSMATNING].carries is Carries.INDICATOR
    assert CONTRACTS[SourceId.POPULATION].carries is Carries.DENOMINATOR


def test_a_survey_value_on_fewer_than_fifty_answers_is_not_shown() -> None:
    assert {source: contract.smallest_n for source, contract in CONTRACTS.items() if contract.smallest_n} == {SourceId.TRYGGHETSMATNING: 50}


REFUSED = {
    SourceId.POLISHANDELSER: {RATE, AreaLevel.BASOMRADE.value, POINT, "reported"},
    SourceId.ANMALDA_BROTT: set(),
    SourceId.SKJUTNINGAR: {RATE_BASOMRADE, "reported"},
    SourceId.BRANDER: {"reported"},
    SourceId.SPRANGNINGAR: {RATE_BASOMRADE, "reported"},
    SourceId.TYCK_TILL: {RATE, "reported"},
    SourceId.INCIDENTER: {RATE, AreaLevel.BASOMRADE.value, POINT, "reported"},
    SourceId.TRYGGHETSMATNING: {EVENTS},
    SourceId.POPULATION: {EVENTS},
}


@EVERY_SOURCE
def test_a_source_refuses_what_it_cannot_carry_and_says_why_in_both_languages(source: SourceId) -> None:
    refusals = CONTRACTS[source].refusals
    assert {refusal.what for refusal in refusals} == REFUSED[source]
    for refusal in refusals:
        assert CONTRACTS[source].refusal(refusal.what) is refusal
        assert refusal.reason.endswith(".")
        assert refusal.reason_en.endswith(".")
        assert refusal.reason != refusal.reason_en


@pytest.mark.parametrize("source", EVENT_SOURCES)
def test_a_source_of_events_tells_its_own_date_and_refuses_the_dates_that_it_does_not_tell(source: SourceId) -> None:
    contract = CONTRACTS[source]
    assert contract.counts_by in contract.dates
    assert [by for by in CountsBy if contract.refusal(by) is None] == sorted(contract.dates)
