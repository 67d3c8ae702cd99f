"""`series`: areas over time and what is found in them, printed or written."""

from __future__ import annotations

from typing import Annotated

import typer

from trygghetskarta.analysis.series import Include, follow
from trygghetskarta.cli.connecting import open_engine
from trygghetskarta.cli.documents import AsJson
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
    outlines_for,
    print_table,
    write_out,
)
from trygghetskarta.cli.sharing import FileClass, class_of, loader, made_for, tell_class
from trygghetskarta.disclosure.release import release
from trygghetskarta.domain.areas import AreaLevel
from trygghetskarta.domain.counts import Denominator, Measure
from trygghetskarta.domain.periods import Interval
from trygghetskarta.queries.areas import Detail
from trygghetskarta.queries.asking import Asked, ask, cube_by
from trygghetskarta.queries.series import background
from trygghetskarta.queries.series import series as count_series
from trygghetskarta.serialize.csv import Dialect
from trygghetskarta.serialize.figures import Row
from trygghetskarta.serialize.formats import Writing
from trygghetskarta.serialize.series import series_figures, write_series
from trygghetskarta.serialize.swedish import whole
from trygghetskarta.settings import read_settings
from trygghetskarta.store.engine import one_state

_COLUMNS = {
    "name": "Område",
    "period": "Period",
    "count": "Antal",
    "estimated": "Härav skattade",
    "rate": "Per 1 000 och år",
    "rolling12": "12 mån.",
    "yearToDate": "Hittills i år",
    "samePeriodLastYear": "Samma i fjol",
    "seasonIndex": "Säsong",
    "stlTrend": "Nivå",
    "expected": "Väntat",
    "usual": "Vanligt",
    "unusual": "Ovanligt",
    "status": "Värde",
}
_HARM = {
    "name": "Område",
    "period": "Period",
    "count": "Antal",
    "estimated": "Härav skattade",
    "harm": "Dagar",
    "harmLow": "95 % från",
    "harmHigh": "till",
    "harmPerEvent": "Per brott",
    "rolling12": "12 mån.",
    "samePeriodLastYear": "Samma i fjol",
    "expected": "Väntat",
    "usual": "Vanligt",
    "unusual": "Ovanligt",
    "harmStatus": "Värde",
}
_UNUSUAL = {"higher": "högt", "lower": "lågt", "usual": "", "cannotTell": "kan inte avgöras", "notApplicable": "kan inte prövas"}


def series(
    source: Sources,
    level: Level = AreaLevel.STADSDELSOMRADE,
    area: Areas = None,
    within: Within = None,
    category: Categories = None,
    group: Group = None,
    edition: Day = None,
    first: First = None,
    last: Last = None,
    interval: Annotated[Interval, typer.Option(help="Vad tiden delas in i.")] = Interval.MONTH,
    include: Annotated[list[Include] | None, typer.Option(help="Vad som ska räknas fram utöver värdena; kan anges flera gånger.")] = None,
    measure: Annotated[Measure, typer.Option(help="count, rate eller harm.")] = Measure.COUNT,
    per: Annotated[Denominator, typer.Option(help="Vad rate räknas på.")] = Denominator.RESIDENTS,
    as_of: Day = None,
    weights: WeightsName = None,
    by: By = None,
    form: Form = None,
    as_json: AsJson = False,
    sharing: FileClass = None,
    dialect: Annotated[Dialect, typer.Option(help="CSV för svenskt Excel, eller rfc4180.")] = Dialect.EXCEL,
    geometry: Annotated[Detail, typer.Option(help="Gränsernas noggrannhet i geojson, gpkg, flatgeobuf och parquet.")] = Detail.METRES10,
    out: Out = None,
) -> None:
    """Följ områden över tid, med säsong, trend, ovanliga månader och brott i nivån."""
    form = chosen_form(form, as_json=as_json)
    asked = Asked(
        level, tuple(source), tuple(area or ()), within, tuple(category or ()), group, day_of(edition), first, last, None,
        interval, measure, per, day_of(as_of), weights, by=by,
    )  # fmt: skip
    on_screen = form is None and out is None
    sort = class_of(sharing, on_screen=on_screen)
    with one_state(open_engine(read_settings())) as connection:
        cube = loader(sort)(connection, asked.edition, asked.as_of, cube_by(asked.sources, asked.by))
        question = ask(cube, asked)
        outlines = outlines_for(connection, cube, level, (form_of(form, out), geometry))
    published = release(count_series(cube, question), sort.audience)
    behind = release(background(cube, question), sort.audience) if include else None
    findings = follow(published, behind, include or (), cube.editions)
    if on_screen:
        figures = series_figures(published, findings)
        rows = [_told(row) if "unusual" in row else row for row in figures.rows]
        print_table(published, cube, (rows, figures.sentences), _HARM if measure is Measure.HARM else _COLUMNS)
        return
    tell_class(sort)
    write_out(write_series(published, findings, Writing(form_of(form, out), dialect, outlines, made_for=made_for(sort))), out)


def _told(row: Row) -> Row:
    """Say of a judged month what is usual, and whether it is, as a reader of the table wants it."""
    low, high = row["expectedLow"], row["expectedHigh"]
    usual = f"{whole(low)}–{whole(high)}" if low is not None and high is not None else None
    return row | {"usual": usual, "unusual": _UNUSUAL[row["unusual"]]}
