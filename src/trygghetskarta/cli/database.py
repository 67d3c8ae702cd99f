"""`db` and `rollup`."""

from __future__ import annotations

import typer

from trygghetskarta.cli.connecting import database_url, open_engine
from trygghetskarta.settings import read_settings
from trygghetskarta.store.cluster import Cluster, ClusterState
from trygghetskarta.store.engine import make_engine

app = typer.Typer(no_args_is_help=True)
rollup_app = typer.Typer(no_args_is_help=True)

_STATES = {
    ClusterState.RUNNING: "Servern kör.",
    ClusterState.STOPPED: "Servern är stoppad.",
    ClusterState.ABSENT: "Servern är inte skapad.",
}


@app.command()
def start() -> None:
    """Starta den egna PostGIS-servern och skriv dess adress."""
    typer.echo(Cluster(read_settings().home).start())


@app.command()
def stop() -> None:
    """Stoppa den egna PostGIS-servern."""
    Cluster(read_settings().home).stop()
    typer.echo("Servern är stoppad.")


@app.command()
def status() -> None:
    """Visa om den egna servern kör, och var dess data ligger. Slutar med 3 när den inte kör."""
    found = Cluster(read_settings().home).status()
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

    migrate(make_engine(database_url(read_settings(), start=True)))
    typer.echo("Databasen är uppdaterad.")


@rollup_app.command()
def rebuild() -> None:
    """Räkna om alla antal från händelserna."""
    from trygghetskarta.ingest.publication import announce
    from trygghetskarta.ingest.rollup import rebuild_rollup

    with open_engine(read_settings()).begin() as connection:
        rebuild_rollup(connection)
        announce(connection, "rollup")
    typer.echo("Antalen är omräknade.")
