"""`audit`: the log of what was done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import orjson
import typer
from sqlalchemy import Connection

from trygghetskarta.cli.connecting import address_of
from trygghetskarta.cli.documents import AsJson
from trygghetskarta.errors import InvalidQuestionError
from trygghetskarta.settings import read_settings
from trygghetskarta.store.audit import Act, Entry, Wanted, list_entries
from trygghetskarta.store.audit import verify as follow
from trygghetskarta.store.engine import make_engine
from trygghetskarta.store.faces import Face

app = typer.Typer(no_args_is_help=True)

_BROKEN = 3
_HEAD = re.compile(r"([0-9]+):([0-9a-f]{64})", re.ASCII)
_SAID = {
    Act.ASKED: "frågade efter exakta siffror",
    Act.SIGNED_IN: "loggade in",
    Act.SIGNED_OUT: "loggade ut",
    Act.REFUSED: "blev inte insläppt",
    Act.SESSIONS_ENDED: "avslutade någons inloggningar",
    Act.KEY_MADE: "skapade en nyckel",
    Act.KEY_REVOKED: "drog in en nyckel",
    Act.RIGHT_GIVEN: "gav en rättighet",
    Act.RIGHT_TAKEN: "tog en rättighet",
    Act.APPROVED: "godkände en leverans",
    Act.WITHDRAWN: "drog tillbaka en leverans",
    Act.RELEASED: "släppte en period",
}


@app.command("list")
def listed(
    since: Annotated[datetime | None, typer.Option("--from", help="Från och med, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="Före, UTC.")] = None,
    act: Annotated[Act | None, typer.Option(help="Bara en sorts händelse.")] = None,
    actor: Annotated[str | None, typer.Option(help="Bara en person, nyckel eller användare.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Högst så många, de senaste.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Visa vad som har gjorts och av vem, det senaste först."""
    with _as_auditor() as connection:
        entries = list_entries(connection, Wanted(limit, since, until, act, actor))
    if as_json:
        typer.echo(orjson.dumps([_document(entry) for entry in entries], option=orjson.OPT_UTC_Z).decode())
        return
    for entry in entries:
        said = _SAID[Act(entry.act)] if entry.act in set(Act) else entry.act
        typer.echo(f"{entry.number:>7}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.actor}  {said}  {entry.detail}")


@app.command()
def verify(
    head: Annotated[str | None, typer.Option(help="Ett huvud som har sparats någon annanstans: NUMMER:HASH.")] = None,
    as_json: AsJson = False,
) -> None:
    """Pröva att ingen har ändrat loggen, och skriv dess huvud att spara någon annanstans. Slutar med 3 när något är ändrat."""
    kept = _kept(head)
    with _as_auditor() as connection:
        found = follow(connection, kept)
    written = f"{found.entries}:{found.head.hex()}"
    if as_json:
        told = {"entries": found.entries, "head": written, "brokenAt": found.broken_at, "holdsHead": found.holds_head, "sound": found.sound}
        typer.echo(orjson.dumps(told).decode())
    elif found.broken_at is not None:
        typer.echo(f"Loggen är ändrad: kedjan bryts vid post {found.broken_at} av {found.entries}.")
    elif not found.holds_head:
        typer.echo("Loggen är ändrad: det sparade huvudet finns inte i den. Den är avkortad, eller skriven på nytt.")
    else:
        typer.echo(f"Loggen är hel: {found.entries} poster.\n{written}")
    if not found.sound:
        raise typer.Exit(_BROKEN)


@contextmanager
def _as_auditor() -> Iterator[Connection]:
    engine = make_engine(address_of(read_settings(), Face.AUDIT))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _kept(head: str | None) -> tuple[int, bytes] | None:
    if head is None:
        return None
    parts = _HEAD.fullmatch(head)
    if parts is None:
        raise InvalidQuestionError("Ett huvud skrivs NUMMER:HASH, med 64 tecken.", "A head is written NUMBER:HASH, with 64 characters.")
    return int(parts[1]), bytes.fromhex(parts[2])


def _document(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at,
        "actor": entry.actor,
        "act": entry.act,
        "detail": orjson.loads(entry.detail),
        "hash": entry.hash.hex(),
    }
