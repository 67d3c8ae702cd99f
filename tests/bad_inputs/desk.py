"""A desk where files are handed in, on a real database, and what must hold of every file whatever is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, text

from tests.bad_inputs.table import TABLE, TRIED
from trygghetskarta.delivering import Delivering, deliver
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError
from trygghetskarta.ingest.receipts import Receipt
from trygghetskarta.ingest.rollup import rebuild_rollup
from trygghetskarta.settings import Settings

CORNER = (150_000, 6_580_000)
FIRE_HEADER = "id;larmtid;handelsetyp;x;y;adress"
CRIME_HEADER = "Inskrivningsdatum;Närpo;Basområde;Gata;Brottskod;Antal;Brottsdag start;Brottsdag slut;Brottstid start;Brottstid slut"
POINT_HEADER = "ID,BROTTSKOD,LATITUDE,LONGITUDE,GATA,GATUNR,KOMMUN,BROTTSDATUMTID_START,BROTTSDATUMTID_SLUT"
SHOOTING_HEADER = "id;tid;x;y;omrade;doda;skadade;status"
_EVENTS = text("""
    SELECT event.*, category.code AS category, place.key AS place_key, ST_X(geom) AS x, ST_Y(geom) AS y,
        ARRAY(SELECT area.code FROM place_area JOIN area USING (area_id) WHERE place_area.place_id = event.place_id ORDER BY 1) AS areas,
        ARRAY(SELECT DISTINCT bucket FROM place_area WHERE place_area.place_id = event.place_id ORDER BY 1) AS buckets
    FROM event JOIN category USING (category_id) JOIN place ON place.place_id = event.place_id ORDER BY known_from, line, key
""")
_CLOSED = text("""
    SELECT delivery_id, rows_rejected, rows_new + rows_changed AS begun,
        (SELECT count(*) FROM rejected_row WHERE rejected_row.delivery_id = delivery.delivery_id) AS kept,
        (SELECT count(*) FROM event WHERE event.delivery_id = delivery.delivery_id)
        + (SELECT count(*) FROM indicator WHERE indicator.delivery_id = delivery.delivery_id) AS stored
    FROM delivery WHERE status = 'published'
""")
_ROLLUP = text("SELECT place_id, category_id, source_id, month, antal FROM rollup ORDER BY 1, 2, 3, 4")


def fire(
    number: str = "B1", when: str = "2025-10-01 10:00", kind: str = "1", x: object = 100, y: object = 100, address: str = "Tallvägen 25"
) -> str:
    """Write a fire; a number is metres from the corner of the city, a text stands as it is."""
    places = [value if isinstance(value, str) else str(value + corner) for value, corner in zip((x, y), CORNER, strict=True)]  # type: ignore[operator]
    return f"{number};{when};{kind};{places[0]};{places[1]};{address}"


def crime(
    reported: str = "2025-10-03",
    area: str = "0101001",
    kind: str = "0310",
    antal: str = "1",
    start: str = "2025-10-01",
    end: str = "",
    start_time: str = "",
    street: str = "Ringvägen",
) -> str:
    """Write a crime of the police's extract by basområde."""
    return f"{reported};Järva;{area};{street};{kind};{antal};{start};{end};{start_time};"


def shooting(number: str = "S1", when: str = "2025-10-01 10:00", area: str = "Rinkeby", status: str = "bekräftad") -> str:
    """Write a shooting that names its stadsdel."""
    return f"{number};{when};;;{area};0;1;{status}"


GOOD_FIRES = (fire("G1", x=200), fire("G2", x=300))
GOOD_CRIMES = (crime(street="Storgatan"), crime(street="Lillgatan"))
GOOD_SHOOTINGS = (shooting("G1"), shooting("G2"))


def lines(*rows: str, end: str = "\n") -> bytes:
    """Write rows as the bytes of a UTF-8 file."""
    return "".join(f"{row}{end}" for row in rows).encode()


def fires(*rows: str) -> bytes:
    """Write a file of fires: these, and two good ones after them."""
    return lines(FIRE_HEADER, *rows, *GOOD_FIRES)


def crimes(*rows: str) -> bytes:
    """Write a file of crimes: these, and two good ones after them."""
    return lines(CRIME_HEADER, *rows, *GOOD_CRIMES)


def shootings(*rows: str) -> bytes:
    """Write a file of shootings: these, and two good ones after them."""
    return lines(SHOOTING_HEADER, *rows, *GOOD_SHOOTINGS)


