from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.bad_inputs.desk import CRIME_HEADER, Case, Desk, Fault, Loads, about, crime, crimes, each, fire, fires, lines, meet
from trygghetskarta.domain.events import TimePrecision
from trygghetskarta.domain.periods import LOCAL_TIME, Month
from trygghetskarta.domain.sources import SourceId

CRIMES = SourceId.ANMALDA_BROTT
SKIPPED = "`2025-03-30 02:30` (does not exist)"
TWICE = "`2025-10-26 02:30` (ambiguous)"
MIDNIGHT = "Crime around midnight at month end, UTC stamps"
SLASHED = "`01/02/2025`, `1.2.25`"
NO_DAY = "`2025-02-29`, `2025-06-31`, `2025-13-01`"
MANGLED = '`2025-W01-1`, `jan-25` (Excel-mangled "1-25"), `20250101`'
NEVER = "`24:00`, `23:59:60`, `infinity`, `0001-01-01`"
FUTURE = "Future date (tomorrow; year 2205)"
MONTHLY = """
[columns]
id = "nr"
start = "manad"
kind = "typ"

[formats]
start = "%Y-%m"
"""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def bad_time(name: str, when: str, code: str) -> Case:
    return Case(name, fires(fire(when=when)), Loads(2, (Fault(2, "larmtid", code),)), variant=when)


def bad_day(name: str, day: str, code: str) -> Case:
    return Case(name, crimes(crime(reported=day)), Loads(2, (Fault(2, "Inskrivningsdatum", code),)), CRIMES, day)


def good_time(name: str, when: str, instant: str, warnings: dict[str, int] | None = None) -> Case:
    expected = Loads(3, warnings=warnings or {}, holds=lambda events: events[0]["starts_at"] == at(instant))
    return Case(name, fires(fire(when=when)), expected, variant=when)


