"""What each source states about itself."""

from __future__ import annotations

from datetime import date

import pytest

from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import BASOMRADE, CONTRACTS, POINT, RATE, CountsBy, Finality, SourceId

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


def test_only_the_press_feed_is_public_elsewhere() -> None:
    assert {source for source, contract in CONTRACTS.items() if contract.public} == {SourceId.POLISHANDELSER}


def test_only_of_shootings_may_a_month_be_empty() -> None:
    assert {source for source, contract in CONTRACTS.items() if not contract.every_month} == {SourceId.SKJUTNINGAR}


@pytest.mark.parametrize("what", [RATE, BASOMRADE, POINT])
def test_the_press_feed_refuses_rates_basomraden_and_points_and_says_why(what: str) -> None:
    refusal = CONTRACTS[SourceId.POLISHANDELSER].refusal(what)
    assert refusal is not None
    assert refusal.what == what
    assert refusal.reason.endswith(".")
    assert refusal.reason_en.endswith(".")


@pytest.mark.parametrize("source", [SourceId.ANMALDA_BROTT, SourceId.SKJUTNINGAR, SourceId.BRANDER])
@pytest.mark.parametrize("what", [RATE, BASOMRADE])
def test_the_other_sources_carry_rates_and_basomraden(source: SourceId, what: str) -> None:
    assert CONTRACTS[source].refusal(what) is None
