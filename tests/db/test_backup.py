"""A copy that is read back, and a return to the moment before an accident: as docs/security.md says to do it."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text

from tests.conftest import Server
from trygghetskarta.store.audit import Act, note, verify
from trygghetskarta.store.cluster import Cluster
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.migrate import upgrade
from trygghetskarta.store.roles import lacking


def state(engine: Engine) -> list[tuple[object, ...]]:
    """Tell what a database holds: rows and a sum over all of them, of each table that matters most."""
    with engine.connect() as connection:
        tables = ("area", "audit_entry", "delivery", "event", "indicator", "place_area", "publication", "rollup_month")
        asked = "SELECT count(*), sum(hashtextextended(x::text, 0)) FROM {} x"
        return [tuple(connection.execute(text(asked.format(table))).one()) for table in tables]


@pytest.fixture
def kept(server: Server, loaded: str) -> Iterator[Engine]:
    """Give a copy of the sample with an entry in its log."""
    engine = make_engine(server.create("tk_kept", loaded))
    with engine.begin() as connection:
        note(connection, Act.RELEASED, {"period": "2025"})
    yield engine
    engine.dispose()


def test_a_dump_read_back_on_another_server_holds_all_of_it_and_the_wall(kept: Engine, tmp_path: Path) -> None:
    before = state(kept)
    dump = tmp_path / "trygghetskarta.dump"
    address = kept.url.set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run(["pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={dump}", address], check=True, capture_output=True)
    other = Cluster(tmp_path / "annan")
    other.start()
    try:
        restored = other.create_database("tillbaka")
        # PostGIS is there already, and is not the dump's to make.
        listed = subprocess.run(["pg_restore", "--list", dump], check=True, capture_output=True, text=True).stdout
        chosen = tmp_path / "innehall"
        chosen.write_text("\n".join(line for line in listed.splitlines() if "EXTENSION" not in line and "spatial_ref_sys" not in line))
        command: list[str | Path] = [
            "pg_restore",
            "--no-owner",
            "--no-acl",
            "--exit-on-error",
            f"--use-list={chosen}",
            f"--dbname={restored}",
            dump,
        ]
        subprocess.run(command, check=True, capture_output=True)
        engine = make_engine(restored)
        assert upgrade(engine) == []
        assert state(engine) == before
        with engine.connect() as connection:
            assert lacking(connection) == []
            assert verify(connection).sound
        engine.dispose()
    finally:
        other.remove()


def test_a_return_to_the_moment_before_an_accident_loses_nothing_that_was_done_before_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    cluster = Cluster(tmp_path_factory.mktemp("fore"))
    try:
        cluster.start()
        data = cluster.status().data
        # Where the server's own user reaches them, whoever runs the tests.
        archive, copy = data.parent / "arkiv", data.parent / "kopia"
        archive.mkdir()
        os.chown(archive, data.stat().st_uid, data.stat().st_gid)
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            for name, value in (
                ("wal_level", "replica"),
                ("archive_mode", "on"),
                ("archive_command", f"test ! -f {archive}/%f && cp %p {archive}/%f"),
            ):
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        cluster.stop()
        engine = make_engine(cluster.start())
        upgrade(engine)
        with engine.begin() as connection:
            note(connection, Act.RELEASED, {"period": "2024"})
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            connection.execute("SELECT pg_backup_start('natt', true)")
            shutil.copytree(data, copy, ignore=shutil.ignore_patterns("postmaster.*", "pg_wal"))
            label = connection.execute("SELECT labelfile FROM pg_backup_stop()").fetchone()
            assert label is not None
        (copy / "pg_wal").mkdir()
        (copy / "backup_label").write_text(label[0])
        # Done after the copy and before the accident: it must come back.
        with engine.begin() as connection:
            note(connection, Act.RELEASED, {"period": "2025"})
        with psycopg.connect(cluster.url(), autocommit=True) as connection:
            row = connection.execute("SELECT clock_timestamp()::text").fetchone()
            assert row is not None
            time.sleep(0.1)
            connection.execute("TRUNCATE audit_entry")
            connection.execute("SELECT pg_switch_wal()")
        engine.dispose()
        wait_for_archive(cluster, archive)
        with (copy / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"restore_command = 'cp {archive}/%f %p'\nrecovery_target_time = '{row[0]}'\n")
            settings.write("recovery_target_action = 'promote'\narchive_mode = off\n")
        (copy / "recovery.signal").touch()
        owner = data.stat()
        for path in [copy, *copy.rglob("*")]:
            os.chown(path, owner.st_uid, owner.st_gid)
        for folder in (copy, copy / "pg_wal"):
            folder.chmod(0o700)
        cluster.stop()
        data.rename(data.with_name("olycka"))
        copy.rename(data)
        restored = make_engine(cluster.start())
        with restored.connect() as connection:
            told = verify(connection)
        restored.dispose()
        assert (told.entries, told.sound) == (2, True)
    finally:
        cluster.remove()


def wait_for_archive(cluster: Cluster, archive: Path) -> None:
    """Wait until what was written up to now is kept."""
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        for _ in range(200):
            row = connection.execute("SELECT last_archived_wal, pg_walfile_name(pg_current_wal_lsn()) FROM pg_stat_archiver").fetchone()
            if row is not None and row[0] is not None and row[0] >= f"{int(row[1], 16) - 1:024X}" and any(archive.iterdir()):
                return
            time.sleep(0.05)
    raise AssertionError("the log was not archived")
