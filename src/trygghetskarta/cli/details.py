"""`hours` and `hexagons`: answers read from the events themselves."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson
from trygghetskarta.cli.printing import tell
from trygghetskarta.cli.questions import (
    Areas,
    Baseline,
    By,
    Categories,
    Day,
    First,
    Form,
    Group,
    Last,
    Level,
    Out,
    Sources,
    Within,
    chosen_form,
    day_of,
    form_of,
    write_out,
)  # fmt: skip
from trygghetskarta.cli.sharing import exact_writing
from trygghetskarta.disclosure.release import release_answer
from trygghetskarta.domain.answers import Hexagons, Hours, PublishedAnswer
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.grid import COARSEST, FINEST, USUAL
from trygghetskarta.queries.asking import Asked, ask, cube_by
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.hexagons import hexagons as count_hexagons
from trygghetskarta.queries.hours import hours as count_hours
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.details import hexagon_rows, write_hexagons, write_hours
from trygghetskarta.serialize.formats import Format
from trygghetskarta.serialize.saying.hexagons import sentences as said_of_hexagons
from trygghetskarta.serialize.saying.hours import sentences as said_of_hours
from trygghetskarta.serialize.swedish import WEEKDAYS, decimal, whole
from trygghetskarta.settings import read_settings
from trygghetskarta.store.engine import one_state

_MOST_SHOWN = 20


def hours(
    source: Sources,
    level: Level = AreaLevel.STADSDELSOMRADE,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    baseline: Baseline = None,
    as_of: Day = None,
    by: By = None,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Annotated[Dialect, typer.Option(help="CSV för svenskt Excel, eller rfc4180.")] = Dialect.EXCEL,
    out: Out = None,
) -> None:
    """Visa när i veckan händelser sker, per veckodag och timme."""
    form = chosen_form(form, as_json=as_json)
    asked = Asked(
        level, tuple(source), tuple(area or ()), within, tuple(category or ()), group, day_of(edition), first, last, baseline,
        as_of=day_of(as_of), by=by,
    )  # fmt: skip
    with one_state(open_engine(read_settings())) as connection:
        cube = load_cube(connection, asked.edition, asked.as_of, cube_by(asked.sources, asked.by))
        published = release_answer(count_hours(connection, cube, ask(cube, asked)), Audience.STAFF)
    if form is None and out is None:
        _print_hours(published)
        return
    write_out(write_hours(published, exact_writing(form_of(form, out), dialect)), out)


def hexagons(
    source: Sources,
    level: Level = AreaLevel.STADSDELSOMRADE,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    baseline: Baseline = None,
    as_of: Day = None,
    by: By = None,
    resolution: Annotated[int, typer.Option(min=COARSEST, max=FINEST, help="Rutornas storlek enligt h3.")] = USUAL,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Annotated[Dialect, typer.Option(help="CSV för svenskt Excel, eller rfc4180.")] = Dialect.EXCEL,
    out: Out = None,
) -> None:
    """Räkna händelser med punkt per sexhörning i ett rutnät."""
    form = chosen_form(form, as_json=as_json)
    asked = Asked(
        level, tuple(source), tuple(area or ()), within, tuple(category or ()), group, day_of(edition), first, last, baseline,
        as_of=day_of(as_of), by=by,
    )  # fmt: skip
    with one_state(open_engine(read_settings())) as connection:
        cube = load_cube(connection, asked.edition, asked.as_of, cube_by(asked.sources, asked.by))
        published = release_answer(count_hexagons(connection, cube, ask(cube, asked), resolution), Audience.STAFF)
    if form is None and out is None:
        _print_hexagons(published)
        return
    write_out(write_hexagons(published, exact_writing(form_of(form, out, Format.GEOJSON), dialect, {})), out)


def _print_hours(published: PublishedAnswer[Hours]) -> None:
    table = Table("Klockan")
    for weekday in WEEKDAYS:
        table.add_column(weekday[:3], justify="right")
    counted = published.content.span.expected.reshape(7, 24)
    for hour in range(24):
        table.add_row(f"{hour:02d}–{(hour + 1) % 24:02d}", *(decimal(float(count)) for count in counted[:, hour]))
    tell(table, said_of_hours(published))


def _print_hexagons(published: PublishedAnswer[Hexagons]) -> None:
    table = Table("Ruta")
    table.add_column("Antal", justify="right")
    rows = sorted(hexagon_rows(published.content), key=lambda row: (-row["count"], row["cell"]))
    for row in rows[:_MOST_SHOWN]:
        table.add_row(row["cell"], whole(row["count"]))
    rest = len(rows) - _MOST_SHOWN
    tell(table, [*([f"De {_MOST_SHOWN} med flest visas; --format ger alla."] if rest > 0 else []), *said_of_hexagons(published)])
