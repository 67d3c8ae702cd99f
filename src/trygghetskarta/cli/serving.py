"""`serve`, `demo` and `health`."""

from __future__ import annotations

import logging
import os
import socket
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated

import typer
from sqlalchemy.exc import OperationalError, ProgrammingError

from trygghetskarta.cli.connecting import addresses, database_url, open_engine, own_server
from trygghetskarta.cli.documents import AsJson, tell_json
from trygghetskarta.cli.workers import Workers, listen, measured, sharing
from trygghetskarta.domain.audience import Audience, Role
from trygghetskarta.domain.cities import CITY
from trygghetskarta.errors import BusyError, ForbiddenError, InvalidQuestionError
from trygghetskarta.observe import log_as_json
from trygghetskarta.queries.health import Health, ask_health, may_read_events, others_connected
from trygghetskarta.settings import IN_FILE, PREFIX, Settings, read_settings
from trygghetskarta.store.cluster import Cluster, ClusterState
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.faces import Addresses

_log = logging.getLogger(__name__)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PORTS = 100
_UNWELL = {
    OperationalError: ("Databasen svarar inte.", "The database does not answer."),
    ProgrammingError: (
        "Databasen har inga tabeller. Kör: trygghetskarta db upgrade",
        "The database has no tables. Run: trygghetskarta db upgrade",
    ),
}
# The app is named, not imported: the doors do not know each other.
_STAFF_APP = "trygghetskarta.api.app:staff_app"
_PROTOCOL = "trygghetskarta.api.protocol:alone"


def serve(
    host: Annotated[str, typer.Option(help="Adressen att lyssna på.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Porten att lyssna på.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Antal arbetsprocesser.")] = 1,
    role: Annotated[Role, typer.Option("--as", help="Vem som frågar: public, eller analyst på den egna datorn.")] = Role.PUBLIC,
) -> None:
    """Kör API:et och kartan. Utan inloggning visas bara det som är offentligt.

    SIGTERM stoppar utan att något som pågår går förlorat, SIGHUP byter arbetsprocesserna en i taget.
    """
    if role not in (Role.PUBLIC, Role.ANALYST):
        raise InvalidQuestionError(f"serve kan inte köras som {role}.", f"serve cannot run as {role}.")
    if role is Role.ANALYST and host not in _LOOPBACK:
        raise ForbiddenError(
            "Exakta siffror visas bara på den egna datorn (127.0.0.1) så länge det inte finns någon inloggning.",
            "Exact figures are shown on 127.0.0.1 only, as long as there is no signing in.",
        )
    settings = read_settings()
    sockets = listen(host, port)
    where = addresses(settings)
    _tell_of_the_wall(where)
    _hand_over(where)
    with measured(settings.metrics_host, settings.metrics_port), sharing(workers, settings.counts_folder):
        words = ("trygghetskarta.api.worker", "--as", Audience.STAFF if role is Role.ANALYST else Audience.PUBLIC)
        raise typer.Exit(Workers(sockets, words, workers, settings.notice_seconds, settings.drain_seconds).run())


def demo(
    port: Annotated[int, typer.Option(help="Porten att lyssna på; är den upptagen tas nästa lediga.")] = 8000,
    prepare: Annotated[bool, typer.Option("--prepare", help="Förbered databasen och exempeldata, och sluta sedan.")] = False,
) -> None:
    """Starta den egna databasen, läs in exempeldata om inget finns, och kör kartan på den egna datorn med exakta siffror."""
    settings = read_settings()
    started = None if settings.database_url is not None else own_server(settings)
    was_running = started is not None and started.status().state is ClusterState.RUNNING
    try:
        _prepare(settings)
        if not prepare:
            _serve_here(port, settings)
    finally:
        if started is not None and not was_running and not _others_connected(started):
            started.stop()


def _others_connected(cluster: Cluster) -> bool:
    """Tell whether someone else uses the private server, a second demo or a command: then it is left running."""
    if cluster.status().state is not ClusterState.RUNNING:
        return False
    engine = make_engine(cluster.url())
    with engine.connect() as connection:
        others = others_connected(connection)
    engine.dispose()
    return others


def _prepare(settings: Settings) -> None:
    """Bring the database up, to this version's tables, and to some data."""
    from trygghetskarta.store.migrate import upgrade

    engine = make_engine(database_url(settings, start=True))
    typer.echo(f"Databasen är igång ({_since_start()}).")
    upgrade(engine)
    with engine.connect() as connection:
        empty = not ask_health(connection).editions
    if empty and not CITY.is_default:
        from trygghetskarta.cli.areas import import_areas

        import_areas(engine, settings)
        typer.echo(f"Områdena i {CITY.name} är inlästa ({_since_start()}). Händelser läses in med trygghetskarta ingest.")
    elif empty:
        from trygghetskarta.cli.sample import load_sample

        typer.echo("Läser in exempeldata. Allt i dem är påhittat, och kartan är schematisk.")
        load_sample(engine, settings)
        typer.echo(f"Exempeldata är inlästa ({_since_start()}).")
    engine.dispose()


