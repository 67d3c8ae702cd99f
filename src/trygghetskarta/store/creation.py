"""The first start of a private server: its data, with PostGIS."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import psycopg
from psycopg import sql

from trygghetskarta.errors import BusyError
from trygghetskarta.store.programs import Programs, not_started
from trygghetskarta.store.site import Account

DATABASE = "trygghetskarta"
ROLE = "trygghetskarta"

# Only a database that is there, and can make PostGIS tables, gives this answer.
_MADE = "SELECT 'made ' || extversion FROM pg_extension, pg_database WHERE extname = 'postgis' AND datname = 'trygghetskarta'"


def make_data(site: Path, programs: Programs, account: Account, alive: int) -> None:
    """Make the data folder with PostGIS in every database: whole, or not at all.

    It is written aside without waiting for the disk, synced once, and then put in its place by a rename. A server that is started for this
    and told to stop would take twice the time.

    Args:
        site: The folder that the data shall lie in.
        programs: The PostgreSQL to use.
        account: The user that shall own the data.
        alive: The lock that every process at work on the data holds.

    Raises:
        BusyError: PostgreSQL could not; the text holds its reason.
    """
    making = site / "data.new"
    if making.exists():  # somebody was interrupted here before
        shutil.rmtree(making)
    account.takes(making)
    _passwords(site).unlink(missing_ok=True)
    password = _new_password(site, ROLE)
    shape = ("--encoding=UTF8", "--locale=C.UTF-8", f"--username={ROLE}", "--auth=reject")
    programs.run("initdb", "--no-sync", *shape, f"--pgdata={making}", account=account, holding=alive)
    script = ("CREATE EXTENSION postgis", f"ALTER ROLE {ROLE} PASSWORD '{password}'", f"CREATE DATABASE {DATABASE}", _MADE)
    single = ("--single", "-j", "-F", "-c", "password_encryption=scram-sha-256", "-c", "log_min_error_statement=panic", "-D", str(making))
    answer = programs.run("postgres", *single, "template1", account=account, holding=alive, said="".join(f"{line};\n\n" for line in script))
    if '"made ' not in answer:  # a single-user server goes on after an error, and ends well
        raise not_started(answer)
    programs.run("initdb", "--sync-only", f"--pgdata={making}", account=account, holding=alive)
    making.rename(site / "data")


def let_in(address: str, site: Path, role: str) -> None:
    """Let a role sign in, with a password of its own, unless it can.

    Args:
        address: The server, as its superuser.
        site: The folder of the server.
        role: The role.

    Raises:
        BusyError: There is no such role: the tables are older than it.
    """
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        if found is None:
            raise BusyError(
                "Databasens roller är inte skapade: kör `trygghetskarta db upgrade`.",
                "The roles of the database are not made: run `trygghetskarta db upgrade`.",
            )
        password = _new_password(site, role)
        if password is not None:
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))
        elif not found[0]:
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(role)))


def _new_password(site: Path, role: str) -> str | None:
    """Write down a password for a role, for whoever reaches the server by a port of this machine; None where there is one already."""
    kept = _passwords(site)
    kept.touch(mode=0o600)
    lines = kept.read_text(encoding="utf-8")
    if f":{role}:" in lines:
        return None
    password = secrets.token_hex(24)
    kept.write_text(f"{lines}127.0.0.1:*:*:{role}:{password}\n", encoding="utf-8")
    return password


def _passwords(site: Path) -> Path:
    return site / "pgpass"
