"""The private server, really started: what it survives, what it leaves behind (nothing), and whom it leaves alone."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from trygghetskarta.errors import BusyError
from trygghetskarta.store import cluster as module
from trygghetskarta.store.cluster import Cluster, ClusterState

# Not pytest's tmp_path: that is a folder which only its owner may enter, and root's server runs as another user.


@pytest.fixture
def folder() -> Iterator[Path]:
    yield from _make_folder()


@pytest.fixture
def cleanup() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="module")
def shared() -> Iterator[Cluster]:
    """One server for all the tests that need nothing new; each starts it."""
    for folder in _make_folder():
        cluster = Cluster(folder / "home")
        try:
            yield cluster
        finally:
            cluster.remove()


def _make_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tk-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def _remember(url: str, number: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (%s)", (number,))


def _remembered(url: str) -> set[int]:
    with psycopg.connect(url) as connection:
        return {row[0] for row in connection.execute("SELECT number FROM kept")}


def _pid(cluster: Cluster) -> int:
    pid = cluster.status().pid
    assert pid is not None
    return pid


def _runs(pid: int) -> bool:
    """Tell whether a process lives; one that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _servers_on(data: Path) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (entry / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"postgres\0-D\0" + os.fsencode(data) + b"\0" in arguments:
            found.append(int(entry.name))
    return found


def _kill_hard(cluster: Cluster) -> None:
    pid = _pid(cluster)
    os.kill(pid, signal.SIGKILL)
    while _runs(pid):
        time.sleep(0.005)


def test_the_first_start_makes_a_database_with_postgis_and_the_second_changes_nothing(shared: Cluster) -> None:
    url = shared.start()
    pid = _pid(shared)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_database(), ST_AsText(ST_Point(18, 59))").fetchone() == ("trygghetskarta", "POINT(18 59)")
        kept_safe = {name: connection.execute("SELECT current_setting(%s)", (name,)).fetchone() for name in ("fsync", "synchronous_commit")}
        assert kept_safe == {"fsync": ("on",), "synchronous_commit": ("on",)}
        ordering = connection.execute("SELECT upper('åäö'), current_setting('server_encoding'), current_setting('TimeZone')").fetchone()
        assert ordering == ("ÅÄÖ", "UTF8", "UTC")
    assert shared.start() == url
    assert _pid(shared) == pid
    assert shared.url() == url


def test_no_port_is_opened_and_only_the_owner_enters_the_socket_folder(shared: Cluster) -> None:
    with psycopg.connect(shared.start()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    socket_folder = shared.home / "postgres" / "socket"
    assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    assert socket_folder.stat().st_uid == shared.status().data.stat().st_uid


def test_stop_leaves_no_process_and_no_socket_and_can_be_said_twice(shared: Cluster) -> None:
    shared.start()
    pid = _pid(shared)
    shared.stop()
    status = shared.status()
    assert (status.state, status.pid, status.version is not None, status.url) == (ClusterState.STOPPED, None, True, None)
    assert not _runs(pid)
    assert _servers_on(status.data) == []
    assert list((shared.home / "postgres" / "socket").iterdir()) == []
    shared.stop()
    with pytest.raises(BusyError, match="inte igång"):
        shared.url()


def test_a_killed_server_starts_again_with_all_that_was_committed(shared: Cluster) -> None:
    _remember(shared.start(), 1)
    _kill_hard(shared)
    assert (shared.status().data / "postmaster.pid").exists()
    assert shared.status().state is ClusterState.STOPPED
    url = shared.start()
    assert 1 in _remembered(url)
    assert len(_servers_on(shared.status().data)) == 1


def test_a_server_whose_socket_was_removed_is_started_again_with_its_data(shared: Cluster) -> None:
    _remember(shared.start(), 7)
    before = _pid(shared)
    next((shared.home / "postgres" / "socket").glob(".s.PGSQL.*[0-9]")).unlink()
    assert 7 in _remembered(shared.start())
    assert _pid(shared) != before


def test_a_pid_that_now_belongs_to_somebody_else_is_neither_believed_nor_killed(shared: Cluster, cleanup: ExitStack) -> None:
    shared.start()
    pid_file = shared.status().data / "postmaster.pid"
    stranger = subprocess.Popen(["sleep", "60"])
    cleanup.callback(stranger.wait)
    cleanup.callback(stranger.kill)
    _kill_hard(shared)
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
    socket_lock = shared.home / "postgres" / "socket" / ".s.PGSQL.5432.lock"
    socket_lock.write_text(f"{stranger.pid}\n")

    assert shared.status().state is ClusterState.STOPPED
    shared.stop()
    assert _runs(stranger.pid)
    _remember(shared.start(), 2)
    assert _runs(stranger.pid)
    assert _pid(shared) != stranger.pid


def test_a_database_is_copied_from_a_template_and_dropped_while_in_use(shared: Cluster) -> None:
    shared.start()
    _remember(shared.create_database("mall"), 7)
    copied = shared.create_database("kopia av mallen", template="mall")
    assert _remembered(copied) == {7}
    with psycopg.connect(copied) as connection:
        shared.drop_database("kopia av mallen")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    shared.drop_database("mall")
    shared.drop_database("mall")


def test_two_who_start_at_once_get_one_server_and_the_other_server_is_left_alone(shared: Cluster, folder: Path, cleanup: ExitStack) -> None:
    shared.start()
    others_pid = _pid(shared)
    cluster = Cluster(folder / "home")
    cleanup.callback(cluster.remove)
    program = (
        f"from pathlib import Path; from trygghetskarta.store.cluster import Cluster; print(Cluster(Path({str(cluster.home)!r})).start())"
    )
    # libpq's own variables lead to the other server; whoever follows them would touch it.
    misled = os.environ | {"PGHOST": str(shared.home / "postgres" / "socket"), "PGPORT": "5432", "PGDATA": str(shared.status().data)}
    both = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=misled) for _ in range(2)]
    urls = [process.communicate()[0].strip() for process in both]

    assert urls == [cluster.url(), cluster.url()]
    assert len(_servers_on(cluster.status().data)) == 1
    _kill_hard(cluster)
    # A pid file that names the other server is stale as well: that one was started on other data.
    pid_file = cluster.status().data / "postmaster.pid"
    pid_file.write_text("\n".join([str(others_pid), *pid_file.read_text().splitlines()[1:]]) + "\n")
    cluster.stop()
    cluster.start()
    cluster.stop()
    assert _pid(shared) == others_pid


