"""What leaves: everything for staff, the public source for anyone, nothing else yet for the public."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.answers import PUBLIC_SOURCE, STAFF_SOURCE, comparison, series, span
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Ledger, Status
from trygghetskarta.domain.sources import CONTRACTS, SourceId

COUNTS = [[3, 5], [40, 0]]


def statuses(published_status: np.ndarray[tuple[int, ...], np.dtype[np.int8]]) -> list[list[Status]]:
    return [[list(Status)[number] for number in row] for row in published_status.tolist()]


@pytest.mark.parametrize("source", list(SourceId))
def test_staff_see_the_exact_figures_of_every_source(source: SourceId) -> None:
    published = release(comparison(COUNTS, sources=(source,), ledger=Ledger(43, 1, 2, 3)), Audience.STAFF)
    assert published.counts.tolist() == COUNTS
    assert statuses(published.status) == [[Status.VALUE, Status.VALUE]] * 2
    assert published.ledger == Ledger(43, 1, 2, 3)
    assert published.audience is Audience.STAFF


def test_anyone_sees_the_exact_figures_of_the_public_source() -> None:
    published = release(comparison(COUNTS, sources=(PUBLIC_SOURCE,), ledger=Ledger(43, 1, 2, 3)), Audience.PUBLIC)
    assert published.counts.tolist() == COUNTS
    assert published.status_at(1, 1) is Status.VALUE  # a zero is a value
    assert published.ledger == Ledger(43, 1, 2, 3)
    assert published.audience is Audience.PUBLIC


@pytest.mark.parametrize("source", [source for source in SourceId if not CONTRACTS[source].public])
def test_the_public_sees_nothing_of_a_source_that_is_not_public(source: SourceId) -> None:
    published = release(comparison(COUNTS, sources=(source,)), Audience.PUBLIC)
    assert published.counts.tolist() == [[0, 0], [0, 0]]
    assert statuses(published.status) == [[Status.WITHHELD, Status.WITHHELD]] * 2
    assert published.ledger is None


def test_one_source_that_is_not_public_withholds_the_sum_with_one_that_is() -> None:
    published = release(comparison(COUNTS, sources=(PUBLIC_SOURCE, STAFF_SOURCE)), Audience.PUBLIC)
    assert published.counts.tolist() == [[0, 0], [0, 0]]
    assert published.ledger is None


@pytest.mark.parametrize("audience", list(Audience))
def test_a_period_without_any_delivery_is_missing_and_not_zero(audience: Audience) -> None:
    exact = series([[0, 4, 0], [0, 7, 1]], span("2025-08", "2025-10"), sources=(PUBLIC_SOURCE,), missing=(True, False, False))
    published = release(exact, audience)
    assert statuses(published.status) == [[Status.MISSING, Status.VALUE, Status.VALUE]] * 2
    assert published.counts.tolist() == [[0, 4, 0], [0, 7, 1]]


def test_what_is_missing_is_missing_also_where_the_rest_is_withheld() -> None:
    published = release(series([[9, 4], [9, 7]], span("2025-09", "2025-10"), missing=(True, False)), Audience.PUBLIC)
    assert statuses(published.status) == [[Status.MISSING, Status.WITHHELD]] * 2
    assert published.counts.tolist() == [[0, 0], [0, 0]]


def test_a_release_leaves_the_exact_answer_as_it_was() -> None:
    exact = comparison(COUNTS)
    release(exact, Audience.PUBLIC)
    assert exact.counts.tolist() == COUNTS


def test_what_the_answer_says_of_itself_goes_along() -> None:
    exact = comparison(COUNTS, comparable=False, provisional=(True, False), person_years=[[100.0, 90.0], [np.nan, 0.0]])
    published = release(exact, Audience.STAFF)
    assert (published.question, published.areas, published.periods) == (exact.question, exact.areas, exact.periods)
    assert published.comparable is False
    assert published.provisional.tolist() == [True, False]
    assert published.provenance is exact.provenance
    assert published.person_years is not None
    assert published.person_years[0].tolist() == [100.0, 90.0]
