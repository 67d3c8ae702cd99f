"""`weights`: the sets of harm weights."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson
from trygghetskarta.errors import NotFoundError
from trygghetskarta.queries.weights import list_sets, read_weights
from trygghetskarta.serialize.swedish import decimal, whole
from trygghetskarta.settings import read_settings

app = typer.Typer(no_args_is_help=True)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="TOML som de vikter som följer med, eller CSV med semikolon.")],
    name: Annotated[str | None, typer.Option(help="Vikternas namn; för en CSV.")] = None,
    valid_from: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Dagen de gäller från; för en CSV.")] = None,
    basis: Annotated[str | None, typer.Option(help="Var vikterna kommer ifrån, en mening; för en CSV.")] = None,
) -> None:
    """Läs in vikter. De fryses: samma namn kan aldrig få annat innehåll."""
    from trygghetskarta.ingest.weights import SetHead, load_weights
    from trygghetskarta.ingest.weights import read_weights as read_file

    head = SetHead(name, valid_from.date(), basis) if name is not None and valid_from is not None and basis is not None else None
    given = read_file(file, head)
    with open_engine(read_settings()).begin() as connection:
        new = load_weights(connection, given)
    weights = f"{given.name}: {whole(len(given.weights))} vikter"
    typer.echo(f"{weights}, inlästa." if new else f"{weights}; de finns redan.")


@app.command(name="list")
def list_all() -> None:
    """Visa vilka vikter som finns, de nyaste först. Den första vars dag har kommit används när en fråga inte anger någon."""
    with open_engine(read_settings()).connect() as connection:
        sets = list_sets(connection)
    for kept in sets:
        typer.echo(f"{kept.name}  från {kept.valid_from}  {whole(kept.weights)} vikter, {whole(kept.checked)} kontrollerade mot lagtexten")
        typer.echo(f"    {kept.basis}")
    if not sets:
        typer.echo("Inga vikter är inlästa.")


@app.command()
def show(
    name: Annotated[str | None, typer.Argument(help="Vikternas namn; utelämnat är det de nyaste.")] = None,
    as_json: AsJson = False,
) -> None:
    """Visa vikterna: kategori, dagar, lagrum, sedan när, och om de är kontrollerade mot lagtexten."""
    with open_engine(read_settings()).connect() as connection:
        names = [kept.name for kept in list_sets(connection) if kept.due or name is not None]
        weights = read_weights(connection)
    if not names or (name is not None and name not in names):
        raise NotFoundError(f"Det finns inga vikter {name or ''}.", f"There are no weights {name or ''}.")
    shown = weights[name or names[0]]
    if as_json:
        items = [
            {"source": weight.source.value, "category": weight.code, "days": weight.days, "law": weight.law, "minimum": weight.minimum,
             "sfs": weight.sfs, "since": str(weight.since) if weight.since is not None else None, "checked": weight.checked,
             "policeInitiated": weight.police_initiated, "note": weight.note}
            for weight in shown
        ]  # fmt: skip
        typer.echo(orjson.dumps({"name": name or names[0], "items": items}, option=orjson.OPT_INDENT_2))
        return
    for weight in shown:
        said = [weight.law, weight.minimum, f"sedan {weight.since}" if weight.since is not None else None]
        said += [
            None if weight.checked else "inte kontrollerad",
            "polisens egna kontroller" if weight.police_initiated else None,
            weight.note,
        ]
        typer.echo(f"{weight.code:<28}{decimal(weight.days, 0):>6} dagar  {'; '.join(part for part in said if part)}")
