"""Counts of reported crimes per area, month and brottskod."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import orjson
import pytest

from tests.unit.deliveries import Refusal, context, delivered, lines
from trygghetskarta.domain.events import NO_TIME, Precision, Reading, TimePrecision
from trygghetskarta.domain.periods import Month
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.sources.anmalda_brott import AnmaldaBrott

LONG = "Område;Månad;Brottskod;Antal"
WIDE = "Område;Brottskod;2025-01;2025M02;202503"


def counted(*rows: str) -> list[Reading]:
    return list(AnmaldaBrott().read(delivered(lines(*rows)), context()))


def one(row: str, header: str = LONG) -> Reading:
    readings = counted(header, row)
    assert len(readings) == 1
    return readings[0]


def refused(row: str, header: str = LONG) -> Refusal:
    reading = one(row, header)
    assert (len(reading.events), len(reading.rejected), reading.blank) == (0, 1, 0)
    rejected = reading.rejected[0]
    assert rejected.raw.decode() == row
    assert rejected.message.swedish != rejected.message.english
    return Refusal.of(rejected)


def test_a_count_is_an_event_row_of_a_month_known_by_area_month_and_code() -> None:
    events = one("Rinkeby;2025-03;375;1 234").events
    assert events.identity.to_pylist() == ["stadsdel rinkeby 2025-03 0375"]
    assert events.kind.to_pylist() == ["0375"]
    assert (events.antal[0], events.month[0]) == (1234, Month.parse("2025-03").number)
    assert (events.starts_at[0], events.reported_on[0]) == (NO_TIME, NO_TIME)
    assert (events.time_precision[0], events.precision[0]) == (TimePrecision.MONTH, Precision.STADSDEL)
    assert (events.area.to_pylist(), events.detail.to_pylist(), events.withdrawn.tolist()) == (["rinkeby"], [None], [False])
    assert np.isnan(events.x[0])


@pytest.mark.parametrize("thousand", ["1 234", "1\u00a0234", "1\u202f234", "1234"])
def test_blanks_between_thousands_are_no_part_of_the_number(thousand: str) -> None:
    assert one(f"Rinkeby;2025-03;0375;{thousand}").events.antal.tolist() == [1234]


@pytest.mark.parametrize(
    ("name", "precision", "area"),
    [
        ("Stockholm", Precision.STAD, None),
        ("Stockholms kommun", Precision.STAD, None),
        ("0180", Precision.STAD, None),
        ("Ale kommun", Precision.OUTSIDE, "ale kommun"),
        ("Håbo kommun", Precision.OUTSIDE, "håbo kommun"),
        ("Habo kommun", Precision.OUTSIDE, "habo kommun"),
        ("0101001", Precision.BASOMRADE, "0101001"),
        ("Norra Ängby", Precision.STADSDEL, "norra-angby"),
        ("norra-angby", Precision.STADSDEL, "norra-angby"),
        ("Järva", Precision.STADSDELSOMRADE, "jarva"),
    ],
)
def test_an_area_goes_by_name_or_code_and_another_municipality_is_outside(name: str, precision: Precision, area: str | None) -> None:
    events = one(f"{name};2025-03;0375;1").events
    assert (Precision(int(events.precision[0])), events.area.to_pylist()[0]) == (precision, area)


@pytest.mark.parametrize(
    ("mark", "between"), [("..", [1, 4]), ("-", [1, 4]), ("*", [1, 4]), ("–", [1, 4]), ("<5", [1, 4]), ("< 11", [1, 10])]
)
def test_a_withheld_count_is_no_zero_and_keeps_its_bounds(mark: str, between: list[int]) -> None:
    events = one(f"Rinkeby;2025-03;0375;{mark}").events
    assert events.antal.tolist() == [0]
    assert orjson.loads(events.detail.to_pylist()[0]) == {"withheld": between}


def test_a_count_of_none_is_known_and_an_empty_one_is_not() -> None:
    assert one("Rinkeby;2025-03;0375;0").events.antal.tolist() == [0]
    assert one("Rinkeby;2025-03;0375;0").events.detail.to_pylist() == [None]
    empty = one("Rinkeby;2025-03;0375;")
    assert (len(empty.events), empty.rejected, empty.blank) == (0, [], 1)


def test_sums_of_other_rows_are_not_added() -> None:
    reading = counted(LONG, "Rinkeby;2025-03;0375;3", "Rinkeby;2025-03;Totalt antal brott;3", "Totalt;2025-03;0375;3")[0]
    assert (reading.events.antal.tolist(), reading.blank, reading.rejected) == ([3], 2, [])


@pytest.mark.parametrize(
    ("row", "column", "code", "value"),
    [
        ("Påhittsberg;2025-03;0375;1", "Område", "unknown_area", "Påhittsberg"),
        (";2025-03;0375;1", "Område", "missing_value", ""),
        ("Rinkeby;mars;0375;1", "Månad", "no_such_date", "mars"),
        ("Rinkeby;2025-13;0375;1", "Månad", "no_such_date", "2025-13"),
        ("Rinkeby;2025-12;0375;1", "Månad", "future", "2025-12"),
        ("Rinkeby;2025-03;03x5;1", "Brottskod", "bad_code", "03x5"),
        ("Rinkeby;2025-03;0375;-1", "Antal", "bad_count", "-1"),
        ("Rinkeby;2025-03;0375;0.5", "Antal", "bad_count", "0.5"),
        ("Rinkeby;2025-03;0375;1e9", "Antal", "bad_count", "1e9"),
        ("Rinkeby;2025-03;0375;٣", "Antal", "bad_count", "٣"),
        ("Rinkeby;2025-03;0375;<1", "Antal", "bad_count", "<1"),
    ],
)
def test_a_bad_count_is_rejected_by_its_column(row: str, column: str, code: str, value: str) -> None:
    assert refused(row) == Refusal(2, column, code, value)


def test_a_level_tells_areas_of_one_name_apart() -> None:
    known = context()
    both = {level: codes | {"farsta"} for level, codes in known.areas.items() if level in ("stadsdel", "stadsdelsomrade")}
    file = delivered(lines("Område;Nivå;Månad;Brottskod;Antal", "Farsta;stadsdelsområde;2025-03;0375;1", "Farsta;;2025-03;0375;1"))
    (reading,) = AnmaldaBrott().read(file, replace(known, areas={**known.areas, **both}))
    assert reading.events.identity.to_pylist() == ["stadsdelsomrade farsta 2025-03 0375"]
    assert [rejected.message.code for rejected in reading.rejected] == ["ambiguous_area"]


def test_areas_within_each_other_refuse_the_file() -> None:
    with pytest.raises(BadDeliveryError, match="två gånger") as refusal:
        counted(LONG, "Stockholm;2025-03;0375;10", "Rinkeby;2025-03;0375;3", "Ale kommun;2025-03;0375;1")
    assert refusal.value.code == "mixed_levels"


def test_a_column_for_every_month_makes_every_cell_a_row() -> None:
    readings = counted(WIDE, "Rinkeby;0375;1;..;", "Farsta;0375;4;-1;6", "Farsta;0375", "", "Källa: Brå;;;;")
    events = [
        (identity, int(antal))
        for reading in readings
        for identity, antal in zip(reading.events.identity.to_pylist(), reading.events.antal, strict=True)
    ]
    assert events == [
        ("stadsdel rinkeby 2025-01 0375", 1),
        ("stadsdel farsta 2025-01 0375", 4),
        ("stadsdel rinkeby 2025-02 0375", 0),
        ("stadsdel farsta 2025-03 0375", 6),
    ]
    assert [Refusal.of(rejected) for reading in readings for rejected in reading.rejected] == [
        Refusal(4, "", "field_count", "Farsta;0375"),
        Refusal(3, "2025M02", "bad_count", "-1"),
    ]
    assert [reading.blank for reading in readings] == [2, 0, 1]
    assert next(raw for reading in readings for raw in map(reading.raw_of, range(len(reading.events)))) == b"Rinkeby;0375;1;..;"
    # Two rows of three cells, and the three rows that are no rows of the table.
    assert sum(reading.rows for reading in readings) == 2 * 3 + 3
