"""`trace`: from a figure to files and lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.table import Table

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson
from trygghetskarta.cli.printing import console
from trygghetskarta.cli.questions import Areas, By, Categories, Day, First, Group, Last, Level, Sources, Within, day_of
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.queries.asking import Asked, ask, cube_by
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.trace import Bucket, Trace, said
from trygghetskarta.queries.trace import trace as find_events
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.swedish import whole
from trygghetskarta.serialize.traces import trace_csv, trace_document, trace_rows
from trygghetskarta.settings import read_settings
from trygghetskarta.store.engine import one_state

_SHOWN = {
    "delivery": "Leverans",
    "file": "Fil",
    "line": "Rad",
    "identity": "Id",
    "month": "Månad",
    "antal": "Antal",
    "dealt": "Härav här",
    "dealtOf": "av delade",
    "categoryName": "Kategori",
    "areaName": "Område",
}
_NUMBERS = ("delivery", "line", "antal", "dealt", "dealtOf")


def trace(
    source: Sources,
    level: Level = AreaLevel.STADSDELSOMRADE,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    as_of: Day = None,
    by: By = None,
    bucket: Annotated[Bucket, typer.Option(help="Vilken del av avstämningen siffran är.")] = Bucket.PLACED,
    limit: Annotated[int, typer.Option(min=1, help="Hur många rader som mest.")] = 1000,
    as_json: AsJson = False,
    dialect: Annotated[Dialect, typer.Option(help="CSV för svenskt Excel, eller rfc4180.")] = Dialect.EXCEL,
    out: Annotated[Path | None, typer.Option(help="Skriv raderna till en fil, som CSV.")] = None,
) -> None:
    """Visa vilka filer och rader en siffra vilar på. Frågan ställs som till compare. Slutar med 1 om summan inte är siffran."""
    asked = Asked(
        level,
        tuple(source),
        tuple(area or ()),
        within,
        tuple(category or ()),
        group,
        day_of(edition),
        first,
        last,
        as_of=day_of(as_of),
        by=by,
    )
    with one_state(open_engine(read_settings())) as connection:
        cube = load_cube(connection, asked.edition, asked.as_of, cube_by(asked.sources, asked.by))
        found = find_events(connection, cube, ask(cube, asked), bucket, limit)
    if out is not None:
        out.write_bytes(trace_csv(found, dialect))
        typer.echo(f"Skrev {out}.", err=True)
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(trace_document(found), option=orjson.OPT_INDENT_2) + b"\n")
    else:
        _print(found, listed=out is None)
    if not found.closes:
        raise typer.Exit(1)


def _print(found: Trace, listed: bool) -> None:
    terminal = console(180)
    if listed:
        rows = Table()
        for key, heading in _SHOWN.items():
            rows.add_column(heading, justify="right" if key in _NUMBERS else "left")
        for row in trace_rows(found):
            rows.add_row(*("–" if row[key] is None else str(row[key]) for key in _SHOWN))
        terminal.print(rows)
    terminal.print(said(found)[0])
    if found.rest:
        terminal.print(f"{whole(found.rest)} rader till visas inte; höj --limit.")
    for delivery in {event.delivery: event for event in found.events}.values():
        terminal.print(
            f"Leverans {delivery.delivery}: {delivery.file}, sha256 {delivery.sha256}, inläst med {delivery.adapter}", soft_wrap=True
        )
