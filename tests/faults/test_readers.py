"""INGEST, promise 2: who reads while others load sees the state before a delivery or after it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from tests.faults.conftest import City
from tests.faults.loader import Loaders
from tests.faults.register import Register
from tests.faults.watching import known_in
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.store.engine import one_state

_SEEN = text("""
    SELECT (SELECT count(*) FROM publication WHERE what = 'delivery'), (SELECT coalesce(sum(antal), 0) FROM rollup), count(*),
        coalesce(sum(round(ST_X(geom) - 150000)), 0) FROM event WHERE known_to IS NULL
""")
_YEAR = Span(Month.parse("2025-01"), Month.parse("2025-12"))
_DELIVERIES = 30


def test_who_reads_during_loads_sees_only_whole_states(city: City, start: Loaders, folder: Path) -> None:
    register = Register(folder, 4)
    files, states = [], {(0, 0, 0, 0)}
    for number in range(1, _DELIVERIES + 1):
        files.append(str(register.next()))
        told = register.told()
        states.add((number, len(told), len(told), sum(east for _, east, _ in told.values())))
    loader = start.start(city.address, "ingest", "brander", *files)
    seen = set()
    while loader.at_work:
        with one_state(city.engine) as connection:
            seen.add(tuple(int(value) for value in connection.execute(_SEEN).one()))
    loader.done()
    assert seen <= states, f"seen, but never whole: {seen - states}"
    assert len(seen) > _DELIVERIES // 3
    assert known_in(city) == register.told()


def test_who_asks_during_loads_gets_the_figures_of_a_whole_state(city: City, start: Loaders, folder: Path) -> None:
    register = Register(folder, 5)
    start.start(city.address, "ingest", "brander", str(register.next())).done()
    files, totals = [], {len(register.told())}
    for _ in range(12):
        files.append(str(register.next()))
        totals.add(len(register.told()))
    loader = start.start(city.address, "ingest", "brander", *files)
    seen = set()
    while loader.at_work:
        with one_state(city.engine) as connection:
            exact = compare(load_cube(connection), Question(AreaLevel.BASOMRADE, (SourceId.BRANDER,), _YEAR))
        assert int(exact.counts.sum()) == exact.ledger.placed  # every fire is on the drawing board, and no fire twice
        seen.add(exact.ledger.total)
    loader.done()
    assert seen <= totals
    assert len(seen) > 2


def test_two_files_at_once_are_both_in_and_the_later_received_holds(city: City, start: Loaders, folder: Path) -> None:
    register = Register(folder, 6, months=1, corrected=1)  # no file has anything that another already replaced: that would be held
    start.start(city.address, "ingest", "brander", str(register.next())).done()
    for _ in range(8):
        told = {}
        for _ in range(2):
            file = register.next()
            told[file.name] = (file, register.told())
        before = known_in(city)
        for loader in [start.start(city.address, "ingest", "brander", str(file)) for file, _ in told.values()]:
            loader.done()
        with city.engine.connect() as connection:
            rows = connection.execute(text("SELECT file_name, status, published_at FROM delivery ORDER BY delivery_id DESC LIMIT 2")).all()
        assert [row.status for row in rows] == ["published"] * 2
        assert rows[0].published_at > rows[1].published_at, "not in the order received"
        assert known_in(city) == {**before, **told[rows[1].file_name][1], **told[rows[0].file_name][1]}


def test_the_same_file_twice_at_once_is_published_once(city: City, start: Loaders, folder: Path) -> None:
    register = Register(folder, 7)
    for _ in range(6):
        file = str(register.next())
        for loader in [start.start(city.address, "ingest", "brander", file) for _ in range(2)]:
            loader.done()
        with city.engine.connect() as connection:
            found = connection.execute(
                text("SELECT status, rows_new, rows_unchanged FROM delivery ORDER BY delivery_id DESC LIMIT 2")
            ).all()
        assert [tuple(row) for row in found] == [("unchanged", 0, 1000), ("published", 1000, 0)]
        assert known_in(city) == register.told()
