"""When a delivery waits for a person: every rule, at its border."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from trygghetskarta.domain.periods import Month
from trygghetskarta.domain.sources import CONTRACTS, SourceId
from trygghetskarta.ingest.holding import Facts, reasons

MARCH, APRIL, MAY = Month.parse("2026-03").number, Month.parse("2026-04").number, Month.parse("2026-05").number
YEAR = {MARCH - back: 1000 for back in range(1, 13)}


def day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


ORDINARY = Facts(
    contract=CONTRACTS[SourceId.BRANDER],
    read=1000,
    rejected=0,
    blank=0,
    new=1000,
    changed=0,
    unchanged=0,
    outside=0,
    unknown=0,
    with_point=1000,
    one_point=3,
    months={MARCH: (0, 1000)},
    days=(day("2026-03-01"), day("2026-03-31")),
    history=YEAR,
    reverted=0,
    polled=False,
)


def codes(facts: Facts) -> list[str]:
    return [reason.code for reason in reasons(facts)]


def month(after: int, before: int = 0, history: dict[int, int] = YEAR, days: tuple[str, str] = ("2026-03-01", "2026-03-31")) -> Facts:
    return replace(ORDINARY, months={MARCH: (before, after)}, history=history, days=(day(days[0]), day(days[1])))


def test_an_ordinary_month_is_not_held() -> None:
    assert codes(ORDINARY) == []


def test_a_file_without_rows_is_held_and_wipes_nothing() -> None:
    empty = replace(ORDINARY, read=0, new=0, with_point=0, one_point=0, months={}, days=None)
    assert codes(empty) == ["no_rows"]
    assert codes(replace(empty, read=3, blank=3)) == ["no_rows"]


@pytest.mark.parametrize(
    ("read", "rejected", "held"),
    [
        (1000, 20, []),  # just 2 %
        (1000, 21, ["many_rejected"]),
        (200, 4, []),
        (200, 5, ["many_rejected"]),
        (3, 1, []),  # a third, but of three rows: the receipt tells of the one, and the other two are good
        (8, 4, []),
        (5, 3, ["mostly_rejected"]),  # three in five
        (1000, 599, ["many_rejected"]),
        (1000, 600, ["mostly_rejected"]),
        (1, 1, ["mostly_rejected"]),
    ],
)
def test_rejected_rows_hold_a_delivery_from_two_per_cent_and_five_rows_or_three_in_five(read: int, rejected: int, held: list[str]) -> None:
    facts = replace(ORDINARY, read=read, rejected=rejected, new=read - rejected, months={}, with_point=0, one_point=0)
    assert codes(facts) == held


def test_blank_rows_are_no_rows() -> None:
    assert codes(replace(ORDINARY, read=10_000, blank=9_900, rejected=5, new=95, months={})) == ["many_rejected"]


@pytest.mark.parametrize(("outside", "held"), [(10, []), (11, ["many_outside"])])
def test_rows_outside_the_municipality_hold_a_delivery_above_one_per_cent(outside: int, held: list[str]) -> None:
    assert codes(replace(ORDINARY, outside=outside)) == held
    assert codes(replace(ORDINARY, new=3, read=3, outside=1, months={})) == []
    # The police press feed tells of the whole county.
    assert codes(replace(ORDINARY, outside=outside, contract=CONTRACTS[SourceId.POLISHANDELSER])) == []


@pytest.mark.parametrize(("unknown", "held"), [(10, []), (11, ["many_unknown_codes"])])
def test_unknown_kinds_hold_a_delivery_above_one_per_cent(unknown: int, held: list[str]) -> None:
    assert codes(replace(ORDINARY, unknown=unknown)) == held
    assert codes(replace(ORDINARY, new=20, read=20, unknown=4, months={})) == []
    assert codes(replace(ORDINARY, new=20, read=20, unknown=5, months={})) == ["many_unknown_codes"]


@pytest.mark.parametrize(
    ("with_point", "one_point", "held"), [(9, 9, []), (10, 10, ["one_point"]), (11, 10, []), (1000, 1000, ["one_point"])]
)
def test_ten_rows_on_one_point_and_no_other_hold_a_delivery(with_point: int, one_point: int, held: list[str]) -> None:
    assert codes(replace(ORDINARY, with_point=with_point, one_point=one_point)) == held


def test_an_older_file_is_held() -> None:
    assert codes(replace(ORDINARY, changed=1, new=999, reverted=1)) == ["stale_release"]


def test_what_changes_nothing_is_not_held_for_what_it_holds() -> None:
    same = replace(ORDINARY, new=0, unchanged=1000, unknown=500, with_point=1000, one_point=1000, months={MARCH: (1000, 1000)})
    assert codes(same) == []


@pytest.mark.parametrize(("after", "held"), [(601, []), (600, ["volume"]), (1, ["volume"]), (9999, []), (10_000, ["volume"])])
def test_a_month_forty_per_cent_down_or_ten_times_up_is_held(after: int, held: list[str]) -> None:
    assert codes(month(after)) == held


def test_a_median_is_not_moved_by_one_odd_month() -> None:
    assert codes(month(700, history=YEAR | {MARCH - 1: 90_000, MARCH - 2: 1})) == []


def test_a_short_or_a_small_history_says_nothing() -> None:
    assert codes(month(1, history={MARCH - 1: 1000, MARCH - 2: 1000})) == []
    assert codes(month(1, history={MARCH - 1: 1000, MARCH - 2: 1000, MARCH - 3: 1000})) == ["volume"]
    assert codes(month(1, history={MARCH - back: 29 for back in range(1, 13)})) == []
    assert codes(month(1, history={MARCH - back: 30 for back in range(1, 13)})) == ["volume"]
    # What comes after the month is no history of it: an old year is loaded when the new one is already there.
    assert codes(month(1, history={MARCH + forward: 1000 for forward in range(1, 13)})) == []


def test_only_the_twelve_months_before_count() -> None:
    long_ago = {MARCH - back: 100_000 for back in range(13, 60)}
    assert codes(month(1000, history=YEAR | long_ago)) == []


def test_the_first_and_last_month_are_compared_per_day() -> None:
    assert codes(month(400, days=("2026-03-01", "2026-03-12"))) == []
    assert codes(month(230, days=("2026-03-01", "2026-03-12"))) == ["volume"]
    assert codes(month(400, days=("2026-03-20", "2026-03-31"))) == []
    # Ten times a day's share is held though it is no more than a month's.
    assert codes(month(3300, days=("2026-03-01", "2026-03-10"))) == ["volume"]
    # The rest of a month whose first half is in: the month is whole now.
    assert codes(month(1000, before=480, days=("2026-03-16", "2026-03-31"))) == []
    assert codes(month(590, before=480, days=("2026-03-16", "2026-03-31"))) == ["volume"]


def test_a_month_between_that_has_gone_empty_is_held() -> None:
    days = (day("2026-03-01"), day("2026-05-31"))
    hole = replace(ORDINARY, months={MARCH: (0, 1000), MAY: (0, 1000)}, days=days)
    assert [reason.swedish[:25] for reason in reasons(hole)] == ["April 2026 får 0 händelse"]
    # Delivered before, and this file does not touch it.
    assert codes(replace(hole, history=YEAR | {APRIL: 900})) == []
    assert codes(replace(hole, history=YEAR | {APRIL: 0})) == []


def test_a_month_emptied_by_a_complete_delivery_is_held() -> None:
    assert codes(month(0, before=1000, history=YEAR | {MARCH: 1000})) == ["volume"]


def test_a_month_that_was_approved_low_is_not_held_again_for_a_few_late_rows() -> None:
    low = YEAR | {MARCH: 500}
    assert codes(month(500, before=500, history=low)) == []
    assert codes(month(550, before=500, history=low)) == []
    assert codes(month(551, before=500, history=low)) == ["volume"]


def test_a_feed_has_no_whole_months() -> None:
    assert codes(replace(month(1), polled=True)) == []
    assert codes(replace(month(1), polled=True, reverted=4)) == ["stale_release"]


def test_a_reason_tells_its_figures_in_both_languages() -> None:
    [reason] = reasons(month(412, history=YEAR | {MARCH - 1: 1200, MARCH - 2: 800}))
    assert reason.swedish == (
        "Mars 2026 får 412 händelser (förut 0). De 12 kända månaderna före hade 1\N{NO-BREAK SPACE}000 i median, från 800 till "
        "1\N{NO-BREAK SPACE}200."
    )
    assert (
        reason.english
        == "March 2026 would have 412 events (0 before). The 12 known months before it had a median of 1,000, from 800 to 1,200."
    )
    [reason] = reasons(replace(ORDINARY, rejected=34, new=966))
    assert reason.swedish == "34 av 1\N{NO-BREAK SPACE}000 (3,4 %) rader kan inte läsas; gränsen är 2 %."
    assert reason.english == "34 of 1,000 (3.4%) rows are rejected; the limit is 2%."


def test_every_reason_that_applies_is_told() -> None:
    facts = replace(ORDINARY, rejected=50, new=950, outside=50, unknown=50, one_point=1000, reverted=2, months={MARCH: (0, 1)})
    assert codes(facts) == ["many_rejected", "many_outside", "many_unknown_codes", "one_point", "stale_release", "volume"]
