"""`decompose`: what moved count, harm and harm per event."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson
from trygghetskarta.cli.printing import cell, console, tell
from trygghetskarta.cli.questions import (
    Areas,
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
    WeightsName,
    Within,
    chosen_form,
    day_of,
    form_of,
    write_out,
)
from trygghetskarta.cli.sharing import exact_writing
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.audience import Audience
from trygghetskarta.domain.counts import Measure, Published
from trygghetskarta.domain.parts import Part
from trygghetskarta.queries.asking import Asked, ask, cube_by
from trygghetskarta.queries.cube import load_cube
from trygghetskarta.queries.decomposition import compare_parts
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.decomposition import decomposition_figures, write_decomposition
from trygghetskarta.serialize.formats import Figures
from trygghetskarta.settings import read_settings
from trygghetskarta.store.engine import one_state

_COLUMNS = {
    "name": "Kategori",
    "count": "Antal",
    "difference": "Skillnad",
    "harm": "Dagar",
    "harmDifference": "Skillnad",
    "harmPerEvent": "Per brott",
    "baselineHarmPerEvent": "Förut",
    "mixEffect": "Av andelen",
    "levelEffect": "Av tyngden",
    "contribution": "Tillsammans",
}


def decompose(
    source: Sources,
    level: Level = AreaLevel.STADSDELSOMRADE,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    baseline: Annotated[str, typer.Option(help="previous, same-period-last-year eller 2024-01..2024-12.")] = "same-period-last-year",
    as_of: Day = None,
    weights: WeightsName = None,
    by: By = None,
    form: Form = None,
    as_json: AsJson = False,
    dialect: Annotated[Dialect, typer.Option(help="CSV för svenskt Excel, eller rfc4180.")] = Dialect.EXCEL,
    out: Out = None,
) -> None:
    """Visa vilka kategorier som ändrade antalet, allvarligheten och allvarligheten per brott."""
    form = chosen_form(form, as_json=as_json)
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
        baseline,
        measure=Measure.HARM,
        as_of=day_of(as_of),
        weights=weights,
        by=by,
    )
    whole, parts = _answer(asked)
    if form is None and out is None:
        _print(whole, decomposition_figures(whole, parts))
        return
    write_out(write_decomposition(whole, parts, exact_writing(form_of(form, out), dialect)), out)


def _answer(asked: Asked) -> tuple[Published, list[tuple[Part, Published]]]:
    """Count from the database itself; whoever may run commands on it may see exact figures."""
    with one_state(open_engine(read_settings())) as connection:
        cube = load_cube(connection, asked.edition, asked.as_of, cube_by(asked.sources, asked.by))
    whole, parts = compare_parts(cube, ask(cube, asked), Audience.STAFF)
    return release(whole, Audience.STAFF), [(part, release(exact, Audience.STAFF)) for part, exact in parts]


def _print(whole: Published, figures: Figures) -> None:
    spans = (whole.question.span, whole.question.baseline)
    console(150).print(f"{' jämfört med '.join(span.swedish for span in spans if span is not None)}.")
    table = Table()
    for column, heading in _COLUMNS.items():
        table.add_column(heading, justify="left" if column == "name" else "right")
    for row in figures.rows:
        table.add_row(*(cell(row[column]) for column in _COLUMNS))
    sums = figures.beside["whole"]
    same = {"name": "Alla", "contribution": sums["harmPerEventDifference"]}
    table.add_section()
    table.add_row(*(cell(same[column] if column in same else sums.get(column, "")) for column in _COLUMNS))
    tell(table, figures.sentences, width=150)
