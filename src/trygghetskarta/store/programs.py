"""The PostgreSQL programs of this machine: where they are, how old they are, and whether PostGIS stands beside them."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from trygghetskarta.errors import BusyError
from trygghetskarta.store.site import Account

DEBIAN = Path("/usr/lib/postgresql")
_NEEDED = ("initdb", "postgres")


@dataclass(frozen=True, slots=True)
class Programs:
    """One installed PostgreSQL.

    Attributes:
        folder: Where `initdb` and `postgres` are.
        major: Its major version; data made by one major version cannot be opened by another.
        postgis: Whether PostGIS is installed for it.
    """

    folder: Path
    major: int
    postgis: bool

    def run(self, name: str, *arguments: str, account: Account, holding: int, said: str = "") -> str:
        """Run one of the programs to its end.

        Args:
            name: The program.
            arguments: Its arguments.
            account: The user that it runs as.
            holding: An open file that it keeps open as long as it lives.
            said: Its standard input.

        Returns:
            All that it printed.

        Raises:
            BusyError: It failed; the text holds its reason.
        """
        done = subprocess.run(
            [self.folder / name, *arguments],
            input=said,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            pass_fds=(holding,),
            check=False,
            **account.as_options(),
        )
        if done.returncode != 0:
            raise not_started(str(done.stdout))
        return str(done.stdout)


def find_programs(installed: Path = DEBIAN, major: int | None = None) -> Programs:
    """Find the PostgreSQL to run: the newest one that has PostGIS.

    Args:
        installed: A folder with one folder per major version, as Debian and Ubuntu lay them out; the path is searched too.
        major: The version that the data needs; None when there is no data yet.

    Returns:
        Programs with PostGIS, of that version where one was named.

    Raises:
        BusyError: There is none; the text says the one line that installs it.
    """
    every = _all_programs(installed)
    fitting = [programs for programs in every if programs.postgis and major in (None, programs.major)]
    if fitting:
        return max(fitting, key=lambda programs: programs.major)
    if major is not None and every:
        others = ", ".join(sorted({str(programs.major) for programs in every}))
        package = f"postgresql-{major}-postgis-3"
        raise BusyError(
            f"Den egna databasen är gjord med PostgreSQL {major} och PostGIS, men här finns bara PostgreSQL {others}: kör "
            f"`apt-get install {package}`, eller flytta databasen till den nya versionen (docs/operations.md).",
            f"The private database was made by PostgreSQL {major} with PostGIS, but only PostgreSQL {others} is here: run "
            f"`apt-get install {package}`, or move the database to the new version (docs/operations.md).",
        )
    # The unversioned package is the right one on every Debian and Ubuntu; but beside a server that is already there, that server's own is.
    version = major or max((programs.major for programs in every), default=None)
    package = "postgresql-postgis" if version is None else f"postgresql-{version}-postgis-3"
    missing = "PostgreSQL med PostGIS" if version is None else f"PostGIS till PostgreSQL {version}"
    missing_en = "PostgreSQL with PostGIS" if version is None else f"PostGIS for PostgreSQL {version}"
    raise BusyError(
        f"{missing} saknas på den här datorn: kör `apt-get install {package}` som root, starta i stället allt i behållare med "
        "`docker compose up` (compose.yaml), eller peka ut en PostGIS-databas med TRYGGHETSKARTA_DATABASE_URL.",
        f"{missing_en} is missing on this machine: run `apt-get install {package}` as root, or start everything in containers with "
        "`docker compose up` (compose.yaml), or point TRYGGHETSKARTA_DATABASE_URL at a PostGIS database.",
    )


def not_started(said: str) -> BusyError:
    """Give the error for a server that did not start, with the reason that it gave itself."""
    lines = [line.strip() for line in said.splitlines() if line.strip()][-10:]  # what comes before is about earlier starts
    telling = [line for line in lines if any(mark in line for mark in ("FATAL", "PANIC", "ERROR", "error:"))] or lines
    reason = telling[-1] if telling else "?"
    return BusyError(
        f"Den egna PostGIS-servern kunde inte starta: {reason}",
        f"The private PostGIS server could not start: {reason}",
    )


def _all_programs(installed: Path) -> list[Programs]:
    """List every PostgreSQL server here, with and without PostGIS."""
    on_path = shutil.which("postgres")
    folders = {path.resolve() for path in installed.glob("*/bin")} | ({Path(on_path).resolve().parent} if on_path else set())
    return [_describe(folder) for folder in sorted(folders) if all((folder / name).exists() for name in _NEEDED)]


def _describe(folder: Path) -> Programs:
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\b(\d+)(\.|devel|beta|rc)", said, re.ASCII)
    major = int(number[1]) if number else 0
    return Programs(folder, major, any((share / "extension" / "postgis.control").exists() for share in _shares(folder, major)))


def _shares(folder: Path, major: int) -> list[Path]:
    """List the folders that may hold the extensions; pg_config knows, but is not always installed with the server."""
    teller = folder / "pg_config"
    if teller.exists():
        said = subprocess.run([teller, "--sharedir"], capture_output=True, text=True, check=False).stdout.strip()
        if said:
            return [Path(said)]
    return [Path(f"/usr/share/postgresql/{major}"), folder.parent / "share" / "postgresql", folder.parent / "share"]
