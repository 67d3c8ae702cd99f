"""Months, spans, and how a span is cut into the periods of a series."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trygghetskarta.domain.periods import Interval, Month, Span, cut, local_day

MONTHS = st.integers(Month.parse("1900-01").number, Month.parse("2200-12").number).map(Month)
WHOLE = [interval for interval in Interval if interval is not Interval.ROLLING12]


def span(text: str) -> Span:
    first, _, last = text.partition("..")
    return Span(Month.parse(first), Month.parse(last))


def labels(text: str, interval: Interval) -> list[str]:
    return [period.label for period in cut(span(text), interval)]


def test_a_month_is_read_as_it_is_written() -> None:
    month = Month.parse("2026-10")
    # 56 whole years after January 1970, and nine months.
    assert (month.number, month.year, month.of_year, month.first_day) == (56 * 12 + 9, 2026, 10, date(2026, 10, 1))
    assert str(month) == "2026-10"


@pytest.mark.parametrize(
    "text",
    [
        "2025-13",
        "2025-00",
        "2025-1",
        "2025-010",
        "25-10",
        "２０２５-10",  # full-width digits are digits to int(), not to us
        "٢٠٢٥-١٠",
        " 2025-10",
        "2025-10 ",
        "2025-10\n",
        "2025-10-01",
        "2025/10",
        "-2025-10",
        "1899-12",
        "2201-01",
        "",
    ],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^") as caught:
        Month.parse(text)
    assert str(caught.value) == text


@given(MONTHS)
@settings(deadline=None, max_examples=50)
def test_a_month_is_the_number_that_numpy_counts_and_reads_back(month: Month) -> None:
    assert np.datetime64(month.number, "M").astype(str) == str(month)
    assert Month.parse(str(month)) == month
    assert Month.of(month.first_day) == month


def test_the_month_before_1970_is_minus_one() -> None:
    month = Month.of(date(1969, 12, 31))
    assert (month.number, month.year, month.of_year) == (-1, 1969, 12)


def test_months_are_counted_over_the_new_year() -> None:
    assert str(Month.parse("2025-12").plus(1)) == "2026-01"
    assert str(Month.parse("2026-01").plus(-13)) == "2024-12"
    assert Month.parse("2025-09") < Month.parse("2025-10")


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="2025-02 > 2025-01"):
        span("2025-02..2025-01")


def test_a_span_holds_both_its_ends() -> None:
    four = span("2025-11..2026-02")
    assert four.months == 4
    assert [str(month) for month in four] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert str(four) == "2025-11..2026-02"
    assert span("2025-11..2025-11").months == 1


def test_a_span_is_shifted_whole() -> None:
    assert span("2026-01..2026-10").shifted(-12) == span("2025-01..2025-10")


def test_a_month_series_has_one_period_a_month() -> None:
    assert labels("2025-12..2026-01", Interval.MONTH) == ["2025-12", "2026-01"]


def test_whole_quarters_tertials_and_years_have_their_own_names() -> None:
    assert labels("2025-01..2025-12", Interval.QUARTER) == ["2025-K1", "2025-K2", "2025-K3", "2025-K4"]
    assert labels("2025-01..2025-12", Interval.TERTIAL) == ["2025-T1", "2025-T2", "2025-T3"]
    assert labels("2024-01..2025-12", Interval.YEAR) == ["2024", "2025"]


def test_a_quarter_that_the_span_holds_a_part_of_says_which_part() -> None:
    # May and June of the second quarter, the whole third, October of the fourth.
    periods = cut(span("2025-05..2025-10"), Interval.QUARTER)
    assert [str(period.span) for period in periods] == ["2025-05..2025-06", "2025-07..2025-09", "2025-10..2025-10"]
    assert [period.label for period in periods] == ["2025-05..2025-06", "2025-K3", "2025-10..2025-10"]


def test_a_tertial_and_a_year_cut_short_say_so() -> None:
    assert labels("2025-02..2025-08", Interval.TERTIAL) == ["2025-02..2025-04", "2025-T2"]
    assert labels("2024-01..2025-10", Interval.YEAR) == ["2024", "2025-01..2025-10"]


def test_a_rolling_year_is_the_twelve_months_that_end_with_each_month() -> None:
    periods = cut(span("2025-01..2025-03"), Interval.ROLLING12)
    assert [(period.label, str(period.span)) for period in periods] == [
        ("2025-01", "2024-02..2025-01"),
        ("2025-02", "2024-03..2025-02"),
        ("2025-03", "2024-04..2025-03"),
    ]


@given(MONTHS, st.integers(0, 60), st.sampled_from(WHOLE))
@settings(deadline=None, max_examples=80)
def test_a_span_is_cut_without_gap_or_overlap(first: Month, more: int, interval: Interval) -> None:
    whole = Span(first, first.plus(more))
    periods = cut(whole, interval)
    assert [month for period in periods for month in period.span] == list(whole)
    assert len({period.label for period in periods}) == len(periods)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        # Stockholm is two hours ahead in summer and one in winter.
        (datetime(2025, 3, 31, 21, 59, tzinfo=UTC), date(2025, 3, 31)),
        (datetime(2025, 3, 31, 22, 0, tzinfo=UTC), date(2025, 4, 1)),
        (datetime(2025, 12, 31, 22, 59, tzinfo=UTC), date(2025, 12, 31)),
        (datetime(2025, 12, 31, 23, 0, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_the_day_of_an_instant_is_the_day_in_stockholm(instant: datetime, day: date) -> None:
    assert local_day(instant) == day