@dataclass(frozen=True)
class State:
    """All that readers see."""

    events: Sequence[Mapping[str, Any]]
    rollup: list[tuple[Any, ...]]


@dataclass
class Desk:
    """Hands in files as the command line does, and looks at what came of it."""

    engine: Engine
    folder: Path
    files: Iterator[int] = field(default_factory=count)

    def send(
        self,
        content: bytes,
        source: SourceId = SourceId.BRANDER,
        name: str = "fil.csv",
        srid: int | None = None,
        mapping: str | None = None,
        *,
        complete: bool = False,
    ) -> Receipt:
        """Deliver a file of these bytes."""
        folder = self.folder / str(next(self.files))
        folder.mkdir()
        path, mapping_path = folder / name, folder / "mapping.toml"
        path.write_bytes(content)
        if mapping is not None:
            mapping_path.write_text(mapping, encoding="utf-8")
        how = Delivering(source, srid, mapping_path if mapping is not None else None, complete=complete)
        return deliver(self.engine, Settings(), how, path)

    def state(self) -> State:
        """Give all that readers see."""
        with self.engine.connect() as connection:
            events = [dict(row) for row in connection.execute(_EVENTS).mappings()]
            return State(events, [tuple(row) for row in connection.execute(_ROLLUP)])

    def events(self, delivery: int | None = None) -> list[Mapping[str, Any]]:
        """Give the current versions of the events, or those of one delivery, in the order of its lines."""
        events = self.state().events
        return [one for one in events if one["known_to"] is None and (delivery is None or one["delivery_id"] == delivery)]

    def rejected(self, delivery: int) -> list[Mapping[str, Any]]:
        """Give the rejected rows of a delivery as they are stored."""
        with self.engine.connect() as connection:
            found = connection.execute(text("SELECT * FROM rejected_row WHERE delivery_id = :d ORDER BY number"), {"d": delivery})
            return [dict(row) for row in found.mappings()]

    def received_at(self, delivery: int) -> datetime:
        """Give when a delivery came in."""
        with self.engine.connect() as connection:
            came: datetime = connection.execute(
                text("SELECT received_at FROM delivery WHERE delivery_id = :d"), {"d": delivery}
            ).scalar_one()
            return came

    def last_delivery(self) -> Mapping[str, Any]:
        """Give the latest delivery on record."""
        with self.engine.connect() as connection:
            return dict(connection.execute(text("SELECT * FROM delivery ORDER BY delivery_id DESC LIMIT 1")).mappings().one())

    def assert_whole(self) -> None:
        """See that nothing is half: the counts are those of the events, and every delivery's rows add up."""
        with self.engine.connect() as connection:
            kept_up = [tuple(row) for row in connection.execute(_ROLLUP)]
            rebuild_rollup(connection)
            assert kept_up == [tuple(row) for row in connection.execute(_ROLLUP)]
            connection.rollback()
            closed = connection.execute(_CLOSED).all()
            for row in closed:
                assert (row.rows_rejected, row.begun) == (row.kept, row.stored), row
            unpublished = "SELECT count(*) FROM event JOIN delivery USING (delivery_id) WHERE status <> 'published'"
            assert connection.execute(text(unpublished)).scalar_one() == 0


@dataclass(frozen=True)
class Fault:
    """A rejected row: its line, column and code."""

    line: int
    column: str
    code: str


@dataclass(frozen=True)
class Refused:
    """The file as a whole is refused, with this code, and the error says these words."""

    code: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Loads:
    """The file is taken in: so many new rows, these rejected, these warnings; it was read so; and something more holds of the events."""

    new: int
    faults: tuple[Fault, ...] = ()
    warnings: Mapping[str, int] = field(default_factory=dict)
    blank: int = 0
    unchanged: int = 0
    read_as: Mapping[str, object] = field(default_factory=dict)
    holds: Callable[[Sequence[Mapping[str, Any]]], bool] = lambda _: True


@dataclass(frozen=True)
class Case:
    """A bad input: its row of the table, a file that has it, and what must come of it.

    Attributes:
        input: The input as the table names it.
        content: The file's bytes.
        expected: What comes of it.
        source: Where it is sent.
        variant: Which of the inputs of the row.
        srid: The coordinate system the sender states.
        mapping: The mapping the sender gives.
        name: The file's name.
    """

    input: str
    content: bytes
    expected: Refused | Loads
    source: SourceId = SourceId.BRANDER
    variant: str = ""
    srid: int | None = None
    mapping: str | None = None
    name: str = "fil.csv"


