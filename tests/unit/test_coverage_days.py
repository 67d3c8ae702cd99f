"""The days that a file tells of, at their borders."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.test_identity import batch
from trygghetskarta.domain.events import NO_TIME, EventBatch, TimePrecision
from trygghetskarta.domain.periods import LOCAL_TIME, Month
from trygghetskarta.domain.sources import CONTRACTS, CountsBy, SourceContract, SourceId
from trygghetskarta.ingest.coverage import Days

FIRES = replace(CONTRACTS[SourceId.BRANDER], counts_by=CountsBy.HAPPENED, every_month=True)
SHOOTINGS = replace(FIRES, every_month=False)
CRIMES = replace(FIRES, counts_by=CountsBy.REPORTED)
NOW = datetime(2025, 11, 30, 12, tzinfo=UTC)


def events(*when: str, precision: TimePrecision = TimePrecision.MINUTE, reported: str | None = None) -> EventBatch:
    """Make events that began at these times by the Stockholm clock, and count in the month of that or of the report."""
    rows = []
    for text in when:
        begun = datetime.fromisoformat(text).replace(tzinfo=LOCAL_TIME)
        rows.append(
            {
                "starts_at": round(begun.timestamp()) * 1_000_000,
                "month": Month.parse((reported or text)[:7]).number,
                "time_precision": int(precision),
                "reported_on": int(np.datetime64(reported, "D").astype(int)) if reported else NO_TIME,
            }
        )
    return batch(*rows)


def covered(*parts: EventBatch, contract: SourceContract = FIRES, now: datetime = NOW) -> list[tuple[str, str, str]]:
    days = Days(contract, now)
    for part in parts:
        days.add(part)
    return [(str(np.datetime64(month, "M")), first, last) for month, first, last in days.covered()]


def test_a_month_is_covered_from_the_first_row_to_the_last() -> None:
    assert covered(events("2025-03-04 10:00", "2025-03-20 10:00")) == [("2025-03", "2025-03-04", "2025-03-20")]


def test_the_months_between_are_covered_whole_and_their_ends_where_rows_end() -> None:
    assert covered(events("2025-01-30 10:00", "2025-02-10 10:00", "2025-03-02 10:00")) == [
        ("2025-01", "2025-01-30", "2025-01-31"),
        ("2025-02", "2025-02-01", "2025-02-28"),
        ("2025-03", "2025-03-01", "2025-03-02"),
    ]


def test_one_minute_to_midnight_by_the_clock_of_stockholm_is_that_day() -> None:
    # 23:59 on the 31st is 21:59 UTC of March, and 00:00 on the first of April still March in UTC.
    assert covered(events("2025-03-31 23:59")) == [("2025-03", "2025-03-31", "2025-03-31")]
    assert covered(events("2025-04-01 00:00")) == [("2025-04", "2025-04-01", "2025-04-01")]


def test_a_month_without_a_row_is_a_hole_for_a_monthly_source_and_covered_for_a_rare_one() -> None:
    rows = events("2025-01-30 10:00", "2025-03-02 10:00")
    assert [month for month, _, _ in covered(rows)] == ["2025-01", "2025-03"]
    assert covered(rows, contract=SHOOTINGS)[1] == ("2025-02", "2025-02-01", "2025-02-28")


def test_a_row_known_to_the_month_covers_it_whole() -> None:
    assert covered(events("2024-02-01 00:00", precision=TimePrecision.MONTH)) == [("2024-02", "2024-02-01", "2024-02-29")]


def test_what_counts_by_its_report_covers_the_days_of_the_reports() -> None:
    rows = events("2025-01-01 10:00", "2025-02-20 10:00", reported="2025-03-05")
    assert covered(rows, contract=CRIMES) == [("2025-03", "2025-03-05", "2025-03-05")]


def test_what_is_announced_covers_no_coming_day() -> None:
    now = datetime(2025, 11, 30, 23, 30, tzinfo=UTC)  # in Stockholm already December
    assert covered(events("2025-12-02 10:00"), now=now) == covered(events("2025-12-02 10:00"), now=NOW) == []
    assert covered(events("2025-11-10 10:00", "2025-12-02 10:00"), now=now)[1:] == [("2025-12", "2025-12-01", "2025-12-01")]
    assert covered(events("2025-11-10 10:00", "2025-12-02 10:00"), now=NOW) == [("2025-11", "2025-11-10", "2025-11-30")]


def test_a_file_without_events_covers_nothing() -> None:
    days = Days(FIRES, NOW)
    days.add(batch())
    assert (days.months, days.covered(), days.rows) == (None, [], {})


DAYS = st.lists(st.dates(datetime(2024, 11, 1).date(), datetime(2025, 3, 31).date()), min_size=1, max_size=8)  # noqa: DTZ001 - only days


@pytest.mark.parametrize("contract", [FIRES, SHOOTINGS], ids=["monthly", "rare"])
def test_parts_cover_what_the_whole_covers_and_no_day_outside_its_month(contract: SourceContract) -> None:
    @given(DAYS, st.integers(0, 8))
    @settings(deadline=None, max_examples=60)
    def in_parts(found: list[object], cut: int) -> None:
        when = [f"{day} 12:00" for day in found]
        whole = covered(events(*when), contract=contract)
        assert covered(events(*when[:cut]), events(*when[cut:]), contract=contract) == whole
        assert all(first[:7] == last[:7] == month and first <= last for month, first, last in whole)
        assert (whole[0][1], whole[-1][2]) == (min(when)[:10], max(when)[:10])
        assert [month for month, _, _ in whole] == sorted({month for month, _, _ in whole})

    in_parts()
