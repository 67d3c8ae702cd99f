"""`deliveries`: receipts and rejected rows."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.queries.deliveries import find_delivery, list_deliveries, rejected_rows
from trygghetskarta.settings import read_settings

app = typer.Typer(no_args_is_help=True)

_COLUMNS = ("rad", "kolumn", "kod", "värde", "fel", "ursprunglig rad")


@app.command(name="list")
def list_all(limit: Annotated[int, typer.Option(help="Hur många, de senaste först.")] = 20) -> None:
    """Visa de senaste leveranserna."""
    with open_engine(read_settings()).connect() as connection:
        for row in list_deliveries(connection, limit):
            typer.echo(
                f"{row['delivery_id']:>6}  {row['received_at']:%Y-%m-%d %H:%M}  {row['source']:<14} {row['status']:<9} "
                f"{row['rows_read']:>8} lästa {row['rows_new']:>8} nya {row['rows_changed']:>6} ändrade {row['rows_rejected']:>5} avvisade  "
                f"{row['file_name']}"
            )


@app.command()
def show(delivery: Annotated[int, typer.Argument(help="Leveransens nummer.")]) -> None:
    """Visa en leverans med sitt kvitto, som JSON."""
    with open_engine(read_settings()).connect() as connection:
        found = find_delivery(connection, delivery)
    typer.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2))


@app.command()
def rejected(
    delivery: Annotated[int, typer.Argument(help="Leveransens nummer.")],
    out: Annotated[Path | None, typer.Option(help="Skriv till en fil i stället.")] = None,
) -> None:
    """Skriv en leverans avvisade rader som CSV, med felet och radens egna tecken."""
    with open_engine(read_settings()).connect() as connection:
        rows = rejected_rows(connection, delivery)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(_COLUMNS)
    for row in rows:
        raw = bytes(row["raw"]).decode(errors="backslashreplace")
        writer.writerow((row["line"], row["column_name"], row["code"], row["value"], row["message"], raw))
    if out is None:
        sys.stdout.write(text.getvalue())
        return
    out.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    typer.echo(f"{len(rows)} avvisade rader skrivna till {out}.")
