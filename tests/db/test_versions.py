"""What the rows of a part are to the versions known, also when a file comes in parts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from tests.conftest import Drawing
from tests.db.delivering import deliver, fires, undone
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.formats import delimited

ROWS = st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from([10, 20])), min_size=1, max_size=10)


def fire(row: tuple[str, int]) -> str:
    return f"{row[0]};2025-03-01 12:00;{row[1]};10"


def current(connection: Connection) -> dict[str, int]:
    """Give how far east of the corner each event now is known to be."""
    rows = connection.execute(text("SELECT identity, ST_X(geom) AS x FROM event WHERE known_to IS NULL")).all()
    assert len({row.identity for row in rows}) == len(rows)
    return {row.identity: round(row.x - 150_000) for row in rows}


def test_the_first_row_of_an_id_holds_whatever_part_of_whatever_file_it_stands_in(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000)})

    @given(st.lists(ROWS, min_size=1, max_size=3), st.sampled_from([1 << 20, 130, 60]))
    @settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    def files(deliveries: list[list[tuple[str, int]]], block: int) -> None:
        known: dict[str, int] = {}
        with undone(connection), pytest.MonkeyPatch.context() as patch:
            patch.setattr(delimited, "BLOCK", block)
            for number, rows in enumerate(deliveries):
                receipt = deliver(connection, SourceId.BRANDER, fires(*map(fire, rows)) + "\n" * number, f"fil {number}.csv")
                if receipt.first is not None:
                    continue
                first: dict[str, int] = {}
                for identity, x in rows:
                    first.setdefault(identity, x)
                conflicting = [line for line, (identity, x) in enumerate(rows, 2) if first[identity] != x]
                new = [identity for identity in first if identity not in known]
                changed = [identity for identity, x in first.items() if known.get(identity, x) != x]
                assert (receipt.new, receipt.changed, receipt.rejected) == (len(new), len(changed), len(conflicting))
                assert receipt.unchanged == len(rows) - len(new) - len(changed) - len(conflicting)
                assert receipt.read == receipt.new + receipt.changed + receipt.unchanged + receipt.rejected + receipt.blank
                told = [(row.line, row.column, row.value, row.message.code) for row in receipt.rejections]
                assert told == [(line, "id", rows[line - 2][0], "conflicting_row") for line in conflicting]
                assert all(row.raw == fires(fire(rows[row.line - 2])).splitlines()[1].encode() for row in receipt.rejections)
                known |= first
                assert current(connection) == known

    files()


@pytest.mark.parametrize("block", [1 << 20, 200, 110])
def test_equal_rows_without_id_are_as_many_events_in_however_many_parts(
    connection: Connection, draw: Drawing, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000)})
    monkeypatch.setattr(delimited, "BLOCK", block)
    header = "Inskrivningsdatum;Basområde;Brottskod;Antal;Brottsdag start"
    row, other = "2025-10-03;;0310;1;2025-10-01", "2025-10-03;;0808;1;2025-10-01"
    files = [[row] * 7, [row] * 7, [other, *[row] * 8, other], [row, other] * 4]
    told = [deliver(connection, SourceId.ANMALDA_BROTT, "\n".join([header, *rows, ""])) for rows in files]
    assert [(receipt.new, receipt.unchanged) for receipt in told if receipt.first is None] == [(7, 0), (3, 7), (2, 6)]
    assert connection.execute(text("SELECT count(*) FROM event")).scalar_one() == 12


def test_a_conflicting_row_is_kept_without_what_may_point_at_a_person(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000)})
    first, second = fires(fire(("A", 10)), fire(("A", 20))).splitlines()[1:]
    content = f"{fires().splitlines()[0]};anmälare\n{first};x\n{second};811218-9876\n"
    receipt = deliver(connection, SourceId.BRANDER, content)
    assert [row.raw.decode() for row in receipt.rejections] == [f"{second};{'*' * 11}"]
    stored = connection.execute(text("SELECT raw FROM rejected_row")).scalar_one()
    assert bytes(stored).decode() == f"{second};{'*' * 11}"


def test_versions_of_an_event_follow_each_other_without_a_gap(connection: Connection, draw: Drawing) -> None:
    draw(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000)})
    for x in (10, 20, 10, 30):
        deliver(connection, SourceId.BRANDER, fires(fire(("A", x))), f"{x}.csv")
    spans = connection.execute(text("SELECT known_from, known_to FROM event ORDER BY known_from")).all()
    assert all(one.known_to == following.known_from for one, following in pairwise(spans))
    assert [span.known_to is None for span in spans] == [False] * (len(spans) - 1) + [True]
