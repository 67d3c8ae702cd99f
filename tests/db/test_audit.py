"""The log of what was done: added to, never changed, and found out where it is."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import orjson
import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Connection, Engine, text
from typer.testing import CliRunner

from tests.conftest import roles_on
from trygghetskarta.cli.main import make_app
from trygghetskarta.store.audit import Act, Wanted, acting_as, list_entries, note, verify
from trygghetskarta.store.engine import make_engine


def add(connection: Connection, number: int) -> None:
    for place in range(number):
        with acting_as(f"anna{place}"):
            note(connection, Act.ASKED, {"path": "/v1/events", "purpose": "lägesbild", "place": place})


def test_what_is_noted_is_listed_and_the_chain_is_whole(connection: Connection) -> None:
    before = datetime.now(UTC)
    add(connection, 3)
    note(connection, Act.WITHDRAWN, {"delivery": 7})
    found = list_entries(connection, Wanted(10))
    assert [(entry.number, entry.actor) for entry in found[1:]] == [(3, "anna2"), (2, "anna1"), (1, "anna0")]
    assert found[0].actor.startswith("os:")
    assert orjson.loads(found[3].detail) == {"path": "/v1/events", "purpose": "lägesbild", "place": 0}
    assert [entry.number for entry in list_entries(connection, Wanted(10, since=before, act=Act.ASKED, actor="anna1"))] == [2]
    assert list_entries(connection, Wanted(10, until=before)) == []
    told = verify(connection)
    assert (told.entries, told.head, told.sound) == (4, found[0].hash, True)


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE audit_entry SET actor = 'bertil' WHERE number = 3", 3),
        ("UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE number = 1", 1),
        ("UPDATE audit_entry SET detail = replace(detail, 'lägesbild', 'annat') WHERE number = 2", 2),
        ("UPDATE audit_entry SET act = 'signed-in' WHERE number = 4", 4),
        ("UPDATE audit_entry SET hash = sha256(hash) WHERE number = 2", 2),
        ("DELETE FROM audit_entry WHERE number = 2", 2),
        ("DELETE FROM audit_entry WHERE number = 1", 1),
        ("UPDATE audit_entry SET number = 9 WHERE number = 4", 4),
        ("INSERT INTO audit_entry SELECT 6, at, actor, act, detail, hash FROM audit_entry WHERE number = 5", 6),
    ],
)
def test_an_entry_that_is_changed_removed_or_added_breaks_the_chain(connection: Connection, change: str, broken_at: int) -> None:
    add(connection, 5)
    connection.execute(text(change))
    told = verify(connection)
    assert (told.broken_at, told.sound) == (broken_at, False)


def test_a_log_cut_short_or_made_anew_is_found_out_by_a_head_kept_elsewhere(connection: Connection) -> None:
    add(connection, 5)
    kept = (5, verify(connection).head)
    note(connection, Act.SIGNED_IN, {})
    assert verify(connection, kept).sound
    connection.execute(text("DELETE FROM audit_entry WHERE number > 4"))
    assert verify(connection).sound
    assert not verify(connection, kept).sound
    connection.execute(text("DELETE FROM audit_entry"))
    add(connection, 6)
    assert verify(connection).sound
    assert not verify(connection, kept).sound


def test_what_is_undone_leaves_no_entry_and_no_gap(fresh_database: Engine) -> None:
    with fresh_database.begin() as connection:
        add(connection, 1)
    with fresh_database.connect() as connection:
        add(connection, 2)
        connection.rollback()
    with fresh_database.begin() as connection:
        add(connection, 1)
        assert verify(connection).entries == 2


def test_many_who_note_at_once_make_one_chain(fresh_database: Engine) -> None:
    def noting() -> None:
        for _ in range(25):
            with fresh_database.begin() as connection:
                add(connection, 1)

    threads = [threading.Thread(target=noting) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_database.connect() as connection:
        told = verify(connection)
    assert (told.entries, told.sound) == (100, True)


@pytest.fixture
def noted(fresh_database: Engine) -> Engine:
    """Give a database with entries in its log."""
    with fresh_database.begin() as connection:
        add(connection, 3)
    return fresh_database


@pytest.mark.parametrize("face", ["staff", "ingest"])
def test_those_who_do_things_add_to_the_log_and_can_neither_read_nor_change_it(noted: Engine, face: str) -> None:
    address = getattr(roles_on(noted), face)
    engine = make_engine(address)
    with engine.begin() as connection:
        add(connection, 1)
    engine.dispose()
    with noted.connect() as connection:
        assert verify(connection).sound
    for statement in (
        "SELECT actor FROM audit_entry",
        "SELECT detail FROM audit_entry",
        "UPDATE audit_entry SET actor = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DROP TABLE audit_entry",
        "ALTER TABLE audit_entry DROP COLUMN hash",
    ):
        with psycopg.connect(address) as one, pytest.raises(errors.InsufficientPrivilege):
            one.execute(statement)


def test_the_commands_list_and_verify_as_the_auditor(noted: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRYGGHETSKARTA_DATABASE_URL", noted.url.set(drivername="postgresql").render_as_string(hide_password=False))
    run = CliRunner()
    whole = run.invoke(make_app(), ["audit", "verify", "--json"])
    head = orjson.loads(whole.stdout)["head"]
    assert (whole.exit_code, head.partition(":")[0]) == (0, "3")
    assert [entry["number"] for entry in orjson.loads(run.invoke(make_app(), ["audit", "list", "--json", "--limit", "2"]).stdout)] == [3, 2]
    assert "frågade efter exakta siffror" in run.invoke(make_app(), ["audit", "list"]).stdout
    assert run.invoke(make_app(), ["audit", "verify", "--head", head]).exit_code == 0
    with noted.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry WHERE number = 3"))
    assert run.invoke(make_app(), ["audit", "verify"]).exit_code == 0
    assert run.invoke(make_app(), ["audit", "verify", "--head", head]).exit_code == 3
