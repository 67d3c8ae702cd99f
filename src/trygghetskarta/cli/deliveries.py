"""`deliveries`: receipts and rejected rows, approval and withdrawal."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson, tell_json, tell_list
from trygghetskarta.domain.sources import SourceId
from trygghetskarta.errors import bad_parameter
from trygghetskarta.queries.deliveries import Wanted, count_deliveries, find_delivery, list_deliveries, rejected_rows
from trygghetskarta.serialize.swedish import whole
from trygghetskarta.settings import read_settings

app = typer.Typer(no_args_is_help=True)


class Status(StrEnum):
    """What a delivery has come to."""

    RECEIVED = "received"
    HELD = "held"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@app.command(name="list")
def list_all(
    limit: Annotated[int, typer.Option(min=1, help="Hur många, de senaste först.")] = 20,
    source: Annotated[SourceId | None, typer.Option(help="Bara från den här källan.")] = None,
    status: Annotated[Status | None, typer.Option(help="Bara med det här läget, till exempel held.")] = None,
    as_json: AsJson = False,
) -> None:
    """Visa de senaste leveranserna."""
    wanted = Wanted(limit, 0, source, status)
    with open_engine(read_settings()).connect() as connection:
        rows, total = list_deliveries(connection, wanted), count_deliveries(connection, wanted)
    if as_json:
        from trygghetskarta.serialize.receipts import stored_document

        tell_json({"items": [stored_document(row) for row in rows], "total": total, "limit": limit, "offset": 0})
        return
    for row in rows:
        typer.echo(
            f"{row['delivery_id']:>6}  {row['received_at']:%Y-%m-%d %H:%M}  {row['source']:<14} {row['status']:<9} "
            f"{row['rows_read']:>8} lästa {row['rows_new']:>8} nya {row['rows_changed']:>6} ändrade {row['rows_rejected']:>5} avvisade  "
            f"{row['file_name']}"
        )


@app.command()
def show(delivery: Annotated[int, typer.Argument(help="Leveransens nummer.")], as_json: AsJson = True) -> None:
    """Visa en leverans med sitt kvitto, alltid som JSON."""
    del as_json  # taken as every command takes it
    from trygghetskarta.serialize.receipts import stored_document

    with open_engine(read_settings()).connect() as connection:
        found = find_delivery(connection, delivery)
    tell_json(stored_document(found))


@app.command()
def rejected(
    delivery: Annotated[int, typer.Argument(help="Leveransens nummer.")],
    out: Annotated[Path | None, typer.Option(help="Skriv till en fil i stället.")] = None,
    original: Annotated[
        bool, typer.Option("--original", help="Bara radernas egna tecken under filens rubrik: att rätta och skicka.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Skriv en leverans avvisade rader som CSV eller JSON, med felen och råd; eller som de kom."""
    from trygghetskarta.serialize.receipts import as_they_came, explained, header_of, rejected_document

    if as_json and original:
        raise bad_parameter("--json", None, "Välj --json eller --original.", "Choose --json or --original.")
    with open_engine(read_settings()).connect() as connection:
        found = find_delivery(connection, delivery)
        rows = rejected_rows(connection, delivery)
        if as_json and out is None:
            tell_list([rejected_document(row) for row in rows])
            return
        parts = as_they_came(rows, header_of(found)) if original else explained(rows)
        if out is None:
            for part in parts:
                sys.stdout.buffer.write(part)
            return
        with out.open("wb") as file:
            file.writelines(parts)
    if as_json:
        tell_json({"delivery": delivery, "rejected": found["rows_rejected"], "file": str(out)})
        return
    typer.echo(f"{whole(found['rows_rejected'])} avvisade rader skrivna till {out}.")


@app.command()
def approve(
    delivery: Annotated[int, typer.Argument(help="Leveransens nummer.")],
    as_json: AsJson = False,
) -> None:
    """Publicera en leverans som väntar på godkännande. Slutar med 0, eller 1 när rader avvisades."""
    from trygghetskarta import delivering
    from trygghetskarta.cli.progress import reading
    from trygghetskarta.cli.telling import told
    from trygghetskarta.serialize.receipts import document

    settings = read_settings()
    with reading(f"leverans {delivery}", quiet=as_json) as progress:
        receipt = delivering.approve(open_engine(settings), settings, delivery, progress)
    if as_json:
        tell_json(document(receipt))
    else:
        typer.echo(told(receipt))
    raise typer.Exit(1 if receipt.rejected else 0)


@app.command()
def withdraw(delivery: Annotated[int, typer.Argument(help="Leveransens nummer.")], as_json: AsJson = False) -> None:
    """Dra tillbaka en leverans: den räknas inte längre, och det den ersatte räknas igen. Historiken finns kvar."""
    from trygghetskarta import delivering

    done = delivering.withdraw(open_engine(read_settings()), delivery)
    if as_json:
        tell_json({"delivery": delivery, "status": "withdrawn", "closed": done.closed, "restored": done.restored})
        return
    typer.echo(
        f"Leverans {delivery} är tillbakadragen. {whole(done.closed)} händelser räknas inte längre, och {whole(done.restored)} har sina tidigare "
        "värden igen."
    )