Test = TypeVar("Test", bound=Callable[..., None])


def about(*inputs: str) -> Callable[[Test], Test]:
    """Say which rows of the table a test is about."""
    known = {one for section in TABLE.values() for one in section}
    assert set(inputs) <= known, set(inputs) - known
    TRIED.update(inputs)
    return lambda test: test


def each(*cases: Case) -> pytest.MarkDecorator:
    """Try every case, by the name that the table gives it."""
    about(*(case.input for case in cases))
    return pytest.mark.parametrize("case", cases, ids=[f"{case.input} {case.variant}".strip() for case in cases])


def line_starts(content: bytes) -> list[int]:
    """Give the byte on which each line begins, as a text editor counts lines."""
    return [0, *(end.end() for end in re.finditer(rb"\r\n|\n|\r", content))]


BEFORE = (lines(FIRE_HEADER, fire("FÖRE", x=150)), lines(SHOOTING_HEADER, shooting("FÖRE")))


def meet(desk: Desk, case: Case) -> Receipt | None:
    """Hand in a case's file and see that all it must come to holds: what is stored, what is said, and what is left as it was."""
    desk.send(BEFORE[0])
    desk.send(BEFORE[1], SourceId.SKJUTNINGAR)
    before = desk.state()
    if isinstance(case.expected, Refused):
        _meet_refusal(desk, case, case.expected, before)
        return None
    receipt = desk.send(case.content, case.source, case.name, case.srid, case.mapping)
    _meet_loading(desk, case, case.expected, receipt)
    assert [one for one in desk.state().events if one["delivery_id"] != receipt.delivery] == before.events
    return receipt


def _meet_refusal(desk: Desk, case: Case, expected: Refused, before: State) -> None:
    with pytest.raises(BadDeliveryError) as caught:
        desk.send(case.content, case.source, case.name, case.srid, case.mapping)
    error = caught.value
    assert error.code == expected.code
    assert_told(error.swedish, error.english)
    for words in expected.says:
        assert words in error.swedish
        assert words in error.english
    assert desk.state() == before
    desk.assert_whole()


def _meet_loading(desk: Desk, case: Case, expected: Loads, receipt: Receipt) -> None:
    faults = tuple(Fault(row.line, row.column, row.message.code) for row in receipt.rejections)
    assert faults == expected.faults
    assert receipt.read == receipt.new + receipt.changed + receipt.unchanged + receipt.rejected + receipt.blank
    assert (receipt.new, receipt.changed, receipt.blank, receipt.unchanged) == (expected.new, 0, expected.blank, expected.unchanged)
    assert {warned.code.value: warned.count for warned in receipt.warnings} == dict(expected.warnings)
    for warned in receipt.warnings:
        assert_told(warned.swedish, warned.english)
    assert_rejections_told(receipt, case.content, desk.rejected(receipt.delivery))
    kept = desk.last_delivery()["receipt"]["readAs"]
    assert kept.items() >= expected.read_as.items()
    assert receipt.read_as is not None
    assert kept == receipt.read_as.told()
    events = desk.events(receipt.delivery)
    assert len(events) == expected.new
    assert expected.holds(events), events
    desk.assert_whole()


def assert_rejections_told(receipt: Receipt, content: bytes, stored: Sequence[Mapping[str, Any]]) -> None:
    """See that every rejected row is told in both languages and kept with its own bytes, on record as in the receipt."""
    starts = line_starts(content)
    for row, kept in zip(receipt.rejections, stored, strict=True):
        assert_told(row.message.swedish, row.message.english)
        assert (kept["line"], kept["column_name"], kept["code"]) == (row.line, row.column, row.message.code)
        assert (kept["message"], kept["message_en"], bytes(kept["raw"])) == (row.message.swedish, row.message.english, row.raw)
        assert row.value.isprintable()
        assert len(row.value) <= 6 * 80
        if row.message.code != "personal_data":
            assert content.startswith(row.raw, starts[row.line - 1]), row


def assert_told(swedish: str, english: str) -> None:
    """See that something is said in both languages, as sentences."""
    assert swedish.endswith((".", "?"))
    assert english.endswith((".", "?"))
    assert swedish != english
