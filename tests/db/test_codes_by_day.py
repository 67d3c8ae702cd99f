"""Rows that only name a code, when a later edition gives the code other ground: each is read by its own day, and old series are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Connection, text

from tests.conftest import Box, Drawing
from tests.db.delivering import deliver, fires
from tests.db.test_values import POPULATION, SURVEY, Deliver
from trygghetskarta.domain.areas import AreaLevel, Standing
from trygghetskarta.domain.counts import Denominator, Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.domain.survey import Lack
from trygghetskarta.ingest.replace import relink_editions
from trygghetskarta.ingest.reshaped import approve_edition
from trygghetskarta.ingest.withdrawing import take_back
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.lens import areas_by_name
from trygghetskarta.queries.other_ground import other_ground
from trygghetskarta.queries.survey import SurveyAsked, survey

OLD, NEW = date(2023, 7, 1), date(2025, 3, 15)
FOUR: dict[str, Box] = {"a": (0, 0, 1000, 1000), "b": (1000, 0, 2000, 1000), "c": (0, 1000, 1000, 2000), "d": (1000, 1000, 2000, 2000)}
# The border between a and b 100 m further east: a tenth of the b that was is in the a that is.
MOVED: dict[str, Box] = {**FOUR, "a": (0, 0, 1100, 1000), "b": (1100, 0, 2000, 1000)}
LEVELS = {"basomrade": AreaLevel.BASOMRADE, "stadsdel": AreaLevel.STADSDEL}
# Of March 2025 one report is of the day before the new division and one of its first, whatever day the crime was.
REPORTS = "Inskrivningsdatum;Basområde;Brottskod;Antal;Brottsdag start\n" + "".join(
    f"{reported};{area};0801;{antal};{happened}\n"
    for reported, area, antal, happened in (
        ("2020-03-05", "b", 20, "2020-03-04"),
        ("2024-03-05", "a", 100, "2024-03-04"),
        ("2024-03-05", "b", 40, "2024-03-04"),
        ("2024-03-06", "c", 5, "2024-03-04"),
        ("2025-03-14", "b", 30, "2025-03-13"),
        ("2025-03-15", "b", 70, "2025-03-13"),
        ("2025-04-05", "a", 110, "2025-03-14"),
        ("2025-04-05", "c", 6, "2025-04-04"),
    )
)
# The new division begins in the middle of March: a count of the month is read as of its first day.
COUNTS = "Område;Nivå;Månad;Brottskod;Antal\n" + "".join(
    f"{area};basomrade;{month};0840;{antal}\n"
    for area, month, antal in (("a", "2024-05", 7), ("b", "2024-05", 50), ("b", "2025-03", 60), ("a", "2025-05", 220), ("b", "2025-05", 9))
)
INCIDENTS = "id;tid;slag;omrade\n" + "".join(
    f"I{number};{when};hot;B\n"
    for number, when in enumerate([*["2024-06-05 10:00"] * 10, *["2025-03-14 23:30"] * 10, *["2025-03-15 00:10"] * 5])
)


@pytest.fixture
def city(connection: Connection, draw: Drawing) -> Connection:
    drawn(draw, OLD, FOUR)
    deliver(connection, SourceId.ANMALDA_BROTT, REPORTS)
    deliver(connection, SourceId.ANMALDA_BROTT, COUNTS, "antal.csv")
    deliver(connection, SourceId.INCIDENTER, INCIDENTS)
    deliver(connection, SourceId.BRANDER, fires("A;2024-03-01 12:00;1050;500", "B;2025-04-02 12:00;1050;500"))
    return connection


def drawn(draw: Drawing, edition: date, boxes: dict[str, Box], *, replace: bool = False) -> None:
    """Draw both levels of an edition alike."""
    draw.edition = edition
    for level in LEVELS.values():
        draw(level, boxes, replace=replace)


def of_month(connection: Connection, edition: date, month: str, source: SourceId = SourceId.ANMALDA_BROTT) -> dict[str, int]:
    """Count a month by the areas of an edition; those with something."""
    level = AreaLevel.STADSDEL if source is SourceId.INCIDENTER else AreaLevel.BASOMRADE
    exact = compare(load_cube(connection, edition), Question(level, (source,), Span(Month.parse(month), Month.parse(month)), edition))
    assert exact.ledger.placed == exact.ledger.total
    return {area.code: int(count) for area, count in zip(exact.areas, exact.counts[:, 0], strict=True) if count}


def every_month(connection: Connection, edition: date) -> dict[tuple[str, str], dict[str, int]]:
    months = {
        SourceId.ANMALDA_BROTT: ("2020-03", "2024-03", "2024-05", "2025-03", "2025-04", "2025-05"),
        SourceId.INCIDENTER: ("2024-06", "2025-03"),
        SourceId.BRANDER: ("2024-03", "2025-04"),
    }
    return {(source.value, month): of_month(connection, edition, month, source) for source, told in months.items() for month in told}


def keys(connection: Connection) -> dict[tuple[str, str], str]:
    """Give the place of every version of an event by what names it, without numbers that change when all is placed anew."""
    rows = connection.execute(text("SELECT event.key::text, known_from::text, place.key FROM event JOIN place USING (place_id)"))
    return {(key, known): place for key, known, place in rows}


BEFORE = {
    ("anmalda_brott", "2020-03"): {"b": 20},
    ("anmalda_brott", "2024-03"): {"a": 100, "b": 40, "c": 5},
    ("anmalda_brott", "2024-05"): {"a": 7, "b": 50},
    ("incidenter", "2024-06"): {"b": 10},
    ("brander", "2024-03"): {"b": 1},
}


def test_an_approved_edition_changes_no_figure_of_the_time_before_it(city: Connection, draw: Drawing) -> None:
    assert BEFORE.items() <= every_month(city, OLD).items()
    whole, places = every_month(city, OLD), keys(city)
    drawn(draw, NEW, MOVED)
    assert (every_month(city, OLD), keys(city).keys()) == (whole, places.keys())
    assert approve_edition(city, NEW).standing is Standing.DEFAULT
    old, new = every_month(city, OLD), every_month(city, NEW)
    # All that was counted before is where it was, in the division that was in force.
    assert BEFORE.items() <= old.items()
    # What was of the b that was is in the a that is by a tenth: nobody knows which.
    assert new["anmalda_brott", "2024-03"] == {"a": 104, "b": 36, "c": 5}
    assert new["anmalda_brott", "2024-05"] == {"a": 12, "b": 45}
    assert new["incidenter", "2024-06"] == {"a": 1, "b": 9}
    # From the new division's first day its codes are its own: an eleventh of the a that is was in the b that was.
    assert new["anmalda_brott", "2025-04"] == {"a": 110, "c": 6}
    assert old["anmalda_brott", "2025-04"] == {"a": 100, "b": 10, "c": 6}
    assert (new["anmalda_brott", "2025-05"], old["anmalda_brott", "2025-05"]) == ({"a": 220, "b": 9}, {"a": 200, "b": 29})
    # Of a month in which it began, each row by its own day and a count of the whole month by the first.
    assert (new["anmalda_brott", "2025-03"], old["anmalda_brott", "2025-03"]) == ({"a": 9, "b": 151}, {"b": 160})
    assert (new["incidenter", "2025-03"], old["incidenter", "2025-03"]) == ({"a": 1, "b": 14}, {"b": 15})
    assert [new["brander", month] for month in ("2024-03", "2025-04")] == [{"a": 1}, {"a": 1}]
    # A code with the same ground is one place at all times.
    several = city.execute(text("SELECT area_text, count(DISTINCT place_id) FROM event WHERE geom IS NULL AND precision = 2 GROUP BY 1"))
    assert dict(several.all()) == {"a": 2, "b": 2, "c": 1}


def test_what_is_delivered_later_is_read_by_its_own_day_and_a_revision_stays_where_it_was(city: Connection, draw: Drawing) -> None:
    drawn(draw, NEW, MOVED)
    approve_edition(city, NEW)
    revised = deliver(city, SourceId.ANMALDA_BROTT, COUNTS.replace("2024-05;0840;50", "2024-05;0840;60"), "ny.csv")
    assert (revised.new, revised.changed, revised.unchanged) == (0, 1, 4)
    late = "Inskrivningsdatum;Basområde;Brottskod;Antal;Brottsdag start\n2024-05-20;a;0801;3;2024-05-01\n2025-05-20;a;0801;11;2025-05-01\n"
    deliver(city, SourceId.ANMALDA_BROTT, late, "sena.csv")
    assert of_month(city, OLD, "2024-05") == {"a": 10, "b": 60}
    assert of_month(city, NEW, "2025-05") == {"a": 231, "b": 9}
    # The version before it and the one after are in one place.
    assert city.execute(text("SELECT count(DISTINCT place_id) FROM event WHERE identity = 'basomrade b 2024-05 0840'")).scalar_one() == 1
    take_back(city, revised.delivery)
    assert of_month(city, OLD, "2024-05") == {"a": 10, "b": 50}


def again(_draw: Drawing, connection: Connection) -> None:
    relink_editions(connection)


def put_back(draw: Drawing, _connection: Connection) -> None:
    drawn(draw, NEW, MOVED, replace=True)


def joined_by_another(draw: Drawing, _connection: Connection) -> None:
    drawn(draw, date(2026, 1, 1), {f"{code}2": box for code, box in FOUR.items()})


@pytest.mark.parametrize("step", [again, put_back, joined_by_another])
def test_placing_all_anew_reads_every_code_as_it_was_read_when_it_came(
    city: Connection, draw: Drawing, step: Callable[[Drawing, Connection], None]
) -> None:
    drawn(draw, NEW, MOVED)
    approve_edition(city, NEW)
    late = "id;tid;slag;omrade\n" + "".join(
        f"L{day};2025-03-{day} {hour};hot;B\n" for day, hour in ((14, "23:59"), (15, "00:00"), (16, "12:00"))
    )
    deliver(city, SourceId.INCIDENTER, late, "sena.csv")
    deliver(city, SourceId.ANMALDA_BROTT, REPORTS.replace("0801", "0375"), "fler.csv")
    whole, places = {edition: every_month(city, edition) for edition in (OLD, NEW)}, keys(city)
    step(draw, city)
    assert {edition: every_month(city, edition) for edition in (OLD, NEW)} == whole
    if step is again:
        assert keys(city) == places


def test_an_edition_to_come_is_read_by_from_its_day_without_anything_done(city: Connection, draw: Drawing) -> None:
    drawn(draw, NEW, MOVED)
    approve_edition(city, NEW)
    whole, places = every_month(city, OLD), keys(city)
    # Had it been approved beforehand, its day would have come by itself: nothing is placed otherwise.
    city.execute(text("UPDATE edition SET valid_from = '2200-01-01' WHERE valid_from = :new"), {"new": NEW})
    relink_editions(city)
    assert {place for place in keys(city).values() if "a:" in place} < set(places.values())
    city.execute(text("UPDATE edition SET valid_from = :new WHERE valid_from > :new"), {"new": NEW})
    relink_editions(city)
    assert (every_month(city, OLD), keys(city)) == (whole, places)


def test_an_edition_loaded_before_the_one_it_follows_gives_the_same_places(connection: Connection, draw: Drawing) -> None:
    drawn(draw, NEW, MOVED)
    deliver(connection, SourceId.ANMALDA_BROTT, REPORTS)
    # Before the first division, and without another, a code is the first one's.
    assert of_month(connection, NEW, "2024-03") == {"a": 100, "b": 40, "c": 5}
    drawn(draw, OLD, FOUR)
    assert of_month(connection, OLD, "2024-03") == {"a": 100, "b": 40, "c": 5}
    assert of_month(connection, OLD, "2020-03") == {"b": 20}
    assert of_month(connection, NEW, "2024-03") == {"a": 104, "b": 36, "c": 5}


def test_a_name_is_that_of_the_area_that_had_it_then(connection: Connection, draw: Drawing) -> None:
    drawn(draw, OLD, {"a": FOUR["a"], "b": FOUR["b"]})
    counts = "Område;Nivå;Månad;Brottskod;Antal\nA;stadsdel;2024-05;0840;7\nB;stadsdel;2024-05;0840;50\n"
    deliver(connection, SourceId.ANMALDA_BROTT, counts)
    # The two change codes and keep their names.
    drawn(draw, NEW, {"a": FOUR["b"], "b": FOUR["a"]})
    renamed = text(
        "UPDATE area SET name = translate(name, 'AB', 'BA') WHERE edition_id = (SELECT edition_id FROM edition WHERE valid_from = :new)"
    )
    connection.execute(renamed, {"new": NEW})
    approve_edition(connection, NEW)
    revised = deliver(connection, SourceId.ANMALDA_BROTT, counts.replace(";50", ";51") + "B;stadsdel;2025-05;0840;3\n", "ny.csv")
    assert (revised.new, revised.changed, revised.unchanged) == (1, 1, 1)

    def of(edition: date, month: str) -> dict[str, int]:
        exact = compare(
            load_cube(connection, edition),
            Question(AreaLevel.STADSDEL, (SourceId.ANMALDA_BROTT,), Span(Month.parse(month), Month.parse(month)), edition),
        )
        return {area.name: int(count) for area, count in zip(exact.areas, exact.counts[:, 0], strict=True)}

    for edition in (OLD, NEW):
        assert (of(edition, "2024-05"), of(edition, "2025-05")) == ({"A": 7, "B": 51}, {"A": 0, "B": 3})


def test_codes_that_change_places_change_no_count_that_is_dealt(connection: Connection, draw: Drawing) -> None:
    draw.edition = date(2007, 1, 1)
    draw(AreaLevel.BASOMRADE, {"y": (0, 0, 1400, 1000), "x": (1400, 0, 2000, 1000)})
    draw.edition = OLD
    draw(AreaLevel.BASOMRADE, {"a": FOUR["a"], "b": FOUR["b"]})
    rows = "".join(
        f"2024-{month:02}-05;{area};{kind};{month % 4 + 1};2024-01-04\n"
        for month in range(1, 13)
        for area in "ab"
        for kind in ("0801", "0375")
    )
    deliver(connection, SourceId.ANMALDA_BROTT, "Inskrivningsdatum;Basområde;Brottskod;Antal;Brottsdag start\n" + rows)

    def dealt() -> list[dict[str, int]]:
        return [of_month(connection, date(2007, 1, 1), f"2024-{month:02}") for month in range(1, 13)]

    before = dealt()
    draw.edition = NEW
    draw(AreaLevel.BASOMRADE, {"a": FOUR["b"], "b": FOUR["a"]})
    assert dealt() == before
    approve_edition(connection, NEW)
    assert dealt() == before
    assert of_month(connection, NEW, "2024-02") == dict(zip("ba", of_month(connection, OLD, "2024-02").values(), strict=True))


def test_inhabitants_and_answers_are_of_the_area_that_had_the_code_then(connection: Connection, draw: Drawing, tmp_path: Path) -> None:
    drawn(draw, OLD, FOUR)
    told = Deliver(connection, tmp_path)
    people = POPULATION + "".join(
        f"stadsdel;{area};{day};residents;{number}\n"
        for day, numbers in (("2024-12-31", {"a": 1000, "b": 2000, "c": 300}), ("2025-12-31", {"a": 1300, "b": 1700, "c": 310}))
        for area, number in numbers.items()
    )
    told(SourceId.POPULATION, people)
    told(
        SourceId.TRYGGHETSMATNING,
        SURVEY + "".join(f"{area};stadsdel;{year};otrygg;alla;{year - 2000};500;2\n" for area in "bc" for year in (2024, 2026)),
    )
    drawn(draw, NEW, MOVED)
    approve_edition(connection, NEW)
    year = [np.arange(660, 672), np.arange(684, 696)]

    def residents(edition: date) -> list[list[int]]:
        cube = load_cube(connection, edition)
        found = cube.population.person_years(cube.cells(AreaLevel.STADSDEL), Denominator.RESIDENTS, year)[:3]
        return [[round(number) for number in row] for row in found.tolist()]

    # Held before its first count and after its last: never from the one area's to the other's.
    assert residents(OLD) == [[1000, 1000], [2000, 2000], [305, 310]]
    assert residents(NEW) == [[1300, 1300], [1700, 1700], [305, 310]]
    for edition, there in ((OLD, [24.0, None]), (NEW, [None, 26.0])):
        asked = SurveyAsked(SourceId.TRYGGHETSMATNING, AreaLevel.STADSDEL, ("b",), first=2024, last=2026, edition=edition)
        content = survey(connection, load_cube(connection, edition), asked).content
        assert [
            None if lack == Lack.OTHER_BORDERS.number else value
            for value, lack in zip(content.value.ravel(), content.lack.ravel(), strict=True)
        ] == there
    # The same file again is nothing new, whichever division is in force.
    assert told(SourceId.POPULATION, people + "\n").unchanged == 6


def test_a_home_told_by_a_code_that_meant_other_ground_is_not_known(city: Connection, draw: Drawing) -> None:
    drawn(draw, NEW, MOVED)
    approve_edition(city, NEW)
    moved = {(level, code) for level in LEVELS for code in "ab"}
    for edition, before, after in ((OLD, set(), moved), (NEW, moved, set())):
        cube = load_cube(city, edition)
        other = other_ground(city, cube.edition)
        assert [other.on(day) for day in (date(2020, 1, 1), date(2025, 3, 14), NEW)] == [before, before, after]
        assert set(areas_by_name(cube, AreaLevel.BASOMRADE, other.on(NEW))) == {"a", "b", "c", "d"} - {code for _, code in after}