@each(
    Case(
        SKIPPED,
        fires(fire(when="2025-03-30 02:30")),
        Loads(
            3,
            warnings={"nonexistent_local_time": 1},
            holds=lambda events: (
                events[0]["time_precision"] == TimePrecision.DAY
                and events[0]["starts_at"].astimezone(LOCAL_TIME).date() == date(2025, 3, 30)
            ),
        ),
    ),
    good_time(TWICE, "2025-10-26 02:30", "2025-10-26T02:30+02:00", {"ambiguous_local_time": 1}),
    good_time(TWICE, "2025-10-26T01:30:00Z", "2025-10-26T01:30+00:00"),
    good_time(TWICE, "2025-10-26 02:30:00 +01:00", "2025-10-26T02:30+01:00"),
    good_time(MIDNIGHT, "2025-10-31 23:59:59", "2025-10-31T23:59:59+01:00"),
    bad_day(SLASHED, "01/02/2025", "ambiguous_date"),
    bad_day(SLASHED, "01/02/25", "ambiguous_date"),
    bad_day(SLASHED, "1.2.25", "ambiguous_date"),
    Case(
        SLASHED,
        lines(CRIME_HEADER, *(crime(reported=day, start="") for day in ("2/28/25", "01/02/2025", "01/02/25"))),
        Loads(3, holds=lambda events: [one["month"] - Month.parse("2025-01").number for one in events] == [1, 0, 0]),
        CRIMES,
        "with two digits of the year, where the column shows the month first",
    ),
    bad_time(SLASHED, "01/02/2025 10:00", "ambiguous_date"),
    bad_time(SLASHED, "1.2.25", "ambiguous_date"),
    *(bad_day(NO_DAY, day, "no_such_date") for day in ("2025-02-29", "2025-06-31", "2025-13-01")),
    bad_time(NO_DAY, "2025-02-29 10:00", "no_such_date"),
    bad_day(MANGLED, "2025-W01-1", "no_such_date"),
    bad_day(MANGLED, "jan-25", "excel_mangled"),
    bad_time(MANGLED, "45931", "excel_mangled"),
    bad_time(MANGLED, "45931,5", "excel_mangled"),
    Case(MANGLED, crimes(crime(reported="20251003")), Loads(3), CRIMES, "20250101"),
    good_time(MANGLED, "20250101", "2025-01-01T00:00+01:00"),
    *(bad_time(NEVER, f"2025-10-01 {clock}", "no_such_date") for clock in ("24:00", "23:59:60")),
    bad_time(NEVER, "infinity", "no_such_date"),
    bad_time(NEVER, "0001-01-01", "too_early"),
    bad_time(NEVER, "1969-12-31 10:00", "too_early"),
    Case(
        NEVER, crimes(crime(start_time="2400")), Loads(2, (Fault(2, "Brottstid start", "no_such_time"),)), CRIMES, "clock time of its own"
    ),
    bad_time(FUTURE, "2205-01-01 10:00", "future"),
    bad_time(FUTURE, (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%d"), "future"),
    Case(
        'Interval "between 1 and 14 March"',
        crimes(crime(reported="2025-04-02", start="2025-03-01", end="2025-03-14")),
        Loads(
            3,
            holds=lambda events: (
                (events[0]["month"], events[0]["starts_at"], events[0]["ends_at"])
                == (Month.parse("2025-04").number, at("2025-03-01T00:00+01:00"), at("2025-03-14T00:00+01:00"))
            ),
        ),
        CRIMES,
    ),
    Case(
        'Interval "between 1 and 14 March"',
        crimes(crime(start="2025-03-14", end="2025-03-01")),
        Loads(2, (Fault(2, "Brottsdag slut", "end_before_start"),)),
        CRIMES,
        "backwards",
    ),
    Case(
        "Only month known",
        lines("nr;manad;typ", "1;2025-03;1", "2;2025-13;1", "3;2025-04;1"),
        Loads(
            2,
            (Fault(3, "manad", "no_such_date"),),
            holds=lambda events: (
                {one["time_precision"] for one in events} == {TimePrecision.MONTH} and events[0]["month"] == Month.parse("2025-03").number
            ),
        ),
        mapping=MONTHLY,
    ),
    Case(
        "Reported before occurred",
        crimes(crime(reported="2025-10-03", start="2025-10-05")),
        Loads(3, warnings={"order": 1}),
        CRIMES,
    ),
)
def test_times(desk: Desk, case: Case) -> None:
    meet(desk, case)


@about(MIDNIGHT)
@pytest.mark.parametrize(
    ("when", "month"),
    [
        ("2025-10-31T22:59:59Z", "2025-10"),
        ("2025-10-31T23:00:00Z", "2025-11"),
        ("2025-08-31 21:59:59+00:00", "2025-08"),
        ("2025-08-31 22:00:00.000 +0000", "2025-09"),
        ("2025-09-01 00:00:00 +02:00", "2025-09"),
    ],
)
def test_a_stamp_with_a_zone_counts_in_its_local_month(desk: Desk, when: str, month: str) -> None:
    receipt = desk.send(fires(fire(when=when)))
    event = desk.events(receipt.delivery)[0]
    assert event["month"] == Month.parse(month).number
    assert event["starts_at"] == datetime.fromisoformat(when.replace(" +", "+")).astimezone(UTC)


@about(FUTURE)
def test_the_rest_of_today_and_tomorrow_are_no_future(desk: Desk) -> None:
    soon = (datetime.now(LOCAL_TIME) + timedelta(hours=20)).strftime("%Y-%m-%d %H:%M")
    assert desk.send(fires(fire(when=soon))).rejected == 0


def test_a_declared_format_leaves_no_doubt(desk: Desk) -> None:
    mapping = MONTHLY.replace('"%Y-%m"', '"%d/%m/%Y"')
    receipt = desk.send(lines("nr;manad;typ", "1;01/02/2025;1"), mapping=mapping)
    assert desk.events(receipt.delivery)[0]["month"] == Month.parse("2025-02").number


def test_a_declared_format_holds_for_two_digits_of_the_year_too(desk: Desk) -> None:
    mapping = MONTHLY.replace('"%Y-%m"', '"%m/%d/%Y"')
    receipt = desk.send(lines("nr;manad;typ", "1;03/02/25;1"), mapping=mapping)
    assert desk.events(receipt.delivery)[0]["month"] == Month.parse("2025-03").number
