from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import Connection, text

from tests.conftest import Box, Drawing
from tests.db.delivering import ask, counts, deliver, fires
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.rollup import rebuild_rollup
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import load_cube

TWO_STADSDELAR: dict[str, Box] = {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)}
CRIMES = "Inskrivningsdatum;Närpo;Basområde;Gata;Brottskod;Antal;Brottsdag start;Brottsdag slut;Brottstid start;Brottstid slut"
FOUR_BASOMRADEN: dict[str, Box] = {
    "0101001": (0, 0, 500, 1000),
    "0101002": (500, 0, 1000, 1000),
    "0102001": (1000, 0, 1500, 1000),
    "0102002": (1500, 0, 2000, 1000),
}


def rollup_of(connection: Connection) -> set[tuple[int, ...]]:
    return {tuple(row) for row in connection.execute(text("SELECT place_id, source_id, category_id, month, antal FROM rollup"))}


def test_a_point_counts_in_its_area_in_its_local_month(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    # 23:59 on the 31st is still March in Stockholm, though it is 21:59 in UTC; half past midnight is April, though UTC says March.
    deliver(connection, SourceId.BRANDER, fires("A;2025-03-31 23:59;10;10", "B;2025-04-01 00:30;1500;10"))
    assert counts(connection, SourceId.BRANDER, AreaLevel.STADSDEL, "2025-03..2025-03") == {"rinkeby": 1, "tensta": 0}
    assert counts(connection, SourceId.BRANDER, AreaLevel.STADSDEL, "2025-04..2025-04") == {"rinkeby": 0, "tensta": 1}


def test_a_point_on_the_shared_border_goes_to_the_lower_code_once(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;1000;500", "B;2025-03-01 12:00;1000;0"))
    assert counts(connection, SourceId.BRANDER, AreaLevel.STADSDEL, "2025-03..2025-03") == {"rinkeby": 2, "tensta": 0}


def test_sums_close_for_points_on_borders_of_both_levels(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.BASOMRADE, FOUR_BASOMRADEN)
    draw(AreaLevel.STADSDEL, {"a": (1000, 0, 2000, 1000), "b": (0, 0, 1000, 1000)})
    # The point stands on the border of 0101002 (in b) and 0102001 (in a): the basområde goes by code, and its stadsdel follows it.
    deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;1000;500"))
    assert counts(connection, SourceId.BRANDER, AreaLevel.BASOMRADE, "2025-03..2025-03")["0101002"] == 1
    assert counts(connection, SourceId.BRANDER, AreaLevel.STADSDEL, "2025-03..2025-03") == {"a": 0, "b": 1}


def test_the_ledger_says_where_every_event_went(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.BASOMRADE, FOUR_BASOMRADEN)
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    shootings = (
        "id;tid;x;y;omrade;doda;skadade;status\n"
        "1;2025-03-01 12:00;150010;6580010;;0;0;bekräftad\n"  # a point in Rinkeby
        "2;2025-03-01 12:00;;;Tensta;1;0;bekräftad\n"  # a stadsdel
        "3;2025-03-01 12:00;;;;0;2;preliminär\n"  # somewhere in the city
        "4;2025-03-01 12:00;153000;6580010;;0;0;bekräftad\n"  # a kilometre outside
    )
    receipt = deliver(connection, SourceId.SKJUTNINGAR, shootings)
    assert (receipt.read, receipt.new, receipt.rejected) == (4, 4, 0)
    by_stadsdel = ask(connection, SourceId.SKJUTNINGAR, AreaLevel.STADSDEL, "2025-03..2025-03").ledger
    assert (by_stadsdel.placed, by_stadsdel.area_only, by_stadsdel.unplaced, by_stadsdel.outside) == (2, 1, 0, 1)
    # The shooting known to Tensta is in no basområde: precision is never invented.
    by_basomrade = ask(connection, SourceId.SKJUTNINGAR, AreaLevel.BASOMRADE, "2025-03..2025-03").ledger
    assert (by_basomrade.placed, by_basomrade.area_only, by_basomrade.unplaced, by_basomrade.outside) == (1, 2, 0, 1)
    by_stad = ask(connection, SourceId.SKJUTNINGAR, AreaLevel.STAD, "2025-03..2025-03").ledger
    assert (by_stad.placed, by_stad.area_only, by_stad.outside) == (3, 0, 1)


def test_the_same_rows_again_in_any_order_change_nothing(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    rows = ("A;2025-03-01 12:00;10;10", "B;2025-03-02 12:00;20;10", "C;2025-03-03 12:00;1200;10")
    first = deliver(connection, SourceId.BRANDER, fires(*rows))
    before = rollup_of(connection)
    again = deliver(connection, SourceId.BRANDER, fires(*reversed(rows)))
    assert (again.new, again.changed, again.unchanged, again.status) == (0, 0, 3, "unchanged")
    assert rollup_of(connection) == before
    duplicate = deliver(connection, SourceId.BRANDER, fires(*rows))
    assert (duplicate.status, duplicate.first, duplicate.unchanged) == ("unchanged", first.delivery, 3)


def test_rows_without_id_are_known_by_their_values_and_number(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.BASOMRADE, FOUR_BASOMRADEN)
    row = "2025-03-05;Järva;0101001;Storgatan;0801;1;2025-03-04;;1200;"
    # Three identical rows are three crimes; the same three in a later file, with one more, are the same three and a new one.
    assert deliver(connection, SourceId.ANMALDA_BROTT, "\n".join([CRIMES, row, row, row])).new == 3
    later = deliver(connection, SourceId.ANMALDA_BROTT, "\n".join([CRIMES, row, row, row, row]))
    assert (later.new, later.unchanged) == (1, 3)
    assert counts(connection, SourceId.ANMALDA_BROTT, AreaLevel.BASOMRADE, "2025-03..2025-03")["0101001"] == 4


def test_the_planner_knows_the_table_of_a_first_delivery_before_the_next(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    deliver(connection, SourceId.BRANDER, fires(*(f"{number};2025-03-01 12:00;{number};10" for number in range(1, 201))))
    # Without this, correcting one of millions of events goes through them all.
    known = connection.execute(
        text("SELECT n_distinct FROM pg_stats WHERE tablename = :table AND attname = 'key'"), {"table": f"event_{SourceId.BRANDER.number}"}
    ).scalar_one()
    assert known == -1, "every key is another's"


def test_a_row_that_stands_for_several_crimes_counts_them_all(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.BASOMRADE, FOUR_BASOMRADEN)
    rows = [CRIMES, "2025-03-05;Järva;0101001;;0801;3;2025-02-27;;;", "2025-03-05;Järva;;;0910;2;2025-03-01;;;"]
    deliver(connection, SourceId.ANMALDA_BROTT, "\n".join(rows))
    # Counted in the month of the report; the fraud has no place, and is not lost.
    exact = ask(connection, SourceId.ANMALDA_BROTT, AreaLevel.BASOMRADE, "2025-03..2025-03")
    assert (int(exact.counts.sum()), exact.ledger.area_only, exact.ledger.total) == (3, 2, 5)


def test_a_correction_is_a_version_and_as_of_gives_the_old_one(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10", "B;2025-03-01 12:00;10;10"))
    corrected = deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;1500;10", "B;2025-03-01 12:00;10;10"))
    assert (corrected.new, corrected.changed, corrected.unchanged) == (0, 1, 1)
    assert counts(connection, SourceId.BRANDER, AreaLevel.STADSDEL, "2025-03..2025-03") == {"rinkeby": 1, "tensta": 1}
    versions = connection.execute(text("SELECT known_from, known_to FROM event WHERE identity = 'A' ORDER BY known_from")).all()
    assert [version.known_to is None for version in versions] == [False, True]
    assert versions[0].known_to == versions[1].known_from
    then = in_rinkeby_at(connection, versions[0].known_from)
    assert then == 2  # both in Rinkeby, as it was known then


def in_rinkeby_at(connection: Connection, instant: datetime) -> int:
    found = connection.execute(
        text("""
            SELECT count(*) FROM event JOIN place_area USING (place_id) JOIN area USING (area_id)
            WHERE known_from <= :at AND (known_to IS NULL OR known_to > :at) AND code = 'rinkeby'
        """),
        {"at": instant},
    )
    return int(found.scalar_one())


def test_a_withdrawn_event_lowers_the_count_and_keeps_its_history(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    header = "id;tid;x;y;omrade;doda;skadade;status\n"
    deliver(connection, SourceId.SKJUTNINGAR, header + "1;2025-03-01 12:00;150010;6580010;;0;0;preliminär\n")
    withdrawn = deliver(connection, SourceId.SKJUTNINGAR, header + "1;2025-03-01 12:00;150010;6580010;;0;0;återtagen\n")
    assert withdrawn.changed == 1
    assert counts(connection, SourceId.SKJUTNINGAR, AreaLevel.STADSDEL, "2025-03..2025-03")["rinkeby"] == 0
    assert connection.execute(text("SELECT count(*) FROM event WHERE identity = '1'")).scalar_one() == 2


def test_the_first_of_two_rows_with_one_id_holds_and_the_other_is_rejected_with_its_bytes(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    receipt = deliver(
        connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10", "A;2025-03-01 12:00;10;10", "A;2025-03-01 12:00;1500;10")
    )
    assert (receipt.read, receipt.new, receipt.unchanged, receipt.rejected) == (3, 1, 1, 1)
    assert receipt.rejections[0].line == 4
    assert receipt.rejections[0].raw == b"A;2025-03-01 12:00;1;151500.0;6580010.0;Storgatan 1"
    assert counts(connection, SourceId.BRANDER, AreaLevel.STADSDEL, "2025-03..2025-03") == {"rinkeby": 1, "tensta": 0}


def test_the_rollup_kept_up_equals_the_one_made_anew(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10", "B;2025-03-01 12:00;10;10", "C;2025-04-01 12:00;1500;10"))
    deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;1500;10", "B;2025-05-01 12:00;10;10", "D;2025-04-01 12:00;9999;10"))
    kept_up = rollup_of(connection)
    rebuild_rollup(connection)
    assert kept_up == rollup_of(connection)
    assert sum(row[-1] for row in kept_up) == 4


def test_no_number_in_events_or_rollup_is_left_hanging(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10", "B;2025-03-01 12:00;9999;10"))
    draw(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 5, 1000), "tensta": (5, 0, 2000, 1000)}, replace=True)
    for table, column in (
        ("event", "place_id"),
        ("event", "category_id"),
        ("event", "delivery_id"),
        ("rollup", "place_id"),
        ("rollup", "category_id"),
    ):
        home = column.removesuffix("_id")
        hanging = f"SELECT count(*) FROM {table} WHERE NOT EXISTS (SELECT 1 FROM {home} WHERE {home}.{column} = {table}.{column})"
        assert connection.execute(text(hanging)).scalar_one() == 0


def test_new_outlines_place_every_event_anew(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10", "B;2025-03-01 12:00;700;10"))
    report = draw(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 500, 1000), "tensta": (500, 0, 2000, 1000)}, replace=True)
    assert report.events_moved == 2
    assert counts(connection, SourceId.BRANDER, AreaLevel.STADSDEL, "2025-03..2025-03") == {"rinkeby": 1, "tensta": 1}


def test_a_row_that_names_an_area_since_split_counts_by_share_and_in_the_city_of_every_edition(
    connection: Connection, draw: Drawing
) -> None:
    north_and_south: dict[str, Box] = {"norr": (0, 500, 2000, 1000), "soder": (0, 0, 2000, 500)}
    for edition, boxes in ((date(2020, 7, 1), TWO_STADSDELAR), (date(2023, 7, 1), north_and_south)):
        draw.edition = edition
        draw(AreaLevel.STADSDEL, boxes)
    header = "id;tid;x;y;omrade;doda;skadade;status\n"
    deliver(connection, SourceId.SKJUTNINGAR, header + "1;2025-03-01 12:00;;;Tensta;0;0;bekräftad\n")
    month = Span(Month.parse("2025-03"), Month.parse("2025-03"))
    for edition, estimated in ((date(2020, 7, 1), 0), (date(2023, 7, 1), 1)):
        cube = load_cube(connection, edition)
        ledger = compare(cube, Question(AreaLevel.STADSDEL, (SourceId.SKJUTNINGAR,), month, edition)).ledger
        city = compare(cube, Question(AreaLevel.STAD, (SourceId.SKJUTNINGAR,), month, edition)).ledger
        assert (ledger.placed, ledger.area_only, ledger.estimated) == (1, 0, estimated)
        assert (city.placed, city.total, city.estimated) == (1, 1, 0)


def test_a_file_before_any_areas_is_refused(connection: Connection) -> None:
    with pytest.raises(BadDeliveryError, match="Inga områden"):
        deliver(connection, SourceId.BRANDER, fires("A;2025-03-01 12:00;10;10"))


def test_a_month_without_a_row_is_missing_for_a_monthly_source_and_zero_for_a_rare_one(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO_STADSDELAR)
    deliver(connection, SourceId.BRANDER, fires("A;2025-01-01 12:00;10;10", "B;2025-03-01 12:00;10;10"))
    header = "id;tid;x;y;omrade;doda;skadade;status\n"
    rows = "1;2025-01-01 12:00;;;Tensta;0;0;bekräftad\n2;2025-03-01 12:00;;;Tensta;0;0;bekräftad\n"
    deliver(connection, SourceId.SKJUTNINGAR, header + rows)
    missing = ask(connection, SourceId.BRANDER, AreaLevel.STADSDEL, "2025-01..2025-03").coverage[0].missing
    assert [str(month) for month in missing] == ["2025-02"]
    assert ask(connection, SourceId.SKJUTNINGAR, AreaLevel.STADSDEL, "2025-01..2025-03").coverage[0].missing == ()
