"""A private PostGIS server made of the machine's own programs, for whoever has not been given one.

Everything it owns lies in one folder, its site: the data, the socket, the log and the configuration. The site is `home`/postgres, or a
folder elsewhere when the server cannot live there (`home`/place then says where). It is found through that folder alone: no port, no
default socket and no other server is ever asked.

Two locks, both released by the kernel whatever happens to their holders: `home`/lock lets one caller at a time start or stop, and
`site`/alive is inherited by the server and all its processes, so that whoever gets it knows that none of them is left, whatever the
pid file says.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from trygghetskarta.errors import BusyError
from trygghetskarta.store.creation import DATABASE, ROLE, let_in, make_data, make_missing
from trygghetskarta.store.faces import Face
from trygghetskarta.store.locking import locked
from trygghetskarta.store.programs import DEBIAN, Programs, find_programs, not_started
from trygghetskarta.store.site import Account, choose_site, free_port, is_same_place, make_open_folder, server_account, socket_folder

# Recovery after a crash replays at most max_wal_size of log; a stop writes at most shared_buffers.
PATIENCE_SECONDS = 120.0
_LOG_BYTES = 5_000_000
_SETTINGS = Path(__file__).with_name("postgresql.conf")

# A socket in a folder that only the server's user (and root) may enter needs no password: whoever gets there may read the data files as
# well. `peer` would not do, as root connects to a server that is not root's. A port of 127.0.0.1 is open to everybody on the machine:
# that needs the password in the site's pgpass.
_ACCESS = """\
local all all trust
host  all all 127.0.0.1/32 scram-sha-256
"""


class ClusterState(StrEnum):
    """How the private server is doing."""

    RUNNING = "running"
    STOPPED = "stopped"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """What is known of the private server.

    Attributes:
        state: Running, stopped, or never made.
        pid: The server's first process, while it runs.
        version: Major version of PostgreSQL that made the data, where there is any.
        data: Where the data is, or would be.
        url: How to reach the database, once it takes questions.
    """

    state: ClusterState
    pid: int | None
    version: str | None
    data: Path
    url: str | None


@dataclass(frozen=True, slots=True)
class _Server:
    """A running server, as its pid file tells; see `_read_server` for why it is believed."""

    pid: int
    port: str
    folder: str
    phase: str


@dataclass(frozen=True)
class Cluster:
    """A private PostGIS server.

    Attributes:
        home: The folder that it belongs to; made when missing.
        tcp: Listen on a free port of 127.0.0.1, with a password, also where a socket would do: for programs that know no sockets.
        installed: Where the machine's PostgreSQL versions are.
        database: The database that is meant where none is named; made at the start where it is missing.
    """

    home: Path
    tcp: bool = False
    installed: Path = DEBIAN
    database: str = DATABASE

    def __post_init__(self) -> None:
        """Hold on to one place, wherever the process goes later."""
        object.__setattr__(self, "home", self.home.resolve())

    def start(self) -> str:
        """Start the server unless it runs; the first time, make it first.

        Returns:
            The address of the database, ready for questions.

        Raises:
            BusyError: PostGIS is missing, or the server cannot start; the text says why.
        """
        with _remedied(), self._alone():
            site = self._site()
            server = _read_server(site)
            if server is not None and server.phase == "ready" and not _reachable(server):
                _stop_server(site)
                server = None
            if server is None or server.phase == "stopping":
                site = self._launch()
            server = _await_ready(site)
            make_missing(_url(site, server, "postgres"), self.database)
            return _url(site, server, self.database)

    def stop(self) -> None:
        """Stop the server in good order; open connections are closed. Nothing happens when it does not run.

        Raises:
            BusyError: It did not stop in time.
        """
        with _remedied():
            if self.home.exists():
                with self._alone():
                    _stop_server(self._site())

    def status(self) -> ClusterStatus:
        """Tell how the server is doing, changing nothing."""
        with _remedied():
            site = self._site()
            data = site / "data"
            if not data.exists():
                return ClusterStatus(ClusterState.ABSENT, None, None, data, None)
            version = (data / "PG_VERSION").read_text().strip()
            server = _read_server(site)
            if server is None:
                return ClusterStatus(ClusterState.STOPPED, None, version, data, None)
            url = _url(site, server, self.database) if server.phase == "ready" else None
            return ClusterStatus(ClusterState.RUNNING, server.pid, version, data, url)

    def url(self, database: str | None = None, role: str = ROLE) -> str:
        """Give the address of a database of the running server, where a role that may signs in.

        Raises:
            BusyError: The server does not run.
        """
        with _remedied():
            site = self._site()
            server = _read_server(site)
        if server is None or server.phase != "ready":
            raise BusyError(
                "Den egna PostGIS-servern är inte igång: starta den med `trygghetskarta db start`.",
                "The private PostGIS server is not running: start it with `trygghetskarta db start`.",
            )
        return _url(site, server, database or self.database, role)

    def login(self, face: Face, database: str | None = None) -> str:
        """Let a role that the migrations made sign in, and give the address of a database at which it does.

        Raises:
            BusyError: The server does not run, or its tables are older than the roles.
        """
        with _remedied(), self._alone():
            let_in(self.url("postgres"), self._site(), face)
        return self.url(database, face)

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database and give its address.

        Args:
            name: Its name.
            template: The database to copy, which nobody may be connected to; without one it is empty but for PostGIS.
        """
        self._tell(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template or "template1")))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database with all it holds, and close the connections to it. Nothing happens when it does not exist."""
        self._tell(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def remove(self) -> None:
        """Stop the server and remove all that it holds, for good."""
        with _remedied():
            if self.home.exists():
                with self._alone():
                    site = self._site()
                    _stop_server(site)
                    if site.exists():
                        shutil.rmtree(site)
                    (self.home / "place").unlink(missing_ok=True)

    def _tell(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _site(self) -> Path:
        """Give the folder of everything the server owns: in `home`, unless a note there says where."""
        note = self.home / "place"
        return Path(os.fsdecode(note.read_bytes().rstrip(b"\n"))) if note.exists() else self.home / "postgres"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one caller at a time start or stop this server."""
        make_open_folder(self.home)
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _launch(self) -> Path:
        """Start the server's processes, making its data first where there is none; they outlive this process."""
        site = self._site()
        made = (site / "data").exists()
        major = int((site / "data" / "PG_VERSION").read_text()) if made else None
        programs = find_programs(self.installed, major)
        account = server_account(site / "data")
        note = self.home / "place"
        if not made and not note.exists():
            site = choose_site(self.home, account)
            if site.parent != self.home:
                note.write_bytes(os.fsencode(site) + b"\n")
        make_open_folder(site)
        with (site / "alive").open("w") as alive:
            if not _patiently(lambda: locked(alive)):
                raise BusyError(
                    f"Databasen i {site} används av en server som inte syns härifrån, kanske i en annan behållare: stoppa den först.",
                    f"The database in {site} is in use by a server that cannot be seen from here, perhaps in a container: stop it first.",
                )
            if not made:
                make_data(site, programs, account, alive.fileno())
            self._spawn(site, programs, account, alive)
        return site

    def _spawn(self, site: Path, programs: Programs, account: Account, alive: IO[str]) -> None:
        sockets = None if self.tcp else socket_folder(site, account)
        port = free_port() if sockets is None else 5432  # of a socket the port is but a part of its name, and the folder is ours alone
        # We hold `alive`: no process of this server is left, so its traces are stale, and PostgreSQL would believe a pid in use by anyone.
        (site / "data" / "postmaster.pid").unlink(missing_ok=True)
        for stale in () if sockets is None else sockets.glob(".s.PGSQL.*"):
            stale.unlink()
        log = site / "postgres.log"
        log.touch(mode=0o600)
        if log.stat().st_size > _LOG_BYTES:
            log.write_bytes(log.read_bytes()[-_LOG_BYTES // 10 :])
        for name, text in (("postgresql.conf", _SETTINGS.read_text(encoding="utf-8")), ("pg_hba.conf", _ACCESS)):
            (site / name).write_text(text, encoding="utf-8")
            (site / name).chmod(0o644)  # whatever our umask: the server's user reads them
        options = {
            "config_file": site / "postgresql.conf",
            "hba_file": site / "pg_hba.conf",
            "listen_addresses": "127.0.0.1" if sockets is None else "",
            "unix_socket_directories": sockets or "",
            "port": port,
        }
        command = [str(programs.folder / "postgres"), "-D", str(site / "data"), *(f"--{name}={value}" for name, value in options.items())]
        with log.open("a", encoding="utf-8") as out:
            # The shell leaves the server to init, so that it is nobody's child: no zombie here, no death with the terminal.
            subprocess.run(
                ["/bin/sh", "-c", '"$@" &', "sh", *command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=(alive.fileno(),),
                start_new_session=True,
                check=True,
                **account.as_options(),
            )


def _read_server(site: Path) -> _Server | None:
    """Read the pid file of the site, and believe it only when the process it names is this site's own server.

    After a crash the file stays behind, and its pid may by then be anybody's; so the process itself must have been started on our data.
    """
    data = site / "data"
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        pid = int(lines[0])
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
        return None
    # The server's other processes call themselves "postgres: writer" and the like: they have no second argument.
    if len(arguments) < 3 or Path(os.fsdecode(arguments[0])).name != "postgres" or arguments[1] != b"-D":
        return None
    # The second is true when the folder was moved.
    if not (is_same_place(Path(os.fsdecode(arguments[2])), data) or is_same_place(Path(f"/proc/{pid}/cwd"), data)):
        return None
    lines += [""] * (8 - len(lines))
    return _Server(pid, lines[3].strip(), lines[4].strip(), lines[7].strip())


def _reachable(server: _Server) -> bool:
    """Tell whether the server's door is still there: someone may have removed its socket, a tidy-up of old files for one."""
    return not server.folder or (Path(server.folder) / f".s.PGSQL.{server.port}").exists()


def _runs(pid: int) -> bool:
    """Tell whether a process lives; one that is dead but not yet buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _stop_server(site: Path) -> None:
    server = _read_server(site)
    if server is None:
        return
    os.kill(server.pid, signal.SIGINT)
    if not _patiently(lambda: not _runs(server.pid) and _nobody_left(site)):
        raise BusyError(
            f"Den egna PostGIS-servern (process {server.pid}) stannade inte i tid: försök igen om en stund.",
            f"The private PostGIS server (process {server.pid}) did not stop in time: try again in a while.",
        )
    if server.folder and Path(server.folder).parent != site:
        with suppress(OSError):
            Path(server.folder).rmdir()


def _await_ready(site: Path) -> _Server:
    """Wait until the server takes questions; after a crash it first replays its log."""
    gone = False

    def settled() -> bool:
        nonlocal gone
        gone = _nobody_left(site)
        server = _read_server(site)
        return gone or (server is not None and server.phase == "ready")

    in_time = _patiently(settled)
    server = _read_server(site)
    if server is not None and server.phase == "ready":
        return server
    if gone or in_time:
        log = (site / "postgres.log").read_text(encoding="utf-8", errors="replace")
        raise not_started(log)
    raise BusyError(
        "Den egna PostGIS-servern återställer sina data efter ett avbrott och är inte klar än: försök igen om en stund.",
        "The private PostGIS server is recovering its data after a crash and is not ready yet: try again in a while.",
    )


def _patiently(done: Callable[[], bool]) -> bool:
    """Wait for something that mostly takes some milliseconds; False when it never came."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def _nobody_left(site: Path) -> bool:
    """Tell whether every process of the server is gone."""
    with (site / "alive").open("w") as alive:
        return locked(alive)


def _url(site: Path, server: _Server, database: str, role: str = ROLE) -> str:
    """Write the address; the port stands in it because PGPORT in somebody's environment would otherwise lead to another server."""
    if server.folder:
        return f"postgresql://{role}@/{quote(database, safe='')}?host={quote(server.folder)}&port={server.port}"
    return f"postgresql://{role}@127.0.0.1:{server.port}/{quote(database, safe='')}?passfile={quote(str(site / 'pgpass'))}"


@contextmanager
def _remedied() -> Iterator[None]:
    """Turn a refusal by the file system or the kernel into an error with a remedy."""
    try:
        yield
    except OSError as error:
        where = error.filename or ""
        raise BusyError(
            f"Den egna PostGIS-servern kommer inte åt {where} ({error.strerror}): kör som den användare som äger mappen, "
            "eller välj en annan mapp med TRYGGHETSKARTA_HOME.",
            f"The private PostGIS server cannot use {where} ({error.strerror}): run as the user who owns the folder, "
            "or choose another folder with TRYGGHETSKARTA_HOME.",
        ) from error
