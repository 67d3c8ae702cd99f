"""Everything round a delivery: on record whatever happens, held, approved, taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text

from tests.conftest import Drawing
from tests.db.delivering import counts, fires
from trygghetskarta import delivering
from trygghetskarta.cli.telling import told
from trygghetskarta.delivering import Delivering, approve, deliver, rehearse, withdraw
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Question
from trygghetskarta.domain.events import Message
from trygghetskarta.domain.periods import Month, Span
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import BadDeliveryError, BusyError, ConflictError, NotFoundError, StorageError
from trygghetskarta.ingest.holding import HeldError, find_held, hold, said
from trygghetskarta.ingest.receipts import Receipt, receive
from trygghetskarta.ingest.rollup import rebuild_rollup
from trygghetskarta.queries.comparison import compare
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.deliveries import Wanted, find_delivery, list_deliveries, rejected_rows
from trygghetskarta.serialize.receipts import as_they_came, document, header_of, stored_document
from trygghetskarta.settings import Settings

FIRES = Delivering(SourceId.BRANDER)
REASON = Message("volume", "Färre än vanligt.", "Fewer than usual.")
MARCH = Span(Month.parse("2025-03"), Month.parse("2025-03"))


@pytest.fixture
def city(fresh_database: Engine, tmp_path: Path) -> Engine:
    with fresh_database.begin() as connection:
        Drawing(connection, tmp_path)(AreaLevel.STADSDEL, {"rinkeby": (0, 0, 1000, 1000), "tensta": (1000, 0, 2000, 1000)})
    return fresh_database


@pytest.fixture
def send(city: Engine, tmp_path: Path) -> Callable[..., Receipt]:
    def sent(name: str, *rows: str) -> Receipt:
        path = tmp_path / name
        path.write_text(fires(*rows), encoding="utf-8")
        return deliver(city, Settings(), FIRES, path)

    return sent


def held(city: Engine, path: Path, how: Delivering = FIRES) -> int:
    """Put a file on record as held, as a delivery is when its volume is odd."""
    with delivering.opened(Settings(), how, path, delivering.silent) as run, city.begin() as connection:
        number = receive(connection, how.source, run.file, run.adapter, said(how.srid, how.mapping, how.complete))
        assert isinstance(number, int)
        receipt = Receipt(number, how.source, path.name, run.file.sha256, "published", run.adapter, read=2, new=2)
        hold(connection, HeldError(receipt, (REASON,)), path)
    return number


def in_march(city: Engine) -> dict[str, int]:
    with city.connect() as connection:
        return counts(connection, SourceId.BRANDER, AreaLevel.STADSDEL, "2025-03..2025-03")


def known_at(city: Engine, instant: datetime) -> int:
    """Count the events of March as they were known at an instant."""
    with city.connect() as connection:
        return int(
            connection.execute(
                text("""
                    SELECT coalesce(sum(antal), 0) FROM event WHERE month = :month AND NOT withdrawn AND known_from <= :at
                        AND (known_to IS NULL OR known_to > :at)
                """),
                {"month": MARCH.first.number, "at": instant},
            ).scalar_one()
        )


def state(connection: Connection) -> dict[str, set[tuple[object, ...]]]:
    """Give what readers see of events, counts and coverage."""
    asked = {
        "event": "SELECT key, digest, category_id, place_id, month, antal, delivery_id, line FROM event WHERE known_to IS NULL AND NOT withdrawn",
        "rollup": "SELECT place_id, category_id, month, antal FROM rollup",
        "coverage": "SELECT month, delivery_id, first_day, last_day FROM coverage WHERE known_to IS NULL",
    }
    return {name: {tuple(row) for row in connection.execute(text(question))} for name, question in asked.items()}


def test_what_the_sender_said_is_on_record(city: Engine, tmp_path: Path) -> None:
    path, mapping = tmp_path / "a.csv", tmp_path / "m.toml"
    path.write_text("nr,när,vad\nA,2025-03-01 12:00,1\n", encoding="utf-8")
    toml = '[columns]\nid = "nr"\nstart = "när"\nkind = "vad"\n'
    mapping.write_text(toml, encoding="utf-8")
    receipt = deliver(city, Settings(), Delivering(SourceId.BRANDER, 3006, mapping), path)
    with city.connect() as connection:
        found = find_delivery(connection, receipt.delivery)
    assert found["said"] == {"crs": 3006, "mapping": {"file": "m.toml", "text": toml}, "complete": False}


def test_a_held_delivery_changes_nothing_and_keeps_its_file(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(fires("A;2025-03-01 12:00;10;10", "B;2025-03-02 12:00;10;10"), encoding="utf-8")
    number = held(city, path)
    with city.connect() as connection:
        assert state(connection) == {"event": set(), "rollup": set(), "coverage": set()}
        parts = connection.execute(text("SELECT content FROM held_part ORDER BY number")).scalars().all()
        [row] = list_deliveries(connection, Wanted(status="held"))
    assert b"".join(map(bytes, parts)) == path.read_bytes()
    assert (row["delivery_id"], row["rows_new"], row["receipt"]["reasons"][0]["code"]) == (number, 2, "volume")


def month_of(number: int, rows: int) -> list[str]:
    """Give a month of 2025 as rows, the first day's to the last's."""
    return [f"{number}-{row};2025-{number:02}-{1 + row * 27 // max(rows - 1, 1):02} 12:00;{row % 1000};10" for row in range(rows)]


def test_a_month_with_far_fewer_events_waits_and_is_published_when_approved(city: Engine, send: Callable[..., Receipt]) -> None:
    for number in range(1, 5):
        assert send(f"{number}.csv", *month_of(number, 60)).status == "published"
    short = send("5.csv", *month_of(5, 20))
    assert (short.status, [reason.code for reason in short.reasons], short.new) == ("held", ["volume"], 20)
    assert "Maj 2025 får 20 händelser" in short.reasons[0].swedish
    with city.connect() as connection:
        assert len(state(connection)["event"]) == 240
        assert {row[0] for row in state(connection)["coverage"]} == {Month.parse(f"2025-{number:02}").number for number in range(1, 5)}
    approved = approve(city, Settings(), short.delivery)
    assert (approved.delivery, approved.status, approved.new) == (short.delivery, "published", 20)
    with city.connect() as connection:
        assert len(state(connection)["event"]) == 260


def test_a_header_alone_waits(city: Engine, send: Callable[..., Receipt]) -> None:
    assert [reason.code for reason in send("tom.csv").reasons] == ["no_rows"]
    with city.connect() as connection:
        assert state(connection) == {"event": set(), "rollup": set(), "coverage": set()}


def test_ten_rows_on_one_point_wait(send: Callable[..., Receipt]) -> None:
    rows = [f"{number};2025-03-01 12:00;10;10" for number in range(10)]
    assert [reason.code for reason in send("a.csv", *rows).reasons] == ["one_point"]
    assert send("b.csv", *rows[:9]).status == "published"


def test_an_older_file_sent_late_waits_but_not_one_whose_newer_was_withdrawn(city: Engine, send: Callable[..., Receipt]) -> None:
    old, new = "A;2025-03-01 12:00;10;10", "A;2025-03-01 12:00;1500;10"
    send("1.csv", old)
    second = send("2.csv", new)
    late = send("3.csv", old, "B;2025-03-01 12:00;10;10")
    assert [reason.code for reason in late.reasons] == ["stale_release"]
    withdraw(city, late.delivery)
    withdraw(city, second.delivery)
    assert send("4.csv", new, "B;2025-03-01 12:00;10;10").status == "published"


def test_a_rehearsal_tells_that_a_delivery_would_wait(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "tom.csv"
    path.write_text(fires(), encoding="utf-8")
    assert rehearse(city, Settings(), FIRES, path).status == "held"
    with city.connect() as connection:
        assert list_deliveries(connection, Wanted()) == []


def test_a_large_file_is_held_in_parts_and_approved_whole(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "stor.csv"
    many = [f"{number};2025-03-{1 + number % 28:02} 12:00;{number % 1000};10" for number in range(90_000)]
    path.write_text(fires(*many), encoding="utf-8")
    number = held(city, path)
    with city.connect() as connection:
        sizes = connection.execute(text("SELECT length(content) FROM held_part ORDER BY number")).scalars().all()
    assert len(sizes) == 2
    assert sum(sizes) == path.stat().st_size
    path.unlink()
    assert approve(city, Settings(), number).new == 90_000


def test_an_approved_delivery_is_what_it_would_have_been(city: Engine, tmp_path: Path, send: Callable[..., Receipt]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(fires("A;2025-03-01 12:00;10;10", "B;2025-03-02 12:00;10;10", ";2025-03-02 12:00;10;10"), encoding="utf-8")
    number = held(city, path)
    receipt = approve(city, Settings(), number)
    assert (receipt.delivery, receipt.status, receipt.new, receipt.rejected) == (number, "published", 2, 1)
    assert in_march(city) == {"rinkeby": 2, "tensta": 0}
    with city.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM held_part")).scalar_one() == 0
        found = find_delivery(connection, number)
        rows = list(rejected_rows(connection, number))
    assert (found["status"], found["rows_rejected"], found["receipt"]["reasons"]) == ("published", 1, [])
    assert [row["line"] for row in rows] == [4]
    # The same file again changes nothing, as after any delivery.
    assert send("a.csv", "A;2025-03-01 12:00;10;10", "B;2025-03-02 12:00;10;10", ";2025-03-02 12:00;10;10").first == number
    with pytest.raises(ConflictError, match="väntar inte på godkännande"):
        approve(city, Settings(), number)
    with pytest.raises(NotFoundError):
        approve(city, Settings(), 999)


def test_an_approved_delivery_is_read_by_the_mapping_it_came_with(city: Engine, tmp_path: Path) -> None:
    path, mapping = tmp_path / "m.toml", tmp_path / "annan" / "m.toml"
    mapping.parent.mkdir()
    path.write_text("nr,när,vad\nA,2025-03-01 12:00,1\n", encoding="utf-8")
    mapping.write_text('[columns]\nid = "nr"\nstart = "när"\nkind = "vad"\n', encoding="utf-8")
    number = held(city, path, Delivering(SourceId.BRANDER, None, mapping))
    mapping.write_text("nonsens", encoding="utf-8")
    assert approve(city, Settings(), number).new == 1


def test_a_file_that_already_waits_is_not_taken_twice(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(fires("A;2025-03-01 12:00;10;10"), encoding="utf-8")
    number = held(city, path)
    again = deliver(city, Settings(), FIRES, path)
    assert (again.delivery, again.status, again.reasons) == (number, "held", (REASON,))
    withdraw(city, number)
    assert deliver(city, Settings(), FIRES, path).status == "published"


def test_an_approval_that_fails_leaves_the_delivery_held(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;larmtid\nA;2025-03-01 12:00\n", encoding="utf-8")
    number = held(city, path)
    with pytest.raises(BadDeliveryError):
        approve(city, Settings(), number)
    with city.connect() as connection:
        assert find_held(connection, number).file_name == "a.csv"
        assert connection.execute(text("SELECT count(*) FROM held_part")).scalar_one() == 1


def test_a_held_delivery_is_closed_by_withdrawal(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(fires("A;2025-03-01 12:00;10;10"), encoding="utf-8")
    number = held(city, path)
    done = withdraw(city, number)
    assert (done.closed, done.restored) == (0, 0)
    with city.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM held_part")).scalar_one() == 0
        assert find_delivery(connection, number)["status"] == "withdrawn"
    for again in (withdraw, lambda engine, number: approve(engine, Settings(), number)):
        with pytest.raises(ConflictError):
            again(city, number)


def test_a_withdrawn_delivery_leaves_things_as_they_were_before_it(city: Engine, send: Callable[..., Receipt]) -> None:
    send("a.csv", "A;2025-03-01 12:00;10;10", "B;2025-03-02 12:00;10;10")
    with city.connect() as connection:
        before = state(connection)
    # A moves to Tensta and to April, C is new, and the rest of the file says nothing of B.
    second = send("b.csv", "A;2025-04-01 12:00;1500;10", "C;2025-03-05 12:00;1500;10")
    assert in_march(city) == {"rinkeby": 1, "tensta": 1}
    instant = datetime.now(UTC)
    done = withdraw(city, second.delivery)
    assert (done.closed, done.restored) == (2, 1)
    assert in_march(city) == {"rinkeby": 2, "tensta": 0}
    with city.begin() as connection:
        assert state(connection) == before
        # The history is kept, and what was known before the withdrawal is as it was.
        assert connection.execute(text("SELECT count(*) FROM event")).scalar_one() == 5
        rolled = state(connection)["rollup"]
        rebuild_rollup(connection)
        assert state(connection)["rollup"] == rolled
    assert known_at(city, instant) == 2
    assert known_at(city, datetime.now(UTC)) == 2


def test_figures_as_of_a_day_before_a_withdrawal_are_unchanged(city: Engine, send: Callable[..., Receipt]) -> None:
    send("a.csv", "A;2025-03-01 12:00;10;10")
    number = send("b.csv", "A;2025-03-01 12:00;1500;10", "C;2025-03-05 12:00;1500;10").delivery
    with city.begin() as connection:
        # Both came days ago; the withdrawal is of today.
        connection.execute(text("UPDATE event SET known_from = known_from - interval '5 days', known_to = known_to - interval '5 days'"))
        connection.execute(text("UPDATE coverage SET known_from = known_from - interval '5 days'"))
        connection.execute(text("UPDATE delivery SET published_at = published_at - interval '5 days'"))
        connection.execute(text("UPDATE publication SET published_at = published_at - interval '5 days'"))
        day = connection.execute(text("SELECT (now() - interval '2 days')::date")).scalar_one()

    def as_known() -> list[list[int]]:
        with city.connect() as connection:
            exact = compare(load_cube(connection, None, day), Question(AreaLevel.STADSDEL, (SourceId.BRANDER,), MARCH, as_of=day))
        return [list(map(int, row)) for row in exact.counts]

    before = as_known()
    withdraw(city, number)
    assert as_known() == before
    assert sum(row[0] for row in before) == 2
    assert in_march(city) == {"rinkeby": 1, "tensta": 0}


def test_what_whole_months_took_back_is_back_when_they_are_withdrawn(city: Engine, tmp_path: Path, send: Callable[..., Receipt]) -> None:
    send("a.csv", "A;2025-03-01 12:00;10;10", "B;2025-03-02 12:00;1500;10")
    with city.connect() as connection:
        before = state(connection)
    path = tmp_path / "hel.csv"
    path.write_text(fires("A;2025-03-01 12:00;10;10"), encoding="utf-8")
    whole = deliver(city, Settings(), Delivering(SourceId.BRANDER, complete=True), path)
    assert (whole.status, whole.read, whole.unchanged, whole.withdrawn) == ("published", 1, 1, {"2025-03": 1})
    assert "Återtas, för att filen saknar dem: 1 (2025-03: 1)" in told(whole)
    with city.connect() as connection:
        told_again = stored_document(find_delivery(connection, whole.delivery))
    assert told_again["withdrawn"] == document(whole)["withdrawn"] == {"events": 1, "months": {"2025-03": 1}}
    assert in_march(city) == {"rinkeby": 1, "tensta": 0}
    done = withdraw(city, whole.delivery)
    assert (done.closed, done.restored) == (1, 1)
    with city.connect() as connection:
        assert state(connection) == before


def test_withdrawals_go_newest_first(city: Engine, send: Callable[..., Receipt]) -> None:
    first = send("a.csv", "A;2025-03-01 12:00;10;10").delivery
    second = send("b.csv", "A;2025-03-01 12:00;1500;10").delivery
    third = send("c.csv", "A;2025-03-01 12:00;1500;10", "B;2025-03-01 12:00;10;10").delivery
    fourth = send("d.csv", "D;2025-03-01 12:00;10;10").delivery
    for number, later in ((first, second), (second, third)):
        with pytest.raises(ConflictError) as refused:
            withdraw(city, number)
        assert f"Leverans {later} kom senare" in refused.value.swedish
    # The fourth only brought an event of its own, so the third can go before it.
    assert withdraw(city, third).closed == 1
    assert withdraw(city, second).restored == 1
    assert in_march(city) == {"rinkeby": 2, "tensta": 0}
    assert withdraw(city, first).closed == 1
    assert withdraw(city, fourth).closed == 1
    with city.connect() as connection:
        assert state(connection) == {"event": set(), "rollup": set(), "coverage": set()}


def test_the_same_file_twice_is_withdrawn_twice_and_can_be_sent_again(city: Engine, send: Callable[..., Receipt]) -> None:
    first = send("a.csv", "A;2025-03-01 12:00;10;10")
    second = send("a.csv", "A;2025-03-01 12:00;10;10")
    assert second.first == first.delivery
    with pytest.raises(ConflictError):
        withdraw(city, first.delivery)
    withdraw(city, second.delivery)
    withdraw(city, first.delivery)
    assert send("a.csv", "A;2025-03-01 12:00;10;10").new == 1
    assert in_march(city) == {"rinkeby": 1, "tensta": 0}


def test_a_refused_delivery_cannot_be_withdrawn(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;namn\n1;2\n", encoding="utf-8")
    with pytest.raises(BadDeliveryError):
        deliver(city, Settings(), FIRES, path)
    with city.connect() as connection:
        [row] = list_deliveries(connection, Wanted(status="refused"))
    assert row["receipt"]["refused"].endswith(".")
    assert row["receipt"]["code"]
    with pytest.raises(ConflictError, match="refused"):
        withdraw(city, row["delivery_id"])


def test_a_delivery_cut_off_is_on_record_as_refused_with_its_cause(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(fires("A;2025-03-01 12:00;10;10"), encoding="utf-8")

    def interrupted(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        deliver(city, Settings(), FIRES, path, interrupted)
    with city.connect() as connection:
        [row] = list_deliveries(connection, Wanted())
        assert (row["status"], row["receipt"]["code"]) == ("refused", "interrupted")
        assert state(connection)["event"] == set()
    assert deliver(city, Settings(), FIRES, path).new == 1


def test_a_full_disk_is_an_error_of_its_own(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(fires("A;2025-03-01 12:00;10;10"), encoding="utf-8")

    def full(*_: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError):
        deliver(city, Settings(), FIRES, path, full)
    with city.connect() as connection:
        [row] = list_deliveries(connection, Wanted())
    assert (row["status"], row["receipt"]["code"]) == ("refused", "storage")


@pytest.mark.parametrize(("fails", "taken"), [(3, True), (4, False)])
def test_what_the_database_asks_to_have_tried_again_is_tried_three_times_more(
    city: Engine, tmp_path: Path, fails: int, taken: bool
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(fires("A;2025-03-01 12:00;10;10"), encoding="utf-8")
    tries = 0

    def unlucky(*_: int) -> None:
        nonlocal tries
        tries += 1
        if tries <= fails:
            raise psycopg.errors.SerializationFailure

    if taken:
        assert deliver(city, Settings(), FIRES, path, unlucky).new == 1
        return
    with pytest.raises(BusyError, match="SerializationFailure"):
        deliver(city, Settings(), FIRES, path, unlucky)
    with city.connect() as connection:
        [row] = list_deliveries(connection, Wanted())
    assert (row["status"], row["receipt"]["code"], tries) == ("refused", "busy", 4)


def test_two_who_approve_at_once_publish_once(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(fires("A;2025-03-01 12:00;10;10"), encoding="utf-8")
    number = held(city, path)
    outcomes: list[str] = []

    def approving() -> None:
        try:
            outcomes.append(approve(city, Settings(), number).status)
        except ConflictError:
            outcomes.append("conflict")

    threads = [threading.Thread(target=approving) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict", "published"]
    assert in_march(city) == {"rinkeby": 1, "tensta": 0}


def test_progress_ends_at_the_whole_file(city: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(fires("A;2025-03-01 12:00;10;10"), encoding="utf-8")
    told: list[tuple[int, int]] = []
    rehearse(city, Settings(), FIRES, path, lambda done, total: told.append((done, total)))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_rejected_rows_mended_under_their_header_are_taken_in(city: Engine, tmp_path: Path, send: Callable[..., Receipt]) -> None:
    receipt = send("a.csv", "A;2025-03-01 12:00;10;10", "B;2025-02-30 12:00;10;10", "C;2025-03-05 12:00;1500;10")
    assert receipt.rejected == 1
    with city.connect() as connection:
        found = find_delivery(connection, receipt.delivery)
        content = b"".join(as_they_came(rejected_rows(connection, receipt.delivery), header_of(found)))
    mended = tmp_path / "rättad.csv"
    mended.write_bytes(content.replace(b"2025-02-30", b"2025-03-30"))
    again = deliver(city, Settings(), FIRES, mended)
    assert (again.read, again.new, again.rejected) == (1, 1, 0)


def test_a_receipt_that_is_held_says_so() -> None:
    receipt = Receipt(1, SourceId.BRANDER, "a.csv", "", "published", "x")
    assert HeldError(receipt, (REASON,)).receipt == replace(receipt, status="held", reasons=(REASON,))
