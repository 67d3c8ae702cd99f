"""`db` and `rollup`."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from trygghetskarta.cli.connecting import address_of, database_url, open_engine, own_server
from trygghetskarta.cli.documents import AsJson, tell_json
from trygghetskarta.errors import BusyError
from trygghetskarta.queries.cube import newest_version
from trygghetskarta.queries.health import may_read_events
from trygghetskarta.settings import Settings, read_settings
from trygghetskarta.store.cluster import ClusterState
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.faces import Face
from trygghetskarta.store.roles import lacking, let_in

app = typer.Typer(no_args_is_help=True)
rollup_app = typer.Typer(no_args_is_help=True)

_STATES = {
    ClusterState.RUNNING: "Servern kör.",
    ClusterState.STOPPED: "Servern är stoppad.",
    ClusterState.ABSENT: "Servern är inte skapad.",
}
_LEFT = (
    "Databasens roller är inte som de ska: {} satser återstår, som inloggningen i DATABASE_URL inte får köra. Tills en databasadministratör har kört "
    "dem (`trygghetskarta db roles --sql`) är det bara programmet självt som skiljer det offentliga från händelserna."
)


@app.command()
def start() -> None:
    """Starta den egna PostGIS-servern och skriv dess adress."""
    typer.echo(own_server(read_settings()).start())


@app.command()
def stop() -> None:
    """Stoppa den egna PostGIS-servern."""
    own_server(read_settings()).stop()
    typer.echo("Servern är stoppad.")


@app.command()
def status(as_json: AsJson = False) -> None:
    """Visa om den egna servern kör, och var dess data ligger. Slutar med 3 när den inte kör."""
    found = own_server(read_settings()).status()
    if as_json:
        tell_json({"state": found.state.value, "data": str(found.data), "url": found.url})
    else:
        typer.echo(f"{_STATES[found.state]}  {found.data}")
        if found.url is not None:
            typer.echo(found.url)
    if found.state is not ClusterState.RUNNING:
        raise typer.Exit(3)


@app.command()
def url() -> None:
    """Skriv databasens adress."""
    typer.echo(database_url(read_settings()))


@app.command()
def upgrade() -> None:
    """Skapa eller ändra tabellerna så att de är den här versionens."""
    from trygghetskarta.store.migrate import upgrade as migrate

    left = migrate(make_engine(database_url(read_settings(), start=True)))
    typer.echo("Databasen är uppdaterad.")
    if left:
        typer.echo(_LEFT.format(len(left)), err=True)


@app.command()
def roles(
    statements: Annotated[
        bool, typer.Option("--sql", help="Skriv satserna som en databasadministratör ska köra, och inget annat.")
    ] = False,
) -> None:
    """Visa om databasens roller får det de ska och inget mer. Slutar med 3 när något fattas."""
    settings = read_settings()
    with open_engine(settings).connect() as connection:
        left = lacking(connection)
        owner = connection.execute(text("SELECT current_user")).scalar_one()
    if statements:
        for statement in left:
            typer.echo(f"{statement};")
    else:
        typer.echo(_LEFT.format(len(left)) if left else "Rollerna får det de ska och inget mer.")
        for face in (Face.PUBLIC, Face.STAFF, Face.INGEST, Face.AUDIT):
            typer.echo(f"  {face.value:10} {_signed_in(settings, face, owner)}")
    if left:
        raise typer.Exit(3)


@app.command()
def logins() -> None:
    """Låt varje roll logga in med lösenordet i sin adress (PUBLIC_DATABASE_URL och de andra). Kräver en inloggning som får ändra roller."""
    settings = read_settings()
    chosen = {face: address for face in Face if (address := settings.address_of(face)) is not None}
    let_in(open_engine(settings), chosen)
    typer.echo(f"Kan logga in: {', '.join(chosen)}." if chosen else "Ingen roll har en egen adress i inställningarna.")


def _signed_in(settings: Settings, face: Face, owner: str) -> str:
    """Say as whom a part of the service signs in, and whether it does."""
    engine = make_engine(address_of(settings, face))
    try:
        with engine.connect() as connection:
            name = connection.execute(text("SELECT current_user")).scalar_one()
            reads = may_read_events(connection)
    except (OperationalError, BusyError):
        return "kan inte logga in"
    finally:
        engine.dispose()
    told = f"loggar in som {name}" + (", som äger tabellerna: ange en egen adress" if name == owner else "")
    return f"{told}, och kan läsa händelser" if reads else told


@rollup_app.command()
def rebuild(as_json: AsJson = False) -> None:
    """Räkna om alla antal från händelserna."""
    from trygghetskarta.ingest.publication import announce
    from trygghetskarta.ingest.rollup import rebuild_rollup

    with open_engine(read_settings()).begin() as connection:
        rebuild_rollup(connection)
        announce(connection, "rollup")
        version = newest_version(connection)
    if as_json:
        tell_json({"dataVersion": version})
    else:
        typer.echo("Antalen är omräknade.")
