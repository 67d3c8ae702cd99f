"""INGEST, promise 5: `asOf` gives an earlier day's answers byte for byte, whatever was delivered since."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, text

from tests.conftest import Drawing, serving
from tests.faults.register import Register
from trygghetskarta.delivering import Delivering, approve, deliver
from trygghetskarta.domain.areas import AreaLevel, Standing
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.periods import local_day
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.ingest.reshaped import approve_edition
from trygghetskarta.settings import Settings

OLD = "2023-07-01"
BOXES = {"norr": (0.0, 500.0, 2000.0, 1000.0), "soder": (0.0, 0.0, 2000.0, 500.0)}
_SHOOTINGS = "id;tid;x;y;omrade;doda;skadade;status\n"
# All instants that tell when something was known.
_KNOWN = {
    "event": ("known_from", "known_to"),
    "indicator": ("known_from", "known_to"),
    "coverage": ("known_from", "known_to"),
    "delivery": ("received_at", "published_at"),
    "publication": ("published_at",),
}
QUESTIONS = [
    (path, {"source": sources, "level": "stadsdel", "from": "2025-01", "to": "2025-06", "format": form, **extra})
    for sources in (["brander"], ["skjutningar", "brander"])
    for path, extra in (
        ("comparisons", {"baseline": "previous"}),
        ("comparisons", {"level": "stad"}),
        ("comparisons", {"measure": "rate", "baseline": "previous"}),
        ("series", {"interval": "quarter"}),
    )
    for form in (("geojson", "csv") if path == "comparisons" else ("json", "csv"))
]


@pytest.fixture
def city(fresh_database: Engine, tmp_path: Path) -> Engine:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, BOXES)
    let_pass(fresh_database, datetime(2000, 1, 1, tzinfo=UTC), 100)
    return fresh_database


def let_pass(engine: Engine, since: datetime, days: int) -> None:
    """Make what was known since an instant so many days older."""
    with engine.begin() as connection:
        for table, columns in _KNOWN.items():
            for column in columns:
                earlier = f"UPDATE {table} SET {column} = {column} - make_interval(days => :days) WHERE {column} >= :since"
                connection.execute(text(earlier), {"days": days, "since": since})


def asked(server: str, day: date, **more: str) -> dict[str, bytes]:
    """Ask all the questions as of a day."""
    answers = {}
    for path, parameters in QUESTIONS:
        answer = httpx.get(f"{server}/v1/{path}", params={**parameters, **more, "asOf": str(day)}, timeout=60)
        assert answer.status_code == 200, answer.text
        answers[str(answer.url.query)] = answer.content
    return answers


def deliver_at(engine: Engine, source: SourceId, path: Path, days: int) -> None:
    """Deliver a file, approved if need be, so many days ago."""
    now = datetime.now(UTC)
    receipt = deliver(engine, Settings(), Delivering(source), path)
    if receipt.status == "held":
        receipt = approve(engine, Settings(), receipt.delivery)
    assert receipt.status == "published"
    let_pass(engine, now, days)


def written(folder: Path, name: str, rows: str, header: str = _SHOOTINGS) -> Path:
    (folder / name).write_text(header + rows, encoding="utf-8")
    return folder / name


def people(folder: Path, name: str, norr: int) -> Path:
    rows = f"stadsdel;norr;2024-12-31;residents;{norr}\nstadsdel;soder;2024-12-31;residents;9000\n"
    return written(folder, name, rows, "niva;kod;datum;slag;antal\n")


def test_as_of_gives_an_earlier_days_answers_byte_for_byte(city: Engine, tmp_path: Path) -> None:
    register = Register(tmp_path, 11, rows=300)
    today = local_day(datetime.now(UTC))
    first = "1;2025-02-01 12:00;150010;6580010;;0;0;preliminär\n2;2025-03-01 12:00;;;Norr;1;0;bekräftad\n"
    deliver_at(city, SourceId.POPULATION, people(tmp_path, "folk.csv", 8000), 62)
    deliver_at(city, SourceId.SKJUTNINGAR, written(tmp_path, "a.csv", first), 61)
    for _ in range(6):
        deliver_at(city, SourceId.BRANDER, register.next(), 60)
    later = [
        # corrected, withdrawn and new; a month more; everything moved
        (SourceId.SKJUTNINGAR, written(tmp_path, "b.csv", first.replace("preliminär", "återtagen").replace("1;0;b", "0;3;b"))),
        (SourceId.BRANDER, register.next()),
        (SourceId.POPULATION, people(tmp_path, "folket.csv", 8500)),
        (SourceId.SKJUTNINGAR, written(tmp_path, "c.csv", first + "3;2025-04-01 12:00;;;Söder;0;0;bekräftad\n")),
        (SourceId.BRANDER, register.next()),
    ]
    kept: dict[date, dict[str, bytes]] = {}
    for number in range(len(later) + 1):
        if number:
            deliver_at(city, *later[number - 1], 60 - 10 * number)
        with serving(city, Audience.STAFF) as server:
            for earlier, answers in kept.items():
                again = asked(server, earlier)
                assert {name for name in answers if answers[name] != again[name]} == set(), f"as of {earlier}"
            day = today - timedelta(days=55 - 10 * number)
            kept[day] = asked(server, day)
    assert len({tuple(answers.values()) for answers in kept.values()}) == len(kept), "a delivery changed nothing"
    reshape(city, tmp_path, [min(kept), max(kept)])


def reshape(engine: Engine, folder: Path, days: list[date]) -> None:
    """Approve a division that gives the codes other ground, and hold that answers by the one before it are what they were on all days."""
    with serving(engine, Audience.STAFF) as server:
        before = {day: asked(server, day, edition=OLD) for day in days}
    with engine.begin() as connection:
        moved = Drawing(connection, folder, date(2025, 7, 1), files=10)
        moved(AreaLevel.STADSDEL, {"norr": (0.0, 400.0, 2000.0, 1000.0), "soder": (0.0, 0.0, 2000.0, 400.0)})
    with serving(engine, Audience.STAFF) as server:
        assert {day: asked(server, day, edition=OLD) for day in days} == before
    with engine.begin() as connection:
        assert approve_edition(connection, moved.edition).standing is Standing.DEFAULT
    with serving(engine, Audience.STAFF) as server:
        for day, answers in before.items():
            again = asked(server, day, edition=OLD)
            assert {name for name in answers if answers[name] != again[name]} == set(), f"as of {day}"
        counted = httpx.get(
            f"{server}/v1/comparisons", params={**QUESTIONS[0][1], "source": "skjutningar", "asOf": str(days[1])}, timeout=60
        ).json()
    # And the new division answers for itself, by shares where it divides: the test asks of rows that only have a code.
    assert (counted["question"]["edition"], counted["ledger"]["estimated"] > 0) == (str(moved.edition), True)
