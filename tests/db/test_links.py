"""The same thing told by several sources: found by time and place, decided by people, never merged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from tests.conftest import Box, Drawing
from tests.db.delivering import counts, deliver, fires
from tests.db.test_cli import run
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.links import LinkStatus
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import InvalidQuestionError, NotFoundError
from trygghetskarta.ingest.linking import decide_link, find_links
from trygghetskarta.queries.links import list_links

TWO: dict[str, Box] = {"rinkeby": (0, 0, 3000, 1000), "tensta": (3000, 0, 6000, 1000)}
BASOMRADEN: dict[str, Box] = {"0101001": (0, 0, 1500, 1000), "0101002": (1500, 0, 3000, 1000), "0102001": (3000, 0, 6000, 1000)}
LIST = "id;tid;x;y;omrade;doda;skadade;status\n"


def listed(number: str, when: str, place: str) -> str:
    """Write a row of a list: the place is metres from the corner as x,y, or the name of an area."""
    x, _, y = place.partition(",")
    at = f"{150_000 + float(x)};{6_580_000 + float(y)};" if y else f";;{place}"
    return f"{number};{when};{at};0;0;bekräftad\n"


@pytest.fixture
def told_twice(fresh_database: Engine, tmp_path: Path) -> Engine:
    """Give a database of its own with one fire that is also an explosion."""
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, TWO)
        deliver(connection, SourceId.SPRANGNINGAR, blasts(listed("S1", "2025-03-01 12:00", "100,100")))
        deliver(connection, SourceId.BRANDER, fires("B1;2025-03-01 12:00;100;100"))
    return fresh_database


def blasts(*rows: str) -> str:
    return LIST + "".join(rows)


def links(connection: Connection, status: LinkStatus | None = None) -> list[dict[str, Any]]:
    return list_links(connection, status, None, 100)[0]


def scores(connection: Connection) -> dict[tuple[str, str], float]:
    return {(link["a"]["identity"], link["b"]["identity"]): round(link["score"], 3) for link in links(connection)}


def test_the_same_minute_and_place_is_the_likeliest_and_far_or_late_is_no_candidate(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO)
    rows = (
        listed("S1", "2025-03-01 12:00", "100,100"),
        listed("S2", "2025-03-01 12:00", "600,100"),  # 500 metres off
        listed("S3", "2025-03-01 13:30", "100,100"),  # an hour and a half after
        listed("S4", "2025-03-01 12:00", "1200,100"),  # over a kilometre off, if in the same stadsdel
        listed("S5", "2025-03-01 15:01", "100,100"),  # over three hours after
        listed("S6", "2025-03-02 12:00", "100,100"),
    )
    deliver(connection, SourceId.SPRANGNINGAR, blasts(*rows))
    deliver(connection, SourceId.BRANDER, fires("B1;2025-03-01 12:00;100;100"))
    find_links(connection)
    assert scores(connection) == {("B1", "S1"): 1.0, ("B1", "S2"): 0.5, ("B1", "S3"): 0.5}
    assert [link["status"] for link in links(connection)] == ["candidate"] * 3


def test_midnight_does_not_part_two_events_of_one_minute(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO)
    deliver(
        connection, SourceId.SPRANGNINGAR, blasts(listed("S1", "2025-03-31 23:59", "100,100"), listed("S2", "2025-06-15 02:01", "100,100"))
    )
    deliver(connection, SourceId.BRANDER, fires("B1;2025-04-01 00:05;100;100", "B2;2025-06-15 01:59;100;100"))
    find_links(connection)
    assert scores(connection) == {("B2", "S2"): round(1 - 2 / 180, 3), ("B1", "S1"): round(1 - 6 / 180, 3)}


def test_an_event_known_to_an_area_meets_those_in_the_same_area(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.BASOMRADE, BASOMRADEN)
    draw(AreaLevel.STADSDEL, TWO)
    deliver(
        connection, SourceId.SKJUTNINGAR, blasts(listed("S1", "2025-03-01 12:00", "Rinkeby"), listed("S2", "2025-03-01 12:00", "100,100"))
    )
    deliver(
        connection, SourceId.SPRANGNINGAR, blasts(listed("E1", "2025-03-01 12:00", "2900,100"), listed("E2", "2025-03-01 12:00", "Tensta"))
    )
    crimes = "Inskrivningsdatum;Närpo;Basområde;Gata;Brottskod;Antal;Brottsdag start;Brottsdag slut;Brottstid start;Brottstid slut\n"
    rows = "2025-03-02;Järva;0101001;;0375;1;2025-03-01;;1200;\n2025-03-02;Järva;0101001;;0801;1;2025-03-01;;1200;\n"
    deliver(connection, SourceId.ANMALDA_BROTT, crimes + rows)
    find_links(connection)
    found = {(link["a"]["identity"], link["b"]["identity"]): link for link in links(connection)}
    # The point is in the shooting's stadsdel; the points are far apart; Tensta is another stadsdel. The theft is of no kind that a shooting can be.
    assert {pair: round(link["score"], 2) for pair, link in found.items()} == {("S1", "E1"): 0.5, (None, "S1"): 0.5, (None, "S2"): 0.7}
    assert all(link["metres"] is None for link in found.values())


def test_an_event_known_to_the_day_scores_half_and_one_known_to_weeks_is_no_candidate(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.BASOMRADE, BASOMRADEN)
    draw(AreaLevel.STADSDEL, TWO)
    deliver(connection, SourceId.BRANDER, fires("B1;2025-03-01 12:00;100;100"))
    crimes = "Inskrivningsdatum;Närpo;Basområde;Gata;Brottskod;Antal;Brottsdag start;Brottsdag slut;Brottstid start;Brottstid slut\n"
    rows = "2025-03-20;Järva;0101001;;1203;1;2025-03-01;;;\n2025-03-20;Järva;0101001;;1203;1;2025-02-20;2025-03-10;;\n"
    deliver(connection, SourceId.ANMALDA_BROTT, crimes + rows)
    find_links(connection)
    assert [(round(link["score"], 2), link["minutes"]) for link in links(connection)] == [(0.35, 0)]


def test_a_decision_is_kept_when_the_search_runs_again_also_after_a_new_version(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO)
    deliver(connection, SourceId.SPRANGNINGAR, blasts(*(listed(f"S{n}", f"2025-03-0{n} 12:00", "100,100") for n in (1, 2, 3, 4))))
    deliver(connection, SourceId.BRANDER, fires(*(f"B{n};2025-03-0{n} 12:00;100;100" for n in (1, 2, 3, 4))))
    assert sum(new for _, _, new in find_links(connection).by_pair) == 4
    number = {link["a"]["identity"]: link["link_id"] for link in links(connection)}
    decide_link(connection, number["B1"], LinkStatus.CONFIRMED, "Ada Ek")
    decide_link(connection, number["B2"], LinkStatus.REJECTED, "Ada Ek")
    # The fires move: the first three half a kilometre, the last out of reach; and the rejected one out of reach as well.
    moved = ("B1;2025-03-01 12:00;600;100", "B2;2025-03-02 12:00;5000;100", "B3;2025-03-03 12:00;600;100", "B4;2025-03-04 12:00;5000;100")
    assert deliver(connection, SourceId.BRANDER, fires(*moved)).changed == 4
    again = find_links(connection)
    assert (sum(new for _, _, new in again.by_pair), again.dropped) == (0, 1)
    now = {link["a"]["identity"]: (link["status"], link["decided_by"], round(link["score"], 2)) for link in links(connection)}
    assert now == {"B1": ("confirmed", "Ada Ek", 0.5), "B2": ("rejected", "Ada Ek", 1.0), "B3": ("candidate", None, 0.5)}
    assert {link["a"]["identity"]: link["link_id"] for link in links(connection)}["B1"] == number["B1"]


def test_a_link_counts_nothing_and_merges_nothing(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO)
    deliver(connection, SourceId.SPRANGNINGAR, blasts(listed("S1", "2025-03-01 12:00", "100,100")))
    deliver(connection, SourceId.BRANDER, fires("B1;2025-03-01 12:00;100;100"))
    find_links(connection)
    decide_link(connection, links(connection)[0]["link_id"], LinkStatus.CONFIRMED, "Ada Ek")
    for source in (SourceId.SPRANGNINGAR, SourceId.BRANDER):
        assert counts(connection, source, AreaLevel.STADSDEL, "2025-03..2025-03")["rinkeby"] == 1


def test_a_withdrawn_event_is_no_candidate_any_more(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, TWO)
    row = listed("S1", "2025-03-01 12:00", "100,100")
    deliver(connection, SourceId.SPRANGNINGAR, blasts(row))
    deliver(connection, SourceId.BRANDER, fires("B1;2025-03-01 12:00;100;100"))
    find_links(connection)
    deliver(connection, SourceId.SPRANGNINGAR, blasts(row.replace("bekräftad", "återtagen")))
    assert find_links(connection).dropped == 1
    assert links(connection) == []


def test_a_decision_names_who_made_it_and_a_link_there_is(connection: Connection) -> None:
    with pytest.raises(InvalidQuestionError, match="Ange vem"):
        decide_link(connection, 1, LinkStatus.CONFIRMED, "  ")
    with pytest.raises(NotFoundError, match="inget samband 4711"):
        decide_link(connection, 4711, LinkStatus.CONFIRMED, "Ada Ek")


def test_links_of_the_sample_lie_within_the_bounds_and_each_is_found_once(sample: Engine) -> None:
    with sample.connect() as connection:
        found = find_links(connection)
        rows = connection.execute(text("SELECT score, minutes, metres, a_source, b_source FROM event_link")).all()
        connection.rollback()
    assert len(rows) == sum(links for _, links, _ in found.by_pair) == sum(new for _, _, new in found.by_pair) > 0
    assert all(0.2 <= row.score <= 1 and row.minutes <= 180 and (row.metres is None or row.metres <= 1000) for row in rows)


def test_a_steward_finds_lists_and_decides_from_the_command_line(told_twice: Engine) -> None:
    assert "samband, varav" in run(told_twice, "links", "find").stdout
    first = run(told_twice, "links", "list", "--status", "candidate", "--limit", "1").stdout
    number = first.split()[0]
    assert run(told_twice, "links", "confirm", number, "--by", "Ada Ek").stdout == f"Samband {number} är bekräftat av Ada Ek.\n"
    assert "bekräftat av Ada Ek" in run(told_twice, "links", "list", "--status", "confirmed").stdout
    assert run(told_twice, "links", "reject", number, "--by", "Bo Al").stdout == f"Samband {number} är avvisat av Bo Al.\n"
    missing = run(told_twice, "links", "confirm", "999999", "--by", "Ada Ek")
    assert (missing.returncode, "There is no link 999999." in missing.stderr) == (2, True)