def _serve_here(port: int, settings: Settings) -> None:
    import uvicorn

    listening = _free_socket(port)
    number = listening.getsockname()[1]

    class Announcing(uvicorn.Server):
        """Tells where it is once it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                typer.echo(
                    f"Svarar efter {_since_start()}.\n"
                    f"  Kartan:  http://127.0.0.1:{number}/\n"
                    f"  API:     http://127.0.0.1:{number}/v1/comparisons?source=polishandelser&level=stadsdel\n"
                    f"  OpenAPI: http://127.0.0.1:{number}/openapi.json\n"
                    f"  Leveranser: http://127.0.0.1:{number}/?show=deliveries{key}\n"
                    "Du ser exakta siffror (analytiker). Avsluta med Ctrl+C."
                )

    _hand_over(addresses(settings))
    key = _key_for_now(settings)
    config = uvicorn.Config(_STAFF_APP, factory=True, http=_PROTOCOL, log_level="warning", server_header=False)
    Announcing(config).run(sockets=[listening])


def _tell_of_the_wall(where: Addresses) -> None:
    """Say so in the log where what answers the public could read an event."""
    engine = make_engine(where.public)
    # Where the database does not answer yet there is nothing to tell; the service starts all the same.
    with suppress(OperationalError, ProgrammingError), engine.connect() as connection:
        if may_read_events(connection):
            log_as_json()
            _log.warning(
                "Det som svarar alla är inloggat i databasen som en roll som kan läsa händelser. Se `trygghetskarta db roles` och ställ in "
                "%sPUBLIC_DATABASE_URL. / What answers the public is signed in to the database as a role that can read events.",
                PREFIX,
            )
    engine.dispose()


def _hand_over(where: Addresses) -> None:
    """Let the app, which is made in each of its processes, find the database, but not as its owner; an address in a file is left there."""
    for variable in (f"{PREFIX}DATABASE_URL", f"{PREFIX}DATABASE_URL{IN_FILE}"):
        os.environ.pop(variable, None)
    for name, address in (("PUBLIC", where.public), ("STAFF", where.staff), ("INGEST", where.ingest)):
        variable = f"{PREFIX}{name}_DATABASE_URL"
        if address is not None and variable + IN_FILE not in os.environ:
            os.environ[variable] = address


def _key_for_now(settings: Settings) -> str:
    """Make a key for deliveries that holds until the demo ends, where none is chosen; the part of an address that hands it to the page.

    A browser sends no server what stands after #, and the page takes it away at once.
    """
    if settings.delivery_key is not None:
        return ""
    key = os.environ[f"{PREFIX}DELIVERY_KEY"] = token_urlsafe(32)
    return f"#key={key}"


def _free_socket(first: int) -> socket.socket:
    """Take the first free port of 127.0.0.1 from one on."""
    for number in range(first, first + _PORTS):
        candidate = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", number))
        except OSError:
            candidate.close()
            continue
        return candidate
    raise BusyError(f"Ingen port från {first} och uppåt är ledig.", f"No port from {first} on is free.")


def _since_start() -> str:
    """Say how long ago this process began, so that the figure holds all that the user waited for."""
    fields = Path("/proc/self/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
    began = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return f"{time.clock_gettime(time.CLOCK_BOOTTIME) - began:.1f} s".replace(".", ",")


def health(as_json: AsJson = False) -> None:
    """Visa om databasen svarar och vad som är inläst. Slutar med 3 när tjänsten inte kan svara på frågor."""
    try:
        with open_engine(read_settings()).connect() as connection:
            found = ask_health(connection)
    except (BusyError, OperationalError, ProgrammingError) as error:
        swedish, english = (error.swedish, error.english) if isinstance(error, BusyError) else _UNWELL[type(error)]
        typer.echo(f"Fel: {swedish}\n     {english}", err=True)
        if as_json:
            tell_json({"status": "unreachable", "detail": swedish, "detailEn": english})
        raise typer.Exit(3) from error
    if as_json:
        status = "ok" if found.editions else "empty"
        tell_json({"status": status, "postgresql": found.version, "editions": found.editions, "publishedAt": found.latest})
    else:
        _tell_health(found)
    if not found.editions:
        raise typer.Exit(3)


def _tell_health(found: Health) -> None:
    latest = f" Senast ändrat {found.latest:%Y-%m-%d %H:%M} UTC." if found.latest is not None else ""
    typer.echo(f"PostgreSQL {found.version}. Antal indelningar: {found.editions}.{latest}")
    if not found.editions:
        typer.echo("Inga områden är inlästa än.")
