"""Rows that only name an area, in editions where that area is the same, merged, split or has other borders."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from tests.conftest import Drawing
from tests.db.delivering import deliver
from tests.db.divided import FINE, LARGE, deliver_events, draw_editions
from trygghetskarta.disclosure.release import release_answer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Exact, Question, Status
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import CountsBy, SourceId
from trygghetskarta.errors import NotCarriedError
from trygghetskarta.ingest.replace import relink_editions
from trygghetskarta.queries.area_links import links_of
from trygghetskarta.queries.blocks import Block
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import Cube, load_cube
from trygghetskarta.queries.hours import hours
from trygghetskarta.queries.trace import said, trace
from trygghetskarta.serialize.saying.hours import sentences as said_of_hours

OLD, MIDDLE, NEW = FINE
COARSE = next(day for day in LARGE if day not in FINE)
SPAN = Span(Month.parse("2018-01"), Month.parse("2022-12"))
HEADER = "Inskrivningsdatum;Basområde;Brottskod;Antal;Brottsdag start\n"


@pytest.fixture
def city(connection: Connection, tmp_path: Path) -> Connection:
    draw_editions(connection, tmp_path)
    return connection


def parts(connection: Connection, named: str, edition: date, level: AreaLevel) -> list[tuple[str, float]]:
    """Deliver a report that names an area, and give the areas it is in with the part that each has."""
    deliver(connection, SourceId.ANMALDA_BROTT, f"{HEADER}2020-01-05;{named};0801;1;2020-01-04\n", f"{named}.csv")
    rows = connection.execute(
        text("""
            SELECT coalesce(code, bucket) AS held, begins, ends FROM place_area JOIN edition USING (edition_id) LEFT JOIN area USING (area_id)
            WHERE valid_from = :edition AND place_area.level = :level AND place_id = (SELECT place_id FROM event WHERE area_text = :named)
            ORDER BY begins
        """),
        {"edition": edition, "level": level, "named": named},
    ).all()
    return [(row.held, (row.ends - row.begins) / 1_000_000) for row in rows]


@pytest.mark.parametrize(
    ("named", "edition", "fine", "large"),
    [
        ("a", OLD, [("a", 1)], [("v", 1)]),
        ("a", MIDDLE, [("a", 1)], [("s", 1)]),
        ("c", MIDDLE, [("cd", 1)], [("n", 1)]),
        ("b", MIDDLE, [("p", 0.3), ("q", 0.7)], [("s", 0.3), ("t", 0.7)]),
        ("p", OLD, [("b", 1)], [("o", 1)]),
        ("cd", OLD, [("d", 0.5), ("c", 0.5)], [("o", 0.5), ("v", 0.5)]),
        ("a2", MIDDLE, [("a", 0.833333), ("p", 0.166667)], [("s", 1)]),
        ("a2", OLD, [("b", 0.166667), ("a", 0.833333)], [("o", 0.166667), ("v", 0.833333)]),
        # d2 does not lie wholly in one larger area, so neither does what lies in d2.
        ("cd", NEW, [("c2", 0.25), ("d2", 0.75)], [("vast", 0.25), ("areaOnly", 0.75)]),
        ("e", NEW, [("e", 1)], [("ost", 1)]),
        ("e", MIDDLE, [("outside", 1)], [("outside", 1)]),
    ],
)
def test_a_row_that_names_an_area_is_in_the_areas_that_it_became(
    city: Connection, named: str, edition: date, fine: list[tuple[str, float]], large: list[tuple[str, float]]
) -> None:
    assert parts(city, named, edition, AreaLevel.BASOMRADE) == fine
    rows = parts(city, named, edition, AreaLevel.STADSDEL)
    assert rows == large


def test_a_row_that_names_a_larger_area_is_in_no_finer(city: Connection) -> None:
    deliver(city, SourceId.INCIDENTER, "id;tid;slag;omrade\nI1;2020-01-15 10:00;hot;o\n")
    cube = load_cube(city, MIDDLE)
    question = Question(AreaLevel.STADSDEL, (SourceId.INCIDENTER,), Span(Month.parse("2020-01"), Month.parse("2020-01")), MIDDLE)
    exact = compare(cube, question)
    assert (int(exact.counts.sum()), exact.ledger.total) == (1, 1)
    assert set(city.execute(text("SELECT bucket FROM place_area WHERE level = 'basomrade'")).scalars()) == {"areaOnly"}


def every_answer(connection: Connection) -> dict[tuple[date, AreaLevel, str], dict[str, tuple[int, int]]]:
    """Count everything by edition, level and category, with how much of it is estimated."""
    found = {}
    for day in LARGE:
        cube = load_cube(connection, day)
        for level in cube.areas:
            for kind in ("0356", "0375", "0801", "0840"):
                exact = compare(cube, Question(level, (SourceId.ANMALDA_BROTT,), SPAN, day, categories=(kind,)))
                estimated = exact.estimated if exact.estimated is not None else 0 * exact.counts
                counts = zip(exact.areas, exact.counts[:, 0].tolist(), estimated[:, 0].tolist(), strict=True)
                found[day, level, kind] = {area.code: (count, dealt) for area, count, dealt in counts}
    return found


def reports_of_2007() -> str:
    kinds = ("0356", "0375", "0801")
    return HEADER + "".join(
        f"20{19 + number % 4}-{1 + number % 12:02}-05;{'abcd'[number % 4]};{kinds[number % 3]};{1 + number % 5};2019-01-01\n"
        for number in range(200)
    )


def test_an_edition_loaded_after_the_events_and_in_any_order_gives_the_same_figures(connection: Connection, tmp_path: Path) -> None:
    outer = connection.begin_nested()
    draw_editions(connection, tmp_path)
    deliver(connection, SourceId.ANMALDA_BROTT, reports_of_2007())
    before = every_answer(connection)
    outer.rollback()
    # Other numbers for every area, and the events first.
    draw_editions(connection, tmp_path, OLD)
    deliver(connection, SourceId.ANMALDA_BROTT, reports_of_2007())
    draw_editions(connection, tmp_path, NEW)
    draw_editions(connection, tmp_path, COARSE, MIDDLE)
    assert every_answer(connection) == before
    assert any(dealt for answer in before.values() for _, dealt in answer.values())


def test_a_level_put_in_the_place_of_another_deals_by_its_own_shares_and_keeps_every_sum(city: Connection, tmp_path: Path) -> None:
    deliver(city, SourceId.ANMALDA_BROTT, reports_of_2007())
    before = every_answer(city)
    drawing = Drawing(city, tmp_path, MIDDLE)
    drawing.files = 100
    drawing(AreaLevel.BASOMRADE, {**FINE[MIDDLE], "p": (1000, 0, 1600, 1000), "q": (1600, 0, 2000, 1000)}, replace=True)
    after = every_answer(city)
    assert after[OLD, AreaLevel.BASOMRADE, "0801"] == before[OLD, AreaLevel.BASOMRADE, "0801"]
    for kind in ("0356", "0375", "0801"):
        one, other = before[MIDDLE, AreaLevel.BASOMRADE, kind], after[MIDDLE, AreaLevel.BASOMRADE, kind]
        assert sum(count for count, _ in one.values()) == sum(count for count, _ in other.values())
        assert other["p"][0] > one["p"][0]


def test_what_was_measured_is_measured_anew_on_request(city: Connection) -> None:
    deliver_events(city)
    before = every_answer(city)
    # As a database from before shares were dealt: no part but whole ones.
    city.execute(text("UPDATE area_link SET share = 0.5"))
    city.execute(text("DELETE FROM place_area WHERE begins > 0"))
    city.execute(text("UPDATE place_area SET ends = 1000000"))
    assert every_answer(city) != before
    relink_editions(city)
    assert every_answer(city) == before


def test_an_earlier_day_deals_as_the_present_does(city: Connection) -> None:
    deliver_events(city)
    now, then = (load_cube(city, MIDDLE, as_of) for as_of in (None, date(2100, 1, 1)))
    for level in now.areas:
        question = Question(level, (SourceId.ANMALDA_BROTT,), SPAN, MIDDLE)
        one, other = compare(now, question), compare(then, question)
        assert (one.counts == other.counts).all()
        assert one.ledger == other.ledger
        assert (one.estimated is None) == (other.estimated is None)
        assert one.estimated is None or (one.estimated == other.estimated).all()


def test_figures_are_wanted_whole_and_nothing_is_estimated_where_areas_only_merged(city: Connection) -> None:
    deliver(city, SourceId.ANMALDA_BROTT, f"{HEADER}2020-01-05;c;0801;5;2020-01-04\n2020-01-05;d;0801;3;2020-01-04\n")
    exact = asked(load_cube(city, MIDDLE), AreaLevel.BASOMRADE, "2020-01")
    assert {area.code: int(count) for area, count in zip(exact.areas, exact.counts[:, 0], strict=True)} == {"a": 0, "cd": 8, "p": 0, "q": 0}
    assert exact.estimated is None


def asked(cube: Cube, level: AreaLevel, month: str, by: CountsBy | None = None) -> Exact:
    span = Span(Month.parse(month), Month.parse(month))
    return compare(cube, Question(level, (SourceId.ANMALDA_BROTT,), span, cube.edition.valid_from, by=by))


def test_a_count_withheld_for_a_divided_area_is_withheld_in_each_of_its_areas_and_told_once(city: Connection) -> None:
    deliver(city, SourceId.ANMALDA_BROTT, "Område;Nivå;Månad;Brottskod;Antal\nb;basomrade;2020-01;0801;..\na;basomrade;2020-01;0801;4\n")
    for level, hidden in ((AreaLevel.BASOMRADE, {"p", "q"}), (AreaLevel.STADSDEL, {"t"})):
        exact = asked(load_cube(city, MIDDLE), level, "2020-01")
        assert exact.lacking is not None
        assert set(exact.lacking[:, 0].tolist()) <= {Status.VALUE.number, Status.WITHHELD.number}
        assert {area.code for area, lacks in zip(exact.areas, exact.lacking[:, 0], strict=True) if lacks} == hidden
        assert exact.ledger.withheld == 1


def test_a_trace_tells_how_many_of_a_divided_areas_events_are_counted_by_share(city: Connection) -> None:
    deliver(city, SourceId.ANMALDA_BROTT, f"{HEADER}2020-01-05;b;0801;10;2020-01-04\n2020-01-06;q;0801;2;2020-01-04\n")
    cube = load_cube(city, MIDDLE)
    question = Question(
        AreaLevel.BASOMRADE, (SourceId.ANMALDA_BROTT,), Span(Month.parse("2020-01"), Month.parse("2020-01")), MIDDLE, ("q",)
    )
    found = trace(city, cube, question)
    assert [(event.area_text, event.antal, event.share, event.dealt, event.dealt_of) for event in found.events] == [
        ("b", 10, 0.7, 7, 10),
        ("q", 2, None, None, None),
    ]
    assert (found.figure, found.total, found.estimated, found.estimated_of, found.closes) == (9, 9, 7, 10, True)
    assert said(found)[0] == (
        "Anmälda brott: 1 rad hör helt hit och står för 2 händelser, och av 10 händelser på 1 rad från delade områden räknas 7 här efter andel; "
        "tillsammans 9 händelser, samma som siffran i svaret."
    )


def test_hours_say_how_many_of_their_events_are_counted_by_share(city: Connection) -> None:
    rows = "".join(f"I{number};2020-01-15 10:00;hot;o\n" for number in range(8))
    deliver(city, SourceId.INCIDENTER, f"id;tid;slag;omrade\n{rows}J1;2020-01-15 11:00;hot;t\n")
    span = Span(Month.parse("2020-01"), Month.parse("2020-01"))
    cube = load_cube(city, MIDDLE)
    found = hours(city, cube, Question(AreaLevel.STADSDEL, (SourceId.INCIDENTER,), span, MIDDLE, ("n",)))
    # Half of o lies in n, so 4 of its 8 events are dealt to it.
    assert (found.content.span.estimated, float(found.content.span.expected.sum())) == (4, 4.0)
    said_of_them = said_of_hours(release_answer(found, Audience.STAFF))
    assert any(sentence.startswith("4 av alla 4 är fördelade efter andelar av marken") for sentence in said_of_them)
    whole = hours(city, cube, Question(AreaLevel.STAD, (SourceId.INCIDENTER,), span, MIDDLE))
    assert (whole.content.span.estimated, float(whole.content.span.expected.sum())) == (0, 9.0)


def test_a_row_without_the_date_asked_for_is_told_of_and_not_lost(city: Connection) -> None:
    deliver(city, SourceId.ANMALDA_BROTT, f"{HEADER}2020-02-05;a;0801;5;2020-01-31\n2020-02-06;a;0801;2;2020-02-01\n")
    deliver(
        city,
        SourceId.ANMALDA_BROTT,
        "Område;Nivå;Månad;Brottskod;Antal\na;basomrade;2020-02;0801;4\na;basomrade;2020-01;0801;1\n",
        "antal.csv",
    )
    own, happened = load_cube(city, MIDDLE), load_cube(city, MIDDLE, by=CountsBy.HAPPENED)
    for month, reported, dated, undated in (("2020-01", 1, 5, 1), ("2020-02", 11, 2, 4)):
        ledger = asked(own, AreaLevel.STAD, month).ledger
        assert (ledger.placed, ledger.undated) == (reported, 0)
        ledger = asked(happened, AreaLevel.STAD, month, CountsBy.HAPPENED).ledger
        assert (ledger.placed, ledger.total, ledger.undated) == (dated, dated, undated)


def test_a_month_by_the_day_it_happened_is_open_until_twelve_more_have_come(city: Connection) -> None:
    rows = "".join(f"{2019 + number // 12}-{1 + number % 12:02}-05;a;0801;1;2019-01-01\n" for number in range(20))
    deliver(city, SourceId.ANMALDA_BROTT, HEADER + rows)
    cube = load_cube(city, MIDDLE, by=CountsBy.HAPPENED)
    assert cube.delivered[SourceId.ANMALDA_BROTT].open.tolist() == [Month.parse("2019-09").number + step for step in range(12)]
    assert asked(cube, AreaLevel.STAD, "2019-09", CountsBy.HAPPENED).provisional.all()
    assert not asked(cube, AreaLevel.STAD, "2019-08", CountsBy.HAPPENED).provisional.any()
    assert load_cube(city, MIDDLE).delivered[SourceId.ANMALDA_BROTT].open.tolist() == []
    assert asked(cube, AreaLevel.STAD, "2019-08", CountsBy.HAPPENED).coverage[0].incomplete == ()


def test_what_happened_before_the_first_month_delivered_is_in_no_month(city: Connection) -> None:
    deliver(city, SourceId.ANMALDA_BROTT, f"{HEADER}2020-02-05;a;0801;5;1975-01-31\n2020-02-06;a;0801;2;2020-02-01\n")
    cube = load_cube(city, MIDDLE, by=CountsBy.HAPPENED)
    block = cube.blocks[SourceId.ANMALDA_BROTT]
    assert isinstance(block, Block)
    assert block.months == 1
    assert asked(cube, AreaLevel.STAD, "2020-02", CountsBy.HAPPENED).ledger.total == 2


def test_a_date_that_a_source_does_not_tell_is_refused_by_whoever_counts(city: Connection) -> None:
    deliver_events(city)
    cube = load_cube(city, MIDDLE, by=CountsBy.REPORTED)
    with pytest.raises(NotCarriedError, match="inte när någon anmälde den"):
        compare(cube, Question(AreaLevel.STAD, (SourceId.BRANDER,), SPAN, MIDDLE, by=CountsBy.REPORTED))


def test_links_are_told_with_what_they_are_shares_of(city: Connection) -> None:
    links = links_of(city, OLD, MIDDLE, AreaLevel.BASOMRADE)
    assert [(link.code, link.to_code, link.kind, link.share, link.basis) for link in links] == [
        ("a", "a", "same", 1.0, "land"),
        ("b", "q", "split", 0.7, "land"),
        ("b", "p", "split", 0.3, "land"),
        ("c", "cd", "merge", 1.0, "land"),
        ("d", "cd", "merge", 1.0, "land"),
    ]
    assert {link.to_edition for link in links_of(city, OLD)} == {COARSE, MIDDLE, NEW}
    assert {link.level for link in links_of(city, NEW, OLD)} == {AreaLevel.BASOMRADE, AreaLevel.STADSDEL, AreaLevel.STAD}


def test_an_area_is_linked_to_the_larger_areas_of_an_edition_that_lacks_its_level_and_not_back(city: Connection) -> None:
    links = links_of(city, OLD, COARSE, AreaLevel.BASOMRADE)
    assert [(link.code, link.to_level, link.to_code, link.kind, link.share) for link in links] == [
        ("a", AreaLevel.STADSDEL, "soder", "merge", 1.0),
        ("b", AreaLevel.STADSDEL, "soder", "merge", 1.0),
        ("c", AreaLevel.STADSDEL, "soder", "boundary", 0.6),
        ("c", AreaLevel.STADSDEL, "norr", "boundary", 0.4),
        ("d", AreaLevel.STADSDEL, "soder", "boundary", 0.6),
        ("d", AreaLevel.STADSDEL, "norr", "boundary", 0.4),
    ]
    assert {link.level for link in links_of(city, COARSE, OLD)} == {AreaLevel.STADSDEL, AreaLevel.STAD}


@pytest.mark.parametrize(
    ("named", "large"),
    [
        ("a", [("soder", 1)]),
        ("cd", [("norr", 0.4), ("soder", 0.6)]),
        # On ground that the city of that time had not.
        ("e", [("outside", 1)]),
    ],
)
def test_a_row_that_names_a_finer_area_than_an_edition_has_counts_in_the_larger_areas_that_hold_it(
    city: Connection, named: str, large: list[tuple[str, float]]
) -> None:
    assert parts(city, named, COARSE, AreaLevel.STADSDEL) == large