def test_a_long_path_with_odd_characters(folder: Path, cleanup: ExitStack) -> None:
    cluster = Cluster(folder / "Åsas 'mapp', $HOME & \"annat\"" / ("lång" * 20) / "home")
    cleanup.callback(cluster.remove)
    _remember(cluster.start(), 3)
    with psycopg.connect(cluster.url()) as connection:
        socket_folder = Path(connection.info.host)
    assert stat.S_IMODE(socket_folder.stat().st_mode) == 0o700
    _kill_hard(cluster)
    assert _remembered(cluster.start()) == {3}
    cluster.stop()
    assert not socket_folder.exists()


def test_a_home_that_only_its_owner_may_enter(folder: Path, cleanup: ExitStack) -> None:
    """As below /root: root's server runs as another user, who cannot enter; so its data lies elsewhere, and home says where."""
    cluster = Cluster(folder / "home")
    cleanup.callback(cluster.remove)
    folder.chmod(0o700)
    _remember(cluster.start(), 4)
    cluster.stop()
    again = Cluster(folder / "home")
    assert _remembered(again.start()) == {4}
    site = again.status().data.parent
    if os.geteuid() == 0:
        assert (folder / "home" / "place").read_text() == f"{site}\n"
        assert site.parent == Path("/var/lib/trygghetskarta")
    else:
        assert site.parent == folder / "home"
    again.remove()
    assert not site.exists()
    assert again.status().state is ClusterState.ABSENT


def test_a_port_of_this_machine_asks_for_the_password(folder: Path, cleanup: ExitStack) -> None:
    cluster = Cluster(folder / "home", tcp=True)
    cleanup.callback(cluster.remove)
    # Somebody was interrupted here before: what is half made is made anew.
    half_made = folder / "home" / "postgres" / "data.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("15\n")
    url = cluster.start()
    assert not half_made.exists()
    _remember(url, 5)
    with psycopg.connect(url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.info.port != 5432
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.partition("?")[0], passfile="/dev/null")
    assert _remembered(cluster.start()) == {5}


def test_data_in_use_by_a_server_that_cannot_be_seen_is_not_started_on(
    shared: Cluster, monkeypatch: pytest.MonkeyPatch, cleanup: ExitStack
) -> None:
    """As from another container, where the pid file's number means nothing."""
    shared.start()
    shared.stop()
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    holder = cleanup.enter_context((shared.home / "postgres" / "alive").open())
    fcntl.flock(holder, fcntl.LOCK_EX)
    with pytest.raises(BusyError, match="inte syns härifrån"):
        shared.start()


def test_a_server_that_cannot_start_says_why(shared: Cluster) -> None:
    shared.start()
    shared.stop()
    settings = shared.status().data / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text("max_connections = 'många'\n")
    try:
        with pytest.raises(BusyError, match=r"kunde inte starta: .*postgresql.auto.conf"):
            shared.start()
    finally:
        settings.write_text(before)
    shared.start()


def test_missing_programs_are_named_with_the_line_that_installs_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(BusyError, match=r"apt-get install postgresql-postgis`.*compose\.yaml") as refused:
        Cluster(folder / "home", installed=folder / "none").start()
    assert "is missing on this machine" in refused.value.english


@pytest.fixture
def without_postgis(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PostgreSQL 16 for which nobody installed PostGIS."""
    monkeypatch.setenv("PATH", str(folder))
    programs = folder / "installed" / "16" / "bin"
    programs.mkdir(parents=True)
    for name, said in (("postgres", "postgres (PostgreSQL) 16.4"), ("pg_config", folder / "share"), ("initdb", "")):
        (programs / name).write_text(f"#!/bin/sh\necho '{said}'\n")
        (programs / name).chmod(0o755)
    return programs.parent.parent


def test_a_server_without_postgis_names_the_package_for_it(folder: Path, without_postgis: Path) -> None:
    with pytest.raises(BusyError, match=r"PostGIS till PostgreSQL 16 saknas.*apt-get install postgresql-16-postgis-3`"):
        Cluster(folder / "home", installed=without_postgis).start()


def test_data_of_another_major_version_is_left_as_it_is(folder: Path, without_postgis: Path) -> None:
    data = folder / "home" / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(BusyError, match=r"gjord med PostgreSQL 9 .* finns bara PostgreSQL 16.*apt-get install postgresql-9-postgis-3`"):
        Cluster(folder / "home", installed=without_postgis).start()
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]


def test_the_status_of_a_home_that_was_never_used_makes_nothing(folder: Path) -> None:
    cluster = Cluster(folder / "home")
    assert cluster.status().state is ClusterState.ABSENT
    cluster.stop()
    cluster.remove()
    assert list(folder.iterdir()) == []
